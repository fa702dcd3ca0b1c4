/*---
title: {zh: 在保案件的现有成员, en: Current members of active cases}
about:
  zh: 家庭案件为现行版本中计入的人；单人案件只有本人，其关系和劳动能力取自所在家庭的行。
  en: "For a household case the counted people of the current version; for a single case that person alone, with relationship and labour capacity from the household's row."
---*/
SELECT c.case_id, c.programme, c.household_id, c.division, c.hukou_kind, c.is_household, c.is_low_income,
       c.start_month, c.monthly_amount, c.declared,
       r.person_id, r.relationship, r.labour_capable
FROM facts.active_cases AS c
JOIN facts.household_rows AS r ON r.household_id = c.household_id
WHERE c.is_household AND r.counted
UNION ALL
SELECT c.case_id, c.programme, c.household_id, c.division, c.hukou_kind, c.is_household, c.is_low_income,
       c.start_month, c.monthly_amount, c.declared,
       c.person_id, r.relationship, coalesce(r.labour_capable, false) AS labour_capable
FROM facts.active_cases AS c
LEFT JOIN facts.household_rows AS r ON r.household_id = c.household_id AND r.person_id = c.person_id
WHERE NOT c.is_household AND c.person_id IS NOT NULL
