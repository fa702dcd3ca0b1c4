/*---
title: {zh: 同月重复发放, en: Months paid twice}
about:
  zh: 回看期内同一人、同一项目和款项、同一月两笔或以上，而且合计超过应发的月份（X-10）。应发：基本款取台账金额与近十二个月最大一笔中的大者，增发款为一笔；都不少于当月最大一笔。
  en: "Within the months looked back on: two payments or more of one programme and item to one person for one month, of more than was due (X-10). Due is, of a basic payment, the larger of what the case is granted and the largest payment since M-12; of a top-up, one; never less than the month's largest payment."
---*/
WITH largest AS (
  SELECT person_id, programme, max(amount) AS amount
  FROM civil_affairs.payments
  WHERE item = 'basic' AND pay_month BETWEEN $m_12 AND $m AND person_id IN (SELECT person_id FROM facts.repeated_payments)
  GROUP BY person_id, programme
),
repeated AS (
  SELECT person_id, programme, item, pay_month, count(amount) AS payments, sum(amount) AS paid,
         max(amount) AS one_payment, max(monthly_amount) AS monthly_amount
  FROM facts.repeated_payments
  GROUP BY person_id, programme, item, pay_month
  HAVING count(amount) >= 2
),
bounded AS (
  -- Of a basic payment the larger of what the case is granted and what was usual is due; of a top-up, one.
  SELECT r.person_id, r.programme, r.item, r.pay_month, r.payments, r.paid, r.one_payment, r.monthly_amount,
         CASE WHEN r.item = 'top_up' THEN r.one_payment
              WHEN l.amount > r.monthly_amount THEN l.amount ELSE r.monthly_amount END AS bound
  FROM repeated AS r
  LEFT JOIN largest AS l ON l.person_id = r.person_id AND l.programme = r.programme
)
SELECT person_id, programme, item, pay_month, payments, paid, monthly_amount,
       CASE WHEN bound > one_payment THEN bound ELSE one_payment END AS bound,
       paid - CASE WHEN bound > one_payment THEN bound ELSE one_payment END AS surplus
FROM bounded
WHERE paid > bound
