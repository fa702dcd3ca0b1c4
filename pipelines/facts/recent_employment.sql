/*---
title: {zh: 近三个月单位缴费, en: "Employer contributions of the last three closed months"}
about:
  zh: "M-3 至 M-1 有单位缴费的人，以及月数和首末月。"
  en: "People with an employer contribution in M-3 to M-1, with the number of months and the first and last."
---*/
SELECT person_id, count(month) AS months, min(month) AS first_month, max(month) AS last_month
FROM facts.employer_contributions
WHERE month BETWEEN $m_3 AND $m_1
GROUP BY person_id
