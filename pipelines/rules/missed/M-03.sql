/*---
id: M-03
title: {zh: "困难群体未代缴居民养老", en: "Resident pension premium not covered"}
meaning:
  zh: "看16至59岁、享受低保或特困，或持有一、二级有效残疾人证的人。今年和去年都没有居民养老保险缴费记录，也没有参加职工养老保险、没有领取养老金、不在校的，是线索：政府可能应代缴而没有代缴。已去世的不看。"
  en: "Looks at people aged 16 to 59 on dibao or tekun, or with a valid disability certificate of grade 1 or 2. It is a lead when no resident pension premium is on record for this year or last and the person is not insured through work, draws no pension and is not in school: the government may owe the premium. The dead are not looked at."
direction: missed
severity: M1
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.disability_certificates]
needs:
  present: [civil_affairs.household_members, civil_affairs.disability_certificates, civil_affairs.persons, civil_affairs.cases]
  absent: [human_resources.resident_premiums, human_resources.insurance_enrolments, education.enrolments, human_resources.pension_payments, civil_affairs.deaths]
  months: {human_resources.resident_premiums: Y-1..Y, human_resources.pension_payments: M-6..M-1}
parameters: []
legal:
  - zh: 对重度残疾人等缴费困难群体，地方人民政府为其代缴部分或全部最低标准的养老保险费。
    en: "For people in hardship, such as the severely disabled, the local government pays part or all of the lowest resident pension premium."
    source: 《国务院关于建立统一的城乡居民基本养老保险制度的意见》（国发〔2014〕8号）
reason:
  zh: "{age}岁，{ground}，今年和去年都没有居民养老保险缴费（含政府代缴）记录，未参加职工养老保险，也没有领取养老金。"
  en: "Aged {age}, {ground_en}; no resident pension premium, paid by the person or the government, this year or last, no employee pension insurance and no pension."
clears:
  zh: 已在他处参保缴费，或本人不愿参保。
  en: "The person is insured elsewhere or does not wish to be."
innocent:
  - {zh: "在外地参保缴费，数据未共享。", en: "Insured in another place that does not share its data."}
  - {zh: "今年的代缴名单尚未办结。", en: "This year's list of covered premiums is not finished."}
action:
  zh: 核对代缴名单，为符合条件的人补办参保和代缴。
  en: "Check the list of covered premiums, and enrol and cover those who qualify."
owner: human_resources
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
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month, hukou_division]
---*/
WITH grounds AS (
  SELECT person_id, case_id, 1 AS ground FROM facts.case_members WHERE programme IN ('dibao', 'tekun')
  UNION ALL
  SELECT c.person_id, CAST(NULL AS VARCHAR) AS case_id, 2 AS ground
  FROM (SELECT DISTINCT person_id FROM facts.valid_certificates WHERE grade IN (1, 2)) AS c
  LEFT JOIN (SELECT DISTINCT person_id FROM facts.case_members WHERE programme IN ('dibao', 'tekun')) AS m ON m.person_id = c.person_id
  WHERE m.person_id IS NULL
),
provided AS (
  -- Of very many people few are asked about.
  SELECT DISTINCT person_id
  FROM (
    SELECT person_id FROM facts.pupils
    UNION ALL
    SELECT person_id FROM human_resources.resident_premiums WHERE year <= $m AND date_part('year', year) >= date_part('year', $t) - 1
    UNION ALL
    SELECT person_id FROM facts.insured_now
    UNION ALL
    SELECT person_id FROM facts.recent_pensions WHERE first_month <= $m_1
  ) AS everyone
  WHERE person_id IN (SELECT person_id FROM grounds)
)
SELECT r.case_id, r.person_id, g.age_months IS NULL AS no_age, p.person_id IS NULL AS hit, CAST(floor(g.age_months / 12.0) AS INTEGER) AS age,
       CASE r.ground WHEN 1 THEN '在保低保或特困人员' ELSE '一级或二级残疾人' END AS ground,
       CASE r.ground WHEN 1 THEN 'covered by dibao or tekun' ELSE 'with a disability certificate of grade 1 or 2' END AS ground_en
FROM grounds AS r
LEFT JOIN facts.person_ages AS g ON g.person_id = r.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = r.person_id
LEFT JOIN provided AS p ON p.person_id = r.person_id
WHERE d.person_id IS NULL AND (g.age_months IS NULL OR g.age_months BETWEEN 192 AND 719)
