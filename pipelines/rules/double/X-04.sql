/*---
id: X-04
title: {zh: 孤困儿童重复领取生活补贴, en: Orphan also paid living subsidy}
meaning:
  zh: "看现在享受孤儿或事实无人抚养儿童保障的人。保障开始以后，近六个整月或本月仍发困难残疾人生活补贴的，是线索。护理补贴可以同时享受，不算；保障开始以前的发放不算。"
  en: "Looks at people supported now as an orphan or as a de facto unattended child. It is a lead when the living subsidy for disabled people was paid in the last six full months or this month, since that support began. The care subsidy is lawful beside it and does not count, nor do payments from before."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.payments]
parameters: []
legal:
  - zh: 享受孤儿基本生活保障政策的残疾儿童不享受困难残疾人生活补贴，可享受重度残疾人护理补贴。
    en: A disabled child on the orphan allowance does not draw the living subsidy for disabled people, and may draw the care subsidy.
    source: 《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）
  - zh: 事实无人抚养儿童保障与困难残疾人生活补贴相衔接，不重复发放。
    en: Support for de facto unattended children is fitted to the living subsidy, and the two are not paid together.
    source: 《关于进一步加强事实无人抚养儿童保障工作的意见》（民发〔2019〕62号）
reason:
  zh: "自{start_month}起享受{programme_name}，{first_month}至{last_month}仍有{months_both}个月发放困难残疾人生活补贴，共{total_so_far}元。护理补贴可以同时享受，不在其内。"
  en: "On the {programme_en} since {start_month}; the living subsidy for disabled people was still paid for {months_both} months ({first_month} to {last_month}), {total_so_far} yuan in all. The care subsidy is lawful beside it and is not counted."
unit: {zh: 个月, en: months}
clears:
  zh: 生活补贴已停发并退回，或其中一项发放记录有误。
  en: The living subsidy was stopped and returned, or one of the payment records is wrong.
innocent:
  - {zh: 刚纳入孤困儿童保障，当月补贴已先行发放。, en: "The child has just come under the programme, and that month's subsidy had already gone out."}
  - {zh: 护理补贴错记为生活补贴。, en: The care subsidy was booked as the living subsidy.}
  - {zh: 儿童基本生活费按差额发放，两项合计未超过标准。, en: "The child allowance is paid as a difference, and the two together stay within the standard."}
action:
  zh: 下次发放前核对两项台账，停发重复的生活补贴；孤困儿童保障和护理补贴不受影响。
  en: Compare both ledgers before the next payroll and end the doubled living subsidy; the child's own programme and the care subsidy are not touched.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.person_id = lead.person_id
    where: e.programme = 'disability_living' AND e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.pay_month BETWEEN lead.first_month AND lead.last_month
    fields: [case_id, person_id, programme, item, pay_month, amount]
---*/
WITH children AS (
  SELECT case_id, household_id, person_id, programme, start_month
  FROM facts.case_members
  WHERE programme IN ('orphan', 'de_facto_unattended')
),
months AS (
  SELECT person_id, pay_month, sum(amount) AS amount
  FROM facts.payments_made
  WHERE programme = 'disability_living' AND pay_month BETWEEN $m_6 AND $m
  GROUP BY person_id, pay_month
),
doubled AS (
  -- Such a case is one child's alone.
  SELECT c.case_id, count(s.pay_month) AS months_both, min(s.pay_month) AS first_month, max(s.pay_month) AS last_month,
         sum(s.amount) AS total_so_far, max(s.amount) AS monthly_at_risk
  FROM children AS c
  JOIN months AS s ON s.person_id = c.person_id AND s.pay_month >= c.start_month
  GROUP BY c.case_id
)
SELECT c.case_id, c.household_id, c.person_id, c.start_month, d.case_id IS NOT NULL AS hit,
       CASE c.programme WHEN 'orphan' THEN '孤儿基本生活费' ELSE '事实无人抚养儿童基本生活补贴' END AS programme_name,
       CASE c.programme WHEN 'orphan' THEN 'orphan allowance' ELSE 'allowance for de facto unattended children' END AS programme_en,
       d.months_both, d.first_month, d.last_month, d.total_so_far, d.monthly_at_risk,
       0 AS threshold, coalesce(d.months_both, 0) AS value
FROM children AS c
LEFT JOIN doubled AS d ON d.case_id = c.case_id
