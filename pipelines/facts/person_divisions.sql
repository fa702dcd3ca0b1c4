/*---
title: {zh: 个人所属区划, en: Division of each person}
about:
  zh: 本人为现有成员的在保案件的区划，低收入各层优先、编号最小；否则为本次范围内最小的户籍区划。
  en: "Of the active case whose current member they are, a low-income layer first and then the smallest case_id; else the smallest hukou division that lies in the run's division."
---*/
SELECT person_id, division
FROM (
  SELECT person_id, division, row_number() OVER (PARTITION BY person_id ORDER BY standing, case_id, division) AS place
  FROM (
    SELECT person_id, division, case_id, CASE WHEN is_low_income THEN 1 ELSE 2 END AS standing FROM facts.case_members
    UNION ALL
    SELECT person_id, min(hukou_division) AS division, '' AS case_id, 3 AS standing
    FROM civil_affairs.persons WHERE starts_with(hukou_division, $division_stem)
    GROUP BY person_id
  ) AS candidates
) AS ranked
WHERE place = 1
