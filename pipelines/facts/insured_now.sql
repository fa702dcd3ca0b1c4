/*---
title: {zh: 业务日期在保险中的人, en: People insured on the business date}
about:
  zh: 职工或机关事业单位养老保险、参保状态正常、已开始且未终止的参保登记。
  en: "Enrolments in insurance 110 or 120, state normal, begun and not ended by the business month."
---*/
SELECT person_id, insurance, employer_id, employer_kind, from_month, to_month
FROM human_resources.insurance_enrolments
WHERE insurance IN ('110', '120') AND enrol_state = 1 AND from_month <= $m AND (to_month IS NULL OR to_month >= $m)
