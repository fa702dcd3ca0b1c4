/*---
id: X-05
title: {zh: 特困与孤困儿童重复, en: Minor on tekun and child programme}
meaning:
  zh: "看享受特困供养的未成年人。同时又有在保的孤儿或事实无人抚养儿童案件的，是线索。已满十八周岁的不在其内；年龄查不清的，作信息不足。"
  en: "Looks at people under eighteen who are supported as tekun. It is a lead when the same child also has an active case as an orphan or as de facto unattended. People of eighteen and over are left out; without a clear age it is insufficient."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.persons]
parameters: []
legal:
  - zh: 纳入孤儿基本生活保障范围的，不再适用特困人员救助供养政策。
    en: Whoever is covered by the orphan allowance is no longer supported as tekun.
    source: 《国务院关于进一步健全特困人员救助供养制度的意见》（国发〔2016〕14号）
  - zh: 事实无人抚养儿童保障与特困人员救助供养相衔接，不重复享受。
    en: Support for de facto unattended children is fitted to tekun, and the two are not drawn together.
    source: 《关于进一步加强事实无人抚养儿童保障工作的意见》（民发〔2019〕62号）
reason:
  zh: "未满十八周岁（{birth_month}出生），特困供养案件{case_id}在享，同时在{child_name}案件{child_case}中（每月{child_amount}元）。"
  en: "Under eighteen (born in {birth_month}); supported as tekun in case {case_id} and at the same time in case {child_case} of the {child_en} ({child_amount} yuan a month)."
clears:
  zh: 其中一个案件已终止而台账未更新。
  en: One of the cases has ended and the ledger is not updated.
innocent:
  - {zh: 刚由特困转入孤困儿童保障，原案件尚未办结。, en: The child has just moved from tekun to the child programme and the old case is not yet closed.}
  - {zh: 两项由不同经办人登记，监护人并不知情。, en: Two clerks registered the child without the guardian knowing.}
action:
  zh: 下次发放前核对两项台账，按就高原则保留一项，确保儿童的保障不断档。
  en: Compare both ledgers before the next payroll and keep the better one, without a gap in the child's support.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN facts.case_members AS m ON m.person_id = lead.person_id AND m.programme IN ('tekun', 'orphan', 'de_facto_unattended') JOIN civil_affairs.cases AS e ON e.case_id = m.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month]
---*/
WITH children AS (
  SELECT person_id, case_id, programme, monthly_amount, row_number() OVER (PARTITION BY person_id ORDER BY case_id) AS place
  FROM facts.case_members
  WHERE programme IN ('orphan', 'de_facto_unattended')
)
SELECT m.case_id, m.household_id, m.person_id, g.age_months IS NULL AS no_age, g.birth_month,
       c.person_id IS NOT NULL AS hit, c.case_id AS child_case, c.monthly_amount AS child_amount,
       CASE c.programme WHEN 'orphan' THEN '孤儿' ELSE '事实无人抚养儿童' END AS child_name,
       CASE c.programme WHEN 'orphan' THEN 'orphan allowance' ELSE 'allowance for de facto unattended children' END AS child_en
FROM facts.case_members AS m
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN children AS c ON c.person_id = m.person_id AND c.place = 1
WHERE m.programme = 'tekun' AND (g.age_months IS NULL OR g.age_months < 216)
