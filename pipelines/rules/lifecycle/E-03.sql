/*---
id: E-03
title: {zh: "资助依据不符", en: "Aid on a status that is not there"}
meaning:
  zh: "看本学期或上学期以低保、低保边缘、特困、刚性支出困难、孤儿或事实无人抚养儿童身份获得学生资助的人。评定日期前后规定天数内都没有这一身份的，是线索，多半是证明过期，告知学校即可。以残疾等其他理由资助的不看。"
  en: "Looks at pupils who got aid this term or last on the ground of dibao, marginal, tekun, unavoidable spending, orphan or de facto unattended. It is a lead when no record shows that status within the set days around the decision; often a certificate was out of date and the school need only be told. Aid on other grounds is not looked at."
direction: ineligible
severity: S3
subject: person
basis: statutory
population: [education.student_aid]
needs:
  present: [education.student_aid]
  absent: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.children_in_need]
parameters: [status_tolerance_days]
legal:
  - zh: 学生资助以评定时的困难身份为依据，身份由民政等部门认定。
    en: "School aid rests on the pupil's status when it is decided, and that status is determined by civil affairs and others."
    source: 《学生资助资金管理办法》（财教〔2021〕310号）
reason:
  zh: "{decided_on}按{basis}评定{term}学期的资助，但评定前后{threshold}天内没有这一身份的在保记录；这样的资助共{awards}笔。"
  en: "Aid for term {term} was decided on {decided_on} for a pupil {basis_en}, but no record covers the person under that status within {threshold} days; such awards: {awards}."
unit: {zh: "天", en: "days"}
clears:
  zh: 当时确有这一身份（如在外地认定），或资助另有依据。
  en: "The status was there (determined elsewhere, for example), or the aid has another ground."
innocent:
  - {zh: "学校用了过期的证明，学生并不知情。", en: "The school used an old certificate and the pupil did not know."}
  - {zh: "学生在外地低保家庭，台账不在本市。", en: "The pupil belongs to a dibao family in another city."}
  - {zh: "家庭确有困难，应改按其他依据资助。", en: "The family is in need and aid belongs on another ground."}
action:
  zh: 告知学校资助部门更新身份依据；家庭仍有困难的，改按其他依据继续资助。
  en: "Tell the school's aid office to bring the ground up to date; where the family is in need, aid goes on under another ground."
owner: education
status: live
evidence:
  - dataset: education.student_aid
    from: lead JOIN education.student_aid AS e ON e.person_id = lead.person_id
    where: e.term IN ($term, $term_before) AND e.decided_on <= $t
    fields: [person_id, programme, term, amount, basis, decided_on]
  - dataset: civil_affairs.cases
    from: lead JOIN facts.spans_of_cover AS s ON s.person_id = lead.person_id JOIN civil_affairs.cases AS e ON e.case_id = s.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.spans_of_cover AS s ON s.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = s.household_id AND e.person_id = lead.person_id
    where: e.valid_from <= $t
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.children_in_need
    from: lead JOIN civil_affairs.children_in_need AS e ON e.person_id = lead.person_id
    where: e.kind IN ('orphan', 'de_facto_unattended') AND e.start_month <= $m
    fields: [person_id, kind, start_month, end_month, status]
---*/
WITH aid AS (
  SELECT person_id, programme, term, basis, decided_on, amount
  FROM education.student_aid
  WHERE term IN ($term, $term_before) AND decided_on <= $t
    AND basis IN ('dibao', 'dibao_marginal', 'tekun', 'rigid_expenditure', 'orphan', 'de_facto_unattended')
),
spans AS (
  SELECT person_id, programme, case_start, case_end, row_start, row_end FROM facts.spans_of_cover
  UNION ALL
  -- A child's row without an end is open now, which is looked at below, or was stopped nobody knows when.
  SELECT person_id, kind AS programme, start_month AS case_start, CAST(end_month + INTERVAL '1' MONTH AS DATE) AS case_end,
         start_month AS row_start, CAST(end_month + INTERVAL '1' MONTH AS DATE) AS row_end
  FROM civil_affairs.children_in_need
  WHERE start_month <= $m AND end_month IS NOT NULL
),
fine AS (
  -- Both the case's span and the member's row meet the days around the decision.
  SELECT DISTINCT a.person_id, a.programme, a.term
  FROM aid AS a
  JOIN spans AS s ON s.person_id = a.person_id AND s.programme = a.basis
  WHERE s.case_start - a.decided_on <= $status_tolerance_days AND (s.case_end IS NULL OR a.decided_on - s.case_end < $status_tolerance_days)
    AND s.row_start - a.decided_on <= $status_tolerance_days AND (s.row_end IS NULL OR a.decided_on - s.row_end < $status_tolerance_days)
  UNION
  SELECT DISTINCT a.person_id, a.programme, a.term
  FROM aid AS a
  JOIN civil_affairs.children_in_need AS c ON c.person_id = a.person_id AND c.kind = a.basis
  WHERE c.status = 'active' AND c.start_month <= $m AND (c.end_month IS NULL OR c.end_month >= $m)
),
judged AS (
  SELECT a.person_id, a.term, a.basis, a.decided_on, a.amount, f.person_id IS NULL AS hit,
         row_number() OVER (PARTITION BY a.person_id ORDER BY CASE WHEN f.person_id IS NULL THEN 1 ELSE 2 END, a.decided_on DESC, a.term DESC, a.programme) AS place,
         count(CASE WHEN f.person_id IS NULL THEN 1 END) OVER (PARTITION BY a.person_id) AS awards,
         sum(CASE WHEN f.person_id IS NULL THEN a.amount END) OVER (PARTITION BY a.person_id) AS total_so_far
  FROM aid AS a
  LEFT JOIN fine AS f ON f.person_id = a.person_id AND f.programme = a.programme AND f.term = a.term
)
SELECT person_id, hit, term, decided_on, awards, total_so_far,
       CASE basis WHEN 'dibao' THEN '低保' WHEN 'dibao_marginal' THEN '低保边缘' WHEN 'tekun' THEN '特困' WHEN 'rigid_expenditure' THEN '刚性支出困难'
                  WHEN 'orphan' THEN '孤儿' ELSE '事实无人抚养' END AS basis,
       CASE basis WHEN 'dibao' THEN 'on dibao' WHEN 'dibao_marginal' THEN 'of a marginal family' WHEN 'tekun' THEN 'on tekun' WHEN 'rigid_expenditure' THEN 'of a family with unavoidable spending'
                  WHEN 'orphan' THEN 'registered as an orphan' ELSE 'registered as de facto unattended' END AS basis_en,
       $status_tolerance_days AS threshold
FROM judged
WHERE place = 1
