/*---
id: M-05
title: {zh: 困难学生未享资助, en: School aid missed}
meaning:
  zh: "看在校（研究生除外）的学生中，属于低收入家庭、孤儿、事实无人抚养儿童，或持有有效残疾人证的人。开学已超过规定天数，本学期仍没有任何资助记录的，是线索。开学不久的不算；已去世的不看。"
  en: "Looks at pupils and students, postgraduates left out, who are in a low-income family, orphans, de facto unattended, or hold a valid disability certificate. It is a lead when the term began longer ago than the set days and no aid is on record for it. The first days of a term do not count; the dead are not looked at."
direction: missed
severity: M1
subject: person
basis: statutory
population: [education.enrolments, civil_affairs.cases, civil_affairs.household_members, civil_affairs.disability_certificates]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, education.enrolments, civil_affairs.children_in_need, civil_affairs.disability_certificates]
  absent: [education.student_aid, civil_affairs.deaths]
parameters: [aid_days]
legal:
  - zh: 低保、特困、低保边缘、刚性支出困难家庭学生，孤儿、事实无人抚养儿童和残疾学生是学生资助的重点对象。
    en: Pupils of dibao, tekun, marginal and rigid-expenditure families, orphans, de facto unattended children and disabled pupils come first for school aid.
    source: 《学生资助资金管理办法》（财教〔2021〕310号）
reason:
  zh: "在校学生（{stage_name}），属于{ground}，本学期（自{term_start}起）没有资助记录，已过{days}天。"
  en: "In school ({stage}), {ground_en}, and without any aid this term, which began on {term_start}, {days} days ago."
unit: {zh: 天, en: days}
clears:
  zh: 本学期已获资助而未报送，或本人不愿申请。
  en: Aid was granted this term and not reported, or the pupil does not wish to apply.
innocent:
  - {zh: 资助在外地学校发放，未共享。, en: Aid is paid by a school elsewhere that does not share its records.}
  - {zh: 学校正在评定，名单尚未上报。, en: The school is still deciding and has not sent its list.}
action:
  zh: 告知学校资助部门并联系家长，按本学期补办。
  en: Tell the school's aid office and the parents, and apply for this term.
owner: education
status: live
evidence:
  - dataset: education.enrolments
    from: lead JOIN education.enrolments AS e ON e.person_id = lead.person_id
    where: e.in_school AND e.from_on <= $t AND e.stage <> 'postgraduate'
    fields: [person_id, school_id, stage, in_school, state, from_on]
  - dataset: civil_affairs.cases
    from: lead JOIN facts.case_members AS c ON c.person_id = lead.person_id JOIN civil_affairs.cases AS e ON e.case_id = c.case_id
    where: c.is_low_income OR c.programme IN ('orphan', 'de_facto_unattended')
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    where: c.is_low_income OR c.programme IN ('orphan', 'de_facto_unattended')
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.disability_certificates
    from: lead JOIN civil_affairs.disability_certificates AS e ON e.person_id = lead.person_id
    where: e.state = 'valid' AND e.issued_on <= $t AND (e.valid_to IS NULL OR e.valid_to >= $t)
    fields: [person_id, kind, grade, issued_on, valid_to, state]
  - dataset: civil_affairs.children_in_need
    from: lead JOIN civil_affairs.children_in_need AS e ON e.person_id = lead.person_id
    where: e.status = 'active' AND e.kind IN ('orphan', 'de_facto_unattended') AND e.start_month <= $m AND (e.end_month IS NULL OR e.end_month >= $m)
    fields: [person_id, kind, start_month, end_month, status]
---*/
WITH pupils AS (
  SELECT person_id, min(stage) AS stage
  FROM facts.pupils
  WHERE stage <> 'postgraduate'
  GROUP BY person_id
),
grounds AS (
  SELECT person_id, min(case_id) AS case_id, min(ground) AS ground
  FROM (
    SELECT person_id, case_id, CASE WHEN is_low_income THEN 1 ELSE 2 END AS ground
    FROM facts.case_members
    WHERE is_low_income OR programme IN ('orphan', 'de_facto_unattended')
    UNION ALL
    SELECT person_id, CAST(NULL AS VARCHAR) AS case_id, 2 AS ground FROM facts.children_in_need_now
    UNION ALL
    SELECT person_id, CAST(NULL AS VARCHAR) AS case_id, 3 AS ground FROM facts.valid_certificates
  ) AS every_ground
  GROUP BY person_id
),
aided AS (SELECT DISTINCT person_id FROM education.student_aid WHERE term = $term AND decided_on <= $t)
SELECT g.case_id, p.person_id,
       a.person_id IS NULL AND $t - $term_start > $aid_days AS hit,
       p.stage,
       CASE p.stage WHEN 'preschool' THEN '学前' WHEN 'primary' THEN '小学' WHEN 'junior' THEN '初中' WHEN 'senior' THEN '高中'
                    WHEN 'secondary_vocational' THEN '中职' WHEN 'college' THEN '专科' ELSE '本科' END AS stage_name,
       CASE g.ground WHEN 1 THEN '低收入家庭成员' WHEN 2 THEN '孤儿或事实无人抚养儿童' ELSE '持证残疾人' END AS ground,
       CASE g.ground WHEN 1 THEN 'in a low-income family' WHEN 2 THEN 'an orphan or de facto unattended child' ELSE 'with a valid disability certificate' END AS ground_en,
       $term_start AS term_start, $t - $term_start AS days,
       $aid_days AS threshold, $t - $term_start AS value
FROM pupils AS p
JOIN grounds AS g ON g.person_id = p.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = p.person_id
LEFT JOIN aided AS a ON a.person_id = p.person_id
WHERE d.person_id IS NULL
