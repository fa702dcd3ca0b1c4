/*---
title: {zh: 近十二个月单位缴费情况, en: Employment by employer contributions}
about:
  zh: C12（M-12 至 M-1）内有单位缴费的人：职工或机关养老保险、已到账、单位缴纳。月数、首末月和缴费基数合计，另计 C6（M-6 起）和近三个月（M-3 起）。
  en: "People with an employer contribution over C12 (insurance 110 or 120, paid, paid by an employer): months, first and last month and the sum of the bases; besides, of C6 (from M-6) and of the last three months (from M-3)."
---*/
SELECT person_id, count(month) AS months, min(month) AS first_month, max(month) AS last_month,
       CAST(sum(base) AS DECIMAL(16, 2)) AS base,
       count(half_year) AS half_year_months, min(half_year) AS half_year_first_month,
       CAST(sum(half_year_base) AS DECIMAL(16, 2)) AS half_year_base,
       count(recent) AS recent_months, min(recent) AS recent_first_month
FROM (
  SELECT person_id, month, base, CASE WHEN month >= $m_6 THEN month END AS half_year, CASE WHEN month >= $m_6 THEN base END AS half_year_base,
         CASE WHEN month >= $m_3 THEN month END AS recent
  FROM (
    SELECT person_id, month, sum(base) AS base
    FROM human_resources.contributions
    WHERE insurance IN ('110', '120') AND paid AND paid_by = 'employer' AND month BETWEEN $m_12 AND $m_1
    GROUP BY person_id, month
  ) AS months
) AS windows
GROUP BY person_id
