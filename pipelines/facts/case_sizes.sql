/*---
title: {zh: 案件现有人数, en: Size of each active case}
about: {zh: "n，即现有成员数；没有成员的案件为 0。", en: "n, the number of current members; 0 for a case without any."}
---*/
SELECT c.case_id, count(m.person_id) AS n
FROM facts.active_cases AS c
LEFT JOIN facts.case_members AS m ON m.case_id = c.case_id
GROUP BY c.case_id
