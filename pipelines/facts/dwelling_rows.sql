/*---
title: {zh: 现有城镇住宅登记, en: Open dwelling registrations}
about: {zh: 用途住宅、非农村、在业务日期有效的登记；is_latest 为本人该套最近一次登记。, en: "Use dwelling, not rural, open on the business date; is_latest marks the person's latest registration of the unit."}
---*/
SELECT person_id, unit_id, registered_on, area, share_num, share_den, acquired_by,
       row_number() OVER (PARTITION BY person_id, unit_id ORDER BY registered_on DESC) = 1 AS is_latest
FROM housing.property_units
WHERE use = 'dwelling' AND NOT rural AND registered_on <= $t AND (ended_on IS NULL OR ended_on > $t)
