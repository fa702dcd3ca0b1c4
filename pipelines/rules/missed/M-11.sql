/*---
id: M-11
title: {zh: "疑似事实无人抚养未纳入", en: "Child without effective parents"}
meaning:
  zh: "看父母双方都登记为监护人的未成年人。父母全部去世，或在世的都持有一、二级有效残疾人证，而孩子没有孤儿、事实无人抚养儿童或特困保障的，是线索：很可能应当保障。任何一方不属于这些情形的不算。"
  en: "Looks at people under eighteen whose father and mother are both on record as guardians. It is a lead when each of them is dead or holds a valid disability certificate of grade 1 or 2, and the child is not supported as an orphan, de facto unattended or tekun: support is very likely due. One parent outside these cases makes it clear."
direction: missed
severity: M1
subject: person
basis: statutory
population: [education.guardians]
needs:
  present: [education.guardians, civil_affairs.persons, civil_affairs.disability_certificates]
  absent: [civil_affairs.cases, civil_affairs.children_in_need, civil_affairs.deaths]
parameters: []
legal:
  - zh: 父母双方均死亡的儿童为孤儿；父母双方均符合重残等情形，或一方死亡、另一方符合的，为事实无人抚养儿童。
    en: "A child whose parents are both dead is an orphan; where both are severely disabled or the like, or one is dead and the other is so, the child is de facto unattended."
    source: 《国务院办公厅关于加强孤儿保障工作的意见》（国办发〔2010〕54号）；《关于进一步加强事实无人抚养儿童保障工作的意见》（民发〔2019〕62号）
reason:
  zh: "{age}岁，登记的{parents}名父母中{dead}人已去世、其余{disabled}人持有一级或二级残疾人证，但没有孤儿、事实无人抚养儿童或特困保障。"
  en: "Aged {age}; registered parents: {parents}, of whom dead: {dead}, living with a disability certificate of grade 1 or 2: {disabled}; the child is not supported as an orphan, de facto unattended or tekun."
clears:
  zh: 已在他处认定，或父母仍能实际抚养。
  en: "The child was recognised elsewhere, or a parent does care for the child."
innocent:
  - {zh: "申请正在办理。", en: "The application is under way."}
  - {zh: "持证父母仍能照料孩子，或孩子已被收养。", en: "A disabled parent can still care for the child, or the child was adopted."}
  - {zh: "在外地享受保障。", en: "Supported in another place."}
action:
  zh: 由儿童主任尽快上门，符合条件的协助认定（可代办），先保障孩子的生活和照料。
  en: "The child welfare officer visits soon, helps with recognition where it fits, and sees first that the child is fed and cared for."
owner: civil_affairs
status: live
evidence:
  - dataset: education.guardians
    from: lead JOIN education.guardians AS e ON e.person_id = lead.person_id
    where: e.relationship IN ('father', 'mother')
    fields: [person_id, guardian_person_id, relationship]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month, hukou_division]
  - dataset: civil_affairs.deaths
    from: lead JOIN education.guardians AS g ON g.person_id = lead.person_id JOIN civil_affairs.deaths AS e ON e.person_id = g.guardian_person_id
    where: g.relationship IN ('father', 'mother')
    fields: [record_id, person_id, died_on, cremated_on, source]
  - dataset: civil_affairs.disability_certificates
    from: lead JOIN education.guardians AS g ON g.person_id = lead.person_id JOIN civil_affairs.disability_certificates AS e ON e.person_id = g.guardian_person_id
    where: g.relationship IN ('father', 'mother') AND e.state = 'valid' AND e.issued_on <= $t AND (e.valid_to IS NULL OR e.valid_to >= $t)
    fields: [person_id, kind, grade, issued_on, valid_to, state]
---*/
WITH severe AS (SELECT DISTINCT person_id FROM facts.valid_certificates WHERE grade IN (1, 2)),
families AS (
  SELECT p.person_id, count(p.guardian_person_id) AS parents, count(p.dead_on) AS dead,
         count(CASE WHEN p.dead_on IS NULL AND s.person_id IS NOT NULL THEN 1 END) AS disabled
  FROM facts.parents AS p
  LEFT JOIN severe AS s ON s.person_id = p.guardian_person_id
  GROUP BY p.person_id
  HAVING min(p.relationship) <> max(p.relationship)
),
supported AS (
  SELECT person_id FROM facts.case_members WHERE programme IN ('orphan', 'de_facto_unattended', 'tekun')
  UNION
  SELECT person_id FROM facts.children_in_need_now
)
SELECT f.person_id, g.age_months IS NULL AS no_age, f.dead + f.disabled = f.parents AND s.person_id IS NULL AS hit,
       CAST(floor(g.age_months / 12.0) AS INTEGER) AS age, f.parents, f.dead, f.disabled
FROM families AS f
LEFT JOIN facts.person_ages AS g ON g.person_id = f.person_id
LEFT JOIN facts.deaths AS d ON d.person_id = f.person_id
LEFT JOIN supported AS s ON s.person_id = f.person_id
WHERE d.person_id IS NULL AND (g.age_months IS NULL OR g.age_months < 216)
