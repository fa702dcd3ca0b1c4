/*---
title: {zh: 死亡日期, en: Deaths}
about: {zh: 每人最早的死亡或火化日期，且不晚于业务日期。, en: "The earliest date of death or cremation per person, not after the business date."}
---*/
SELECT person_id, dead_on
FROM (
  SELECT person_id, min(CASE WHEN died_on IS NULL OR cremated_on < died_on THEN cremated_on ELSE died_on END) AS dead_on
  FROM civil_affairs.deaths
  GROUP BY person_id
) AS earliest
WHERE dead_on <= $t
