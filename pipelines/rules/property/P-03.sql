/*---
id: P-03
title: {zh: 救助期间购房, en: Bought a home while on support}
meaning:
  zh: "看在保低保、低保边缘、刚性支出困难和特困家庭。开始救助以后，成员以购买方式登记了城镇住宅，或签订了有效的购房网签合同的，是线索，事后卖掉也算。救助前已签合同、后来才办证的不算；继承、拆迁安置和农村住房不算。"
  en: "Looks at families supported as dibao, marginal, unavoidable spending or tekun. It is a lead when, since support began, a member registered an urban dwelling by purchase, even if sold since, or signed a presale contract. A home whose contract was signed before support began does not count, nor do inheritance, resettlement, rural homes and cancelled contracts."
direction: ineligible
severity: S2
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, housing.property_units]
  absent: [housing.presales]
parameters: [unit_share_min]
legal:
  - zh: 救助期间家庭人口、收入和财产状况发生变化的，应当及时告知，由民政部门核查。
    en: Changes in the family's members, income or property while on support have to be reported and are checked.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "自{start_month}开始救助以来，家庭成员以购买方式登记住宅{homes}套，签订网签合同{contracts}份，最早一笔在{first_bought_on}。"
  en: "Since support began in {start_month}, members registered {homes} dwellings by purchase and signed {contracts} presale contracts, the first on {first_bought_on}."
unit: {zh: 笔, en: purchases}
clears:
  zh: 合同已撤销，或者款项来自开始救助以前（旧房出售、拆迁补偿）。
  en: "The contract was cancelled, or the money came from before support began (an old home sold, compensation)."
innocent:
  - {zh: 以拆迁补偿款或旧房售款购置唯一住房。, en: The only home was bought with compensation or the price of the old one.}
  - {zh: 房改或保障房购买，价格很低。, en: A former work-unit or affordable home at a low price.}
  - {zh: 子女以父母名义购房，父母没有出资。, en: "A child bought it in a parent's name, without the parent's money."}
  - {zh: 早年购房，登记迟办。, en: The home was bought years ago and registered late.}
action:
  zh: 了解购房款来源和家庭实际居住情况，按当地财产规定综合认定，不因登记本身停发。
  en: "Learn where the money came from and where the family lives, and judge by the local property rules; the registration alone is no reason to stop."
owner: housing
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, applied_on, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = e.person_id
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: housing.property_units
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN housing.property_units AS e ON e.person_id = m.person_id
    where: e.use = 'dwelling' AND NOT e.rural AND e.acquired_by = 'purchase' AND e.registered_on >= lead.start_month AND e.registered_on <= $t
    fields: [person_id, unit_id, use, area, share_num, share_den, registered_on, ended_on, acquired_by, rural]
  - dataset: housing.presales
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN housing.presales AS e ON e.person_id = m.person_id
    where: e.signed_on <= $t AND (e.cancelled_on IS NULL OR e.cancelled_on > $t)
    fields: [contract_id, person_id, unit_id, signed_on, cancelled_on, area, price]
---*/
WITH cases AS (
  SELECT c.case_id, c.household_id, c.start_month, coalesce(f.unit_share_min, $unit_share_min) AS unit_share_min
  FROM facts.active_cases AS c
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.is_low_income
),
members AS (
  SELECT c.case_id, c.start_month, c.unit_share_min, m.person_id
  FROM cases AS c
  JOIN facts.case_members AS m ON m.case_id = c.case_id
),
signed AS (
  SELECT m.case_id, p.contract_id, p.unit_id, p.signed_on, p.signed_on < m.start_month AS before_support
  FROM members AS m
  JOIN facts.open_presales AS p ON p.person_id = m.person_id
),
contracts AS (
  SELECT case_id, count(DISTINCT contract_id) AS contracts, min(signed_on) AS first_on
  FROM signed
  WHERE NOT before_support
  GROUP BY case_id
),
promised AS (SELECT DISTINCT case_id, unit_id FROM signed WHERE before_support),
homes AS (
  SELECT m.case_id, count(DISTINCT u.unit_id) AS homes, min(u.registered_on) AS first_on
  FROM members AS m
  JOIN housing.property_units AS u ON u.person_id = m.person_id
    AND u.use = 'dwelling' AND NOT u.rural AND u.acquired_by = 'purchase'
    AND u.registered_on >= m.start_month AND u.registered_on <= $t
    AND CAST(u.share_num AS DECIMAL(12, 0)) >= m.unit_share_min * CAST(u.share_den AS DECIMAL(12, 0))
  LEFT JOIN promised AS e ON e.case_id = m.case_id AND e.unit_id = u.unit_id
  WHERE e.unit_id IS NULL
  GROUP BY m.case_id
)
SELECT c.case_id, c.household_id, c.start_month, h.case_id IS NOT NULL OR s.case_id IS NOT NULL AS hit,
       coalesce(h.homes, 0) AS homes, coalesce(s.contracts, 0) AS contracts,
       least(h.first_on, s.first_on) AS first_bought_on,
       0 AS threshold, coalesce(h.homes, 0) + coalesce(s.contracts, 0) AS value
FROM cases AS c
LEFT JOIN homes AS h ON h.case_id = c.case_id
LEFT JOIN contracts AS s ON s.case_id = c.case_id
