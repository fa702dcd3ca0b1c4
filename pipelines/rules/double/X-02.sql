/*---
id: X-02
title: {zh: 低保与特困重复, en: Dibao and tekun together}
meaning:
  zh: "看现在享受特困供养的人。同时又计入一个在保的低保案件的，是线索：两项只能享受一项。已停保的低保不算。"
  en: "Looks at people who are supported as tekun now. It is a lead when the same person is also counted in an active dibao case: only one of the two is due. Dibao that has ended does not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members]
parameters: []
legal:
  - zh: 纳入特困人员救助供养范围的，不再适用最低生活保障政策。
    en: Whoever is supported as tekun is no longer covered by dibao.
    source: 《国务院关于进一步健全特困人员救助供养制度的意见》（国发〔2016〕14号）
reason:
  zh: "特困供养案件{case_id}在享，同时计入{dibao_cases}个在保低保案件（{dibao_case}，每月{dibao_amount}元）。"
  en: "Supported as tekun in case {case_id} and at the same time counted in {dibao_cases} active dibao case(s) ({dibao_case}, {dibao_amount} yuan a month)."
unit: {zh: 个案件, en: cases}
clears:
  zh: 其中一个案件已终止，或此人已从低保家庭中移出。
  en: One of the cases has ended, or the person has been taken out of the dibao family.
innocent:
  - {zh: 刚由低保转为特困，原低保户尚未减员。, en: The person has just moved from dibao to tekun and the dibao family is not yet updated.}
  - {zh: 两项由不同经办人登记，本人并不知情。, en: Two clerks registered the person without the person knowing.}
action:
  zh: 下次发放前核对两项台账，保留特困供养，低保户减员并按其余成员重新核定。
  en: Compare both ledgers before the next payroll, keep tekun, take the person out of the dibao family and re-determine on its other members.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN facts.case_members AS m ON m.person_id = lead.person_id AND m.programme IN ('dibao', 'tekun') JOIN civil_affairs.cases AS e ON e.case_id = m.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS m ON m.person_id = lead.person_id AND m.programme = 'dibao' JOIN civil_affairs.household_members AS e ON e.household_id = m.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
---*/
WITH counted AS (
  SELECT person_id, case_id, monthly_amount,
         row_number() OVER (PARTITION BY person_id ORDER BY case_id) AS place,
         count(case_id) OVER (PARTITION BY person_id) AS dibao_cases
  FROM facts.case_members
  -- Very few are in both.
  WHERE programme = 'dibao' AND person_id IN (SELECT person_id FROM facts.case_members WHERE programme = 'tekun')
)
SELECT m.case_id, m.household_id, m.person_id, d.person_id IS NOT NULL AS hit,
       d.dibao_cases, d.case_id AS dibao_case, d.monthly_amount AS dibao_amount,
       0 AS threshold, coalesce(d.dibao_cases, 0) AS value
FROM facts.case_members AS m
LEFT JOIN counted AS d ON d.person_id = m.person_id AND d.place = 1
WHERE m.programme = 'tekun'
