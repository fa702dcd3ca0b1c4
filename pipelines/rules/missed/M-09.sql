/*---
id: M-09
title: {zh: "边缘家庭重残应单人保", en: "Severe disability in a marginal household"}
meaning:
  zh: "看低保边缘家庭中持有一、二级有效残疾人证，或规定类别三级证的成员。没有享受低保或特困的，是线索：可以按单人户申请低保。已去世的不看。"
  en: "Looks at members of marginal families with a valid disability certificate of grade 1 or 2, or of grade 3 and one of the set kinds. It is a lead when the person is covered by neither dibao nor tekun: dibao as a household of one may be due. The dead are not looked at."
direction: missed
severity: M1
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.disability_certificates]
needs:
  present: [civil_affairs.household_members, civil_affairs.disability_certificates]
  absent: [civil_affairs.cases, civil_affairs.deaths]
parameters: [care_grade3_kinds]
legal:
  - zh: 低保边缘家庭中的重度残疾人等，可以参照单人户提出低保申请。
    en: "A severely disabled member of a marginal family can apply for dibao as a household of one."
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "低保边缘家庭成员，持有{grade}级有效残疾人证（{issued_on}发证），但没有按单人户纳入低保或特困。"
  en: "A member of a marginal family with a valid disability certificate of grade {grade} (issued {issued_on}), covered neither by dibao as a household of one nor by tekun."
clears:
  zh: 本人不愿申请，或经核定不符合单人户条件。
  en: "The person does not wish to apply, or was found not to qualify as a household of one."
innocent:
  - {zh: "新近发证，申请正在办理。", en: "The certificate is recent and the application is under way."}
  - {zh: "已告知而家庭选择不申请。", en: "The family was told and chose not to apply."}
action:
  zh: 主动告知单人户低保政策，协助申请（可代办）。
  en: "Explain dibao as a household of one and help them apply, or apply for them."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.case_id = lead.case_id AND c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.disability_certificates
    from: lead JOIN civil_affairs.disability_certificates AS e ON e.person_id = lead.person_id
    where: e.state = 'valid' AND e.issued_on <= $t AND (e.valid_to IS NULL OR e.valid_to >= $t)
    fields: [person_id, kind, grade, issued_on, valid_to, state]
---*/
WITH covered AS (SELECT DISTINCT person_id FROM facts.case_members WHERE programme IN ('dibao', 'tekun'))
SELECT m.case_id, m.person_id, o.person_id IS NULL AS hit, c.issued_on, c.grade
FROM facts.case_members AS m
JOIN facts.severe_disabilities AS c ON c.person_id = m.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = m.person_id
LEFT JOIN covered AS o ON o.person_id = m.person_id
WHERE m.programme = 'dibao_marginal' AND m.is_household AND d.person_id IS NULL
