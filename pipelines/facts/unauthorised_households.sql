/*---
title: {zh: 授权不全的家庭, en: Households without every authorisation}
about: {zh: 有计入的成年人（或年龄不明者）没有有效授权的家庭。, en: "Households where a counted adult, or a counted member without an age, has no valid authorisation."}
---*/
SELECT DISTINCT r.household_id
FROM facts.household_rows AS r
LEFT JOIN facts.person_ages AS g ON g.person_id = r.person_id
LEFT JOIN facts.authorised_persons AS a ON a.household_id = r.household_id AND a.person_id = r.person_id
WHERE r.counted AND a.person_id IS NULL AND (g.age_months IS NULL OR g.age_months >= 216)
