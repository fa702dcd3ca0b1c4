/*---
id: X-01
title: {zh: 低保重复, en: Covered by two dibao cases}
meaning:
  zh: "看现在享受低保的人。同一个人同时计入两个或两个以上在保的低保案件的，是线索。已停保的案件不算。"
  en: "Looks at people who are covered by dibao now. It is a lead when one person is counted in two or more active dibao cases at the same time. Cases that have ended do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members]
parameters: []
legal:
  - zh: 最低生活保障以共同生活的家庭成员为单位，同一人只能计入一个低保家庭。
    en: Dibao is granted to the family that lives together; a person counts in one dibao family only.
    source: 《社会救助暂行办法》（国务院令第649号）第九条；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "同时计入{case_count}个在保低保案件（{first_case}、{last_case}）。"
  en: "Counted in {case_count} active dibao cases at the same time ({first_case}, {last_case})."
unit: {zh: 个案件, en: cases}
clears:
  zh: 此人只在一个在保低保案件中：其余案件已终止，或已从其余家庭中移出。
  en: "The person is in one active dibao case only: the others have ended, or the person was taken out of them."
innocent:
  - {zh: 因结婚、离婚或迁移，原户尚未减员。, en: "After marriage, divorce or a move the former household has not yet been updated."}
  - {zh: 两户工作人员各自登记，本人并不知情。, en: Two offices registered the person without the person knowing.}
action:
  zh: 下次发放前由两地经办人核对共同生活情况，保留一户，另一户重新核定人数和金额。
  en: Before the next payroll both offices settle where the person lives; keep one, re-determine the other.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN facts.case_members AS m ON m.person_id = lead.person_id AND m.programme = 'dibao' JOIN civil_affairs.cases AS e ON e.case_id = m.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS m ON m.person_id = lead.person_id AND m.programme = 'dibao' JOIN civil_affairs.household_members AS e ON e.household_id = m.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
---*/
WITH counted AS (
  SELECT person_id, count(DISTINCT case_id) AS case_count, min(case_id) AS first_case, max(case_id) AS last_case
  FROM facts.case_members
  WHERE programme = 'dibao'
  GROUP BY person_id
)
SELECT m.case_id, m.person_id, c.case_count >= 2 AS hit, c.case_count, c.first_case, c.last_case,
       1 AS threshold, c.case_count AS value
FROM facts.case_members AS m
JOIN counted AS c ON c.person_id = m.person_id
WHERE m.programme = 'dibao'
