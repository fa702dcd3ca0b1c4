/*---
title: {zh: 在保和待批案件的成员, en: Members of active and of pending cases}
about:
  zh: 在保案件的现有成员，以及待批案件按同样口径的成员。
  en: "The current members of active cases, and the people of pending ones found in the same way."
---*/
SELECT case_id, household_id, person_id FROM facts.case_members
UNION ALL
SELECT c.case_id, c.household_id, r.person_id
FROM facts.pending_cases AS c
JOIN facts.household_rows AS r ON r.household_id = c.household_id
WHERE c.is_household AND r.counted
UNION ALL
SELECT case_id, household_id, person_id FROM facts.pending_cases WHERE NOT is_household AND person_id IS NOT NULL
