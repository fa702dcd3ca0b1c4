/*---
title: {zh: 待批案件, en: Pending cases}
about:
  zh: 状态为待批的案件；起始月份晚于业务月份的尚不存在。
  en: "Cases in status pending; one that begins after the business month does not exist yet."
---*/
SELECT case_id, household_id, person_id, programme, division, hukou_kind, applied_on,
       category = 'household' AND programme IN ('dibao', 'dibao_marginal', 'rigid_expenditure', 'temporary') AS is_household,
       programme IN ('dibao', 'dibao_marginal', 'tekun', 'rigid_expenditure') AS is_low_income
FROM civil_affairs.cases
WHERE status = 'pending' AND (start_month IS NULL OR start_month <= $m)
