/*---
title: {zh: 公益性岗位月数, en: Months of public posts}
about: {zh: 每个岗位与 C12 重叠的月数；某月任一日在岗即算。, en: "How many months of C12 each post overlaps; a month counts when the post is open on any day of it."}
---*/
SELECT person_id, from_on, monthly_wage,
       CASE WHEN last_no < first_no THEN 0 ELSE last_no - first_no + 1 END AS months
FROM (
  SELECT person_id, from_on, monthly_wage,
         CASE WHEN from_on < $m_12 THEN $m_no - 12
              ELSE date_part('year', from_on) * 12 + date_part('month', from_on) END AS first_no,
         CASE WHEN last_day IS NULL OR last_day >= $m THEN $m_no - 1
              ELSE date_part('year', last_day) * 12 + date_part('month', last_day) END AS last_no
  FROM (
    SELECT person_id, from_on, monthly_wage, to_on, CAST(to_on - INTERVAL '1' DAY AS DATE) AS last_day
    FROM human_resources.public_posts
    WHERE from_on <= $t AND (to_on IS NULL OR to_on > from_on)
  ) AS posts
) AS spans
