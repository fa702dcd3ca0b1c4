/*---
id: I-07
title: {zh: 缴费基数偏高, en: High contribution or fund base}
meaning:
  zh: "看在保低保家庭的现有成员。近六个整月单位缴费基数或正常公积金账户的基数，达到低保标准规定倍数的，是线索。基数不是工资，所以从不单独列入清单；渐退期内无异常。"
  en: "Looks at members of families on dibao. It is a lead when an employer's contribution base in the last six full months, or the base of a live provident account, reaches the set multiple of the standard. A base is not a wage, so this is never listed alone; a grace period makes it clear."
direction: ineligible
severity: S3
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, human_resources.contributions, housing.provident_accounts]
grace: true
never_alone: true
parameters: [dibao_standard, high_base_ratio]
legal:
  - zh: 审核确认低保应当核对家庭的收入状况；缴费基数只是线索，不能直接作为工资。
    en: "A family's income is checked before dibao is granted; a contribution base is a pointer and no wage."
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "{what}最高{value}元，达到低保标准{standard}元的{high_base_ratio}倍（{threshold}元）。缴费基数不是工资，只与其他线索一并核实。"
  en: "{what_en} reaches {value} yuan: at or above {high_base_ratio} times the standard of {standard} ({threshold} yuan). A base is not a wage; look at it only together with other leads."
unit: {zh: 元/月, en: yuan a month}
clears:
  zh: 基数登记有误，或者本人并无相应的工资。
  en: "The base is recorded wrongly, or there is no wage that goes with it."
innocent:
  - {zh: 补缴多月，一次计入同一个月的基数。, en: Several months were paid at once and entered as one base.}
  - {zh: 已离职，公积金账户未封存。, en: The person has left and the fund account was not sealed.}
  - {zh: 挂靠缴费，本人并无工资。, en: Contributions run through an employer without any wage.}
action:
  zh: 与该户其他线索一并核实实际工资，不单独处理。
  en: "Check the real wage together with the household's other leads, never by itself."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: human_resources.contributions
    from: lead JOIN human_resources.contributions AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_6 AND $m_1
    fields: [person_id, insurance, month, base, employer_id, paid, paid_by]
  - dataset: housing.provident_accounts
    from: lead JOIN housing.provident_accounts AS e ON e.person_id = lead.person_id
    where: e.state = 'normal'
    fields: [person_id, account_id, state, base, last_paid_month]
---*/
WITH bases AS (
  SELECT person_id, max(pension_base) AS pension_base, max(fund_base) AS fund_base, max(base) AS base
  FROM (
    -- The base of one row, not the sum of a month: two employers do not make one high base.
    SELECT person_id, base AS pension_base, CAST(NULL AS DECIMAL(14, 2)) AS fund_base, base
    FROM human_resources.contributions
    WHERE person_id IN (SELECT person_id FROM facts.case_members) AND insurance IN ('110', '120') AND paid AND paid_by = 'employer' AND month BETWEEN $m_6 AND $m_1
    UNION ALL
    SELECT person_id, CAST(NULL AS DECIMAL(14, 2)) AS pension_base, base AS fund_base, base
    FROM housing.provident_accounts
    WHERE person_id IN (SELECT person_id FROM facts.case_members) AND state = 'normal'
  ) AS both_kinds
  GROUP BY person_id
),
judged AS (
  SELECT m.case_id, m.household_id, m.person_id, b.pension_base, b.fund_base, b.base, f.dibao_standard AS standard,
         coalesce(f.high_base_ratio, $high_base_ratio) AS high_base_ratio
  FROM facts.case_members AS m
  LEFT JOIN bases AS b ON b.person_id = m.person_id
  LEFT JOIN run.figures AS f ON f.division = m.division AND f.hukou_kind = m.hukou_kind
  WHERE m.programme = 'dibao'
)
SELECT case_id, household_id, person_id, standard IS NULL AS no_standard,
       coalesce(base >= high_base_ratio * standard, false) AS hit, standard, high_base_ratio,
       CASE WHEN fund_base IS NULL OR pension_base > fund_base THEN '近六个整月单位缴纳养老保险的基数'
            WHEN pension_base = fund_base THEN '单位缴纳养老保险和住房公积金的基数' ELSE '正常状态的住房公积金账户的缴存基数' END AS what,
       CASE WHEN fund_base IS NULL OR pension_base > fund_base THEN 'The base of employer pension contributions in the last six full months'
            WHEN pension_base = fund_base THEN 'The base of employer pension contributions and of the provident fund'
            ELSE 'The base of a provident fund account in use' END AS what_en,
       CAST(high_base_ratio * standard AS DECIMAL(18, 4)) AS threshold, base AS value
FROM judged
