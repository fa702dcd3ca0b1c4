/*---
id: X-09
title: {zh: 公租房与租赁补贴重复, en: Public rental and subsidy together}
meaning:
  zh: "看正在承租公租房的人。上月或本月又领取租赁补贴，或同时在两份公租房租约上的，是线索。已退租的不算。"
  en: "Looks at people who are tenants of public housing now. It is a lead when a rent subsidy was paid this month or last as well, or when the person stands on two open tenancies. A tenancy that has ended does not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [housing.public_rentals]
needs:
  present: [housing.public_rentals, housing.rent_subsidies]
parameters: []
legal:
  - zh: 住房保障以实物配租或者租赁补贴一种方式给予；已享受公共租赁住房实物保障的，不再领取租赁补贴。
    en: Housing support is a home or a rent subsidy; whoever has a public rental does not draw the subsidy as well.
    source: 《关于做好城镇住房保障家庭租赁补贴工作的指导意见》（建保〔2016〕281号）；《公共租赁住房管理办法》（住房和城乡建设部令第11号）
reason:
  zh: "承租公租房（{tenancy_id}），{what}。"
  en: "Tenant of public housing ({tenancy_id}), {what_en}."
clears:
  zh: 其中一项已终止或退回，登记尚未更新。
  en: One of the two has ended or was returned, and the register is not updated.
innocent:
  - {zh: 刚从补贴转为配租，当月补贴已先行发放。, en: "The person has just moved from the subsidy to a home, and that month's subsidy had already gone out."}
  - {zh: 调换房源期间新旧租赁短暂并存。, en: The old and the new tenancy stand side by side for a short time during a change of home.}
  - {zh: 同住的是另一家庭成员的租赁，登记时一并写入。, en: "The tenancy is another family member's, and the person was written in with it."}
action:
  zh: 由住建部门核实，按家庭意愿和规定保留一种方式，多发补贴商定退回。
  en: Housing verifies and keeps one of the two by the family's wish and the rules; the return of surplus subsidy is agreed.
owner: housing
status: live
evidence:
  - dataset: housing.public_rentals
    from: lead JOIN housing.public_rentals AS e ON e.person_id = lead.person_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $t)
    fields: [tenancy_id, person_id, main_tenant, unit_id, from_on, to_on, basis, granted_on]
  - dataset: housing.rent_subsidies
    from: lead JOIN housing.rent_subsidies AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month IN ($m, $m_1)
    fields: [person_id, month, amount, basis, granted_on]
---*/
WITH tenants AS (
  SELECT person_id, count(DISTINCT tenancy_id) AS tenancies, min(tenancy_id) AS tenancy_id, max(tenancy_id) AS other_tenancy
  FROM facts.open_tenancies
  GROUP BY person_id
),
judged AS (
  SELECT t.person_id, t.tenancies, t.tenancy_id, t.other_tenancy, s.amount,
         substr(CAST(s.month AS VARCHAR), 1, 7) AS paid_month, CAST(s.amount AS VARCHAR) AS paid
  FROM tenants AS t
  LEFT JOIN facts.recent_subsidies AS s ON s.person_id = t.person_id
)
SELECT person_id, tenancy_id, amount IS NOT NULL OR tenancies >= 2 AS hit, amount AS monthly_at_risk,
       CASE WHEN amount IS NULL THEN '' ELSE '同时领取租赁补贴（' || paid_month || '，' || paid || '元）' END
         || CASE WHEN amount IS NOT NULL AND tenancies >= 2 THEN '，' ELSE '' END
         || CASE WHEN tenancies >= 2 THEN '名下共有' || CAST(tenancies AS VARCHAR) || '份有效租赁（另有' || other_tenancy || '）' ELSE '' END AS what,
       CASE WHEN amount IS NULL THEN '' ELSE 'and paid a rent subsidy at the same time (' || paid_month || ', ' || paid || ' yuan)' END
         || CASE WHEN amount IS NOT NULL AND tenancies >= 2 THEN ', ' ELSE '' END
         || CASE WHEN tenancies >= 2 THEN 'and on ' || CAST(tenancies AS VARCHAR) || ' open tenancies (' || other_tenancy || ' besides)' ELSE '' END AS what_en
FROM judged
