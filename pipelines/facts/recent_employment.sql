/*---
title: {zh: 近三个月单位缴费, en: "Employer contributions of the last three closed months"}
about:
  zh: "M-3 至 M-1 有单位缴费的人，以及月数和首末月。"
  en: "People with an employer contribution in M-3 to M-1, with the number of months and the first and last."
---*/
SELECT person_id, recent_months AS months, recent_first_month AS first_month, last_month
FROM facts.employment
WHERE recent_months > 0
