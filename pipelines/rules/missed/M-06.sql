/*---
id: M-06
title: {zh: "16–19岁失学未就业", en: "Out of school and work at 16–19"}
meaning:
  zh: "看低收入家庭中16至19岁的成员。不在校，近六个整月没有任何保险缴费，也没有公益性岗位、失业或就业困难登记的，是线索：孩子可能既没上学也没工作，需要有人去问一问。已去世的不看。"
  en: "Looks at members of low-income families aged 16 to 19. It is a lead when the young person is not in school, had no paid contribution of any insurance in the last six full months, and has no public post and no registration as unemployed or hard to employ: someone should go and ask. The dead are not looked at."
direction: missed
severity: M2
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.persons]
  absent: [education.enrolments, human_resources.contributions, human_resources.public_posts, human_resources.job_registrations, civil_affairs.deaths]
  months: {human_resources.contributions: M-6..M-1}
parameters: []
legal:
  - zh: 对低收入人口给予教育、就业等专项救助，开展走访和主动发现。
    en: "People of low income get help with school and work among others, and are visited and found actively."
    source: 《关于加强低收入人口动态监测做好分层分类社会救助工作的意见》（国办发〔2023〕39号）
  - zh: 政府对就业困难人员和困难家庭成员提供就业援助。
    en: "The state helps people who find it hard to get work and members of families in need."
    source: 《中华人民共和国就业促进法》
reason:
  zh: "{age}岁，低收入家庭成员，没有在校学籍，近六个月没有任何保险缴费，也没有公益性岗位、失业或就业困难登记。"
  en: "Aged {age}, in a low-income family, in no school, without paid contributions of any insurance in six months, a public post or a registration as unemployed or hard to employ."
clears:
  zh: 在外地就学就业，或因病残在家。
  en: "At school or work in another place, or at home through illness or disability."
innocent:
  - {zh: "在外地就学，学籍未共享。", en: "At a school elsewhere whose enrolment is not shared."}
  - {zh: "灵活就业或帮家里干活，没有缴费。", en: "Working without contributions, or helping at home."}
  - {zh: "因病、残疾在家照护。", en: "At home in care because of illness or disability."}
action:
  zh: 上门了解情况，愿意读书的帮助返校或读技校，愿意工作的纳入“1619”帮扶和职业培训。
  en: "Visit and ask; help those who want to study back to school or vocational training, and those who want work into the 1619 programme."
owner: civil_affairs
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
WITH occupied AS (
  SELECT person_id FROM facts.pupils
  UNION
  SELECT person_id FROM human_resources.contributions WHERE paid AND month BETWEEN $m_6 AND $m_1
    AND person_id IN (SELECT person_id FROM facts.case_members)
  UNION
  SELECT person_id FROM facts.open_posts
  UNION
  SELECT person_id FROM facts.open_registrations
)
SELECT m.case_id, m.person_id, g.age_months IS NULL AS no_age, o.person_id IS NULL AS hit, CAST(floor(g.age_months / 12.0) AS INTEGER) AS age
FROM facts.case_members AS m
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = m.person_id
LEFT JOIN occupied AS o ON o.person_id = m.person_id
WHERE m.is_low_income AND d.person_id IS NULL AND (g.age_months IS NULL OR g.age_months BETWEEN 192 AND 239)
