/*---
id: V-01
title: {zh: 名下有小型客车, en: Owns a car}
meaning:
  zh: "看在保的低保。家庭成员名下登记有小型客车、车龄没有满规定年数的，是线索。摩托车、货车、三轮车、残疾人专用车，以及已转让、被盗或达到报废标准的不算。"
  en: "Looks at active dibao cases. It is a lead when a member has a car registered to them that is younger than the set number of years. Motorcycles, trucks, tricycles, cars adapted for a disabled driver, and cars sold, stolen or due for scrapping do not count."
direction: ineligible
severity: S3
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, transport.vehicles]
parameters: [vehicle_years_max]
legal:
  - zh: 家庭财产状况应当符合当地规定，财产包括车辆等动产。
    en: The family's property, vehicles and other movables included, has to be within what the place allows.
    source: 《社会救助暂行办法》（国务院令第649号）第九条；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "家庭成员名下有小型客车{value}辆，最新的一辆初次登记于{newest_on}；车龄满{years_max}年的没有计入。"
  en: "Cars in the names of members: {value}, the newest first registered on {newest_on}; cars of {years_max} years or more are not counted."
unit: {zh: 辆, en: cars}
clears:
  zh: 车辆已转让、报废，或实际属于他人，或是残疾人专用车而登记没有注明。
  en: The car is sold or scrapped, belongs to someone else in fact, or is adapted for a disabled driver and not registered so.
innocent:
  - {zh: 替亲友或单位挂名登记，车并不归本户使用。, en: "Registered in one's name for a relative or a firm, which has the use of it."}
  - {zh: 残疾人或重病患者出行、就医所必需。, en: "A disabled or very ill member cannot do without it."}
  - {zh: 老旧车辆，几乎没有价值，或早已报废而没有注销。, en: "An old car worth next to nothing, or one scrapped long ago and never taken off the register."}
  - {zh: 靠它跑运输维持生活，收入已经申报。, en: The family earns its living with it and declares the income.}
  - {zh: 按揭购买，已无力还款，正在处置。, en: "Bought on credit that can no longer be paid, and being sold."}
action:
  zh: 上门了解车辆的用途、来源和价值，按当地财产规定综合认定。
  en: "See what the car is used for, how it came and what it is worth, and judge by the local property rules."
owner: civil_affairs
status: pilot
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = e.person_id
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: transport.vehicles
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN transport.vehicles AS e ON e.person_id = m.person_id
    where: e.kind = 'car' AND e.state = 'normal' AND NOT e.adapted AND e.registered_on <= $t AND (e.ended_on IS NULL OR e.ended_on > $t)
    fields: [person_id, vehicle_id, kind, adapted, state, first_registered_on, registered_on, ended_on]
---*/
WITH cases AS (
  SELECT c.case_id, c.household_id, coalesce(f.vehicle_years_max, $vehicle_years_max) AS years_max
  FROM facts.active_cases AS c
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.programme = 'dibao'
),
cars AS (
  SELECT m.case_id, h.vehicle_id, h.first_registered_on, h.age_months
  FROM facts.case_members AS m
  JOIN facts.cars_held AS h ON h.person_id = m.person_id
)
SELECT c.case_id, c.household_id, c.years_max,
       count(k.vehicle_id) > 0 AS hit,
       count(DISTINCT k.vehicle_id) AS value, 0 AS threshold,
       max(k.first_registered_on) AS newest_on
FROM cases AS c
LEFT JOIN cars AS k ON k.case_id = c.case_id AND k.age_months < c.years_max * 12
GROUP BY c.case_id, c.household_id, c.years_max
