/*---
id: M-02
title: {zh: 重度残疾人未享护理补贴, en: Care subsidy missed}
meaning:
  zh: "看持有一、二级有效残疾人证，或规定类别三级证的人。没有重度残疾人护理补贴的案件，上月和本月也没有发放的，是线索：很可能应享未享。享受特困供养或领取工伤护理费的不算；已去世的不看。"
  en: "Looks at people with a valid disability certificate of grade 1 or 2, or of grade 3 and one of the set kinds. It is a lead when there is neither an active case nor a payment, this month or last, of the care subsidy: it is very likely due. People covered by tekun or paid an injury care fee are clear; the dead are not looked at."
direction: missed
severity: M1
subject: person
basis: statutory
population: [civil_affairs.disability_certificates]
needs:
  present: [civil_affairs.disability_certificates]
  absent: [civil_affairs.cases, civil_affairs.payments, human_resources.injury_care, civil_affairs.deaths]
  months: {civil_affairs.payments: M-1..M-1, human_resources.injury_care: M-1..M-1}
parameters: [care_grade3_kinds]
legal:
  - zh: 重度残疾人护理补贴对象为残疾等级一级、二级且需要长期照护的残疾人，有条件的地方可扩大到三级智力、精神残疾人。
    en: The care subsidy is for people of grade 1 or 2 who need long-term care; places can extend it to intellectual and mental disability of grade 3.
    source: 《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）
reason:
  zh: "持有{grade}级有效残疾人证（{issued_on}发证），但没有重度残疾人护理补贴。"
  en: "Holds a valid disability certificate of grade {grade} (issued {issued_on}), but is without the care subsidy for severely disabled people."
clears:
  zh: 已在他处享受该补贴，或经评估不需要长期照护。
  en: The subsidy is already drawn elsewhere, or an assessment found that long-term care is not needed.
innocent:
  - {zh: 补贴由外地发放。, en: The subsidy is paid by another place.}
  - {zh: 新近发证，申请正在办理。, en: The certificate is recent and the application is under way.}
  - {zh: 本人在机构供养，护理由机构提供。, en: The person lives in an institution that provides the care.}
action:
  zh: 主动联系本人或监护人，协助申请（可代办）。
  en: Contact the person or guardian and help them apply, or apply for them.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.disability_certificates
    from: lead JOIN civil_affairs.disability_certificates AS e ON e.person_id = lead.person_id
    where: e.state = 'valid' AND e.issued_on <= $t AND (e.valid_to IS NULL OR e.valid_to >= $t)
    fields: [person_id, kind, grade, issued_on, valid_to, state]
---*/
WITH served AS (
  SELECT person_id FROM facts.case_members WHERE programme IN ('disability_care', 'tekun')
  UNION
  SELECT person_id FROM facts.payments_made WHERE programme = 'disability_care' AND pay_month >= $m_1
  UNION
  SELECT person_id FROM human_resources.injury_care WHERE amount > 0 AND month IN ($m, $m_1)
)
SELECT c.person_id, s.person_id IS NULL AS hit, c.issued_on, c.grade
FROM facts.severe_disabilities AS c
LEFT JOIN facts.deaths AS d ON d.person_id = c.person_id
LEFT JOIN served AS s ON s.person_id = c.person_id
WHERE d.person_id IS NULL
