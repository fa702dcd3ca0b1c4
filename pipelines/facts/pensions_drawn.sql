/*---
title: {zh: 已发养老金月份, en: "Months of pension drawn"}
about:
  zh: "金额大于零的养老金，按人和月份合计。"
  en: "Pension payments above zero, summed per person and month."
---*/
SELECT person_id, month, CAST(sum(amount) AS DECIMAL(16, 2)) AS amount
FROM human_resources.pension_payments
WHERE amount > 0 AND month <= $m
GROUP BY person_id, month
