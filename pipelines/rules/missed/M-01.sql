/*---
id: M-01
title: {zh: 低保残疾人未享生活补贴, en: Living subsidy missed}
meaning:
  zh: "看享受低保且持有有效残疾人证的人。没有困难残疾人生活补贴的案件，上月和本月也没有发放的，是线索：很可能应享未享。享受特困、孤儿或事实无人抚养儿童保障，或领取工伤护理费的，不能同时享受，不算；已去世的不看。"
  en: "Looks at people on dibao with a valid disability certificate. It is a lead when there is neither an active case nor a payment, this month or last, of the living subsidy for disabled people: it is very likely due. People covered by tekun or a child programme, or paid an injury care fee, cannot have both and are clear; the dead are not looked at."
direction: missed
severity: M1
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.disability_certificates]
needs:
  present: [civil_affairs.household_members, civil_affairs.disability_certificates]
  absent: [civil_affairs.cases, civil_affairs.payments, human_resources.injury_care, civil_affairs.children_in_need, civil_affairs.deaths]
  months: {civil_affairs.payments: M-1..M-1, human_resources.injury_care: M-1..M-1}
parameters: []
legal:
  - zh: 困难残疾人生活补贴对象为低保家庭中的残疾人。
    en: The living subsidy for disabled people in need is for disabled people in dibao families.
    source: 《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）
reason:
  zh: "在保低保成员，持有有效残疾人证（{issued_on}发证，{grade}级），但没有困难残疾人生活补贴。"
  en: "Covered by dibao with a valid disability certificate (issued {issued_on}, grade {grade}), but without the living subsidy for disabled people."
clears:
  zh: 已在他处享受该补贴，或本人不愿申请。
  en: The subsidy is already drawn elsewhere, or the person does not wish to apply.
innocent:
  - {zh: 补贴由外地或其他部门发放。, en: The subsidy is paid by another place or department.}
  - {zh: 新近发证，申请正在办理。, en: The certificate is recent and the application is under way.}
action:
  zh: 主动联系本人或监护人，协助申请（可代办）。
  en: Contact the person or guardian and help them apply, or apply for them.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.case_id = lead.case_id AND c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.disability_certificates
    from: lead JOIN civil_affairs.disability_certificates AS e ON e.person_id = lead.person_id
    where: e.state = 'valid' AND e.issued_on <= $t AND (e.valid_to IS NULL OR e.valid_to >= $t)
    fields: [person_id, kind, grade, issued_on, valid_to, state]
---*/
WITH certified AS (
  SELECT person_id, max(issued_on) AS issued_on, min(grade) AS grade
  FROM facts.valid_certificates
  GROUP BY person_id
),
served AS (
  SELECT person_id FROM facts.case_members WHERE programme IN ('disability_living', 'tekun', 'orphan', 'de_facto_unattended')
  UNION
  SELECT person_id FROM facts.children_in_need_now
  UNION
  SELECT person_id FROM facts.payments_made WHERE programme = 'disability_living' AND pay_month >= $m_1
  UNION
  SELECT person_id FROM human_resources.injury_care WHERE amount > 0 AND month IN ($m, $m_1)
)
SELECT m.case_id, m.person_id, s.person_id IS NULL AS hit, c.issued_on, c.grade
FROM facts.case_members AS m
JOIN certified AS c ON c.person_id = m.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = m.person_id
LEFT JOIN served AS s ON s.person_id = m.person_id
WHERE m.programme = 'dibao' AND d.person_id IS NULL
