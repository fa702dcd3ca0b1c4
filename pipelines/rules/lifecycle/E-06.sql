/*---
id: E-06
title: {zh: "事实无人抚养情形可能消失", en: "Grounds of de-facto-unattended may be gone"}
meaning:
  zh: "看享受事实无人抚养儿童保障的孩子。父亲或母亲健在，且近三个整月有单位为其缴纳养老保险的，是线索：父母可能已有抚养能力。绝不自动停止；自己缴费的、更早的缴费不算。"
  en: "Looks at children supported as de facto unattended. It is a lead when a living father or mother had pension contributions from an employer in the last three full months: that parent may be able to care again. It never stops anything by itself; contributions people pay themselves and earlier ones do not count."
direction: ineligible
severity: S3
subject: person
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, education.guardians, human_resources.contributions]
  absent: [civil_affairs.deaths]
parameters: []
legal:
  - zh: 事实无人抚养儿童是父母双方均符合重残、重病、服刑、失联等情形之一的儿童；情形消失的，应当评估后再作决定。
    en: "A child counts as de facto unattended where both parents are severely disabled, gravely ill, in prison, missing or the like; when the grounds go, the case is assessed first."
    source: 《关于进一步加强事实无人抚养儿童保障工作的意见》（民发〔2019〕62号）
reason:
  zh: "按事实无人抚养儿童在保；登记的{relation_name}在世，{first_month}至{last_month}有{months}个月单位缴费，可能已能抚养，需要评估。"
  en: "Supported as a de facto unattended child; the registered {relation} is living and has months with employer contributions ({months}, {first_month} to {last_month}), and may be able to care for the child, so an assessment is needed."
clears:
  zh: 缴费不是该父母就业所得（如重病期间单位续保、他人冒用身份参保），其仍符合认定情形。
  en: "The contributions do not come from work by that parent (kept up by the employer during grave illness, or someone else under the same name), who still meets the grounds."
innocent:
  - {zh: "单位为重病、失联职工继续缴费。", en: "The employer goes on paying for a gravely ill or missing employee."}
  - {zh: "父母有工作但不履行抚养责任，孩子仍由他人照料。", en: "The parent works and does not care for the child, whom others look after."}
  - {zh: "缴费登记张冠李戴。", en: "The contributions were registered for the wrong person."}
action:
  zh: 由儿童主任上门评估孩子的实际抚养情况，以孩子利益为先；任何情况下都不自动停止保障。
  en: "The child welfare officer visits and assesses who really cares for the child, whose interest comes first; support never ends automatically."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: education.guardians
    from: lead JOIN education.guardians AS e ON e.person_id = lead.person_id
    where: e.relationship IN ('father', 'mother')
    fields: [person_id, guardian_person_id, relationship]
  - dataset: human_resources.contributions
    from: lead JOIN facts.parents AS g ON g.person_id = lead.person_id JOIN human_resources.contributions AS e ON e.person_id = g.guardian_person_id
    where: g.dead_on IS NULL AND e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_3 AND $m_1
    fields: [person_id, insurance, month, base, employer_id, paid, paid_by]
---*/
WITH working AS (
  SELECT p.person_id, min(p.relationship) AS relation, max(w.months) AS months, min(w.first_month) AS first_month, max(w.last_month) AS last_month
  FROM facts.parents AS p
  JOIN facts.recent_employment AS w ON w.person_id = p.guardian_person_id
  WHERE p.dead_on IS NULL
  GROUP BY p.person_id
)
SELECT m.case_id, m.person_id, w.person_id IS NOT NULL AS hit,
       w.relation, CASE w.relation WHEN 'father' THEN '父亲' ELSE '母亲' END AS relation_name, w.months, w.first_month, w.last_month
FROM facts.case_members AS m
LEFT JOIN working AS w ON w.person_id = m.person_id
WHERE m.programme = 'de_facto_unattended'
