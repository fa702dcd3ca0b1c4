/*---
title: {zh: 死亡后的发放月份, en: Months paid after the death}
about:
  zh: 晚于最后一个应发月份的每个已发放月份，不论是否在回溯期内。
  en: "Every month paid that is later than the last month due, whether or not in the lookback window."
---*/
SELECT p.case_id, p.person_id, p.programme, p.pay_month, p.amount
FROM facts.payees AS w
JOIN facts.payments_made AS p ON p.case_id = w.case_id AND p.person_id = w.person_id AND p.programme = w.programme
-- Of the living nothing is asked.
WHERE w.last_due_no IS NOT NULL AND date_part('year', p.pay_month) * 12 + date_part('month', p.pay_month) > w.last_due_no
