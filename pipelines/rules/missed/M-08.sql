/*---
id: M-08
title: {zh: 八十岁以上未享高龄津贴, en: Elderly allowance missed}
meaning:
  zh: "看户籍在本地、年满八十周岁的老人。满八十周岁一个月以后，仍没有高龄津贴的案件，上月和本月也没有发放的，是线索：很可能应享未享。已去世的不看。"
  en: "Looks at people of eighty and over registered in this area. It is a lead when a month has passed since the eightieth birthday and there is neither an active case nor a payment, this month or last, of the elderly allowance: it is very likely due. The dead are not looked at."
direction: missed
severity: M1
subject: person
basis: statutory
population: [civil_affairs.persons]
needs:
  present: [civil_affairs.persons]
  absent: [civil_affairs.cases, civil_affairs.payments, civil_affairs.deaths]
  months: {civil_affairs.payments: M-1..M-1}
parameters: []
legal:
  - zh: 国家鼓励地方建立八十周岁以上低收入老年人高龄津贴制度。
    en: The state encourages places to establish an allowance for people of eighty and over with low income.
    source: 《中华人民共和国老年人权益保障法》第三十三条
reason:
  zh: "{birth_month}出生，已满八十周岁，没有高龄津贴案件或发放。"
  en: "Born in {birth_month} and eighty or over, without an elderly allowance case or payment."
unit: {zh: 岁, en: years}
clears:
  zh: 已在他处享受高龄津贴，或本人不愿申请。
  en: The allowance is already drawn elsewhere, or the person does not wish to apply.
innocent:
  - {zh: 户籍在本市而长期居住外地并在当地领取。, en: "Registered here but living elsewhere, and drawing the allowance there."}
  - {zh: 已去世而登记迟到。, en: "The person has died and the record is late: ask gently."}
action:
  zh: 主动联系本人或家属，协助申领（可代办），注意语气。
  en: Contact the person or family and help them apply, with a gentle word.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month, hukou_division]
---*/
WITH residents AS (
  SELECT DISTINCT person_id FROM civil_affairs.persons WHERE starts_with(hukou_division, $division_stem)
),
served AS (
  SELECT person_id FROM facts.case_members WHERE programme = 'elderly_allowance'
  UNION
  SELECT person_id FROM facts.payments_made WHERE programme = 'elderly_allowance' AND pay_month >= $m_1
)
SELECT r.person_id, g.age_months IS NULL AS no_age, g.birth_month,
       g.age_months >= 961 AND s.person_id IS NULL AS hit,
       80 AS threshold, CAST(floor(g.age_months / 12.0) AS INTEGER) AS value
FROM residents AS r
LEFT JOIN facts.person_ages AS g ON g.person_id = r.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = r.person_id
LEFT JOIN served AS s ON s.person_id = r.person_id
WHERE d.person_id IS NULL AND (g.age_months IS NULL OR g.age_months >= 960)
