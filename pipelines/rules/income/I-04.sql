/*---
id: I-04
title: {zh: 就业后可渐退, en: Could enter the grace period}
meaning:
  zh: "看在保低保家庭。近期有成员新参加职工养老保险，家庭收入已不低于低保标准、但仍低于低保边缘线的，是线索：建议进入渐退期，不是退出。收入在标准以下或边缘线以上的不算；已在渐退期的无异常。"
  en: "Looks at families on dibao. It is a lead when a member lately joined the employees' pension insurance and the family's income is no longer below the standard yet still below the marginal line: it suggests the grace period, not an exit. Incomes below the standard or from the marginal line up do not count, and a family already in its grace period is clear."
direction: ineligible
severity: S3
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, human_resources.contributions, human_resources.pension_payments, human_resources.unemployment_benefits, human_resources.public_posts, human_resources.insurance_enrolments]
grace: true
parameters: [dibao_standard, marginal_ratio, wage_from_base, employment_cost_rate]
legal:
  - zh: 对就业后家庭人均收入超过低保标准的低保家庭，可以给予一定期限的渐退期。
    en: A dibao family whose income per head passes the standard through work can be given a grace period.
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "家庭有{workers}名成员自{from_month}起新参加职工养老保险；年收入{value}元（查得{found_income}元，申报{declared}元），不低于{n}人低保标准一年的{threshold}元，低于低保边缘线{upper}元。建议按渐退期办理，不是退出。缴费基数不是工资，须核实实际收入。"
  en: "{workers} of the family joined the employees' pension insurance from {from_month} on; the year's income is {value} yuan (found {found_income}, declared {declared}): not below the {threshold} yuan of a year's standard for {n} people, and below the marginal line of {upper}. This suggests the grace period, not an exit. A contribution base is not a wage: check what was really earned."
unit: {zh: 元/年, en: yuan a year}
clears:
  zh: 已经办理渐退，或者实际收入不到低保标准。
  en: "The grace period is already granted, or the real income is below the standard."
innocent:
  - {zh: 刚上班，试用期内收入不稳定。, en: The job is new and the wage is not steady yet.}
  - {zh: 单位按最低基数缴费，实发工资更低。, en: The employer pays on the minimum base while the wage is lower.}
  - {zh: 渐退期已经批准而台账未更新。, en: The grace period was granted and the ledger is not updated.}
action:
  zh: 祝贺就业并上门说明渐退政策，核实实际收入后给予渐退期，期间继续保障。
  en: "Welcome the job, explain the grace period, check the real income and grant the period; support goes on meanwhile."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = e.person_id
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: human_resources.insurance_enrolments
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN human_resources.insurance_enrolments AS e ON e.person_id = m.person_id
    where: e.insurance = '110' AND e.enrol_state = 1 AND e.from_month BETWEEN $m_6 AND $m
    fields: [person_id, insurance, enrol_state, employer_id, employer_kind, from_month, to_month]
  - dataset: human_resources.pension_payments
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN human_resources.pension_payments AS e ON e.person_id = m.person_id
    where: e.amount > 0 AND e.month BETWEEN $m_12 AND $m_1
    fields: [person_id, scheme, month, amount, basic_amount]
  - dataset: human_resources.unemployment_benefits
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN human_resources.unemployment_benefits AS e ON e.person_id = m.person_id
    where: e.amount > 0 AND e.state = 'paid' AND e.month BETWEEN $m_12 AND $m_1
    fields: [person_id, month, amount, state]
  - dataset: human_resources.public_posts
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN human_resources.public_posts AS e ON e.person_id = m.person_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $m_12)
    fields: [person_id, from_on, to_on, monthly_wage]
  - dataset: human_resources.contributions
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN human_resources.contributions AS e ON e.person_id = m.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_12 AND $m_1
    fields: [person_id, insurance, month, base, paid, paid_by]
---*/
WITH joined AS (
  SELECT m.case_id, count(DISTINCT e.person_id) AS workers, min(e.from_month) AS from_month
  FROM facts.case_members AS m
  JOIN human_resources.insurance_enrolments AS e ON e.person_id = m.person_id
  WHERE e.insurance = '110' AND e.enrol_state = 1 AND e.from_month BETWEEN $m_6 AND $m
  GROUP BY m.case_id
),
judged AS (
  SELECT i.case_id, i.household_id, i.n, i.standard, i.declared, i.found_income, i.income,
         i.standard * 12 * i.n AS line,
         i.standard * 12 * i.n * coalesce(f.marginal_ratio, $marginal_ratio) AS upper_line
  FROM facts.dibao_incomes AS i
  LEFT JOIN run.figures AS f ON f.division = i.division AND f.hukou_kind = i.hukou_kind
)
SELECT i.case_id, i.household_id, i.n = 0 AS no_members, i.standard IS NULL AS no_standard,
       j.case_id IS NOT NULL AND i.income >= i.line AND i.income < i.upper_line AS hit,
       i.n, i.declared, i.found_income, j.workers, j.from_month,
       CAST(i.upper_line AS DECIMAL(18, 4)) AS upper,
       CAST(i.line AS DECIMAL(18, 2)) AS threshold, i.income AS value
FROM judged AS i
LEFT JOIN joined AS j ON j.case_id = i.case_id
