/*---
title: {zh: 同月几笔的发放, en: Payments of which there are several for a month}
about:
  zh: 同一人、同一项目和款项、同一月有两笔或以上的，其中在回看期内的每一笔有效发放，附案件的台账金额；回看期取案件所在区划的值。
  en: "Where one person has two payments or more of one programme and item for one month: each of them within the months looked back on, with what its case is granted. Those months are the ones of the case's division."
---*/
WITH repeated AS (
  -- Whoever has one row for a month was not paid twice, whatever it says.
  SELECT person_id, programme, item, pay_month
  FROM civil_affairs.payments
  WHERE item IN ('basic', 'top_up')
  GROUP BY person_id, programme, item, pay_month
  HAVING count(amount) >= 2
)
SELECT p.case_id, p.person_id, p.programme, p.item, p.pay_month, p.amount, coalesce(c.monthly_amount, 0) AS monthly_amount
FROM civil_affairs.payments AS p
JOIN repeated AS r ON r.person_id = p.person_id AND r.programme = p.programme AND r.item = p.item AND r.pay_month = p.pay_month
LEFT JOIN civil_affairs.cases AS c ON c.case_id = p.case_id AND (c.start_month IS NULL OR c.start_month <= $m)
LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
WHERE p.amount > 0 AND p.pay_month <= $m
  AND date_part('year', p.pay_month) * 12 + date_part('month', p.pay_month)
        >= $m_no - coalesce(f.lookback_months, $lookback_months)
