/*---
id: E-04
title: {zh: "在校生参保就业", en: "Full-time student with employer contributions"}
meaning:
  zh: "看各类在保案件中全日制在校的成员。近六个整月里单位为其缴纳养老保险达到规定月数的，是线索。自己缴费的、非全日制的不算；实习或登记错人很常见。"
  en: "Looks at members of active cases who are in school full time. It is a lead when an employer paid pension contributions for them in at least the set number of the last six full months. Contributions people pay themselves and part-time study do not count; an internship or a wrong person is common."
direction: ineligible
severity: S3
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members, education.enrolments]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, education.enrolments, human_resources.contributions]
parameters: [contribution_months_min]
legal:
  - zh: 家庭收入包括共同生活家庭成员的工资性收入；收入变化应当告知并据以重新核定。
    en: "Family income includes the wages of its members; a change of income is reported and the case re-determined on it."
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "登记为全日制在校，近六个月却有{value}个月单位缴费（{first_month}至{last_month}），限{threshold}个月。缴费不等于有工资。"
  en: "Registered as in school full time, with employer contributions in {value} of the last six months ({first_month} to {last_month}; the bound is {threshold}). A contribution is not a wage."
unit: {zh: "个月", en: "months"}
clears:
  zh: 是实习或勤工助学，或缴费登记在了别人名下。
  en: "It is an internship or a student job, or the contributions belong to someone else."
innocent:
  - {zh: "学校安排的实习，单位统一参保。", en: "An internship arranged by the school, insured by the firm."}
  - {zh: "缴费登记张冠李戴。", en: "The contributions were registered for the wrong person."}
  - {zh: "已离校就业，学籍尚未更新。", en: "Has left school for work and the enrolment is not updated."}
action:
  zh: 向家庭和学校了解是实习还是就业，据实核定收入；学籍有误的请学校更正。
  en: "Ask the family and the school whether it is an internship or a job and determine income on the facts; a wrong enrolment is for the school to mend."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.case_id = lead.case_id AND c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: education.enrolments
    from: lead JOIN education.enrolments AS e ON e.person_id = lead.person_id
    where: e.in_school AND e.full_time AND e.from_on <= $t
    fields: [person_id, school_id, stage, in_school, state, full_time, from_on]
  - dataset: human_resources.contributions
    from: lead JOIN human_resources.contributions AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.paid AND e.paid_by = 'employer' AND e.month BETWEEN $m_6 AND $m_1
    fields: [person_id, insurance, month, base, employer_id, paid, paid_by]
---*/
WITH students AS (SELECT DISTINCT person_id FROM facts.pupils WHERE full_time)
SELECT m.case_id, m.person_id,
       coalesce(w.half_year_months, 0) >= coalesce(f.contribution_months_min, $contribution_months_min) AS hit,
       w.half_year_first_month AS first_month, w.last_month,
       coalesce(f.contribution_months_min, $contribution_months_min) AS threshold, coalesce(w.half_year_months, 0) AS value
FROM facts.case_members AS m
JOIN students AS s ON s.person_id = m.person_id
LEFT JOIN facts.employment AS w ON w.person_id = m.person_id
LEFT JOIN run.figures AS f ON f.division = m.division AND f.hukou_kind = m.hukou_kind
WHERE m.programme IN ('dibao', 'dibao_marginal', 'rigid_expenditure', 'temporary', 'tekun', 'orphan', 'de_facto_unattended')
