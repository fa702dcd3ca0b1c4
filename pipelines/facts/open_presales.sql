/*---
title: {zh: 有效网签, en: Presales in force}
about: {zh: 已签约且在业务日期未撤销的网签合同。, en: "Signed on or before the business date and not cancelled by then."}
---*/
SELECT contract_id, person_id, unit_id, signed_on, area
FROM housing.presales
WHERE signed_on <= $t AND (cancelled_on IS NULL OR cancelled_on > $t)
