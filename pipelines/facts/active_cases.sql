/*---
title: {zh: 在保案件, en: Active cases}
about:
  zh: 状态为在保或渐退、已开始且未结束的案件；is_household 表示以家庭为单位。
  en: "Cases in status active or grace that have begun and not ended; is_household: the household as a whole is covered."
---*/
SELECT case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month,
       monthly_amount, declared_annual_income, coalesce(declared_annual_income, 0) AS declared,
       counted_members, recheck_class, last_recheck_on, applied_on,
       category = 'household' AND programme IN ('dibao', 'dibao_marginal', 'rigid_expenditure', 'temporary') AS is_household,
       programme IN ('dibao', 'dibao_marginal', 'tekun', 'rigid_expenditure') AS is_low_income
FROM civil_affairs.cases
WHERE status IN ('active', 'grace') AND start_month <= $m AND (end_month IS NULL OR end_month >= $m)
