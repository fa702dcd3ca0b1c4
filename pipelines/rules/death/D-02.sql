/*---
id: D-02
title: {zh: 死亡人员仍领高龄津贴, en: Deceased still paid elderly allowance}
meaning:
  zh: "看回看期内领取过高龄津贴的人。已登记死亡，而死亡之后的月份（除允许的宽限月份外）仍有发放的，是线索。死亡当月的发放、补发和价格补贴不算。"
  en: "Looks at people who were paid the elderly allowance within the months looked back on. It is a lead when the person is registered as dead and a payment is for a month after the death, beyond the months allowed. The month of death itself, back pay and price subsidies do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.payments]
needs:
  present: [civil_affairs.deaths, civil_affairs.payments]
parameters: [lookback_months, death_lag]
legal:
  - zh: 高龄津贴发给在世的高龄老年人；老年人去世的，津贴从去世的次月起不再发放。
    en: The elderly allowance is for people of high age in their lifetime; it ends with the month of death.
    source: 《中华人民共和国老年人权益保障法》第三十三条（高龄津贴制度；停发时点由各地规定）
reason:
  zh: "登记于{dead_on}死亡，此后本案仍有{months_after}个月发放高龄津贴（{first_month}至{last_month}），死亡后共发{total_so_far}元。"
  en: "Registered as having died on {dead_on}; the elderly allowance was paid in this case for {months_after} months after that ({first_month} to {last_month}), {total_so_far} yuan since the death in all."
unit: {zh: 个月, en: months}
clears:
  zh: 死亡登记有误（本人健在），或这些月份的款项已退回。
  en: The record of death is wrong (the person is alive), or these months were paid back.
innocent:
  - {zh: 死亡登记张冠李戴，本人健在。, en: "The death was registered for the wrong person, who is alive."}
  - {zh: 子女代领，不知道去世后要申报停发。, en: A son or daughter draws it for the person and did not know that the death has to be reported.}
  - {zh: 津贴按季度预发，去世发生在该季度内。, en: The allowance goes out a quarter ahead and the death fell within it.}
  - {zh: 多发款项已从家属处收回，台账尚未更新。, en: The surplus is already returned by the family and the ledger is not yet updated.}
action:
  zh: 下次发放前电话或上门核实，语气平和；确认死亡的，办理停发，多发部分与家属商定退回方式。
  en: Verify by phone or visit before the next payroll, with a gentle word; if confirmed, close the case and agree with the family how the surplus is returned.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.deaths
    from: lead JOIN civil_affairs.deaths AS e ON e.person_id = lead.person_id
    fields: [person_id, died_on, cremated_on, source]
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.case_id = lead.case_id AND e.person_id = lead.person_id
    where: e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.programme = 'elderly_allowance' AND e.pay_month >= lead.first_month AND e.pay_month <= $m
    fields: [case_id, person_id, programme, item, pay_month, amount, division]
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
---*/
WITH sums AS (
  -- The fact has one row a month of one programme.
  SELECT case_id, person_id, count(pay_month) AS months_after, min(pay_month) AS first_month, max(pay_month) AS last_month,
         sum(amount) AS total_so_far
  FROM facts.payments_after_death
  WHERE programme = 'elderly_allowance'
  GROUP BY case_id, person_id
)
-- Whoever is here was paid in the window; if any month is after the death, the latest of the window is.
SELECT s.case_id, s.person_id, s.programme, s.dead_on, a.case_id IS NOT NULL AS hit, a.months_after, a.first_month, a.last_month,
       a.total_so_far, 0 AS threshold, coalesce(a.months_after, 0) AS value
FROM facts.payees AS s
LEFT JOIN sums AS a ON a.case_id = s.case_id AND a.person_id = s.person_id
WHERE s.programme = 'elderly_allowance' AND s.in_window
