/*---
id: D-01
title: {zh: 死亡人员仍领低保或特困, en: Deceased still paid dibao or tekun}
meaning:
  zh: "看回看期内以本人名义发放过低保或特困供养金的人。已登记死亡，而死亡之后的月份（除允许的宽限月份外）仍有发放的，是线索。死亡当月的发放、补发和价格补贴不算；同户其他人去世，不归本规则。"
  en: "Looks at people in whose name dibao or tekun was paid within the months looked back on. It is a lead when the person is registered as dead and a payment is for a month after the death, beyond the months allowed. The month of death itself, back pay and price subsidies do not count, nor does the death of someone else in the family."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.payments]
needs:
  present: [civil_affairs.deaths, civil_affairs.payments]
parameters: [lookback_months, death_lag]
legal:
  - zh: 低保家庭人口发生变化的，应当及时核查并决定增发、减发或者停发；特困人员死亡的，终止救助供养。
    en: When the members of a dibao family change, the amount is reviewed and raised, lowered or stopped in good time; tekun support ends with death.
    source: 《社会救助暂行办法》（国务院令第649号）；《特困人员认定办法》（民发〔2021〕43号）
reason:
  zh: "登记于{dead_on}死亡，此后本案仍有{months_after}个月的发放（{first_month}至{last_month}），死亡后共发{total_so_far}元。"
  en: "Registered as having died on {dead_on}; paid in this case for {months_after} months after that ({first_month} to {last_month}), {total_so_far} yuan since the death in all."
unit: {zh: 个月, en: months}
clears:
  zh: 死亡登记有误（本人健在），或这些月份的款项已退回。
  en: The record of death is wrong (the person is alive), or these months were paid back.
innocent:
  - {zh: 死亡登记张冠李戴，本人健在。, en: "The death was registered for the wrong person, who is alive."}
  - {zh: 死亡登记迟到，多发款项已从后续月份扣回或退回。, en: "The death was registered late and the surplus was already deducted or returned."}
  - {zh: 户主死亡后，款项由仍符合条件的家庭成员领取，应变更户主并重新核定，而不是停发。, en: "The head died and family members who still qualify drew the money: change the head and re-determine, do not stop."}
action:
  zh: 下次发放前电话或上门核实；确认死亡的，按政策办理停发或变更，关心遗属是否需要救助。
  en: Verify by phone or visit before the next payroll; if confirmed, settle the case and ask whether the survivors need help.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.deaths
    from: lead JOIN civil_affairs.deaths AS e ON e.person_id = lead.person_id
    fields: [person_id, died_on, cremated_on, source]
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.case_id = lead.case_id AND e.person_id = lead.person_id
    where: e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.programme IN ('dibao', 'tekun') AND e.pay_month BETWEEN lead.first_month AND lead.last_month
    fields: [case_id, person_id, programme, item, pay_month, amount, division]
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
---*/
WITH sums AS (
  SELECT case_id, person_id, count(DISTINCT pay_month) AS months_after, min(pay_month) AS first_month, max(pay_month) AS last_month,
         sum(amount) AS total_so_far
  FROM facts.payments_after_death
  WHERE programme IN ('dibao', 'tekun')
  GROUP BY case_id, person_id
),
subjects AS (
  SELECT case_id, person_id, min(programme) AS programme, min(dead_on) AS dead_on
  FROM facts.payees
  WHERE programme IN ('dibao', 'tekun')
  GROUP BY case_id, person_id
  HAVING count(CASE WHEN in_window THEN 1 END) > 0
)
-- Whoever is here was paid in the window; if any month is after the death, the latest of the window is.
SELECT s.case_id, s.person_id, s.programme, s.dead_on, a.case_id IS NOT NULL AS hit, a.months_after, a.first_month, a.last_month,
       a.total_so_far, 0 AS threshold, coalesce(a.months_after, 0) AS value
FROM subjects AS s
LEFT JOIN sums AS a ON a.case_id = s.case_id AND a.person_id = s.person_id
