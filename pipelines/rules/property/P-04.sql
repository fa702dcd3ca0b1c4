/*---
id: P-04
title: {zh: 申请前转移房产, en: Disposed of a home before applying}
meaning:
  zh: "看在保以及正在申请的低保、低保边缘、刚性支出困难和特困家庭。申请前规定月数内，成员的城镇住宅因出售或赠与而终止登记、受让人不是现有家庭成员的，是线索。拆迁、继承，以及转给家里人的不算。"
  en: "Looks at families supported as dibao, marginal, unavoidable spending or tekun, and at those applying. It is a lead when, in the set months before the application, a member's urban dwelling ended by sale or gift to someone outside the family. Demolition, inheritance and transfers within the family do not count."
direction: ineligible
severity: S3
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, housing.property_units]
  absent: [civil_affairs.household_members]
parameters: [unit_share_min, disposal_months]
legal:
  - zh: 申请人应当如实申报家庭财产状况；审核时核对家庭财产的变动。
    en: The family's property has to be declared truthfully; the check looks at changes in it.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "于{applied_on}申请；此前{disposal_months}个月内，家庭成员名下有{value}套住宅因出售或赠与而终止登记（最近一次在{ended_on}），受让人不是家庭成员。"
  en: "Applied on {applied_on}; in the {disposal_months} months before, {value} dwellings of members ended by sale or gift (the latest on {ended_on}) to someone outside the family."
unit: {zh: 套, en: dwellings}
clears:
  zh: 房款已用于治病、还债、购置唯一住房并有凭据，或者登记有误。
  en: "The money went into medical bills, debts or the only home, with receipts; or the registration is wrong."
innocent:
  - {zh: 因大病或债务卖房，正是申请救助的原因。, en: "Illness or debt forced the sale, which is why support was sought."}
  - {zh: 卖旧房换住房，另一套登记在后。, en: The old home was sold for another that was registered later.}
  - {zh: 离婚析产或按协议过户给子女。, en: Division at a divorce or a transfer to a child by agreement.}
action:
  zh: 了解转让原因和房款去向，请家庭提供凭据；有困难的照常保障。
  en: "Ask why it was passed on and where the money went, with receipts; a family in need is supported all the same."
owner: housing
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, applied_on, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.members_and_applicants AS m ON m.case_id = lead.case_id JOIN civil_affairs.household_members AS e ON e.household_id = m.household_id AND e.person_id = m.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: housing.property_units
    from: lead JOIN facts.members_and_applicants AS m ON m.case_id = lead.case_id JOIN housing.property_units AS e ON e.person_id = m.person_id
    where: e.use = 'dwelling' AND NOT e.rural AND e.ended_by IN ('sale', 'gift') AND e.ended_on >= lead.first_ended_on AND e.ended_on <= lead.applied_on
    fields: [person_id, unit_id, use, area, share_num, share_den, registered_on, ended_on, ended_by, rural, buyer_person_id]
---*/
WITH cases AS (
  SELECT c.case_id, c.household_id, c.applied_on,
         coalesce(f.unit_share_min, $unit_share_min) AS unit_share_min,
         coalesce(f.disposal_months, $disposal_months) AS disposal_months
  FROM (
    SELECT case_id, household_id, division, hukou_kind, applied_on, is_low_income FROM facts.active_cases
    UNION ALL
    SELECT case_id, household_id, division, hukou_kind, applied_on, is_low_income FROM facts.pending_cases
  ) AS c
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.is_low_income AND c.applied_on IS NOT NULL
),
ended AS (
  SELECT person_id, unit_id, share_num, share_den, ended_on, buyer_person_id,
         date_part('year', ended_on) * 12 + date_part('month', ended_on) AS month_no,
         date_part('day', ended_on) AS day_no,
         date_part('day', CAST(ended_on + INTERVAL '1' DAY AS DATE)) = 1 AS is_last_day
  FROM housing.property_units
  WHERE use = 'dwelling' AND NOT rural AND ended_by IN ('sale', 'gift') AND registered_on <= $t
),
-- applied_on less k months keeps its day, clamped to the month's last day: ended_on is not before it when its month
-- is later, or is the same and the day is not smaller or is that month's last.
disposed AS (
  SELECT c.case_id, e.unit_id, e.ended_on, e.buyer_person_id
  FROM cases AS c
  JOIN facts.members_and_applicants AS m ON m.case_id = c.case_id
  JOIN ended AS e ON e.person_id = m.person_id
    AND e.ended_on <= c.applied_on
    AND CAST(e.share_num AS DECIMAL(12, 0)) >= c.unit_share_min * CAST(e.share_den AS DECIMAL(12, 0))
    AND (e.month_no > date_part('year', c.applied_on) * 12 + date_part('month', c.applied_on) - c.disposal_months
      OR (e.month_no = date_part('year', c.applied_on) * 12 + date_part('month', c.applied_on) - c.disposal_months
        AND (e.day_no >= date_part('day', c.applied_on) OR e.is_last_day)))
),
given_away AS (
  SELECT d.case_id, count(DISTINCT d.unit_id) AS homes, min(d.ended_on) AS first_ended_on, max(d.ended_on) AS ended_on
  FROM disposed AS d
  LEFT JOIN facts.members_and_applicants AS b ON b.case_id = d.case_id AND b.person_id = d.buyer_person_id
  WHERE b.person_id IS NULL
  GROUP BY d.case_id
)
SELECT c.case_id, c.household_id, c.applied_on, c.disposal_months, g.case_id IS NOT NULL AS hit,
       g.first_ended_on, g.ended_on, 0 AS threshold, coalesce(g.homes, 0) AS value
FROM cases AS c
LEFT JOIN given_away AS g ON g.case_id = c.case_id
