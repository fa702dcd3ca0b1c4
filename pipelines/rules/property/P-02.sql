/*---
id: P-02
title: {zh: 非居住用房, en: "Shop or office"}
meaning:
  zh: "看在保低保、低保边缘、刚性支出困难和特困家庭。成员名下现有商铺或办公用房，且在同一处的份额合计达到下限的，是线索，城乡都算。车位、份额太小和已注销的登记不算。"
  en: "Looks at families supported as dibao, marginal, unavoidable spending or tekun. It is a lead when the members together hold at least the set share of a shop or an office, in town or country. Parking spaces, smaller shares and ended registrations do not count."
direction: ineligible
severity: S2
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, housing.property_units]
parameters: [unit_share_min]
legal:
  - zh: 家庭财产状况应当符合当地规定，财产包括房屋等不动产。
    en: The family's property, real estate included, has to be within what the place allows.
    source: 《社会救助暂行办法》（国务院令第649号）第九条；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "家庭成员名下登记有商铺{shops}处、办公用房{offices}处，合计份额都达到{unit_share_min}。"
  en: "Members hold {shops} shops and {offices} offices, each with a joint share of {unit_share_min} or more."
unit: {zh: 处, en: units}
clears:
  zh: 该处已售、已拆、已灭失，或者登记张冠李戴。
  en: "The unit is sold or demolished, or the registration is someone else's."
innocent:
  - {zh: 自己开小店维持生活，收入已经申报。, en: The family runs a small shop for its living and declares the income.}
  - {zh: 继承或与他人共有，没有收益，也无法处置。, en: "An inherited or shared unit that yields nothing and cannot be sold."}
  - {zh: 登记用途为商业，实际用于居住。, en: The registered use is commercial but the family lives there.}
action:
  zh: 上门查看实际用途、收益和可否变现，按当地财产规定综合认定。
  en: "See how the unit is used, what it yields and whether it can be turned into money, and judge by the local property rules."
owner: housing
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = e.person_id
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: housing.property_units
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN housing.property_units AS e ON e.person_id = m.person_id
    where: e.use IN ('shop', 'office') AND e.registered_on <= $t AND (e.ended_on IS NULL OR e.ended_on > $t)
    fields: [person_id, unit_id, use, area, share_num, share_den, registered_on, ended_on, acquired_by, rural]
---*/
WITH own AS (
  SELECT person_id, unit_id, use, share_num, share_den,
         row_number() OVER (PARTITION BY person_id, unit_id ORDER BY registered_on DESC) AS place
  FROM housing.property_units
  WHERE use IN ('shop', 'office') AND registered_on <= $t AND (ended_on IS NULL OR ended_on > $t)
),
units AS (
  -- Shares are summed to twelve places and compared to nine, so that 1/3 + 1/6 is a half.
  SELECT m.case_id, o.unit_id, max(CASE WHEN o.use = 'shop' THEN 1 ELSE 0 END) AS shop,
         CAST(sum(CAST(CAST(o.share_num AS DOUBLE) / CAST(o.share_den AS DOUBLE) AS DECIMAL(18, 12))) AS DECIMAL(18, 9)) AS share
  FROM facts.case_members AS m
  JOIN own AS o ON o.person_id = m.person_id
  WHERE o.place = 1
  GROUP BY m.case_id, o.unit_id
),
cases AS (
  SELECT c.case_id, c.household_id, coalesce(f.unit_share_min, $unit_share_min) AS unit_share_min
  FROM facts.active_cases AS c
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.is_low_income
)
SELECT c.case_id, c.household_id, c.unit_share_min, count(u.unit_id) > 0 AS hit,
       coalesce(sum(u.shop), 0) AS shops, count(u.unit_id) - coalesce(sum(u.shop), 0) AS offices,
       0 AS threshold, count(u.unit_id) AS value
FROM cases AS c
LEFT JOIN units AS u ON u.case_id = c.case_id AND u.share >= c.unit_share_min
GROUP BY c.case_id, c.household_id, c.unit_share_min
