/*---
title: {zh: 名下小型客车, en: "Cars in a person's name"}
about: {zh: 业务日期登记在本人名下、状态正常、非残疾人专用的小型客车，以及按月计的车龄。, en: "Cars registered to the person on the business date, in state normal and not adapted, with their age in months."}
---*/
SELECT person_id, vehicle_id, first_registered_on,
       $m_no - (date_part('year', first_registered_on) * 12 + date_part('month', first_registered_on)) AS age_months
FROM transport.vehicles
WHERE kind = 'car' AND state = 'normal' AND NOT adapted
  AND registered_on <= $t AND (ended_on IS NULL OR ended_on > $t)
