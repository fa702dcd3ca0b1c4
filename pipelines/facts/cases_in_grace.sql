/*---
title: {zh: 渐退期内的案件, en: Cases in a grace period}
about: {zh: 业务日期落在渐退期内（含首尾两日）。, en: "Cases with a grace period that the business date lies in, both ends included."}
---*/
SELECT DISTINCT case_id
FROM civil_affairs.grace_periods
WHERE start_on <= $t AND end_on >= $t
