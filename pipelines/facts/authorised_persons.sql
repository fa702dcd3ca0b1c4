/*---
title: {zh: 有效授权, en: Valid authorisations}
about: {zh: 对家庭现行版本、在业务日期有效的核对授权。, en: "Authorisations for the household's current version, open on the business date."}
---*/
SELECT DISTINCT a.household_id, a.person_id
FROM civil_affairs.authorisations AS a
LEFT JOIN facts.current_versions AS v ON v.household_id = a.household_id
WHERE a.state = 'valid' AND a.signed_on <= $t AND (a.ended_on IS NULL OR a.ended_on > $t)
  AND a.household_version = coalesce(v.version, 1)
