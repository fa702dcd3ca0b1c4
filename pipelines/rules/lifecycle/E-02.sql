/*---
id: E-02
title: {zh: "离校仍享学生待遇", en: "Left school, still paid as a student"}
meaning:
  zh: "看本学期领取学生资助的人，以及已满十八周岁、仍享受孤儿或事实无人抚养儿童保障的人。最近一次学籍异动是退学或毕业，分别早于本学期开始、早于本月，此后又没有在校学籍的，是线索。本学期内才离校的、转学复学的不算。"
  en: "Looks at people with student aid of this term, and at people of eighteen and over still supported as an orphan or de facto unattended. It is a lead when their latest change of enrolment is dropping out or graduating, before this term or before this month, and nothing shows them in school since. Leaving during the term, changing school and coming back do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [education.student_aid, civil_affairs.cases]
needs:
  present: [education.enrolment_changes, education.student_aid, civil_affairs.cases, civil_affairs.persons]
  absent: [education.enrolments]
parameters: []
legal:
  - zh: 学生资助发放给在校学生；孤儿、事实无人抚养儿童年满十八周岁后，仍在校就读的方可继续保障。
    en: "School aid is for pupils in school; an orphan or de facto unattended child who has turned eighteen goes on being supported only while in school."
    source: 《学生资助资金管理办法》（财教〔2021〕310号）；《国务院办公厅关于加强孤儿保障工作的意见》（国办发〔2010〕54号）；《关于进一步加强事实无人抚养儿童保障工作的意见》（民发〔2019〕62号）
reason:
  zh: "学籍最近一次异动为{what}（{left_on}），此后没有在籍在校的学籍，但{still}。"
  en: "The latest change of enrolment is {what_en} ({left_on}) and there is no enrolment in school since, yet {still_en}."
clears:
  zh: 已在他校就读，或异动登记有误。
  en: "The person is in another school, or the change was recorded wrongly."
innocent:
  - {zh: "转到外地学校，新学籍尚未共享。", en: "Moved to a school elsewhere whose enrolment is not shared."}
  - {zh: "资助是离校前应得而补发的。", en: "The aid was due before leaving and paid late."}
  - {zh: "毕业后升学，新学籍正在办理。", en: "Graduated and going on to the next school, whose enrolment is being entered."}
action:
  zh: 下次发放前向学校和本人核实去向；失学的，先帮助返校或转介就业帮扶。
  en: "Before the next payroll ask the school and the person where they are now; someone who dropped out is first helped back to school or to work."
owner: education
status: live
evidence:
  - dataset: education.enrolment_changes
    from: lead JOIN education.enrolment_changes AS e ON e.person_id = lead.person_id
    where: e.changed_on <= $t
    fields: [record_id, person_id, school_id, kind, changed_on, destination]
  - dataset: education.enrolments
    from: lead JOIN education.enrolments AS e ON e.person_id = lead.person_id
    where: e.from_on <= $t
    fields: [person_id, school_id, stage, in_school, state, from_on]
  - dataset: education.student_aid
    from: lead JOIN education.student_aid AS e ON e.person_id = lead.person_id
    where: e.term = $term AND e.decided_on <= $t
    fields: [person_id, programme, term, amount, basis, decided_on]
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month, hukou_division]
---*/
WITH enrolled AS (
  SELECT person_id FROM education.enrolments WHERE in_school AND state = 'enrolled' AND from_on <= $t
),
looked_at AS (
  -- Of others it does not matter whether they have left.
  SELECT person_id FROM education.student_aid
  UNION ALL
  SELECT person_id FROM facts.case_members WHERE programme IN ('orphan', 'de_facto_unattended')
),
leavers AS (
  SELECT r.person_id, r.kind, r.changed_on
  FROM (
    SELECT person_id, kind, changed_on, row_number() OVER (PARTITION BY person_id ORDER BY changed_on DESC, record_id DESC) AS place
    FROM education.enrolment_changes
    WHERE changed_on <= $t AND person_id IN (SELECT person_id FROM looked_at)
  ) AS r
  LEFT JOIN enrolled AS e ON e.person_id = r.person_id
  WHERE r.place = 1 AND r.kind IN ('drop_out', 'graduate') AND e.person_id IS NULL
),
aided AS (
  SELECT a.person_id, sum(a.amount) AS amount, count(CASE WHEN l.changed_on < $term_start THEN 1 END) > 0 AS hit,
         min(l.kind) AS kind, min(l.changed_on) AS changed_on
  FROM education.student_aid AS a
  LEFT JOIN leavers AS l ON l.person_id = a.person_id
  WHERE a.term = $term AND a.decided_on <= $t
  GROUP BY a.person_id
),
children AS (
  SELECT m.case_id, m.person_id, m.programme, g.age_months IS NULL AS no_age, l.kind, l.changed_on,
         coalesce(g.age_months >= 216 AND l.changed_on < $m, false) AS hit, coalesce(a.hit, false) AS aid_hit, a.amount
  FROM facts.case_members AS m
  LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
  LEFT JOIN leavers AS l ON l.person_id = m.person_id
  LEFT JOIN aided AS a ON a.person_id = m.person_id
  WHERE m.programme IN ('orphan', 'de_facto_unattended') AND (g.age_months IS NULL OR g.age_months >= 216)
),
settled AS (SELECT DISTINCT person_id FROM children WHERE hit),
judged AS (
  SELECT case_id, person_id, programme, no_age, hit, aid_hit, true AS child_hit, kind, changed_on, amount FROM children
  UNION ALL
  -- Someone whose own case makes a hit has one lead, on that case.
  SELECT CAST(NULL AS VARCHAR) AS case_id, a.person_id, CAST(NULL AS VARCHAR) AS programme, false AS no_age, a.hit, a.hit AS aid_hit, false AS child_hit, a.kind, a.changed_on, a.amount
  FROM aided AS a
  LEFT JOIN settled AS s ON s.person_id = a.person_id
  WHERE s.person_id IS NULL
)
SELECT case_id, person_id, programme, no_age, hit, changed_on AS left_on,
       CASE kind WHEN 'graduate' THEN '毕业' ELSE '辍学' END AS what, CASE kind WHEN 'graduate' THEN 'graduation' ELSE 'dropping out' END AS what_en,
       CASE WHEN NOT child_hit THEN '本学期仍有学生资助' WHEN aid_hit THEN '年满十八周岁仍按孤儿或事实无人抚养儿童在保，本学期还有学生资助'
            ELSE '年满十八周岁仍按孤儿或事实无人抚养儿童在保' END AS still,
       CASE WHEN NOT child_hit THEN 'school aid was granted this term' WHEN aid_hit THEN 'the case as an orphan or de facto unattended child goes on past eighteen and school aid was granted this term'
            ELSE 'the case as an orphan or de facto unattended child goes on past eighteen' END AS still_en,
       CASE WHEN aid_hit THEN amount END AS total_so_far
FROM judged
