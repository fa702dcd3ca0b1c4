/*---
id: X-10
title: {zh: 同项目同月重复发放, en: Paid twice for one month}
meaning:
  zh: "看回看期内领取过救助资金的人。同一个人、同一项目、同一款项、同一个月发了两笔或以上，而且基本款合计超过应发金额的，是线索。分笔发放而合计不超过应发的、补发和价格补贴不算。"
  en: "Looks at people paid any assistance within the months looked back on. It is a lead when one person got two or more payments of the same programme and kind for the same month and, for basic payments, their sum is more than was due. One amount paid in parts, back pay and price subsidies do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.payments]
needs:
  present: [civil_affairs.payments, civil_affairs.cases]
parameters: [lookback_months]
legal:
  - zh: 社会救助资金专项管理、专款专用；救助金按核定的金额按月发给。
    en: Assistance money is kept and used for its purpose alone; it is paid month by month at the amount that was determined.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "{first_month}至{last_month}有{months_doubled}个月同一项目发放两笔或以上，最近一次为{last_month}的{programme_name}{item_name}{payments}笔共{paid}元（应发不超过{bound}元）；各月合计多发{total_so_far}元。"
  en: "From {first_month} to {last_month}, one programme was paid twice or more for {months_doubled} months; the latest is {last_month}, {payments} payments of {programme_en} ({item_en}), {paid} yuan where at most {bound} was due. The surplus of all months is {total_so_far} yuan."
unit: {zh: 个月, en: months}
clears:
  zh: 其中一笔属于其他月份或项目而记错，或已退回、抵扣。
  en: One of the payments belongs to another month or item, or was returned or set off.
innocent:
  - {zh: 银行退票后重新发放，退票未冲销。, en: "The bank returned the first payment, it was paid again, and the return is not booked."}
  - {zh: 补发以前月份，错记为本月基本金。, en: Arrears for earlier months were booked as this month's basic payment.}
  - {zh: 金额调整后补发差额，台账金额尚未更新。, en: "The amount was raised and the difference paid, while the ledger still shows the old amount."}
action:
  zh: 下次发放前核对银行回单；确属重复的，从以后月份抵扣或商定退回，不影响应发的待遇。
  en: Compare with the bank's receipts before the next payroll; a real double is set off or returned by agreement, what is due goes on.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.person_id = lead.person_id
    where: e.item IN ('basic', 'top_up') AND e.amount > 0 AND (e.pay_month BETWEEN lead.first_month AND lead.last_month OR (e.item = 'basic' AND e.pay_month BETWEEN $m_12 AND $m AND e.amount > lead.granted))
    fields: [case_id, person_id, programme, item, pay_month, sequence, amount]
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.payments AS p ON p.person_id = lead.person_id JOIN civil_affairs.cases AS e ON e.case_id = p.case_id
    where: p.item IN ('basic', 'top_up') AND p.amount > 0 AND (p.pay_month BETWEEN lead.first_month AND lead.last_month OR (p.item = 'basic' AND p.pay_month BETWEEN $m_12 AND $m AND p.amount > lead.granted))
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
---*/
WITH latest AS (
  SELECT person_id, payments, paid, bound,
         CASE programme WHEN 'dibao' THEN '低保' WHEN 'dibao_marginal' THEN '低保边缘' WHEN 'rigid_expenditure' THEN '刚性支出困难'
                        WHEN 'tekun' THEN '特困供养' WHEN 'temporary' THEN '临时救助' WHEN 'orphan' THEN '孤儿基本生活费'
                        WHEN 'de_facto_unattended' THEN '事实无人抚养儿童补贴' WHEN 'disability_living' THEN '残疾人生活补贴'
                        WHEN 'disability_care' THEN '残疾人护理补贴' ELSE '高龄津贴' END AS programme_name,
         CASE programme WHEN 'dibao_marginal' THEN 'the dibao margin' WHEN 'rigid_expenditure' THEN 'rigid expenditure'
                        WHEN 'temporary' THEN 'temporary assistance' WHEN 'orphan' THEN 'the orphan allowance'
                        WHEN 'de_facto_unattended' THEN 'the allowance for de facto unattended children'
                        WHEN 'disability_living' THEN 'the disability living subsidy' WHEN 'disability_care' THEN 'the disability care subsidy'
                        WHEN 'elderly_allowance' THEN 'the elderly allowance' ELSE programme END AS programme_en,
         CASE item WHEN 'basic' THEN '基本金' ELSE '增发金' END AS item_name,
         CASE item WHEN 'basic' THEN 'basic' ELSE 'top-up' END AS item_en
  FROM (
    SELECT person_id, programme, item, payments, paid, bound,
           row_number() OVER (PARTITION BY person_id ORDER BY pay_month DESC, programme, item) AS place
    FROM facts.doubled_payments
  ) AS ranked
  WHERE place = 1
),
months AS (
  SELECT person_id, pay_month, sum(surplus) AS surplus, min(monthly_amount) AS granted
  FROM facts.doubled_payments
  GROUP BY person_id, pay_month
),
totals AS (
  SELECT person_id, count(pay_month) AS months_doubled, min(pay_month) AS first_month, max(pay_month) AS last_month,
         sum(surplus) AS total_so_far, max(surplus) AS monthly_at_risk, min(granted) AS granted
  FROM months
  GROUP BY person_id
),
subjects AS (
  SELECT case_id, person_id FROM facts.payees WHERE in_window GROUP BY case_id, person_id
),
doubled AS (
  SELECT DISTINCT p.case_id, p.person_id
  FROM facts.repeated_payments AS p
  JOIN facts.doubled_payments AS d
    ON d.person_id = p.person_id AND d.programme = p.programme AND d.item = p.item AND d.pay_month = p.pay_month
)
SELECT s.case_id, s.person_id, h.case_id IS NOT NULL AS hit, t.months_doubled, t.first_month, t.last_month, l.payments, l.paid, l.bound,
       l.programme_name, l.programme_en, l.item_name, l.item_en,
       t.total_so_far, t.monthly_at_risk, t.granted, 0 AS threshold, t.months_doubled AS value
FROM subjects AS s
LEFT JOIN doubled AS h ON h.case_id = s.case_id AND h.person_id = s.person_id
LEFT JOIN totals AS t ON t.person_id = s.person_id
LEFT JOIN latest AS l ON l.person_id = s.person_id
