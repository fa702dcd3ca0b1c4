/*---
title: {zh: 家庭现行版本, en: Current version of each household}
about: {zh: 有一行起始日不晚于业务日期的最高版本。, en: "The highest version with a row that begins on or before the business date."}
---*/
SELECT household_id, max(version) AS version
FROM civil_affairs.household_members
WHERE valid_from <= $t
GROUP BY household_id
