/*---
id: X-06
title: {zh: 工伤护理费与残疾补贴重复, en: Injury care fee and disability subsidy}
meaning:
  zh: "看近六个整月或本月领取残疾人生活补贴或护理补贴的人。同一个月又领取了工伤生活护理费的，是线索。不在同一个月的不算。"
  en: "Looks at people paid a disability subsidy (living or care) in the last six full months or this month. It is a lead when the care fee of work injury insurance was paid for the same month. Different months do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.payments]
needs:
  present: [civil_affairs.payments, human_resources.injury_care]
parameters: []
legal:
  - zh: 领取工伤保险生活护理费的残疾人不享受残疾人两项补贴。
    en: A disabled person who draws the care fee of work injury insurance does not draw the two disability subsidies.
    source: 《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）
reason:
  zh: "{first_month}至{last_month}有{months_both}个月同时发放残疾人补贴和工伤护理费，补贴共{total_so_far}元，护理费共{care_fee}元。"
  en: "From {first_month} to {last_month}, a disability subsidy and the care fee of work injury insurance were both paid for {months_both} months: {total_so_far} yuan of subsidy, {care_fee} yuan of care fee."
unit: {zh: 个月, en: months}
clears:
  zh: 补贴已停发并退回，或护理费不是此人领取。
  en: The subsidy was stopped and returned, or the care fee is not this person's.
innocent:
  - {zh: 刚评定护理等级，当月补贴已先行发放。, en: "The care level was only just assessed, and that month's subsidy had already gone out."}
  - {zh: 护理费是一次性补发，记在同一个月。, en: The care fee was paid as arrears and booked in the same month.}
  - {zh: 本人不知道两项不能同时领取。, en: The person did not know that the two exclude each other.}
action:
  zh: 下次发放前向本人和社保经办机构核实；确属重复的停发补贴，护理费照常，多发部分商定退回。
  en: Verify with the person and the insurance office before the next payroll; if doubled, end the subsidy, keep the care fee, and agree how the surplus is returned.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.person_id = lead.person_id
    where: e.programme IN ('disability_living', 'disability_care') AND e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.pay_month BETWEEN lead.first_month AND lead.last_month
    fields: [case_id, person_id, programme, item, pay_month, amount]
  - dataset: human_resources.injury_care
    from: lead JOIN human_resources.injury_care AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month BETWEEN lead.first_month AND lead.last_month
    fields: [person_id, month, amount]
---*/
WITH subsidies AS (
  SELECT case_id, person_id, pay_month, amount
  FROM facts.payments_made
  WHERE programme IN ('disability_living', 'disability_care') AND pay_month BETWEEN $m_6 AND $m
),
care AS (
  SELECT person_id, month, sum(amount) AS amount
  FROM human_resources.injury_care
  WHERE amount > 0
  GROUP BY person_id, month
),
doubled AS (
  -- Both subsidies may be drawn, in two cases: they are told as one sum.
  SELECT person_id, count(month) AS months_both, min(month) AS first_month, max(month) AS last_month,
         sum(subsidy) AS total_so_far, max(subsidy) AS monthly_at_risk, sum(care_fee) AS care_fee
  FROM (
    SELECT s.person_id, c.month, sum(s.amount) AS subsidy, min(c.amount) AS care_fee
    FROM subsidies AS s
    JOIN care AS c ON c.person_id = s.person_id AND c.month = s.pay_month
    GROUP BY s.person_id, c.month
  ) AS months
  GROUP BY person_id
),
subjects AS (
  SELECT s.case_id, s.person_id, count(c.month) > 0 AS hit
  FROM subsidies AS s
  LEFT JOIN care AS c ON c.person_id = s.person_id AND c.month = s.pay_month
  GROUP BY s.case_id, s.person_id
)
SELECT s.case_id, s.person_id, s.hit, d.months_both, d.first_month, d.last_month, d.total_so_far, d.monthly_at_risk, d.care_fee,
       0 AS threshold, coalesce(d.months_both, 0) AS value
FROM subjects AS s
LEFT JOIN doubled AS d ON d.person_id = s.person_id
