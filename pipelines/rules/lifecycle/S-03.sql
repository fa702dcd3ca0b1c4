/*---
id: S-03
title: {zh: "逾期未复核", en: "Re-check overdue"}
meaning:
  zh: "看在保的低保、低保边缘和特困案件。从最近一次复核（没有复核过的，从开始保障）起，超过该类别规定的复核间隔的，是线索。没有登记类别的不算；复核是办公室的责任，不是家庭的过错。"
  en: "Looks at active dibao, marginal and tekun cases. It is a lead when more months than its class allows have gone by since the last re-check, or since support began when there was none. A case without a class does not count; the re-check is the office's duty and no fault of the family."
direction: process
severity: S4
subject: case
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases]
parameters: [recheck_months]
legal:
  - zh: 对低保、特困等对象应当定期复核，按家庭情况分类确定复核周期。
    en: "Dibao, tekun and similar cases are re-checked at intervals that depend on the class of the family."
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "{class}类对象，{since_name}（{since}）后应每{threshold}个月复核一次，至今已{value}个月，逾期未复核。"
  en: "Class {class}: due for a re-check every {threshold} months, counted from {since_en} ({since}); {value} months have gone by without one."
unit: {zh: "个月", en: "months"}
clears:
  zh: 复核已做而台账未登记。
  en: "The re-check was made and not entered."
innocent:
  - {zh: "复核已做，台账未更新。", en: "The re-check was made and the ledger is not updated."}
  - {zh: "家庭住院、外出，正在约时间。", en: "The family is in hospital or away and a date is being arranged."}
action:
  zh: 安排入户或信息核对复核；复核前不影响发放。
  en: "Arrange a visit or a data re-check; payments go on until then."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, recheck_class, last_recheck_on]
---*/
WITH due AS (
  SELECT c.case_id, c.household_id, c.recheck_class AS class, coalesce(c.last_recheck_on, c.start_month) AS since, c.last_recheck_on IS NOT NULL AS is_recheck,
         CASE c.recheck_class WHEN 'A' THEN coalesce(f.recheck_months_a, $recheck_months_a)
                              WHEN 'B' THEN coalesce(f.recheck_months_b, $recheck_months_b)
                              WHEN 'C' THEN coalesce(f.recheck_months_c, $recheck_months_c) END AS recheck_months
  FROM facts.active_cases AS c
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.programme IN ('dibao', 'dibao_marginal', 'tekun')
),
judged AS (
  SELECT case_id, household_id, class, since, is_recheck, recheck_months,
         $m_no - (date_part('year', since) * 12 + date_part('month', since)) AS months
  FROM due
)
-- The day of the month decides in the last month; clamping to the month's last day cannot bring it before t.
SELECT case_id, household_id, class, since,
       CASE WHEN is_recheck THEN '上次复核' ELSE '开始享受' END AS since_name, CASE WHEN is_recheck THEN 'the last re-check' ELSE 'the start' END AS since_en,
       months > recheck_months OR (months = recheck_months AND date_part('day', since) < date_part('day', $t)) AS hit,
       recheck_months AS threshold, months AS value
FROM judged
