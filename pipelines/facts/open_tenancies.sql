/*---
title: {zh: 在租公租房, en: Open tenancies}
about: {zh: 在业务日期有效的公租房租赁行。, en: "Rows of public rental tenancies that are open on the business date."}
---*/
SELECT tenancy_id, person_id, main_tenant, unit_id, from_on, arrears_months, basis, granted_on
FROM housing.public_rentals
WHERE from_on <= $t AND (to_on IS NULL OR to_on > $t)
