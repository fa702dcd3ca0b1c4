/*---
id: S-02
title: {zh: "刚性支出认定到期", en: "Rigid-expenditure status expired"}
meaning:
  zh: "看在保的刚性支出困难家庭。认定的时间已超过规定的有效月数、状态仍为在保的，是线索。正好到期那一天还不算。"
  en: "Looks at active cases of unavoidable spending. It is a lead when the status was granted longer ago than it is valid for and the case is still active. The very last day still counts as valid."
direction: ineligible
severity: S2
subject: case
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases]
parameters: [rigid_valid_months]
legal:
  - zh: 刚性支出困难家庭的认定有有效期，期满应当重新认定。
    en: "The status of a family in difficulty through unavoidable spending is valid for a limited time and is determined anew at its end."
    source: 《关于加强低收入人口动态监测做好分层分类社会救助工作的意见》（国办发〔2023〕39号）
reason:
  zh: "刚性支出困难自{start_month}起认定，有效期{threshold}个月，至今已{value}个月，仍为在保状态。"
  en: "The status as a family with unavoidable spending began in {start_month} and is valid for {threshold} months; {value} months have gone by and the case is still active."
unit: {zh: "个月", en: "months"}
clears:
  zh: 已重新认定而台账未更新。
  en: "The status was determined anew and the ledger is not updated."
innocent:
  - {zh: "家庭已重新申请，正在办理。", en: "The family has applied anew and the case is being worked on."}
  - {zh: "大病仍在治疗，支出仍然很高。", en: "Treatment goes on and spending is still high."}
action:
  zh: 联系家庭重新认定；仍符合的延续，收入已下降的看是否应转低保。
  en: "Contact the family and determine the status anew; go on where it still holds, and look at dibao where income has fallen."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, last_recheck_on]
---*/
WITH judged AS (
  SELECT c.case_id, c.household_id, c.start_month,
         $m_no - (date_part('year', c.start_month) * 12 + date_part('month', c.start_month)) AS months,
         coalesce(f.rigid_valid_months, $rigid_valid_months) AS valid_months
  FROM facts.active_cases AS c
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.programme = 'rigid_expenditure'
)
-- start_month + k months is the first day of a month: t is later in every later month, and in that month from its second day.
SELECT case_id, household_id, start_month, months > valid_months OR (months = valid_months AND $t > $m) AS hit,
       valid_months AS threshold, months AS value
FROM judged
