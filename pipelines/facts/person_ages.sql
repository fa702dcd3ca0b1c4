/*---
title: {zh: 年龄, en: Ages}
about: {zh: "只有一个出生年月的人到业务月份的月龄。", en: "Age in months at the business month, for everyone with exactly one birth month."}
---*/
SELECT person_id, min(birth_month) AS birth_month,
       $m_no - (date_part('year', min(birth_month)) * 12 + date_part('month', min(birth_month))) AS age_months
FROM civil_affairs.persons
GROUP BY person_id
HAVING min(birth_month) = max(birth_month)
