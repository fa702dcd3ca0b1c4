/*---
id: I-08
title: {zh: 赡养费未计, en: "Able supporter, no support counted"}
meaning:
  zh: "看登记为在保低保家庭赡养抚养人、健在且不是家庭成员的人。未登记为无力赡养、台账中赡养费为零，而查到的收入超出本人一年低保标准的部分按比率折算后，高于起算额的，是线索。收入查不到的、已计赡养费的不算；渐退期内无异常。"
  en: "Looks at living people recorded as supporters of a family on dibao who are not members of it. It is a lead when they are not recorded as unable, no support is counted, and the set share of what their found income leaves above a year's standard is more than the least amount worth asking about. Support already counted makes it clear, and so does a grace period."
direction: ineligible
severity: S3
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.supporters, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.supporters, human_resources.contributions, human_resources.pension_payments, human_resources.unemployment_benefits, human_resources.public_posts]
  absent: [civil_affairs.household_members, civil_affairs.deaths]
grace: true
parameters: [dibao_standard, support_rate, support_min_year, wage_from_base, employment_cost_rate]
legal:
  - zh: 成年子女对缺乏劳动能力或者生活困难的父母有赡养义务；赡养费、抚养费、扶养费计入家庭收入。
    en: Adult children owe support to parents who cannot work or are in need; such support counts as family income.
    source: 《中华人民共和国民法典》第一千零六十七条；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "登记为低保家庭的赡养抚养人，近十二个整月查得收入{found_income}元，超出本人一年低保标准{own_line}元的部分按{support_rate}计为{value}元，超过{threshold}元，而台账中的赡养费为0元。缴费基数不是工资，须核实实际收入和家庭负担。"
  en: "Recorded as a supporter of a dibao family; income found over the last twelve full months is {found_income} yuan. What passes a year's standard for one person ({own_line} yuan) counts at {support_rate} as {value} yuan, above {threshold}, while the ledger has no support. A contribution base is not a wage: check the real income and the supporter's own burden."
unit: {zh: 元/年, en: yuan a year}
clears:
  zh: 赡养人实际无力负担，或者已经给付而台账未记。
  en: "The supporter cannot in fact afford it, or pays already and the ledger does not say so."
innocent:
  - {zh: 赡养人自己的家庭负担很重，有病人、学生或债务。, en: "The supporter's own family carries illness, school or debts."}
  - {zh: 以实物或照料的方式赡养。, en: Support is given in kind or as care.}
  - {zh: 多年没有往来或关系破裂。, en: There has been no contact for years.}
  - {zh: 单位按最低基数缴费，实发工资更低。, en: The employer pays on the minimum base while the wage is lower.}
action:
  zh: 向家庭和赡养人了解实际给付，按当地赡养费计算办法核定；确无给付的，依法帮助调解，不因此停发。
  en: "Ask the family and the supporter what is really given and follow the local way of reckoning it; where nothing is given, offer mediation and do not stop for it."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.supporters
    from: lead JOIN civil_affairs.supporters AS e ON e.household_id = lead.household_id AND e.person_id = lead.person_id
    fields: [household_id, person_id, relationship, able, annual_support]
  - dataset: human_resources.pension_payments
    from: lead JOIN human_resources.pension_payments AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month BETWEEN $m_12 AND $m_1
    fields: [person_id, scheme, month, amount, basic_amount]
  - dataset: human_resources.unemployment_benefits
    from: lead JOIN human_resources.unemployment_benefits AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.state = 'paid' AND e.month BETWEEN $m_12 AND $m_1
    fields: [person_id, month, amount, state]
  - dataset: human_resources.public_posts
    from: lead JOIN human_resources.public_posts AS e ON e.person_id = lead.person_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $m_12)
    fields: [person_id, from_on, to_on, monthly_wage]
  - dataset: human_resources.contributions
    from: lead JOIN human_resources.contributions AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_12 AND $m_1
    fields: [person_id, insurance, month, base, paid, paid_by]
---*/
WITH owing AS (
  SELECT c.case_id, c.household_id, s.person_id, s.able, s.annual_support, f.dibao_standard AS standard,
         coalesce(f.support_rate, $support_rate) AS support_rate,
         coalesce(f.support_min_year, $support_min_year) AS support_min_year,
         coalesce(f.wage_from_base, $wage_from_base) * (1 - coalesce(f.employment_cost_rate, $employment_cost_rate)) AS wage_rate
  FROM civil_affairs.supporters AS s
  JOIN facts.active_cases AS c ON c.household_id = s.household_id
  LEFT JOIN facts.deaths AS d ON d.person_id = s.person_id
  LEFT JOIN facts.case_members AS m ON m.case_id = c.case_id AND m.person_id = s.person_id
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.programme = 'dibao' AND d.person_id IS NULL AND m.person_id IS NULL
),
found AS (
  SELECT o.case_id, o.household_id, o.person_id, o.able, o.annual_support, o.standard, o.support_rate, o.support_min_year,
         coalesce(i.pension + i.unemployment
                    + CASE WHEN i.post_wages > i.base * o.wage_rate THEN i.post_wages ELSE i.base * o.wage_rate END, 0) AS income
  FROM owing AS o
  LEFT JOIN facts.income_sources AS i ON i.person_id = o.person_id
),
judged AS (
  SELECT case_id, household_id, person_id, able, annual_support, standard, support_rate, support_min_year, income,
         CAST((income - standard * 12) * support_rate AS DECIMAL(16, 2)) AS support
  FROM found
)
SELECT case_id, household_id, person_id, standard IS NULL AS no_standard,
       able <> 'no' AND annual_support = 0 AND support > support_min_year AS hit,
       CAST(income AS DECIMAL(16, 2)) AS found_income, standard * 12 AS own_line, support_rate,
       support_min_year AS threshold, support AS value
FROM judged
