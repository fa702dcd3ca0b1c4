/*---
id: Q-02
title: {zh: 身份属性冲突, en: Contradictory person}
meaning:
  zh: "看人员信息中的每一个人。同一个人的几条记录出生年月不同，或同时登记为男和女的，是线索：要更正的是数据，不是人。更正之前，关于此人的一、二级线索不下发。性别登记为未知的不算矛盾。"
  en: "Looks at everyone in the register of persons. It is a lead when the records of one person give more than one birth month, or both sexes: it is the data that has to be put right, not the person. Until then no lead of the first two severities about them is sent out. An unknown sex is no contradiction."
direction: process
severity: S4
subject: person
basis: statutory
population: [civil_affairs.persons]
needs:
  present: [civil_affairs.persons]
parameters: []
legal:
  - zh: 处理个人信息应当保证个人信息的质量，避免因个人信息不准确、不完整对个人权益造成不利影响。
    en: Personal information is kept accurate and complete, so that nobody is harmed because it is not.
    source: 《中华人民共和国个人信息保护法》第八条
reason:
  zh: "人员信息中此人有{records}条记录互相矛盾：{what}。更正之前，一、二级线索暂不下发。"
  en: "The {records} records of this person contradict each other: {what_en}. Until it is put right, leads of the first two severities are withheld."
clears:
  zh: 登记部门查明哪一条正确，并更正其余记录。
  en: The register settles which record is right and corrects the others.
innocent:
  - {zh: 两个人误用同一个证件号码。, en: Two people were entered under one identity number.}
  - {zh: 录入时抄错出生年月或性别。, en: The birth month or sex was mistyped.}
  - {zh: 农历生日与公历生日混用。, en: A birthday by the lunar calendar stands beside one by the solar calendar.}
action:
  zh: 请登记部门对照户口簿更正；不要求本人来回跑。
  en: Have the register corrected from the household book; do not send the person from office to office.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, id_kind, sex, birth_month, hukou_division]
---*/
WITH everyone AS (SELECT DISTINCT person_id FROM civil_affairs.persons),
contradicted AS (
  SELECT person_id, records,
         CASE WHEN birth_months > 1
              THEN '出生年月有' || CAST(birth_months AS VARCHAR) || '个（最早' || earliest || '，最晚' || last_one || '）' ELSE '' END
           || CASE WHEN birth_months > 1 AND sexes > 1 THEN '，' ELSE '' END
           || CASE WHEN sexes > 1 THEN '同时登记为男和女' ELSE '' END AS what,
         CASE WHEN birth_months > 1
              THEN CAST(birth_months AS VARCHAR) || ' birth months (the earliest ' || earliest || ', the latest ' || last_one || ')' ELSE '' END
           || CASE WHEN birth_months > 1 AND sexes > 1 THEN ', ' ELSE '' END
           || CASE WHEN sexes > 1 THEN 'male and female at once' ELSE '' END AS what_en
  FROM (
    SELECT p.person_id, count(*) AS records, count(DISTINCT p.birth_month) AS birth_months,
           substr(CAST(min(p.birth_month) AS VARCHAR), 1, 7) AS earliest, substr(CAST(max(p.birth_month) AS VARCHAR), 1, 7) AS last_one,
           count(DISTINCT CASE WHEN p.sex IN ('1', '2') THEN p.sex END) AS sexes
    FROM civil_affairs.persons AS p
    WHERE p.person_id IN (SELECT person_id FROM facts.doubtful_persons)
    GROUP BY p.person_id
  ) AS people
)
SELECT e.person_id, c.person_id IS NOT NULL AS hit, c.records, c.what, c.what_en
FROM everyone AS e
LEFT JOIN contradicted AS c ON c.person_id = e.person_id
