/*---
id: S-07
title: {zh: "特困情形变化", en: "Tekun grounds changed"}
meaning:
  zh: "看现在享受特困供养的人。近三个整月有单位为本人缴纳养老保险，或家庭有健在且登记为有赡养能力的赡养人的，是线索。赡养能力登记为不详或没有的不算。"
  en: "Looks at people supported as tekun now. It is a lead when an employer paid pension contributions for the person in the last three full months, or when the household has a living supporter recorded as able. Supporters recorded as unable or unknown do not count."
direction: ineligible
severity: S2
subject: person
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, human_resources.contributions, civil_affairs.supporters]
  absent: [civil_affairs.deaths]
parameters: []
legal:
  - zh: 特困人员是无劳动能力、无生活来源、无法定赡养抚养扶养义务人或其义务人无履行能力的人；情形变化的应当核查。
    en: "Tekun is for people without capacity to work, without means, and without anyone able to support them; a change of these is checked."
    source: 《社会救助暂行办法》（国务院令第649号）；《特困人员认定办法》（民发〔2021〕43号）
reason:
  zh: "特困供养对象，{what}。"
  en: "Supported as tekun; {what_en}."
clears:
  zh: 义务人实际无履行能力，或缴费登记有误。
  en: "The supporter is in truth unable to, or the contributions are registered wrongly."
innocent:
  - {zh: "义务人虽有登记，但失联或长期不履行。", en: "The supporter is on record but missing, or has not supported for long."}
  - {zh: "缴费登记张冠李戴，或由福利机构集中参保。", en: "The contributions were registered for the wrong person, or an institution insures its residents."}
  - {zh: "义务人的能力登记已过时。", en: "The entry on the supporter's means is out of date."}
action:
  zh: 上门核查劳动能力和义务人情况；不再符合特困的，衔接低保或其他救助，不留空档。
  en: "Visit and check capacity to work and the supporters; where tekun no longer fits, move to dibao or other support without a gap."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: human_resources.contributions
    from: lead JOIN human_resources.contributions AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_3 AND $m_1
    fields: [person_id, insurance, month, base, employer_id, paid, paid_by]
  - dataset: civil_affairs.supporters
    from: lead JOIN civil_affairs.supporters AS e ON e.household_id = lead.household_id LEFT JOIN facts.deaths AS d ON d.person_id = e.person_id
    where: e.able = 'yes' AND e.person_id <> lead.person_id AND d.person_id IS NULL
    fields: [household_id, person_id, relationship, able, annual_support]
---*/
WITH able AS (
  SELECT m.case_id, m.person_id, count(s.person_id) AS supporters
  FROM facts.case_members AS m
  JOIN civil_affairs.supporters AS s ON s.household_id = m.household_id AND s.person_id <> m.person_id
  LEFT JOIN facts.deaths AS d ON d.person_id = s.person_id
  WHERE s.able = 'yes' AND d.person_id IS NULL
  GROUP BY m.case_id, m.person_id
)
SELECT m.case_id, m.household_id, m.person_id, w.person_id IS NOT NULL OR a.person_id IS NOT NULL AS hit,
       CASE WHEN w.person_id IS NULL THEN '有' || CAST(a.supporters AS VARCHAR) || '名在世且登记为有能力的赡养、抚养义务人'
            WHEN a.person_id IS NULL THEN '近三个月有' || CAST(w.months AS VARCHAR) || '个月单位缴费'
            ELSE '近三个月有' || CAST(w.months AS VARCHAR) || '个月单位缴费，并有' || CAST(a.supporters AS VARCHAR) || '名在世且登记为有能力的赡养、抚养义务人' END AS what,
       CASE WHEN w.person_id IS NULL THEN 'living supporters registered as able: ' || CAST(a.supporters AS VARCHAR)
            WHEN a.person_id IS NULL THEN 'months with employer contributions among the last three: ' || CAST(w.months AS VARCHAR)
            ELSE 'months with employer contributions among the last three: ' || CAST(w.months AS VARCHAR) || '; living supporters registered as able: ' || CAST(a.supporters AS VARCHAR) END AS what_en
FROM facts.case_members AS m
LEFT JOIN facts.recent_employment AS w ON w.person_id = m.person_id
LEFT JOIN able AS a ON a.case_id = m.case_id AND a.person_id = m.person_id
WHERE m.programme = 'tekun'
