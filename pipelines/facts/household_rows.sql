/*---
title: {zh: 家庭现行版本的成员行, en: Rows of the current version of each household}
about: {zh: 现行版本中在业务日期有效的行，计入与不计入的人都在内。, en: "Rows of the current version that are open on the business date, counted or not."}
---*/
SELECT r.household_id, r.version, r.person_id, r.relationship, r.counted, r.exclusion_reason, r.labour_capable
FROM civil_affairs.household_members AS r
JOIN facts.current_versions AS v ON v.household_id = r.household_id AND v.version = r.version
WHERE r.valid_from <= $t AND (r.valid_to IS NULL OR r.valid_to > $t)
