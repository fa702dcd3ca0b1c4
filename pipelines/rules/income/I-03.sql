/*---
id: I-03
title: {zh: 养老金未申报, en: Pension not declared}
meaning:
  zh: "看在保低保家庭。近十二个整月成员领到的养老金（扣除基础养老金）合计，超过家庭申报的全部年收入加容差的，是线索。基础养老金不计；渐退期内无异常。"
  en: "Looks at families on dibao. It is a lead when the pensions drawn by the members over the last twelve full months, the basic pension left out, come to more than the family's whole declared income and the tolerance. A grace period makes it clear."
direction: ineligible
severity: S2
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, human_resources.pension_payments]
grace: true
parameters: [pension_tolerance_year]
legal:
  - zh: 家庭收入包括养老金等转移净收入；按规定不计入的基础养老金除外。
    en: Family income includes transfers such as pensions; the basic pension that is exempt by rule is left out.
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "过去十二个月家庭成员领取养老金（已扣除基础养老金）{pension}元，申报的全部年收入只有{declared}元，超出容差线{threshold}元。"
  en: "Members drew {pension} yuan of pension over the last twelve months (basic pension left out), but the whole declared income is {declared} yuan; the bound with tolerance is {threshold}."
unit: {zh: 元/年, en: yuan a year}
clears:
  zh: 申报收入已包含该养老金，或领取人不属于本家庭。
  en: The declared income already includes this pension, or the recipient does not belong to the family.
innocent:
  - {zh: 养老金刚开始发放，尚未到年度申报。, en: The pension has only just begun and the yearly declaration is not yet due.}
  - {zh: 一次性补发多月养老金。, en: Several months were paid at once as arrears.}
  - {zh: 经办人按旧标准录入，家庭已如实告知。, en: "The family told the office, which entered the old figure."}
action:
  zh: 请家庭补充申报并据实重新核定，不因漏报本身停发。
  en: Ask the family to complete the declaration and re-determine on it; an omission alone is no reason to stop.
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
---*/
WITH found AS (
  SELECT m.case_id, CAST(sum(i.pension) AS DECIMAL(16, 2)) AS pension
  FROM facts.case_members AS m
  JOIN facts.income_sources AS i ON i.person_id = m.person_id
  GROUP BY m.case_id
)
SELECT c.case_id, c.household_id, c.declared, coalesce(p.pension, 0) AS pension,
       coalesce(p.pension, 0) > c.declared + coalesce(f.pension_tolerance_year, $pension_tolerance_year) AS hit,
       c.declared + coalesce(f.pension_tolerance_year, $pension_tolerance_year) AS threshold,
       coalesce(p.pension, 0) AS value
FROM facts.active_cases AS c
LEFT JOIN found AS p ON p.case_id = c.case_id
LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
WHERE c.programme = 'dibao'
