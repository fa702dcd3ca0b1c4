/*---
id: M-04
title: {zh: "到龄未领居民养老金", en: "Resident pension not started"}
meaning:
  zh: "看年满六十周岁、有居民养老保险参保登记的人。满六十周岁已三个月，近六个整月和本月都没有领取养老金，也没有参加职工养老保险的，是线索：可能到龄还没有领。已去世的不看。"
  en: "Looks at people of sixty and over enrolled in the resident pension. It is a lead when three months have passed since the sixtieth birthday, no pension was paid in the last six full months or this one, and the person is not insured through work: the pension may not have been started. The dead are not looked at."
direction: missed
severity: M1
subject: person
basis: statutory
population: [human_resources.insurance_enrolments]
needs:
  present: [civil_affairs.persons]
  absent: [human_resources.insurance_enrolments, human_resources.pension_payments, civil_affairs.deaths]
  months: {human_resources.pension_payments: M-6..M-1}
parameters: []
legal:
  - zh: 参加居民养老保险、年满六十周岁、缴费满规定年限且未领取其他基本养老待遇的，可以按月领取养老金。
    en: "Someone insured for the resident pension who is sixty, has paid for the required years and draws no other basic pension can draw it each month."
    source: 《国务院关于建立统一的城乡居民基本养老保险制度的意见》（国发〔2014〕8号）
reason:
  zh: "{age}岁（{birth_month}出生），有居民养老保险参保登记，近六个月和本月都没有领取养老金，也未参加职工养老保险。"
  en: "Aged {age} (born in {birth_month}), enrolled in the resident pension, without any pension in the last six months or this one and without employee pension insurance."
unit: {zh: "岁", en: "years"}
clears:
  zh: 已在他处领取养老金，或缴费年限不足正在补缴。
  en: "A pension is drawn elsewhere, or years of premiums are missing and being paid."
innocent:
  - {zh: "养老金在外地领取，数据未共享。", en: "The pension is drawn in another place that does not share its data."}
  - {zh: "缴费年限不足，正在补缴或延长缴费。", en: "Years of premiums are missing and are being made up."}
  - {zh: "申领正在办理。", en: "The claim is being worked on."}
  - {zh: "已去世而登记迟到。", en: "The person has died and the record is late: ask gently."}
action:
  zh: 主动联系本人或家属，协助申领（可代办）；缴费年限不足的说明补缴办法。
  en: "Contact the person or family and help them claim, or claim for them; where years are missing, explain how to make them up."
owner: human_resources
status: live
evidence:
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month, hukou_division]
  - dataset: human_resources.insurance_enrolments
    from: lead JOIN human_resources.insurance_enrolments AS e ON e.person_id = lead.person_id
    where: e.insurance = '170' AND e.enrol_state IN (1, 2, 3) AND e.from_month <= $m
    fields: [person_id, insurance, enrol_state, from_month, to_month]
---*/
WITH enrolled AS (
  SELECT DISTINCT person_id FROM human_resources.insurance_enrolments
  WHERE insurance = '170' AND enrol_state IN (1, 2, 3) AND from_month <= $m
    AND person_id IN (SELECT person_id FROM civil_affairs.persons)
),
provided AS (
  SELECT person_id FROM facts.insured_now
  UNION
  SELECT person_id FROM facts.recent_pensions
)
SELECT e.person_id, g.age_months IS NULL AS no_age,
       g.age_months >= 723 AND p.person_id IS NULL AS hit,
       g.birth_month, CAST(floor(g.age_months / 12.0) AS INTEGER) AS age, 60 AS threshold, CAST(floor(g.age_months / 12.0) AS INTEGER) AS value
FROM enrolled AS e
LEFT JOIN facts.person_ages AS g ON g.person_id = e.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = e.person_id
LEFT JOIN provided AS p ON p.person_id = e.person_id
WHERE d.person_id IS NULL AND (g.age_months IS NULL OR g.age_months >= 720)
