/*---
id: P-06
title: {zh: 公租房对象有住房, en: Public-housing tenant owns a home}
meaning:
  zh: "看正在承租公租房的人，以及上月或本月领取租赁补贴的人。本人名下有达到份额下限的城镇住宅，或有有效的购房网签合同的，是线索。农村住房、份额太小和已注销的登记不算；只看本人，不看家人。"
  en: "Looks at tenants of public housing and at people paid a rent subsidy this month or last. It is a lead when the person owns an urban dwelling at or above the least share, or has a presale contract in force. Rural homes, smaller shares and ended registrations do not count; only the person is looked at, not the family."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [housing.public_rentals, housing.rent_subsidies]
needs:
  present: [housing.public_rentals, housing.rent_subsidies, housing.property_units, housing.presales]
parameters: [unit_share_min]
legal:
  - zh: 承租人在租赁期内通过购买、受赠、继承等方式获得其他住房并不再符合配租条件的，应当腾退公共租赁住房。
    en: A tenant who obtains another home by purchase, gift or inheritance and no longer qualifies has to give up the public rental.
    source: 《公共租赁住房管理办法》（住房和城乡建设部令第11号）第三十一条
reason:
  zh: "{support}，同时{holding}。"
  en: "{support_en}, and {holding_en}."
unit: {zh: 套, en: dwellings}
clears:
  zh: 房屋已转让、合同已撤销，或登记张冠李戴。
  en: The home was passed on, the contract was cancelled, or the registration is someone else's.
innocent:
  - {zh: 继承所得份额或与他人共有，无法居住。, en: An inherited or shared home that cannot be lived in.}
  - {zh: 新购住房尚未交付，处于搬迁过渡期。, en: The new home is not yet handed over and the move is under way.}
  - {zh: 房屋已出售但登记未变更。, en: The home is sold and the registration is not yet changed.}
action:
  zh: 由住建部门核实房屋实际状况；确需腾退的，给予合理搬迁期。
  en: Housing checks the home as it is; where the tenancy has to end, a fair time to move is given.
owner: housing
status: live
evidence:
  - dataset: housing.public_rentals
    from: lead JOIN housing.public_rentals AS e ON e.person_id = lead.person_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $t)
    fields: [tenancy_id, person_id, unit_id, from_on, to_on, basis]
  - dataset: housing.rent_subsidies
    from: lead JOIN housing.rent_subsidies AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month IN ($m, $m_1)
    fields: [person_id, month, amount, basis]
  - dataset: housing.property_units
    from: lead JOIN housing.property_units AS e ON e.person_id = lead.person_id
    where: e.use = 'dwelling' AND NOT e.rural AND e.registered_on <= $t AND (e.ended_on IS NULL OR e.ended_on > $t)
    fields: [person_id, unit_id, use, area, share_num, share_den, registered_on, ended_on, acquired_by, rural]
  - dataset: housing.presales
    from: lead JOIN housing.presales AS e ON e.person_id = lead.person_id
    where: e.signed_on <= $t AND (e.cancelled_on IS NULL OR e.cancelled_on > $t)
    fields: [contract_id, person_id, unit_id, signed_on, cancelled_on, area, price]
---*/
WITH supported AS (
  SELECT person_id, max(tenant) AS tenant, max(subsidy) AS subsidy
  FROM (
    SELECT person_id, 1 AS tenant, CAST(NULL AS DECIMAL(14, 2)) AS subsidy FROM facts.open_tenancies
    UNION ALL
    SELECT person_id, 0 AS tenant, amount AS subsidy FROM facts.recent_subsidies
  ) AS both_kinds
  GROUP BY person_id
),
homes AS (SELECT person_id, count(unit_id) AS homes FROM facts.dwellings GROUP BY person_id),
contracts AS (SELECT person_id, count(contract_id) AS contracts FROM facts.open_presales GROUP BY person_id)
SELECT s.person_id,
       coalesce(h.homes, 0) + coalesce(c.contracts, 0) > 0 AS hit,
       CASE WHEN h.homes IS NOT NULL THEN 'S1' ELSE 'S2' END AS severity,
       s.subsidy AS monthly_at_risk,
       CASE WHEN s.tenant = 1 AND s.subsidy IS NOT NULL THEN '承租公租房并领取租赁补贴'
            WHEN s.tenant = 1 THEN '承租公租房' ELSE '领取租赁补贴' END AS support,
       CASE WHEN s.tenant = 1 AND s.subsidy IS NOT NULL THEN 'Tenant of public housing and paid a rent subsidy'
            WHEN s.tenant = 1 THEN 'Tenant of public housing' ELSE 'Paid a rent subsidy' END AS support_en,
       CASE WHEN h.homes IS NOT NULL THEN '名下登记有住宅（份额达到下限）' ELSE '有一份有效的购房网签合同' END AS holding,
       CASE WHEN h.homes IS NOT NULL THEN 'holds a registered dwelling at or above the minimum share' ELSE 'has a presale contract in force' END AS holding_en,
       0 AS threshold, coalesce(h.homes, 0) + coalesce(c.contracts, 0) AS value
FROM supported AS s
LEFT JOIN homes AS h ON h.person_id = s.person_id
LEFT JOIN contracts AS c ON c.person_id = s.person_id
