/*---
title: {zh: 近月领取养老金的人, en: People who drew a pension lately}
about:
  zh: "M-6 至 M 有大于零的养老金的人，以及首末月。"
  en: "People with a pension payment above zero in M-6 to M, with the first and the last month."
---*/
SELECT person_id, min(month) AS first_month, max(month) AS last_month
FROM human_resources.pension_payments
WHERE amount > 0 AND month BETWEEN $m_6 AND $m
GROUP BY person_id
