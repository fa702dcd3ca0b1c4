/*---
title: {zh: 近六个月单位缴费, en: "Employer contributions of the last six closed months"}
about:
  zh: "C6（M-6 至 M-1）有单位缴费的人，以及月数、首末月和缴费基数合计。"
  en: "People with an employer contribution in C6, with the number of months, the first and the last, and the sum of the bases."
---*/
SELECT person_id, half_year_months AS months, half_year_first_month AS first_month, last_month, half_year_base AS base
FROM facts.employment
WHERE half_year_months > 0
