/*---
id: S-05
title: {zh: "标准调整后金额未重算", en: "Amount not recalculated"}
meaning:
  zh: "看以家庭为单位、正常在保、有申报收入的低保案件。现发金额与按现行标准、人数和申报收入重算的金额之差超过容差的，是线索，多发少发都查；少发的算漏保。渐退期内的和没有申报收入的案件不看。"
  en: "Looks at dibao families with a declared income, active and not in a grace period. It is a lead when what is paid differs from what the present standard, members and declared income come to by more than the tolerance, in either direction; an underpaid family counts as missed. Cases in a grace period or without a declared income are not looked at."
direction: ineligible
severity: S4
subject: case
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members]
  absent: [civil_affairs.grace_periods]
parameters: [dibao_standard, amount_tolerance]
legal:
  - zh: 低保金按照家庭人均收入低于低保标准的差额，按月发给；标准调整后应当重算。
    en: "Dibao pays each month the difference between the standard and the family's income per head, and is recalculated when the standard changes."
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "现发每月{paid}元；按标准{standard}元、{n}人、申报年收入{declared}元计，应为每月{due}元，相差{value}元（容差{threshold}元），{what}。"
  en: "Paid {paid} yuan a month; with a standard of {standard} yuan, {n} people and a declared income of {declared} yuan a year it would be {due}; the difference is {value} yuan (tolerance {threshold}): {what_en}."
unit: {zh: "元/月", en: "yuan a month"}
clears:
  zh: 按分档或补差以外的方式核定，或另有增发、扣减。
  en: "The amount was set by steps or in another lawful way, or includes an increase or a deduction."
innocent:
  - {zh: "标准刚调整，正在分批重算。", en: "The standard has just changed and recalculation is under way."}
  - {zh: "对老人、儿童、重残、重病成员增发了低保金。", en: "The amount includes an increase for old, young, severely disabled or gravely ill members."}
action:
  zh: 按现行标准和人数重算；少发的尽快补足，多发的自下期调整并告知家庭。
  en: "Recalculate with the present standard and members; make good what was underpaid soon, adjust what is too much from the next payment on and tell the family."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income, counted_members]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    where: e.counted AND e.valid_from <= $t AND (e.valid_to IS NULL OR e.valid_to > $t)
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
---*/
WITH cases AS (
  SELECT c.case_id, c.household_id, c.monthly_amount AS paid, c.declared_annual_income AS declared, s.n, f.dibao_standard AS standard,
         coalesce(f.amount_tolerance, $amount_tolerance) AS amount_tolerance,
         -- The year's need in fen; the month's amount is it divided by 12, up to the next whole yuan.
         CAST((f.dibao_standard * 12 * s.n - c.declared_annual_income) * 100 AS BIGINT) AS need
  FROM facts.active_cases AS c
  JOIN facts.case_sizes AS s ON s.case_id = c.case_id
  LEFT JOIN facts.cases_in_grace AS g ON g.case_id = c.case_id
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.programme = 'dibao' AND c.is_household AND c.status = 'active' AND g.case_id IS NULL AND c.declared_annual_income IS NOT NULL
),
judged AS (
  SELECT case_id, household_id, paid, declared, n, standard, amount_tolerance,
         CAST(CASE WHEN need <= 0 THEN 0 ELSE floor((need + 1199) / 1200) END AS DECIMAL(14, 2)) AS due
  FROM cases
),
compared AS (SELECT *, paid < due AS is_short FROM judged)
SELECT case_id, household_id, n = 0 AS no_members, standard IS NULL AS no_standard,
       abs(paid - due) > amount_tolerance AS hit, CASE WHEN is_short THEN 'missed' ELSE 'ineligible' END AS direction,
       CASE WHEN is_short THEN due - paid ELSE paid END AS monthly_at_risk,
       paid, declared, n, standard, due,
       CASE WHEN is_short THEN '少发' ELSE '多发' END AS what, CASE WHEN is_short THEN 'too little' ELSE 'too much' END AS what_en,
       amount_tolerance AS threshold, abs(paid - due) AS value
FROM compared
