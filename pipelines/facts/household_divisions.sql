/*---
title: {zh: 家庭所属区划, en: Division of each household}
about: {zh: 在保案件的区划，低收入各层优先、编号最小；否则为待批案件的区划。, en: "Of its active case, a low-income layer first and then the smallest case_id; else of its pending one."}
---*/
SELECT household_id, division
FROM (
  SELECT household_id, division, row_number() OVER (PARTITION BY household_id ORDER BY standing, case_id) AS place
  FROM (
    SELECT household_id, division, case_id, CASE WHEN is_low_income THEN 1 ELSE 2 END AS standing FROM facts.active_cases
    UNION ALL
    SELECT household_id, division, case_id, CASE WHEN is_low_income THEN 3 ELSE 4 END AS standing FROM facts.pending_cases
  ) AS candidates
) AS ranked
WHERE place = 1
