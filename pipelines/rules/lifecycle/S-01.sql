/*---
id: S-01
title: {zh: 渐退期届满, en: Grace period over}
meaning:
  zh: "看有渐退期的在保案件。渐退期已满，上月或本月仍在发放，而且期满后没有复核的，是线索；渐退期即将届满的，只作提醒。期满后已复核并恢复在保的不算。"
  en: "Looks at active cases that had a grace period. It is a lead when the period is over, payments went on this month or last and no re-check came after its end; a period about to end is only a reminder. A case re-checked after the end and taken back as active does not count."
direction: ineligible
severity: S1
subject: case
basis: statutory
population: [civil_affairs.cases, civil_affairs.grace_periods]
needs:
  present: [civil_affairs.cases, civil_affairs.grace_periods, civil_affairs.payments]
parameters: [grace_notice_days]
legal:
  - zh: 对就业后收入超过标准的低保家庭可给予一定期限的渐退期，期满应当重新核定。
    en: A dibao family whose income passes the standard through work can be given a grace period; at its end the case is determined anew.
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "渐退期至{grace_end}止，{what}"
  en: "The grace period runs to {grace_end}; {what_en}"
clears:
  zh: 期满后已完成复核，或渐退期已依法延长并登记。
  en: The case was re-checked after the period, or the period was lawfully extended and registered.
innocent:
  - {zh: 复核已做而台账未更新。, en: The re-check was made and the ledger is not updated.}
  - {zh: 家庭又失去收入，应继续保障。, en: The family has lost its income again and should go on being supported.}
action:
  zh: 期满的尽快复核收入，仍困难的继续保障；将届满的提前告知家庭。
  en: Where the period is over, re-check soon and go on where the need remains; where it is about to end, tell the family in time.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, last_recheck_on]
  - dataset: civil_affairs.grace_periods
    from: lead JOIN civil_affairs.grace_periods AS e ON e.case_id = lead.case_id
    where: e.start_on <= $t
    fields: [case_id, start_on, end_on, amount]
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.case_id = lead.case_id
    where: e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.pay_month <= $m AND (e.pay_month >= $m_1 OR e.pay_month > lead.grace_end)
    fields: [case_id, person_id, programme, item, pay_month, amount]
---*/
WITH periods AS (
  SELECT case_id, max(end_on) AS grace_end
  FROM civil_affairs.grace_periods
  WHERE start_on <= $t
  GROUP BY case_id
),
paid AS (
  SELECT p.case_id,
         count(CASE WHEN p.pay_month >= $m_1 THEN 1 END) AS recent,
         sum(CASE WHEN p.pay_month > g.grace_end THEN p.amount END) AS total_so_far
  FROM facts.payments_made AS p
  JOIN periods AS g ON g.case_id = p.case_id
  GROUP BY p.case_id
),
judged AS (
  SELECT c.case_id, c.household_id, g.grace_end, c.last_recheck_on, p.total_so_far,
         g.grace_end < $t AND coalesce(p.recent, 0) > 0
           AND (c.status = 'grace' OR c.last_recheck_on IS NULL OR c.last_recheck_on <= g.grace_end) AS is_over,
         g.grace_end >= $t
           AND g.grace_end - $t <= coalesce(f.grace_notice_days, $grace_notice_days) AS is_ending
  FROM facts.active_cases AS c
  JOIN periods AS g ON g.case_id = c.case_id
  LEFT JOIN paid AS p ON p.case_id = c.case_id
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
)
SELECT case_id, household_id, grace_end, is_over OR is_ending AS hit,
       CASE WHEN is_over THEN 'S1' ELSE 'S4' END AS severity,
       CASE WHEN is_over THEN 'ineligible' ELSE 'process' END AS direction,
       CASE WHEN is_over THEN '期满后仍在发放，且没有期满后的复核。' ELSE '即将届满，应提前安排复核并告知家庭。' END AS what,
       CASE WHEN is_over THEN 'payments go on after its end and there is no re-check since.' ELSE 'it is about to end: plan the re-check and tell the family.' END AS what_en,
       total_so_far
FROM judged
