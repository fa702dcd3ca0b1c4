/*---
title: {zh: 现有城镇住宅登记, en: Open dwelling registrations}
about: {zh: 用途住宅、非农村、在业务日期有效的登记；is_latest 为本人该套最近一次登记。, en: "Use dwelling, not rural, open on the business date; is_latest marks the person's latest registration of the unit."}
---*/
WITH open_rows AS (
  SELECT person_id, unit_id, registered_on, area, share_num, share_den, acquired_by
  FROM housing.property_units
  WHERE use = 'dwelling' AND NOT rural AND registered_on <= $t AND (ended_on IS NULL OR ended_on > $t)
),
repeated AS (
  -- Hardly anybody has two for one unit.
  SELECT person_id, unit_id, max(registered_on) AS registered_on
  FROM open_rows
  GROUP BY person_id, unit_id
  HAVING count(registered_on) >= 2
)
SELECT r.person_id, r.unit_id, r.registered_on, r.area, r.share_num, r.share_den, r.acquired_by,
       coalesce(r.registered_on = l.registered_on, true) AS is_latest
FROM open_rows AS r
LEFT JOIN repeated AS l ON l.person_id = r.person_id AND l.unit_id = r.unit_id
