/*---
id: X-08
title: {zh: 领失业金期间就业或领养老金, en: Jobless benefit while employed or retired}
meaning:
  zh: "看近十二个整月领到失业保险金的人。领取的月份里同时有单位缴纳养老保险或领取养老金，达到规定月数的，是线索。自己缴费、暂停未发的失业金和不足月数的重叠不算。"
  en: "Looks at people paid unemployment benefit in the last twelve full months. It is a lead when, in at least the set number of those months, an employer also paid pension contributions or a pension was drawn. Contributions the person paid alone, benefit that was held back and shorter overlaps do not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [human_resources.unemployment_benefits]
needs:
  present: [human_resources.unemployment_benefits, human_resources.contributions, human_resources.pension_payments]
parameters: [overlap_months_min]
legal:
  - zh: 失业人员在领取失业保险金期间重新就业或者享受基本养老保险待遇的，停止领取失业保险金。
    en: The unemployment benefit ends when its recipient is employed again or draws a basic pension.
    source: 《中华人民共和国社会保险法》第五十一条；《失业保险条例》（国务院令第258号）
reason:
  zh: "{first_month}至{last_month}有{months_both}个月领取失业保险金的同时有单位缴费（{months_work}个月）或养老金（{months_pension}个月），达到{threshold}个月即提示；这些月份的失业保险金共{total_so_far}元。"
  en: "From {first_month} to {last_month}, {months_both} months of unemployment benefit fell together with employer contributions ({months_work} months) or a pension ({months_pension} months), noticed from {threshold} on; the benefit of these months comes to {total_so_far} yuan."
unit: {zh: 个月, en: months}
clears:
  zh: 这些月份的失业保险金已退回，或单位缴费、养老金其实属于领取失业保险金以前的月份。
  en: The benefit of these months was returned, or the contributions or the pension in truth belong to months before the benefit began.
innocent:
  - {zh: 原单位补缴以前月份，记在领取期间。, en: The former employer paid for earlier months and it was booked in the months of benefit.}
  - {zh: 挂靠缴费或试工几天，并未真正就业。, en: "Contributions were run through an employer, or a trial of some days: no real job."}
  - {zh: 失业保险金停发晚了一两个月，正在退回。, en: The benefit stopped a month or two late and is being returned.}
action:
  zh: 移交人社部门在下次发放前核实是否重新就业或退休，确属重复的商定退回方式。
  en: Pass to human resources to check before the next payroll whether there is a new job or a pension; if doubled, agree how it is returned.
owner: human_resources
status: live
evidence:
  - dataset: human_resources.unemployment_benefits
    from: lead JOIN human_resources.unemployment_benefits AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.state = 'paid' AND e.month BETWEEN lead.first_month AND lead.last_month
    fields: [person_id, month, amount, state]
  - dataset: human_resources.contributions
    from: lead JOIN human_resources.contributions AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN lead.first_month AND lead.last_month
    fields: [person_id, insurance, month, employer_id, paid, paid_by]
  - dataset: human_resources.pension_payments
    from: lead JOIN human_resources.pension_payments AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month BETWEEN lead.first_month AND lead.last_month
    fields: [person_id, scheme, month, amount]
---*/
WITH jobless AS (
  SELECT person_id, month, sum(amount) AS amount
  FROM human_resources.unemployment_benefits
  WHERE amount > 0 AND state = 'paid' AND month BETWEEN $m_12 AND $m_1
  GROUP BY person_id, month
),
pensions AS (
  SELECT DISTINCT person_id, month
  FROM human_resources.pension_payments
  WHERE amount > 0 AND person_id IN (SELECT person_id FROM jobless)
),
works AS (
  SELECT DISTINCT person_id, month
  FROM human_resources.contributions
  WHERE insurance IN ('110', '120') AND paid AND paid_by = 'employer' AND person_id IN (SELECT person_id FROM jobless)
),
months AS (
  SELECT j.person_id, j.month, j.amount, w.month IS NOT NULL AS works, p.month IS NOT NULL AS retired
  FROM jobless AS j
  LEFT JOIN works AS w ON w.person_id = j.person_id AND w.month = j.month
  LEFT JOIN pensions AS p ON p.person_id = j.person_id AND p.month = j.month
)
SELECT person_id,
       count(CASE WHEN works OR retired THEN 1 END) >= $overlap_months_min AS hit,
       count(CASE WHEN works OR retired THEN 1 END) AS months_both,
       count(CASE WHEN works THEN 1 END) AS months_work, count(CASE WHEN retired THEN 1 END) AS months_pension,
       min(CASE WHEN works OR retired THEN month END) AS first_month, max(CASE WHEN works OR retired THEN month END) AS last_month,
       sum(CASE WHEN works OR retired THEN amount END) AS total_so_far, max(CASE WHEN works OR retired THEN amount END) AS monthly_at_risk,
       $overlap_months_min AS threshold, count(CASE WHEN works OR retired THEN 1 END) AS value
FROM months
GROUP BY person_id
