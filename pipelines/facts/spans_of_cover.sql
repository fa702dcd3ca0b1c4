/*---
title: {zh: 各项目保障时段, en: Spans of cover}
about:
  zh: 每人在每个案件中受保障的时段，供“某日前后是否在保”之用；case_end、row_end 是时段后的第一天，空值为尚无结束；停保而无结束月份的案件没有时段。
  en: "For asking whether a person was covered around a date: the case's span and that of the member's row, each to be compared by itself. case_end and row_end are the first day after; null: no end. A stopped case without end_month has no span."
---*/
WITH spans AS (
  SELECT case_id, household_id, person_id, programme, start_month AS case_start,
         CAST(end_month + INTERVAL '1' MONTH AS DATE) AS case_end,
         category = 'household' AND programme IN ('dibao', 'dibao_marginal', 'rigid_expenditure', 'temporary') AS is_household
  FROM civil_affairs.cases
  WHERE status NOT IN ('pending', 'denied') AND start_month <= $m AND (status <> 'stopped' OR end_month IS NOT NULL)
)
SELECT c.case_id, c.household_id, r.person_id, c.programme, c.case_start, c.case_end, r.valid_from AS row_start, r.valid_to AS row_end
FROM spans AS c
JOIN civil_affairs.household_members AS r ON r.household_id = c.household_id
WHERE c.is_household AND r.counted AND r.valid_from <= $t
UNION ALL
SELECT case_id, household_id, person_id, programme, case_start, case_end, case_start AS row_start, case_end AS row_end
FROM spans
WHERE NOT is_household AND person_id IS NOT NULL
