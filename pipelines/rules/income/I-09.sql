/*---
id: I-09
title: {zh: 连续拒绝就业, en: Three refusals in a row}
meaning:
  zh: "看在保低保家庭中16至59岁的成员。登记为有劳动能力，且最近三次介绍工作都登记为拒绝的，是线索。不足三次、中间有一次没有拒绝的不算；是否有正当理由须当面了解；渐退期内无异常。"
  en: "Looks at members aged 16 to 59 of families on dibao. It is a lead when the person is recorded as able to work and the latest three offers of work are all recorded as refused. Fewer than three, or one not refused among them, is no lead; whether there was good reason has to be asked. A grace period makes it clear."
direction: ineligible
severity: S2
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.persons, human_resources.job_refusals]
grace: true
parameters: []
legal:
  - zh: 低保家庭中有劳动能力但未就业的成员，无正当理由连续3次拒绝接受介绍的与其健康状况、劳动能力等相适应的工作的，由民政部门决定减发或者停发其本人的低保金。
    en: "Where a member who can work and is out of work refuses without good reason three suitable jobs in a row, the office decides on reducing or stopping that member's own part."
    source: 《社会救助暂行办法》（国务院令第649号）
reason:
  zh: "登记为有劳动能力，最近三次介绍工作（{first_offer}、{second_offer}、{third_offer}）都登记为拒绝。是否有正当理由须当面了解。"
  en: "Recorded as able to work; the latest three offers of work ({first_offer}, {second_offer}, {third_offer}) are all recorded as refused. Whether there was good reason has to be asked in person."
unit: {zh: 次, en: times}
clears:
  zh: 拒绝有正当理由（健康、照料家人、路途、岗位不适合），或者已经就业。
  en: "There was good reason (health, care of a relative, distance, unsuitable work), or the person works by now."
innocent:
  - {zh: 身体不好或要照料病人、老人、孩子。, en: "Poor health, or a sick, old or young relative to look after."}
  - {zh: 岗位与身体状况、技能不相适应，或路途太远。, en: "The work did not fit health or skills, or was too far."}
  - {zh: 没有联系上而被登记为拒绝。, en: The person was not reached and a refusal was entered.}
  - {zh: 台账上的劳动能力早已变化。, en: The capacity for work in the ledger is out of date.}
action:
  zh: 与本人当面谈，了解原因并重新介绍合适的工作；劳动能力有变化的先重新认定。
  en: "Talk with the person, learn the reasons and offer suitable work again; where the capacity for work has changed, assess it first."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month]
  - dataset: human_resources.job_refusals
    from: lead JOIN human_resources.job_refusals AS e ON e.person_id = lead.person_id
    where: e.offered_on >= lead.first_offer AND e.offered_on <= $t
    fields: [record_id, person_id, offered_on, refused]
---*/
WITH offers AS (
  SELECT person_id, offered_on, refused,
         row_number() OVER (PARTITION BY person_id ORDER BY offered_on DESC, record_id DESC) AS place
  FROM human_resources.job_refusals
  WHERE offered_on <= $t
),
latest AS (
  SELECT person_id, count(CASE WHEN refused THEN 1 END) AS refusals,
         max(CASE WHEN place = 3 THEN offered_on END) AS first_offer,
         max(CASE WHEN place = 2 THEN offered_on END) AS second_offer,
         max(CASE WHEN place = 1 THEN offered_on END) AS third_offer
  FROM offers
  WHERE place <= 3
  GROUP BY person_id
)
SELECT m.case_id, m.household_id, m.person_id, g.age_months IS NULL AS no_age,
       coalesce(g.age_months, 0) BETWEEN 192 AND 719 AND m.labour_capable AND coalesce(l.refusals, 0) = 3 AS hit,
       l.first_offer, l.second_offer, l.third_offer, 3 AS threshold, coalesce(l.refusals, 0) AS value
FROM facts.case_members AS m
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN latest AS l ON l.person_id = m.person_id
WHERE m.programme = 'dibao'
