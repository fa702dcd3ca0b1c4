/*---
id: P-01
title: {zh: 两套及以上住房, en: Two or more dwellings}
meaning:
  zh: "看在保低保、低保边缘、刚性支出困难和特困家庭。城镇住宅套数超过上限，而且按份额折算的面积合计也超过人均上限的，是线索。农村住房、份额太小的房产和已注销的登记不算；两项只超一项的不算。"
  en: "Looks at families supported as dibao, marginal, unavoidable spending or tekun. It is a lead when the members own more urban dwellings than the bound and these, by share, also hold more floor area than the bound for so many people. Rural homes, small shares and ended registrations do not count, and passing only one of the two bounds is no lead."
direction: ineligible
severity: S2
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, housing.property_units]
parameters: [dwellings_max, dwelling_area_per_head, unit_share_min]
legal:
  - zh: 家庭财产状况应当符合当地规定，财产包括房屋等不动产。
    en: The family's property, real estate included, has to be within what the place allows.
    source: 《社会救助暂行办法》（国务院令第649号）第九条；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "家庭成员名下有{value}套城镇住宅（限{threshold}套），按份额折算面积共{area}平方米，{n}人的限值为{area_allowed}平方米。"
  en: "Members hold {value} urban dwellings (the bound is {threshold}); by share they come to {area} m², while {area_allowed} m² is the bound for {n} people."
unit: {zh: 套, en: dwellings}
clears:
  zh: 其中一套已售、已拆或份额不足，或属于继承、拆迁安置而实际无法居住。
  en: One of the units is sold, demolished or a smaller share, or came by inheritance or demolition and cannot be lived in.
innocent:
  - {zh: 继承所得份额，与他人共有，不能处置。, en: "An inherited share, owned with others, that cannot be sold."}
  - {zh: 拆迁安置一套换多套小户型，人均面积不大。, en: A demolition swap of one home for several small ones.}
  - {zh: 登记未注销的旧房。, en: An old home whose registration was never closed.}
action:
  zh: 上门看房，了解来源和可否变现，按当地财产规定综合认定。
  en: See the homes, learn how they came and whether they can be turned into money, and judge by the local property rules.
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
    where: e.use = 'dwelling' AND NOT e.rural AND e.registered_on <= $t AND (e.ended_on IS NULL OR e.ended_on > $t)
    fields: [person_id, unit_id, use, area, share_num, share_den, registered_on, ended_on, acquired_by, rural]
---*/
WITH cases AS (
  SELECT c.case_id, c.household_id, s.n,
         coalesce(f.dwellings_max, $dwellings_max) AS dwellings_max,
         coalesce(f.dwelling_area_per_head, $dwelling_area_per_head) AS area_per_head,
         coalesce(f.unit_share_min, $unit_share_min) AS unit_share_min
  FROM facts.active_cases AS c
  JOIN facts.case_sizes AS s ON s.case_id = c.case_id
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.is_low_income
),
units AS (
  -- Shares are compared to twelve places, so that 1/3 + 1/6 is a half; the products below to six.
  SELECT m.case_id, r.unit_id, max(r.area) AS area,
         sum(CASE WHEN r.is_latest THEN CAST(CAST(r.share_num AS DOUBLE) / CAST(r.share_den AS DOUBLE) AS DECIMAL(18, 12)) END) AS share
  FROM facts.case_members AS m
  JOIN facts.dwelling_rows AS r ON r.person_id = m.person_id
  WHERE m.is_low_income
  GROUP BY m.case_id, r.unit_id
),
held AS (
  SELECT c.case_id, c.household_id, c.n, c.dwellings_max, c.area_per_head * c.n AS area_allowed, count(u.unit_id) AS dwellings,
         coalesce(CAST(sum(CAST(u.area * CAST(least(u.share, 1) AS DECIMAL(13, 12)) AS DECIMAL(26, 12))) AS DECIMAL(18, 6)), 0) AS area
  FROM cases AS c
  LEFT JOIN units AS u ON u.case_id = c.case_id AND CAST(u.share AS DECIMAL(18, 9)) >= c.unit_share_min
  GROUP BY c.case_id, c.household_id, c.n, c.dwellings_max, c.area_per_head
)
SELECT case_id, household_id, n, dwellings > dwellings_max AND area > area_allowed AS hit,
       CAST(area AS DECIMAL(18, 2)) AS area, CAST(area_allowed AS DECIMAL(18, 2)) AS area_allowed,
       dwellings_max AS threshold, dwellings AS value, n = 0 AS no_members
FROM held
