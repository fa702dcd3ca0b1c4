/*---
title: {zh: 有效的失业或就业困难登记, en: "Job registrations in force"}
about:
  zh: "在业务日期有效的失业登记、就业困难登记。"
  en: "Registrations as unemployed or hard to employ that are open on the business date."
---*/
SELECT person_id, kind, from_on, to_on
FROM human_resources.job_registrations
WHERE from_on <= $t AND (to_on IS NULL OR to_on > $t)
