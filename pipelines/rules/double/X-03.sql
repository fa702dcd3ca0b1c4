/*---
id: X-03
title: {zh: 特困重复领取残疾补贴, en: Tekun also paid disability subsidy}
meaning:
  zh: "看现在享受特困供养的人。近六个整月或本月中，有一个月既发了特困供养金，又发了残疾人生活补贴或护理补贴的，是线索。没有同月发放的不算。"
  en: "Looks at people who are supported as tekun now. It is a lead when, in one of the last six full months or this month, both tekun and a disability subsidy (living or care) were paid. Payments that fall in different months do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.payments]
parameters: []
legal:
  - zh: 纳入特困人员供养保障的残疾人不享受残疾人两项补贴。
    en: A disabled person who is supported as tekun does not draw the two disability subsidies.
    source: 《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）
reason:
  zh: "{first_month}至{last_month}有{months_both}个月同时发放特困供养和残疾人补贴，补贴共{total_so_far}元。"
  en: "From {first_month} to {last_month}, tekun and a disability subsidy were both paid for {months_both} months; {total_so_far} yuan of subsidy in all."
unit: {zh: 个月, en: months}
clears:
  zh: 补贴已停发并退回，或其中一项发放记录有误。
  en: The subsidy was stopped and returned, or one of the payment records is wrong.
innocent:
  - {zh: 刚转为特困，当月补贴已先行发放。, en: "The person has just become tekun and that month's subsidy had already gone out."}
  - {zh: 补贴属于以前月份的补发而记错类别。, en: The payment is arrears for earlier months booked under the wrong item.}
action:
  zh: 下次发放前核对两项台账，停发重复的补贴；特困供养不受影响。
  en: Compare both ledgers before the next payroll and stop the doubled subsidy; tekun support is not touched.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.person_id = lead.person_id
    where: e.programme IN ('tekun', 'disability_living', 'disability_care') AND e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.pay_month BETWEEN lead.first_month AND lead.last_month
    fields: [case_id, person_id, programme, item, pay_month, amount]
---*/
WITH months AS (
  SELECT person_id, pay_month,
         sum(CASE WHEN programme = 'tekun' THEN amount ELSE 0 END) AS tekun,
         sum(CASE WHEN programme IN ('disability_living', 'disability_care') THEN amount ELSE 0 END) AS subsidy
  FROM facts.payments_made
  WHERE pay_month BETWEEN $m_6 AND $m AND person_id IN (SELECT person_id FROM facts.case_members WHERE programme = 'tekun')
  GROUP BY person_id, pay_month
),
doubled AS (
  SELECT person_id, count(pay_month) AS months_both, min(pay_month) AS first_month, max(pay_month) AS last_month,
         sum(subsidy) AS total_so_far, max(subsidy) AS monthly_at_risk
  FROM months
  WHERE tekun > 0 AND subsidy > 0
  GROUP BY person_id
)
SELECT m.case_id, m.person_id, d.person_id IS NOT NULL AS hit,
       d.months_both, d.first_month, d.last_month, d.total_so_far, d.monthly_at_risk,
       0 AS threshold, d.months_both AS value
FROM facts.case_members AS m
LEFT JOIN doubled AS d ON d.person_id = m.person_id
WHERE m.programme = 'tekun'
