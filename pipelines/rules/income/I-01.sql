/*---
id: I-01
title: {zh: 参保缴费而未申报收入, en: "Employer pays contributions, no income declared"}
meaning:
  zh: "看在保低保家庭中16至59岁的成员。近六个整月里单位为其缴纳养老保险达到规定月数，而家庭申报的年收入为零的，是线索。自己缴费不算；缴费基数不是工资。渐退期内无异常。"
  en: "Looks at members aged 16 to 59 of families on dibao. It is a lead when an employer paid pension contributions for them in at least the set number of the last six full months while the family's declared income is nought. Contributions people pay themselves do not count, and a contribution base is not a wage. A grace period makes it clear."
direction: ineligible
severity: S2
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.persons, human_resources.contributions]
grace: true
parameters: [contribution_months_min]
legal:
  - zh: 申请人应当如实申报家庭收入；家庭收入包括工资性收入。
    en: The applicant has to declare the family's income truthfully; wages are part of it.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "最近六个整月中有{value}个月由单位缴纳养老保险（{first_month}至{last_month}，缴费基数合计{base}元），达到{threshold}个月，而家庭申报的年收入为0元。缴费基数不是工资，须核实实际收入。"
  en: "An employer paid pension contributions in {value} of the last six full months ({first_month} to {last_month}, bases of {base} yuan in all; the bound is {threshold} months), but the family's declared yearly income is 0. A contribution base is not a wage: check what was really earned."
unit: {zh: 个月, en: months}
clears:
  zh: 本人并未在该单位工作或没有领到工资，或者收入已申报而台账未更新。
  en: "The person did not work there or was paid no wage, or the income was declared and the ledger is not updated."
innocent:
  - {zh: 挂靠缴费，本人并无工资。, en: Contributions run through an employer without any wage.}
  - {zh: 刚就业，尚未到申报或复核的时候。, en: The job is new and the next declaration or re-check is not yet due.}
  - {zh: 家庭已口头告知，经办人未录入。, en: "The family told the office, which did not enter it."}
action:
  zh: 请家庭补充申报就业收入，据实扣减必要的就业成本后重新核定；符合条件的按渐退政策办理。
  en: "Ask the family to declare the wage, deduct the real cost of working and re-determine; use the grace period where it fits."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month]
  - dataset: human_resources.contributions
    from: lead JOIN human_resources.contributions AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_6 AND $m_1
    fields: [person_id, insurance, month, base, employer_id, paid, paid_by]
---*/
SELECT m.case_id, m.household_id, m.person_id, g.age_months IS NULL AS no_age,
       coalesce(g.age_months, 0) BETWEEN 192 AND 719
         AND coalesce(p.half_year_months, 0) >= coalesce(f.contribution_months_min, $contribution_months_min)
         AND m.declared = 0 AS hit,
       p.half_year_first_month AS first_month, p.last_month, p.half_year_base AS base,
       coalesce(f.contribution_months_min, $contribution_months_min) AS threshold, coalesce(p.half_year_months, 0) AS value
FROM facts.case_members AS m
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN facts.employment AS p ON p.person_id = m.person_id
LEFT JOIN run.figures AS f ON f.division = m.division AND f.hukou_kind = m.hukou_kind
WHERE m.programme = 'dibao'
