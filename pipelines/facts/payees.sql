/*---
title: {zh: 领款人, en: Who was paid}
about:
  zh: 每个案件、每人、每个项目一个月最多几笔，最近一次发放的月份，是否在回溯期内；已死亡的，死亡日期和最后一个应发月份（死亡当月加宽限月数）。回溯期和宽限按案件所在区划取值。
  en: "Of every case, person and programme the most payments for one month, the last month paid, and whether it lies in the lookback window; of the dead the date and the last month due (that of the death and its lag), as a number of months. Both figures are those of the case's division."
---*/
SELECT case_id, person_id, programme, most_payments, last_month, date_part('year', last_month) * 12 + date_part('month', last_month) >= $m_no - lookback_months AS in_window, dead_on,
       date_part('year', dead_on) * 12 + date_part('month', dead_on) + death_lag AS last_due_no
FROM (
  SELECT p.case_id, p.person_id, p.programme, p.most_payments, p.last_month, d.dead_on,
         coalesce(f.lookback_months, $lookback_months) AS lookback_months, coalesce(f.death_lag, $death_lag) AS death_lag
  FROM (
    SELECT case_id, person_id, programme, max(payments) AS most_payments, max(pay_month) AS last_month
    FROM facts.payments_made
    GROUP BY case_id, person_id, programme
  ) AS p
  LEFT JOIN civil_affairs.cases AS c ON c.case_id = p.case_id AND (c.start_month IS NULL OR c.start_month <= $m)
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  LEFT JOIN facts.deaths AS d ON d.person_id = p.person_id
) AS paid
