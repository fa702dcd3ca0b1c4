/*---
id: I-02
title: {zh: 人均收入超标, en: Income above the standard}
meaning:
  zh: "看在保低保家庭。近十二个整月申报的收入与查到的收入（养老金、失业金、岗位工资或由缴费基数推算的工资）取大者，达到全家一年低保标准加容差的，是线索。差一分也不算；基础养老金不计；渐退期内无异常。"
  en: "Looks at families on dibao. It is a lead when the larger of the declared income and the income found over the last twelve full months (pensions, unemployment benefit, post wages or wages inferred from contribution bases) reaches a year's standard for everyone counted, with the tolerance on top. A fen less is no lead, the basic pension is left out, and a grace period makes it clear."
direction: ineligible
severity: S2
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, human_resources.contributions, human_resources.pension_payments, human_resources.unemployment_benefits, human_resources.public_posts]
grace: true
parameters: [dibao_standard, income_tolerance, wage_from_base, employment_cost_rate]
legal:
  - zh: 共同生活的家庭成员人均收入低于当地最低生活保障标准的，给予最低生活保障。
    en: Dibao is granted where the income per head of the family that lives together is below the local standard.
    source: 《社会救助暂行办法》（国务院令第649号）第九条；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "过去十二个月查得收入{found_income}元（养老金{pension}元、失业金{unemployment}元、岗位工资或按缴费基数推算的工资{wages}元），申报{declared}元；{n}人按每人每月{standard}元计，上限为{threshold}元。缴费基数不是工资，须核实实际收入。"
  en: "Income found over the last twelve months: {found_income} yuan (pensions {pension}, unemployment benefit {unemployment}, post wages or wages inferred from contribution bases {wages}); declared {declared}. For {n} people at {standard} yuan a month the bound is {threshold}. A contribution base is not a wage: check what was really earned."
unit: {zh: 元/年, en: yuan a year}
clears:
  zh: 实际收入低于上限，例如实发工资低于缴费基数，或该项收入不属于本家庭。
  en: Real income is below the bound, for example because wages were lower than the contribution base, or the income is not this family's.
innocent:
  - {zh: 单位按最低基数缴费，实发工资更低或只做了几天。, en: "The employer paid on the minimum base while wages were lower, or the work lasted days."}
  - {zh: 挂靠缴费，本人并无工资。, en: Contributions run through an employer without any wage.}
  - {zh: 已申请渐退而台账未更新。, en: A grace period was applied for and the ledger is not updated.}
action:
  zh: 上门了解实际收入和刚性支出，必要时按渐退或低保边缘政策衔接。
  en: Visit and learn the real income and unavoidable spending; use the grace period or the marginal layer where they fit.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = e.person_id
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
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
SELECT i.case_id, i.household_id, i.n = 0 AS no_members, i.standard IS NULL AS no_standard,
       i.income >= i.standard * 12 * i.n * (1 + coalesce(f.income_tolerance, $income_tolerance)) AS hit,
       i.declared, i.n, i.standard, i.pension, i.unemployment, i.wages, i.found_income,
       CAST(i.standard * 12 * i.n * (1 + coalesce(f.income_tolerance, $income_tolerance)) AS DECIMAL(18, 4)) AS threshold,
       i.income AS value
FROM facts.dibao_incomes AS i
LEFT JOIN run.figures AS f ON f.division = i.division AND f.hukou_kind = i.hukou_kind
