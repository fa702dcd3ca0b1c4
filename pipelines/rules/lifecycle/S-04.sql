/*---
id: S-04
title: {zh: "残疾证失效仍享", en: "Certificate lapsed, still paid"}
meaning:
  zh: "看上月或本月领取残疾人生活补贴或护理补贴的人。没有符合该项补贴要求的有效残疾人证（护理补贴要求一、二级，或规定类别的三级）的，是线索。到期当天的证仍有效；首先是帮助换证。"
  en: "Looks at people paid a disability subsidy this month or last. It is a lead when no valid certificate goes with it (for the care subsidy grade 1 or 2, or grade 3 of the set kinds). A certificate is valid through its last day; help with renewal comes first."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.payments]
needs:
  present: [civil_affairs.payments]
  absent: [civil_affairs.disability_certificates]
parameters: [care_grade3_kinds]
legal:
  - zh: 残疾人两项补贴以有效的残疾人证为依据，定期复核。
    en: "The two disability subsidies rest on a valid disability certificate and are re-checked at intervals."
    source: 《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）
reason:
  zh: "{last_month}仍发放{subsidy}，但没有符合条件的有效残疾人证（{certificate}）。"
  en: "The {subsidy_en} was still paid in {last_month}, but no valid certificate of the kind it needs is on record ({certificate_en})."
clears:
  zh: 已换领新证而残联数据未更新，或证件状态登记有误。
  en: "A new certificate was issued and the register is not updated, or its state was entered wrongly."
innocent:
  - {zh: "证件到期，正在换证或上门评残。", en: "The certificate ran out and renewal or a home assessment is under way."}
  - {zh: "因卧床、住院无法去评残。", en: "Bedridden or in hospital and unable to go to the assessment."}
  - {zh: "迁移后新证未共享。", en: "The new certificate after a move is not shared."}
action:
  zh: 先帮助换证（可上门评残），下次发放前核实；确实不再符合的再按规定办理。
  en: "Help with renewal first (the assessment can come to the home) and verify before the next payroll; only where the grounds are really gone, settle by the rules."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.payments
    from: lead JOIN civil_affairs.payments AS e ON e.case_id = lead.case_id AND e.person_id = lead.person_id
    where: e.programme IN ('disability_living', 'disability_care') AND e.item IN ('basic', 'top_up') AND e.amount > 0 AND e.pay_month <= $m AND (e.pay_month >= $m_1 OR e.pay_month > lead.ended_on)
    fields: [case_id, person_id, programme, item, pay_month, amount]
  - dataset: civil_affairs.disability_certificates
    from: lead JOIN civil_affairs.disability_certificates AS e ON e.person_id = lead.person_id
    where: e.issued_on <= $t
    fields: [person_id, kind, grade, issued_on, valid_to, state]
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
---*/
WITH paid AS (
  SELECT case_id, person_id, programme, last_month
  FROM facts.payees
  WHERE programme IN ('disability_living', 'disability_care') AND last_month >= $m_1
),
certified AS (SELECT person_id, max(CASE WHEN needs_care THEN 1 ELSE 0 END) AS care FROM facts.valid_certificates GROUP BY person_id),
ended AS (
  -- Only told of people without a valid certificate: for them each of these has ended.
  SELECT person_id, max(valid_to) AS ended_on
  FROM civil_affairs.disability_certificates
  WHERE state = 'valid' AND issued_on <= $t
  GROUP BY person_id
),
judged AS (
  SELECT p.case_id, p.person_id, p.programme, p.last_month, c.person_id IS NOT NULL AS is_certified,
         CASE WHEN c.person_id IS NULL THEN e.ended_on END AS ended_on,
         CASE WHEN p.programme = 'disability_care' THEN coalesce(c.care, 0) = 0 ELSE c.person_id IS NULL END AS lapsed
  FROM paid AS p
  LEFT JOIN certified AS c ON c.person_id = p.person_id
  LEFT JOIN ended AS e ON e.person_id = p.person_id
),
since AS (
  SELECT j.case_id, j.person_id, sum(p.amount) AS total_so_far
  FROM judged AS j
  JOIN facts.payments_made AS p ON p.case_id = j.case_id AND p.person_id = j.person_id AND p.programme = j.programme
  WHERE p.pay_month > j.ended_on
  GROUP BY j.case_id, j.person_id
),
cases AS (
  SELECT case_id, person_id, count(CASE WHEN lapsed THEN 1 END) > 0 AS hit,
         coalesce(min(CASE WHEN lapsed THEN programme END), min(programme)) AS programme,
         count(CASE WHEN lapsed THEN 1 END) AS subsidies,
         coalesce(max(CASE WHEN lapsed THEN last_month END), max(last_month)) AS last_month,
         max(ended_on) AS ended_on, count(CASE WHEN is_certified THEN 1 END) > 0 AS is_certified
  FROM judged
  GROUP BY case_id, person_id
)
SELECT c.case_id, c.person_id, c.programme, c.hit, c.last_month, c.ended_on, s.total_so_far,
       CASE WHEN c.subsidies > 1 THEN '残疾人两项补贴' WHEN c.programme = 'disability_care' THEN '重度残疾人护理补贴' ELSE '困难残疾人生活补贴' END AS subsidy,
       CASE WHEN c.subsidies > 1 THEN 'living and the care subsidy' WHEN c.programme = 'disability_care' THEN 'care subsidy' ELSE 'living subsidy' END AS subsidy_en,
       CASE WHEN c.is_certified THEN '现有证件的等级或类别不够' WHEN c.ended_on IS NULL THEN '查无有效证件' ELSE '最近的证件有效期至' || CAST(c.ended_on AS VARCHAR) END AS certificate,
       CASE WHEN c.is_certified THEN 'the valid one is of another grade or kind' WHEN c.ended_on IS NULL THEN 'none is valid' ELSE 'the latest one was valid until ' || CAST(c.ended_on AS VARCHAR) END AS certificate_en
FROM cases AS c
LEFT JOIN since AS s ON s.case_id = c.case_id AND s.person_id = c.person_id
