/*---
id: D-03
title: {zh: 死亡人员仍领残疾人补贴, en: Deceased still paid disability subsidy}
meaning:
  zh: "看回看期内领取过残疾人两项补贴（困难残疾人生活补贴、重度残疾人护理补贴）的人。已登记死亡，而死亡之后的月份（除允许的宽限月份外）仍有发放的，是线索。死亡当月的发放、补发和价格补贴不算。"
  en: "Looks at people who were paid a disability subsidy (living or care) within the months looked back on. It is a lead when the person is registered as dead and a payment is for a month after the death, beyond the months allowed. The month of death itself, back pay and price subsidies do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.payments]
needs:
  present: [civil_affairs.deaths, civil_affairs.payments]
parameters: [lookback_months, death_lag]
legal:
  - zh: 残疾人两项补贴实行动态管理，应补尽补、应退则退；领取人死亡的，不再发放。
    en: "The two disability subsidies follow each person's situation (whoever is due is paid, whoever is not is taken off) and end with the recipient's death."
    source: 《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）
reason:
  zh: "登记于{dead_on}死亡，此后仍有{months_after}个月发放残疾人补贴（{first_month}至{last_month}），死亡后共发{total_so_far}元。"
  en: "Registered as having died on {dead_on}; the disability subsidy was paid for {months_after} months after that ({first_month} to {last_month}), {total_so_far} yuan since the death in all."
unit: {zh: 个月, en: months}
clears:
  zh: 死亡登记有误（本人健在），或这些月份的款项已退回。
  en: The record of death is wrong (the person is alive), or these months were paid back.
innocent:
  - {zh: 死亡登记张冠李戴，本人健在。, en: "The death was registered for the wrong person, who is alive."}
  - {zh: 照护人代领，不知道去世后要申报停发。, en: A carer draws it for the person and did not know that the death has to be reported.}
  - {zh: 补贴按季度预发，去世发生在该季度内。, en: The subsidy goes out a quarter ahead and the death fell within it.}
  - {zh: 多发款项已退回，台账尚未更新。, en: The surplus is already returned and the ledger is not yet updated.}
action:
  zh: 下次发放前电话或上门核实；确认死亡的，办理停发和残疾人证注销，关心照护人是否需要帮助。
  en: Verify by phone or visit before the next payroll; if confirmed, close the subsidy and the certificate, and ask whether the carer needs help.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.deaths
    from: lead JOIN civil_affairs.deaths AS e ON e.person_id = lead.person_id
    fields: [person_id, died_on, cremated_on, source]
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.person_id = lead.person_id
    where: e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.programme IN ('disability_living', 'disability_care') AND e.pay_month >= lead.first_month AND e.pay_month <= $m
    fields: [case_id, person_id, programme, item, pay_month, amount, division]
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.payments AS p ON p.person_id = lead.person_id JOIN civil_affairs.cases AS e ON e.case_id = p.case_id
    where: p.item IN ('basic', 'top_up') AND p.amount > 0 AND p.programme IN ('disability_living', 'disability_care') AND p.pay_month >= lead.first_month AND p.pay_month <= $m
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
---*/
WITH seen AS (
  SELECT * FROM facts.payments_after_death WHERE programme IN ('disability_living', 'disability_care')
),
sums AS (
  -- A person may draw both subsidies, in two cases: what was paid since the death is told as one sum.
  SELECT person_id, count(DISTINCT pay_month) AS months_after, min(pay_month) AS first_month, max(pay_month) AS last_month,
         sum(amount) AS total_so_far
  FROM seen
  GROUP BY person_id
),
subjects AS (
  SELECT case_id, person_id, min(programme) AS programme, min(dead_on) AS dead_on
  FROM facts.payees
  WHERE programme IN ('disability_living', 'disability_care')
  GROUP BY case_id, person_id
  HAVING count(CASE WHEN in_window THEN 1 END) > 0
)
-- Whoever is here was paid in the window; if any month is after the death, the latest of the window is.
SELECT s.case_id, s.person_id, s.programme, s.dead_on, h.case_id IS NOT NULL AS hit, a.months_after, a.first_month, a.last_month, a.total_so_far,
       0 AS threshold, coalesce(a.months_after, 0) AS value
FROM subjects AS s
LEFT JOIN (SELECT DISTINCT case_id, person_id FROM seen) AS h ON h.case_id = s.case_id AND h.person_id = s.person_id
LEFT JOIN sums AS a ON a.person_id = s.person_id
