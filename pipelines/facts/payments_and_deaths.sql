/*---
title: {zh: 发放月份与死亡, en: Months paid and deaths}
about:
  zh: 每个已发放月份：是否在回溯期内，是否晚于死亡当月加宽限月数；回溯期和宽限按案件所在区划取值。
  en: "Every month paid: whether it lies in the lookback window, and whether after the month of death and its lag. Both figures are those of the case's division."
---*/
SELECT case_id, person_id, programme, pay_month, amount, dead_on,
       month_no >= $m_no - lookback_months AS in_window,
       dead_on IS NOT NULL
         AND month_no > date_part('year', dead_on) * 12 + date_part('month', dead_on) + death_lag AS after_death
FROM (
  SELECT p.case_id, p.person_id, p.programme, p.pay_month, p.month_no, p.amount, d.dead_on,
         coalesce(f.lookback_months, $lookback_months) AS lookback_months, coalesce(f.death_lag, $death_lag) AS death_lag
  FROM facts.payments_made AS p
  LEFT JOIN civil_affairs.cases AS c ON c.case_id = p.case_id
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  LEFT JOIN facts.deaths AS d ON d.person_id = p.person_id
) AS paid
