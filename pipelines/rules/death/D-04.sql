/*---
id: D-04
title: {zh: 死亡人员仍领养老金, en: Deceased still drawing a pension}
meaning:
  zh: "看回看期内领取过养老金的人。已登记死亡，而养老金发到了允许的宽限月份之后，是线索。死亡当月的养老金和宽限月份内的养老金不算。"
  en: "Looks at people who were paid a pension within the months looked back on. It is a lead when the person is registered as dead and the pension went on past the months allowed after a death. The pension of the month of death and of the months allowed does not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [human_resources.pension_payments]
needs:
  present: [civil_affairs.deaths, human_resources.pension_payments]
parameters: [lookback_months, death_lag_pension]
legal:
  - zh: 领取养老保险待遇人员死亡的，其待遇应当停止发放，多发的应当退回。
    en: A pension stops when its recipient dies, and what was paid beyond that is returned.
    source: 《中华人民共和国社会保险法》；《社会保险经办条例》（国务院令第765号）
reason:
  zh: "登记于{dead_on}死亡，此后仍有{months_after}个月发放养老金（{first_month}至{last_month}），共{total_so_far}元。"
  en: "Registered as having died on {dead_on}; a pension was paid for {months_after} months after that ({first_month} to {last_month}), {total_so_far} yuan in all."
unit: {zh: 个月, en: months}
clears:
  zh: 死亡登记有误（本人健在），或这些月份的款项已退回。
  en: The record of death is wrong (the person is alive), or these months were paid back.
innocent:
  - {zh: 死亡登记张冠李戴，本人健在。, en: "The death was registered for the wrong person, who is alive."}
  - {zh: 补发生前应得的养老金。, en: Arrears that were due in the person's lifetime.}
  - {zh: 银行已退回，台账尚未更新。, en: The bank has returned the money and the ledger is not yet updated.}
action:
  zh: 移交人社部门在下次发放前核实；遗属可能有权领取丧葬补助金和抚恤金，应一并告知。
  en: Pass to human resources to verify before the next payroll; tell the survivors about funeral and survivor benefits they may be entitled to.
owner: human_resources
status: live
evidence:
  - dataset: civil_affairs.deaths
    from: lead JOIN civil_affairs.deaths AS e ON e.person_id = lead.person_id
    fields: [person_id, died_on, cremated_on, source]
  - dataset: human_resources.pension_payments
    from: lead JOIN human_resources.pension_payments AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month BETWEEN lead.first_month AND lead.last_month
    fields: [person_id, scheme, month, amount, basic_amount]
---*/
WITH paid AS (
  SELECT person_id, month, amount, date_part('year', month) * 12 + date_part('month', month) AS month_no
  FROM human_resources.pension_payments
  WHERE amount > 0 AND month <= $m
),
subjects AS (SELECT DISTINCT person_id FROM paid WHERE month_no >= $m_no - $lookback_months),
months AS (
  -- The living have none.
  SELECT p.person_id, d.dead_on, p.month, sum(p.amount) AS amount
  FROM paid AS p
  JOIN facts.deaths AS d ON d.person_id = p.person_id
  WHERE p.month_no > date_part('year', d.dead_on) * 12 + date_part('month', d.dead_on) + $death_lag_pension
  GROUP BY p.person_id, d.dead_on, p.month
),
sums AS (
  SELECT person_id, min(dead_on) AS dead_on, count(month) AS months_after, min(month) AS first_month, max(month) AS last_month,
         sum(amount) AS total_so_far, max(amount) AS monthly_at_risk
  FROM months
  GROUP BY person_id
)
-- Whoever is here was paid in the window; if any month is after the death, the latest of the window is.
SELECT s.person_id, a.dead_on, a.person_id IS NOT NULL AS hit, a.months_after, a.first_month, a.last_month,
       a.total_so_far, a.monthly_at_risk, 0 AS threshold, coalesce(a.months_after, 0) AS value
FROM subjects AS s
LEFT JOIN sums AS a ON a.person_id = s.person_id
