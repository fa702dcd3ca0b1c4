/*---
id: M-10
title: {zh: "收入骤降疑似漏保", en: "Sudden loss of income"}
meaning:
  zh: "看16至59岁的低保边缘家庭成员和公租房承租人。此前九个月里至少六个月有单位缴费，近三个整月一个月也没有，又没有养老金、失业金或新的参保的，是线索：可能刚丢了工作。已去世的不看。"
  en: "Looks at members of marginal families and tenants of public housing aged 16 to 59. It is a lead when an employer paid contributions in at least six of nine months, then in none of the last three full months, with no pension, unemployment benefit or new insurance since: a job may just have been lost. The dead are not looked at."
direction: missed
severity: M3
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members, housing.public_rentals]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.persons, housing.public_rentals]
  absent: [human_resources.contributions, human_resources.pension_payments, human_resources.unemployment_benefits, human_resources.insurance_enrolments, civil_affairs.deaths]
  months: {human_resources.contributions: M-12..M-1, human_resources.pension_payments: M-3..M-1, human_resources.unemployment_benefits: M-3..M-1}
parameters: []
legal:
  - zh: 应当主动发现、及时了解困难群众的生活变化，对符合条件的给予救助。
    en: "Changes in the lives of people in need are to be noticed actively and in good time, and those who qualify are helped."
    source: 《社会救助暂行办法》（国务院令第649号）；《关于加强低收入人口动态监测做好分层分类社会救助工作的意见》（国办发〔2023〕39号）
reason:
  zh: "{age}岁，{ground}；{first_month}至{last_month}有{value}个月单位缴费，近三个月中断，也没有养老金、失业金或新的参保。"
  en: "Aged {age}, {ground_en}; employer contributions in {value} months from {first_month} to {last_month}, none in the last three, and no pension, unemployment benefit or new insurance since."
unit: {zh: "个月", en: "months"}
clears:
  zh: 已有新的收入来源，或家人收入足够。
  en: "There is a new income, or the family's income is enough."
innocent:
  - {zh: "转为灵活就业，尚未缴费。", en: "Now self-employed and not yet paying."}
  - {zh: "换了工作，新单位缴费数据迟到。", en: "Changed jobs; the new employer's contributions arrive late."}
  - {zh: "正在休产假、病假。", en: "On maternity or sick leave."}
action:
  zh: 打电话或走访一次，问问近况，符合条件的协助申请低保、临时救助或失业保险金。
  en: "Call or visit once and ask how things are; help those who qualify apply for dibao, temporary assistance or unemployment benefit."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.case_id = lead.case_id AND c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month, hukou_division]
  - dataset: housing.public_rentals
    from: lead JOIN housing.public_rentals AS e ON e.person_id = lead.person_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $t)
    fields: [tenancy_id, person_id, main_tenant, unit_id, from_on, to_on]
  - dataset: human_resources.contributions
    from: lead JOIN human_resources.contributions AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_12 AND $m_4
    fields: [person_id, insurance, month, base, employer_id, paid, paid_by]
---*/
WITH members AS (
  SELECT case_id, person_id FROM facts.case_members WHERE programme = 'dibao_marginal' AND is_household
),
people AS (
  SELECT case_id, person_id, 1 AS ground FROM members
  UNION ALL
  SELECT CAST(NULL AS VARCHAR) AS case_id, t.person_id, 2 AS ground
  FROM (SELECT DISTINCT person_id FROM facts.open_tenancies) AS t
  LEFT JOIN (SELECT DISTINCT person_id FROM members) AS m ON m.person_id = t.person_id
  WHERE m.person_id IS NULL
),
provided AS (
  -- Of very many people few are asked about.
  SELECT DISTINCT person_id
  FROM (
    SELECT person_id FROM facts.recent_employment
    UNION ALL
    SELECT person_id FROM facts.recent_pensions WHERE last_month >= $m_3
    UNION ALL
    SELECT person_id FROM human_resources.unemployment_benefits WHERE amount > 0 AND state = 'paid' AND month BETWEEN $m_3 AND $m
    UNION ALL
    SELECT person_id FROM human_resources.insurance_enrolments
    WHERE insurance IN ('110', '120') AND enrol_state = 1 AND from_month BETWEEN $m_3 AND $m
  ) AS everyone
  WHERE person_id IN (SELECT person_id FROM people)
)
SELECT m.case_id, m.person_id, g.age_months IS NULL AS no_age,
       coalesce(w.months, 0) >= 6 AND p.person_id IS NULL AS hit,
       CAST(floor(g.age_months / 12.0) AS INTEGER) AS age, w.first_month, w.last_month,
       CASE m.ground WHEN 1 THEN '低保边缘家庭成员' ELSE '公租房租户' END AS ground,
       CASE m.ground WHEN 1 THEN 'in a marginal family' ELSE 'tenant of public housing' END AS ground_en,
       6 AS threshold, coalesce(w.months, 0) AS value
FROM people AS m
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = m.person_id
LEFT JOIN facts.employment AS w ON w.person_id = m.person_id
LEFT JOIN provided AS p ON p.person_id = m.person_id
WHERE d.person_id IS NULL AND (g.age_months IS NULL OR g.age_months BETWEEN 192 AND 719)
