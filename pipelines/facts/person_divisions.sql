/*---
title: {zh: 个人所属区划, en: Division of each person}
about:
  zh: 本人为现有成员的在保案件的区划，低收入各层优先、编号最小；否则为本次范围内最小的户籍区划。
  en: "Of the active case whose current member they are, a low-income layer first and then the smallest case_id; else the smallest hukou division that lies in the run's division."
---*/
SELECT person_id, division
FROM (
  SELECT person_id, division,
         row_number() OVER (PARTITION BY person_id ORDER BY CASE WHEN is_low_income THEN 1 ELSE 2 END, case_id, division) AS place
  FROM facts.case_members
) AS ranked
WHERE place = 1
UNION ALL
SELECT p.person_id, min(p.hukou_division) AS division
FROM civil_affairs.persons AS p
LEFT JOIN (SELECT DISTINCT person_id FROM facts.case_members) AS m ON m.person_id = p.person_id
WHERE m.person_id IS NULL AND starts_with(p.hukou_division, $division_stem)
GROUP BY p.person_id
