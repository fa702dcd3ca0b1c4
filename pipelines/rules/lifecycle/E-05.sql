/*---
id: E-05
title: {zh: "监护人未列入家庭", en: "Guardian not in the household"}
meaning:
  zh: "看在保低保家庭在校成员的父亲或母亲（健在的监护人）。没有列入家庭，也没有登记不计入的原因，而且最近的婚姻登记不是离婚的，是线索。已离婚的、已写明不计入原因（如服刑、失踪）的不算。"
  en: "Looks at the living father or mother who is guardian of a pupil in a family on dibao. It is a lead when that parent is not in the household, neither counted nor with a reason for being left out, and the parents' latest marriage record is not a divorce. A divorce or a written reason, such as prison or missing, makes it clear."
direction: ineligible
severity: S3
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members, education.enrolments, education.guardians]
needs:
  present: [civil_affairs.cases, education.guardians, education.enrolments]
  absent: [civil_affairs.household_members, civil_affairs.marriages, civil_affairs.deaths]
parameters: []
legal:
  - zh: 共同生活的家庭成员包括配偶、父母和未成年子女；宗教教职人员、服刑人员等可以不计入，但应当列明。
    en: "The family that lives together includes spouses, parents and minor children; clergy, prisoners and the like can be left out, with the reason entered."
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "学籍系统登记为低保家庭在校学生的{relation_name}，在世，但不在该家庭现行成员中，也没有列明不计入的原因；父母双方最近的婚姻登记：{marriage}。"
  en: "Registered with the school as the {relation} of a pupil in this dibao family and living, but neither counted in the family now nor left out for an entered reason; latest marriage event between the parents: {marriage_en}."
clears:
  zh: 父母已离婚或分居且不共同生活，或监护人登记有误。
  en: "The parents are divorced or apart and do not live together, or the guardian is registered wrongly."
innocent:
  - {zh: "父母离婚登记在外地或由法院判决，未共享。", en: "The divorce was registered elsewhere or decided by a court and is not shared."}
  - {zh: "长期失联、服刑或在外务工，尚未补录原因。", en: "Missing, in prison or away for work for long, with the reason not yet entered."}
  - {zh: "学籍系统沿用旧的监护人信息。", en: "The school still has old guardian data."}
action:
  zh: 向家庭了解监护人的去向和抚养情况，据实补录成员或不计入原因；孩子缺少抚养的，评估困境儿童保障。
  en: "Ask the family where the guardian is and who cares for the child, and enter the member or the reason; where the child lacks care, look at child protection."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    where: e.valid_from <= $t AND (e.valid_to IS NULL OR e.valid_to > $t)
    fields: [household_id, version, person_id, relationship, counted, exclusion_reason, valid_from, valid_to]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.person_id = lead.person_id
    where: e.valid_from <= $t
    fields: [household_id, version, person_id, relationship, counted, exclusion_reason, valid_from, valid_to]
  - dataset: education.guardians
    from: lead JOIN education.guardians AS g ON g.guardian_person_id = lead.person_id JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = g.person_id JOIN education.guardians AS e ON e.person_id = g.person_id
    where: g.relationship IN ('father', 'mother') AND e.relationship IN ('father', 'mother')
    fields: [person_id, guardian_person_id, relationship]
  - dataset: education.enrolments
    from: lead JOIN education.guardians AS g ON g.guardian_person_id = lead.person_id JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = g.person_id JOIN education.enrolments AS e ON e.person_id = g.person_id
    where: g.relationship IN ('father', 'mother') AND e.in_school AND e.from_on <= $t
    fields: [person_id, school_id, stage, in_school, state, from_on]
  - dataset: civil_affairs.marriages
    from: lead JOIN civil_affairs.marriages AS e ON e.person_id = lead.person_id OR e.spouse_person_id = lead.person_id
    where: e.event_on <= $t
    fields: [record_id, person_id, spouse_person_id, event, event_on]
---*/
WITH students AS (
  SELECT DISTINCT m.case_id, m.household_id, m.person_id
  FROM facts.case_members AS m
  JOIN facts.pupils AS p ON p.person_id = m.person_id
  WHERE m.programme = 'dibao' AND m.is_household
),
couples AS (
  SELECT a.person_id, a.guardian_person_id, b.guardian_person_id AS other_person_id
  FROM facts.parents AS a
  JOIN facts.parents AS b ON b.person_id = a.person_id AND b.guardian_person_id <> a.guardian_person_id
  WHERE a.person_id IN (SELECT person_id FROM students)
),
events AS (
  SELECT c.person_id, c.guardian_person_id, e.event, e.event_on, e.record_id
  FROM couples AS c
  JOIN civil_affairs.marriages AS e ON e.person_id = c.guardian_person_id AND e.spouse_person_id = c.other_person_id
  WHERE e.event_on <= $t
  UNION ALL
  SELECT c.person_id, c.guardian_person_id, e.event, e.event_on, e.record_id
  FROM couples AS c
  JOIN civil_affairs.marriages AS e ON e.person_id = c.other_person_id AND e.spouse_person_id = c.guardian_person_id
  WHERE e.event_on <= $t
),
latest AS (
  SELECT person_id, guardian_person_id, event, event_on
  FROM (
    SELECT person_id, guardian_person_id, event, event_on,
           row_number() OVER (PARTITION BY person_id, guardian_person_id ORDER BY event_on DESC, record_id DESC) AS place
    FROM events
  ) AS ranked
  WHERE place = 1
),
listed AS (SELECT DISTINCT household_id, person_id FROM facts.household_rows WHERE counted OR exclusion_reason IS NOT NULL),
pairs AS (
  SELECT s.case_id, s.household_id, g.guardian_person_id AS person_id, g.relationship, e.event_on,
         l.person_id IS NULL AND coalesce(e.event, 'none') <> 'divorce' AS hit
  FROM students AS s
  JOIN facts.parents AS g ON g.person_id = s.person_id
  LEFT JOIN listed AS l ON l.household_id = s.household_id AND l.person_id = g.guardian_person_id
  LEFT JOIN latest AS e ON e.person_id = s.person_id AND e.guardian_person_id = g.guardian_person_id
  WHERE g.dead_on IS NULL
),
guardians AS (
  SELECT case_id, household_id, person_id, count(CASE WHEN hit THEN 1 END) > 0 AS hit,
         coalesce(min(CASE WHEN hit THEN relationship END), min(relationship)) AS relation, max(CASE WHEN hit THEN event_on END) AS married_on
  FROM pairs
  GROUP BY case_id, household_id, person_id
)
SELECT g.case_id, g.household_id, g.person_id, g.hit, u.case_id IS NOT NULL AS not_authorised,
       g.relation, CASE g.relation WHEN 'father' THEN '父亲' ELSE '母亲' END AS relation_name,
       CASE WHEN g.married_on IS NULL THEN '无记录' ELSE CAST(g.married_on AS VARCHAR) || '结婚' END AS marriage,
       CASE WHEN g.married_on IS NULL THEN 'none on record' ELSE 'marriage on ' || CAST(g.married_on AS VARCHAR) END AS marriage_en
FROM guardians AS g
LEFT JOIN facts.unauthorised_cases AS u ON u.case_id = g.case_id
