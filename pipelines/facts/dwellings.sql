/*---
title: {zh: 个人名下住宅, en: Dwelling units of each person}
about: {zh: 本人份额达到下限的住宅（最近一次登记的份额）。, en: "Units in which the person's own share, by the latest registration, reaches the minimum."}
---*/
SELECT person_id, unit_id, area, share_num, share_den, registered_on
FROM facts.dwelling_rows
WHERE is_latest AND CAST(share_num AS DECIMAL(12, 0)) >= $unit_share_min * CAST(share_den AS DECIMAL(12, 0))
