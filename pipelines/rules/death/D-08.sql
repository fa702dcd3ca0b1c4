/*---
id: D-08
title: {zh: 死亡人员仍占公租房或补贴, en: Dead tenant or subsidy payee}
meaning:
  zh: "看公租房的承租人，以及上月或本月领取租赁补贴的人。一份租约的承租人全部已登记死亡，或死亡之后的月份仍发租赁补贴的，是线索。还有一名承租人健在的租约不算；死亡当月的补贴不算。"
  en: "Looks at tenants of public housing and at people paid a rent subsidy this month or last. It is a lead when every tenant of a tenancy is registered as dead, or when a subsidy is for a month after the death. A tenancy with a living tenant does not count, nor does the subsidy of the month of death."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [housing.public_rentals, housing.rent_subsidies]
needs:
  present: [civil_affairs.deaths, housing.public_rentals, housing.rent_subsidies]
parameters: []
legal:
  - zh: 公共租赁住房只能由符合条件的承租人及其家庭居住；承租人死亡的，由生前共同居住的人申请续租，否则应当腾退。
    en: A public rental is for the tenant and family that qualify; after a tenant's death those who lived there may ask to go on renting, else it is given up.
    source: 《公共租赁住房管理办法》（住房和城乡建设部令第11号）；《中华人民共和国民法典》第七百三十二条
reason:
  zh: "登记于{dead_on}死亡，{what}。"
  en: "Registered as having died on {dead_on}; {what_en}."
clears:
  zh: 死亡登记有误（本人健在），或房屋已腾退、补贴已退回，或已由共同居住人续租而未登记。
  en: The record of death is wrong (the person is alive), the home was given up or the subsidy returned, or someone who lives there took over the tenancy and it is not yet registered.
innocent:
  - {zh: 死亡登记张冠李戴，本人健在。, en: "The death was registered for the wrong person, who is alive."}
  - {zh: 共同居住的家属仍住在里面，正在申请续租。, en: Family who lived there are still in the home and are asking to take the tenancy over.}
  - {zh: 家属正在办理后事和退房，尚在合理期限内。, en: The family is still within a fair time for the funeral and for handing the home back.}
action:
  zh: 由住建部门上门核实何人居住；有共同居住人且符合条件的办理续租，无人居住的办理腾退，多发补贴商定退回。
  en: Housing visits to see who lives there; whoever qualifies takes the tenancy over, an empty home is handed back, and the return of surplus subsidy is agreed.
owner: housing
status: live
evidence:
  - dataset: civil_affairs.deaths
    from: lead JOIN facts.open_tenancies AS o ON o.person_id = lead.person_id JOIN facts.open_tenancies AS o2 ON o2.tenancy_id = o.tenancy_id JOIN civil_affairs.deaths AS e ON e.person_id = o2.person_id
    fields: [person_id, died_on, cremated_on, source]
  - dataset: civil_affairs.deaths
    from: lead JOIN civil_affairs.deaths AS e ON e.person_id = lead.person_id
    fields: [person_id, died_on, cremated_on, source]
  - dataset: housing.public_rentals
    from: lead JOIN facts.open_tenancies AS o ON o.person_id = lead.person_id JOIN housing.public_rentals AS e ON e.tenancy_id = o.tenancy_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $t)
    fields: [tenancy_id, person_id, main_tenant, unit_id, from_on, to_on, basis]
  - dataset: housing.rent_subsidies
    from: lead JOIN housing.rent_subsidies AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month > lead.dead_on AND e.month <= $m
    fields: [person_id, month, amount, basis]
---*/
WITH housed AS (
  SELECT person_id FROM facts.open_tenancies
  UNION
  SELECT person_id FROM facts.recent_subsidies
),
left_empty AS (
  SELECT o.tenancy_id
  FROM facts.open_tenancies AS o
  LEFT JOIN facts.deaths AS d ON d.person_id = o.person_id
  GROUP BY o.tenancy_id
  HAVING count(o.person_id) = count(d.person_id)
),
tenancies AS (
  SELECT o.person_id, count(DISTINCT o.tenancy_id) AS tenancies, min(o.tenancy_id) AS tenancy_id
  FROM facts.open_tenancies AS o
  JOIN left_empty AS e ON e.tenancy_id = o.tenancy_id
  GROUP BY o.person_id
),
paid AS (
  -- A month that begins after the day of death is a month after the month of death.
  SELECT r.person_id, count(DISTINCT r.month) AS months_after, min(r.month) AS first_month, max(r.month) AS last_month,
         sum(r.amount) AS total_so_far, max(r.amount) AS monthly_at_risk
  FROM housing.rent_subsidies AS r
  JOIN facts.deaths AS d ON d.person_id = r.person_id
  WHERE r.amount > 0 AND r.month <= $m AND r.month > d.dead_on
  GROUP BY r.person_id
),
judged AS (
  SELECT h.person_id, d.dead_on, t.tenancies, t.tenancy_id, p.months_after, p.total_so_far, p.monthly_at_risk,
         substr(CAST(p.first_month AS VARCHAR), 1, 7) AS first_paid, substr(CAST(p.last_month AS VARCHAR), 1, 7) AS last_paid
  FROM housed AS h
  LEFT JOIN facts.deaths AS d ON d.person_id = h.person_id
  LEFT JOIN tenancies AS t ON t.person_id = h.person_id
  LEFT JOIN paid AS p ON p.person_id = h.person_id
)
SELECT person_id, dead_on, tenancies IS NOT NULL OR months_after IS NOT NULL AS hit,
       CASE WHEN tenancies IS NULL THEN '' ELSE '公租房租赁' || tenancy_id || '的承租人均已死亡，租赁尚未终止' END
         || CASE WHEN tenancies IS NOT NULL AND months_after IS NOT NULL THEN '；' ELSE '' END
         || CASE WHEN months_after IS NULL THEN ''
                 ELSE '死亡月份之后仍发放租赁补贴' || CAST(months_after AS VARCHAR) || '个月（' || first_paid || '至' || last_paid || '），共'
                   || CAST(total_so_far AS VARCHAR) || '元' END AS what,
       CASE WHEN tenancies IS NULL THEN '' ELSE 'every tenant of the public rental ' || tenancy_id || ' is dead and the tenancy is still open' END
         || CASE WHEN tenancies IS NOT NULL AND months_after IS NOT NULL THEN '; ' ELSE '' END
         || CASE WHEN months_after IS NULL THEN ''
                 ELSE 'a rent subsidy was paid for ' || CAST(months_after AS VARCHAR) || ' months after the month of death (' || first_paid || ' to '
                   || last_paid || '), ' || CAST(total_so_far AS VARCHAR) || ' yuan in all' END AS what_en,
       total_so_far, monthly_at_risk
FROM judged
