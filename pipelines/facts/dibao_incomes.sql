/*---
title: {zh: 低保案件的年收入, en: Yearly income of each dibao case}
about:
  zh: 在保低保案件现有成员近十二个月查得收入与申报收入，取大者，先合计再舍入到分；单位缴费基数按比率折算为工资，与岗位工资取大。
  en: "For active dibao cases the found income of the current members over C12 and the declared income; income is the larger, summed first and rounded once to the fen."
---*/
WITH households AS (
  SELECT c.case_id, c.household_id, c.division, c.hukou_kind, c.declared, s.n, f.dibao_standard AS standard,
         coalesce(f.wage_from_base, $wage_from_base) AS wage_from_base,
         coalesce(f.employment_cost_rate, $employment_cost_rate) AS employment_cost_rate
  FROM facts.active_cases AS c
  JOIN facts.case_sizes AS s ON s.case_id = c.case_id
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.programme = 'dibao'
),
found AS (
  SELECT h.case_id,
         CAST(sum(i.pension) AS DECIMAL(16, 2)) AS pension, CAST(sum(i.unemployment) AS DECIMAL(16, 2)) AS unemployment,
         sum(CASE WHEN i.post_wages > i.base * h.wage_from_base * (1 - h.employment_cost_rate) THEN i.post_wages
                  ELSE i.base * h.wage_from_base * (1 - h.employment_cost_rate) END) AS wages
  FROM households AS h
  JOIN facts.case_members AS m ON m.case_id = h.case_id
  JOIN facts.income_sources AS i ON i.person_id = m.person_id
  GROUP BY h.case_id
),
sums AS (
  SELECT h.case_id, h.household_id, h.division, h.hukou_kind, h.declared, h.n, h.standard,
         coalesce(f.pension, 0) AS pension, coalesce(f.unemployment, 0) AS unemployment,
         CAST(coalesce(f.wages, 0) AS DECIMAL(16, 2)) AS wages,
         CAST(coalesce(f.pension + f.unemployment + f.wages, 0) AS DECIMAL(16, 2)) AS found_income
  FROM households AS h
  LEFT JOIN found AS f ON f.case_id = h.case_id
)
SELECT case_id, household_id, division, hukou_kind, declared, n, standard, pension, unemployment, wages, found_income,
       CASE WHEN declared > found_income THEN declared ELSE found_income END AS income
FROM sums
