/*---
title: {zh: 近六个月单位缴费, en: "Employer contributions of the last six closed months"}
about:
  zh: "C6（M-6 至 M-1）有单位缴费的人，以及月数、首末月和缴费基数合计。"
  en: "People with an employer contribution in C6, with the number of months, the first and the last, and the sum of the bases."
---*/
SELECT person_id, count(month) AS months, min(month) AS first_month, max(month) AS last_month,
       CAST(sum(base) AS DECIMAL(16, 2)) AS base
FROM facts.employer_contributions
WHERE month BETWEEN $m_6 AND $m_1
GROUP BY person_id
