/*---
title: {zh: 可能同月几笔的发放, en: Payments of which there may be several for a month}
about:
  zh: 同一项目在两个案件里领取、或某月有两笔或以上的人，其回看期内该项目的每一笔有效发放，附案件的台账金额；回看期取案件所在区划的值。
  en: "Of people paid by one programme in two cases, or more than once for a month: every payment of that programme within the months looked back on, with what its case is granted. Those months are the ones of the case's division."
---*/
WITH several AS (
  -- Two payments for one month are in one case or in two: very few people need a closer look.
  SELECT person_id, programme
  FROM facts.payees
  GROUP BY person_id, programme
  HAVING count(case_id) >= 2 OR max(most_payments) >= 2
)
SELECT p.case_id, p.person_id, p.programme, p.item, p.pay_month, p.amount, coalesce(c.monthly_amount, 0) AS monthly_amount
FROM civil_affairs.payments AS p
JOIN several AS s ON s.person_id = p.person_id AND s.programme = p.programme
LEFT JOIN civil_affairs.cases AS c ON c.case_id = p.case_id AND (c.start_month IS NULL OR c.start_month <= $m)
LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
WHERE p.item IN ('basic', 'top_up') AND p.amount > 0 AND p.pay_month <= $m
  AND date_part('year', p.pay_month) * 12 + date_part('month', p.pay_month)
        >= $m_no - coalesce(f.lookback_months, $lookback_months)
