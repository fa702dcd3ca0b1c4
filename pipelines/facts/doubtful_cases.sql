/*---
title: {zh: 有身份存疑成员的案件, en: Cases with a member whose identity is in doubt}
about: {zh: 现有成员中有人身份存疑（Q-02）的在保案件。, en: "Active cases with a current member whose identity is in doubt (Q-02)."}
---*/
SELECT DISTINCT m.case_id
FROM facts.case_members AS m
JOIN facts.doubtful_persons AS q ON q.person_id = m.person_id
