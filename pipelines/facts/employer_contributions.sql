/*---
title: {zh: 近十二个月单位缴费月份, en: Months with an employer contribution}
about:
  zh: C12（M-12 至 M-1）内职工或机关养老保险、已到账、单位缴纳，按人和月份合计缴费基数。
  en: "Insurance 110 or 120 over C12, paid, paid by an employer: the bases summed per person and month."
---*/
SELECT person_id, month, CAST(sum(base) AS DECIMAL(16, 2)) AS base
FROM human_resources.contributions
WHERE insurance IN ('110', '120') AND paid AND paid_by = 'employer' AND month BETWEEN $m_12 AND $m_1
GROUP BY person_id, month
