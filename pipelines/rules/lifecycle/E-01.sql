/*---
id: E-01
title: {zh: "毕业成年子女仍计入", en: "Graduated adult child still counted"}
meaning:
  zh: "看在保低保案件中登记为子女、已满十八周岁的现有成员。有劳动能力，最近一段学籍已毕业超过规定天数，现在不在校，仍计入人数的，是线索。继续升学的、刚毕业的不算；毕业本身不是停保的理由。"
  en: "Looks at members of dibao cases aged eighteen or over who are registered as sons or daughters. It is a lead when the person is able to work, graduated longer ago than the set days, is not in school and is still counted. Those who went on studying and fresh graduates do not count, and graduation alone is no reason to end support."
direction: ineligible
severity: S2
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.persons, education.enrolment_changes]
  absent: [education.enrolments]
parameters: [graduate_days]
legal:
  - zh: 共同生活的家庭成员包括未成年子女和已成年但不能独立生活的子女（含在校接受全日制本科及以下学历教育的子女）。
    en: "The family that lives together includes minor children and adult children who cannot live on their own, such as those in full-time education up to a bachelor's degree."
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "{age}岁，在家庭中登记为子女且有劳动能力；最近一段学籍已毕业（{left_on}），至今{value}天，超过{threshold}天，现不在校，仍计入低保人数。"
  en: "Aged {age}, registered as a child of the family and able to work; the latest enrolment ended in graduation ({left_on}), {value} days ago (the bound is {threshold}), not in school now, and still counted in the dibao family."
unit: {zh: "天", en: "days"}
clears:
  zh: 已继续升学、参军或因病残不能独立生活，或毕业登记有误。
  en: "In further study, in the army, or unable to live alone through illness or disability; or the graduation record is wrong."
innocent:
  - {zh: "升学后的新学籍尚未共享（如外省、境外院校）。", en: "Further study elsewhere whose enrolment is not shared."}
  - {zh: "毕业后因重病、残疾不能独立生活。", en: "Cannot live on their own because of grave illness or disability."}
  - {zh: "正在待业，与父母共同生活、确无收入。", en: "Looking for work, living with the parents and without income."}
action:
  zh: 了解就业和共同生活情况，重新核定人数和收入；未就业的转介就业帮扶，不因毕业本身停发。
  en: "Ask about work and where the person lives, and re-determine members and income; where there is no job, refer to employment help. Graduation alone is no reason to end support."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.case_id = lead.case_id AND c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month]
  - dataset: education.enrolments
    from: lead JOIN education.enrolments AS e ON e.person_id = lead.person_id
    where: e.from_on <= $t
    fields: [person_id, school_id, stage, in_school, state, from_on, expected_end_on]
  - dataset: education.enrolment_changes
    from: lead JOIN education.enrolment_changes AS e ON e.person_id = lead.person_id
    where: e.kind = 'graduate' AND e.changed_on <= $t AND e.school_id = lead.school_id
    fields: [record_id, person_id, school_id, kind, changed_on, destination]
---*/
WITH latest AS (
  SELECT person_id, school_id, state, expected_end_on
  FROM (
    SELECT person_id, school_id, state, expected_end_on,
           row_number() OVER (PARTITION BY person_id ORDER BY from_on DESC, expected_end_on DESC, school_id DESC) AS place
    FROM education.enrolments
    WHERE from_on <= $t AND person_id IN (SELECT person_id FROM facts.case_members)
  ) AS ranked
  WHERE place = 1
),
graduations AS (
  SELECT person_id, school_id, max(changed_on) AS changed_on
  FROM education.enrolment_changes
  WHERE kind = 'graduate' AND changed_on <= $t
  GROUP BY person_id, school_id
),
in_school AS (SELECT DISTINCT person_id FROM facts.pupils),
children AS (
  SELECT m.case_id, m.person_id, m.labour_capable, g.age_months, l.school_id, l.state, s.person_id IS NOT NULL AS is_pupil,
         coalesce(x.changed_on, l.expected_end_on) AS left_on,
         coalesce(f.graduate_days, $graduate_days) AS graduate_days
  FROM facts.case_members AS m
  LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
  LEFT JOIN latest AS l ON l.person_id = m.person_id
  LEFT JOIN graduations AS x ON x.person_id = l.person_id AND x.school_id = l.school_id
  LEFT JOIN in_school AS s ON s.person_id = m.person_id
  LEFT JOIN run.figures AS f ON f.division = m.division AND f.hukou_kind = m.hukou_kind
  WHERE m.programme = 'dibao' AND (g.age_months IS NULL OR g.age_months >= 216)
    AND m.relationship IN ('20', '21', '22', '23', '24', '25', '26', '27', '29', '30', '31', '32', '33', '34', '35', '36', '37', '39')
)
SELECT case_id, person_id, age_months IS NULL AS no_age,
       labour_capable AND NOT is_pupil AND state = 'graduated' AND $t - left_on > graduate_days AS hit,
       CAST(floor(age_months / 12.0) AS INTEGER) AS age, school_id, left_on,
       graduate_days AS threshold, $t - left_on AS value
FROM children
