/*---
title: {zh: 身份存疑的人, en: People whose identity is in doubt}
about: {zh: 人员信息中有一个以上出生年月，或同时登记为男和女（Q-02）。, en: "More than one birth month, or both sexes, in persons (Q-02)."}
---*/
SELECT person_id
FROM civil_affairs.persons
GROUP BY person_id
HAVING min(birth_month) <> max(birth_month)
    OR (count(CASE WHEN sex = '1' THEN 1 END) > 0 AND count(CASE WHEN sex = '2' THEN 1 END) > 0)
