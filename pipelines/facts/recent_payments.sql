/*---
title: {zh: 回看期内的发放, en: Payments within the months looked back on}
about:
  zh: 基本款和增发款的每一笔有效发放，附案件的台账金额；回看期取案件所在区划的值。一人、一款、一月可有几笔。
  en: "Every basic or top-up payment above zero, with what its case is granted; the months looked back on are those of the case's division. One person may have several of one item for one month."
---*/
SELECT p.case_id, p.person_id, p.programme, p.item, p.pay_month, p.amount, coalesce(c.monthly_amount, 0) AS monthly_amount
FROM civil_affairs.payments AS p
LEFT JOIN civil_affairs.cases AS c ON c.case_id = p.case_id AND (c.start_month IS NULL OR c.start_month <= $m)
LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
WHERE p.item IN ('basic', 'top_up') AND p.amount > 0 AND p.pay_month <= $m
  AND date_part('year', p.pay_month) * 12 + date_part('month', p.pay_month)
        >= $m_no - coalesce(f.lookback_months, $lookback_months)
