/*---
id: M-12
title: {zh: "未登记就业困难", en: "Not registered as hard to employ"}
meaning:
  zh: "看享受低保、16至59岁的人。登记为有劳动能力，没有参加职工养老保险，不在校，也没有失业、就业困难登记或公益性岗位的，是线索：可以帮助登记，得到就业服务。已去世的不看。"
  en: "Looks at people on dibao aged 16 to 59. It is a lead when the person is recorded as able to work, is not insured through work, not in school, and has no public post and no registration as unemployed or hard to employ: registering opens the way to help with work. The dead are not looked at."
direction: missed
severity: M2
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.persons]
  absent: [human_resources.insurance_enrolments, human_resources.job_registrations, human_resources.public_posts, education.enrolments, civil_affairs.deaths]
parameters: []
legal:
  - zh: 对低保家庭中有劳动能力并处于失业状态的成员，给予就业救助；对就业困难人员实行就业援助。
    en: "Members of dibao families who can work and have no work get help with employment; people who find it hard to get work are assisted."
    source: 《社会救助暂行办法》（国务院令第649号）；《中华人民共和国就业促进法》
reason:
  zh: "{age}岁，在保低保成员，登记为有劳动能力，未参加职工养老保险，不在校，也没有失业、就业困难登记或公益性岗位。"
  en: "Aged {age}, covered by dibao and registered as able to work; not insured through work, not in school, and without a public post or a registration as unemployed or hard to employ."
clears:
  zh: 已就业、就学，或因照料家人、病残实际不能工作。
  en: "In work or at school, or in truth unable to work because of care, illness or disability."
innocent:
  - {zh: "在家照料重病、重残家人或幼儿。", en: "Caring for a gravely ill or disabled relative or a small child at home."}
  - {zh: "灵活就业，没有缴费。", en: "Working without contributions."}
  - {zh: "劳动能力登记已过时。", en: "The entry on capacity to work is out of date."}
action:
  zh: 告知就业困难认定和公益性岗位政策，愿意的协助登记；确无劳动能力的更正登记。
  en: "Explain registration as hard to employ and public posts, help those who wish to register; correct the entry where the person cannot work."
owner: human_resources
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.case_id = lead.case_id AND c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month]
---*/
WITH provided AS (
  SELECT person_id FROM facts.pupils
  UNION
  SELECT person_id FROM facts.insured_now
  UNION
  SELECT person_id FROM facts.open_posts
  UNION
  SELECT person_id FROM facts.open_registrations
)
SELECT m.case_id, m.person_id, g.age_months IS NULL AS no_age, m.labour_capable AND p.person_id IS NULL AS hit, CAST(floor(g.age_months / 12.0) AS INTEGER) AS age
FROM facts.case_members AS m
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = m.person_id
LEFT JOIN provided AS p ON p.person_id = m.person_id
WHERE m.programme = 'dibao' AND d.person_id IS NULL AND (g.age_months IS NULL OR g.age_months BETWEEN 192 AND 719)
