/*---
id: I-05
title: {zh: 财政供养人员在保, en: Public payroll member}
meaning:
  zh: "看在保低保家庭的现有成员。现在参加机关事业单位养老保险，或由机关事业单位参保且状态正常的，是线索。人力资源代理机构代缴的不算；渐退期内无异常。"
  en: "Looks at members of families on dibao. It is a lead when the person is enrolled now in the civil servants' pension, or through a public employer. Enrolment through a labour agency does not count, and a grace period makes it clear."
direction: ineligible
severity: S2
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, human_resources.insurance_enrolments]
grace: true
parameters: []
legal:
  - zh: 共同生活的家庭成员人均收入低于当地标准的，给予最低生活保障；申请人应当如实申报工资性收入。
    en: "Dibao is for families whose income per head is below the local standard; wages have to be declared truthfully."
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "{what}，自{from_month}起至今参保状态正常，同时作为低保家庭成员在保；家庭申报年收入{declared}元。"
  en: "{what_en}: enrolled since {from_month}, state normal, and at the same time a counted member of a dibao case; the family declares {declared} yuan a year."
clears:
  zh: 参保登记有误、已离职未停保，或者所任为编外、临时岗位而收入确实低于标准。
  en: "The enrolment is wrong or was not closed after leaving, or the post is a temporary one and the real income is below the standard."
innocent:
  - {zh: 已离职或退休，单位未办停保。, en: The person has left or retired and the employer did not close the enrolment.}
  - {zh: 编外人员或公益性岗位人员由机关事业单位代缴，收入很低。, en: A temporary or public-benefit post at a public body with a very low wage.}
  - {zh: 单位性质登记错误，实为劳务派遣公司。, en: "The employer's kind is recorded wrongly; it is a labour agency."}
action:
  zh: 向参保单位核实岗位和工资，据实重新核定家庭收入；家庭其他成员仍困难的继续保障。
  en: "Ask the employer about the post and the wage and re-determine on the real income; members still in need go on being supported."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: human_resources.insurance_enrolments
    from: lead JOIN human_resources.insurance_enrolments AS e ON e.person_id = lead.person_id
    where: e.insurance IN ('110', '120') AND e.enrol_state = 1 AND e.from_month <= $m AND (e.to_month IS NULL OR e.to_month >= $m) AND (e.insurance = '120' OR e.employer_kind = 'public')
    fields: [person_id, insurance, enrol_state, employer_id, employer_kind, from_month, to_month]
---*/
WITH public_payroll AS (
  SELECT person_id, max(CASE WHEN insurance = '120' THEN 1 ELSE 0 END) AS civil, min(from_month) AS from_month
  FROM facts.insured_now
  WHERE insurance = '120' OR employer_kind = 'public'
  GROUP BY person_id
)
SELECT m.case_id, m.household_id, m.person_id, p.person_id IS NOT NULL AS hit, m.declared, p.from_month,
       CASE WHEN p.civil = 1 THEN '参加机关事业单位养老保险' ELSE '由机关事业单位缴费参加职工养老保险' END AS what,
       CASE WHEN p.civil = 1 THEN 'In the pension insurance for civil servants and public institutions'
            ELSE 'In the employees'' pension insurance through a public employer' END AS what_en
FROM facts.case_members AS m
LEFT JOIN public_payroll AS p ON p.person_id = m.person_id
WHERE m.programme = 'dibao'
