/*---
title: {zh: 授权不全的案件, en: Cases without every authorisation}
about: {zh: 现有成员中有成年人（或年龄不明者）对家庭现行版本没有有效授权的在保或待批案件。, en: "Active or pending cases of which an adult member, or a member without an age, has no valid authorisation for the household's current version."}
---*/
SELECT DISTINCT m.case_id
FROM facts.members_and_applicants AS m
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN facts.authorised_persons AS a ON a.household_id = m.household_id AND a.person_id = m.person_id
WHERE a.person_id IS NULL AND (g.age_months IS NULL OR g.age_months >= 216)
