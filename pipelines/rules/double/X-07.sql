/*---
id: X-07
title: {zh: 养老待遇重复领取, en: Two pension schemes at once}
meaning:
  zh: "看近十二个整月领取养老金的人。同时领取两种或两种以上制度的养老金，达到规定月数的，是线索。个别月份的交接重叠、未达到规定月数的不算。"
  en: "Looks at people paid a pension in the last twelve full months. It is a lead when two or more pension schemes were paid for the same month, and that in at least the set number of months. A shorter overlap, as when one scheme hands over to another, does not count."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [human_resources.pension_payments]
needs:
  present: [human_resources.pension_payments]
parameters: [overlap_months_min]
legal:
  - zh: 参保人员不得同时领取城镇职工基本养老保险和城乡居民基本养老保险待遇；同时领取的，终止居民养老保险关系，重复领取的部分退还。
    en: Nobody draws the employee and the resident pension together; where both are drawn the resident one ends and what was doubled is returned.
    source: 《城乡养老保险制度衔接暂行办法》（人社部发〔2014〕17号）
reason:
  zh: "{first_month}至{last_month}有{months_both}个月同时领取{schemes}（达到{threshold}个月即提示），其中较低的待遇共{total_so_far}元。"
  en: "From {first_month} to {last_month}, {months_both} months were paid {schemes_en} at once (noticed from {threshold} months on); the smaller ones come to {total_so_far} yuan."
unit: {zh: 个月, en: months}
clears:
  zh: 重复月份中的一项待遇已退回或抵扣，或其中一项不是此人领取。
  en: One of the two was returned or set off for the doubled months, or one of them is not this person's.
innocent:
  - {zh: 制度衔接期间先发后扣，正在清算。, en: "The change from one scheme to the other is being settled, paid first and set off later."}
  - {zh: 其中一笔是以前月份的补发。, en: One of the payments is arrears for earlier months.}
  - {zh: 本人不知道两项不能同时领取。, en: The person did not know that the two exclude each other.}
action:
  zh: 移交人社部门在下次发放前核实参保经历，保留应享的一项，重复部分按规定退还或抵扣。
  en: Pass to human resources to check the insurance history before the next payroll; the one that is due stays, the doubled part is returned or set off by rule.
owner: human_resources
status: live
evidence:
  - dataset: human_resources.pension_payments
    from: lead JOIN human_resources.pension_payments AS e ON e.person_id = lead.person_id
    where: e.amount > 0 AND e.month BETWEEN lead.first_month AND lead.last_month
    fields: [person_id, scheme, month, amount, basic_amount]
---*/
WITH drawings AS (
  SELECT person_id, month, amount, CASE scheme WHEN 'employee' THEN 1 WHEN 'civil_servant' THEN 2 WHEN 'resident' THEN 3 END AS kind
  FROM human_resources.pension_payments
  WHERE amount > 0 AND month BETWEEN $m_12 AND $m_1
),
drawers AS (
  SELECT person_id, min(kind) <> max(kind) AS has_several FROM drawings GROUP BY person_id
),
months AS (
  -- Very few have two schemes at all.
  SELECT person_id, month, sum(amount) - max(amount) AS surplus, max(CASE kind WHEN 1 THEN 1 ELSE 0 END) AS employee,
         max(CASE kind WHEN 2 THEN 1 ELSE 0 END) AS civil_servant, max(CASE kind WHEN 3 THEN 1 ELSE 0 END) AS resident
  FROM drawings
  WHERE person_id IN (SELECT person_id FROM drawers WHERE has_several)
  GROUP BY person_id, month
),
doubled AS (
  SELECT person_id, months_both, first_month, last_month, total_so_far, monthly_at_risk,
         CASE WHEN resident = 0 THEN '职工养老金和机关事业单位养老金' WHEN civil_servant = 0 THEN '职工养老金和居民养老金'
              WHEN employee = 0 THEN '机关事业单位养老金和居民养老金' ELSE '职工、机关事业单位和居民养老金中的两种以上' END AS schemes,
         CASE WHEN resident = 0 THEN 'the employee and the civil servant pension' WHEN civil_servant = 0 THEN 'the employee and the resident pension'
              WHEN employee = 0 THEN 'the civil servant and the resident pension' ELSE 'two or more of the employee, civil servant and resident pensions' END AS schemes_en
  FROM (
    SELECT person_id, count(month) AS months_both, min(month) AS first_month, max(month) AS last_month,
           sum(surplus) AS total_so_far, max(surplus) AS monthly_at_risk,
           max(employee) AS employee, max(civil_servant) AS civil_servant, max(resident) AS resident
    FROM months
    WHERE employee + civil_servant + resident >= 2
    GROUP BY person_id
  ) AS overlapping
)
SELECT s.person_id, coalesce(d.months_both, 0) >= $overlap_months_min AS hit, coalesce(d.months_both, 0) AS months_both,
       d.first_month, d.last_month, d.total_so_far, d.monthly_at_risk, d.schemes, d.schemes_en,
       $overlap_months_min AS threshold, coalesce(d.months_both, 0) AS value
FROM drawers AS s
LEFT JOIN doubled AS d ON d.person_id = s.person_id
