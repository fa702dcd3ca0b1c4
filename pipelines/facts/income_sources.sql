/*---
title: {zh: 近十二个月查得收入来源, en: Income found over the twelve closed months}
about:
  zh: 每人 C12 内的养老金（扣除基础部分）、失业金、公益性岗位工资和单位缴费基数合计；缴费基数不是工资。
  en: "Per person over C12: pension beyond the basic part, unemployment benefit, public post wages, and the sum of employer contribution bases. A base is not a wage."
---*/
SELECT person_id,
       CAST(sum(pension) AS DECIMAL(16, 2)) AS pension, CAST(sum(unemployment) AS DECIMAL(16, 2)) AS unemployment,
       CAST(sum(post_wages) AS DECIMAL(16, 2)) AS post_wages, CAST(sum(base) AS DECIMAL(16, 2)) AS base
FROM (
  SELECT person_id, amount - basic_amount AS pension, 0 AS unemployment, 0 AS post_wages, 0 AS base
  FROM human_resources.pension_payments
  WHERE month BETWEEN $m_12 AND $m_1 AND amount > 0
  UNION ALL
  SELECT person_id, 0, amount, 0, 0
  FROM human_resources.unemployment_benefits
  WHERE month BETWEEN $m_12 AND $m_1 AND amount > 0 AND state = 'paid'
  UNION ALL
  SELECT person_id, 0, 0, monthly_wage * months, 0
  FROM facts.post_months
  UNION ALL
  SELECT person_id, 0, 0, 0, base
  FROM facts.employment
) AS sources
GROUP BY person_id
