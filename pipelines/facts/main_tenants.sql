/*---
title: {zh: 公租房主承租人, en: Main tenants of open tenancies}
about:
  zh: 在租合同的主承租人；现有行中主承租人不是正好一人的合同不在内（列入 Q-01）。
  en: "The main tenant of every open tenancy whose open rows have exactly one; the other tenancies are left out and listed under Q-01."
---*/
SELECT o.tenancy_id, o.person_id, o.arrears_months, o.basis, o.granted_on
FROM facts.open_tenancies AS o
JOIN (
  SELECT tenancy_id
  FROM facts.open_tenancies
  WHERE main_tenant
  GROUP BY tenancy_id
  HAVING count(*) = 1
) AS sole ON sole.tenancy_id = o.tenancy_id
WHERE o.main_tenant
