/*---
id: I-06
title: {zh: 公益性岗位收入未计, en: Public post wage not counted}
meaning:
  zh: "看在保低保家庭的现有成员。现在正在公益性岗位上，而近十二个整月的岗位工资（月工资乘在岗月数）超过家庭申报的全部年收入的，是线索。已经离岗的不算；渐退期内无异常。"
  en: "Looks at members of families on dibao. It is a lead when someone holds a public-benefit post now and its wage over the last twelve full months (monthly wage times months in post) is more than the family's whole declared income. Posts that have ended do not count, and a grace period makes it clear."
direction: ineligible
severity: S3
subject: person
basis: consent
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, human_resources.public_posts]
grace: true
parameters: []
legal:
  - zh: 家庭收入包括工资性收入，公益性岗位的工资也在内；应当如实申报。
    en: "Family income includes wages, those of public-benefit posts too, and has to be declared truthfully."
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "在公益性岗位上（月工资{monthly_wage}元，自{from_on}起），近十二个整月按在岗{months}个月计为{value}元，而家庭申报的全部年收入只有{threshold}元。"
  en: "Holds a public-benefit post (wage {monthly_wage} yuan a month, since {from_on}); over the last twelve full months that is {value} yuan for {months} months, but the whole declared income of the family is {threshold} yuan a year."
unit: {zh: 元/年, en: yuan a year}
clears:
  zh: 申报收入已包含该工资，或者岗位已经结束、工资未发。
  en: "The declared income includes this wage, or the post has ended or was not paid."
innocent:
  - {zh: 岗位由救助部门安排，经办人已知而未录入。, en: "The post was arranged by the assistance office, which did not enter the wage."}
  - {zh: 上岗不久，尚未到复核的时候。, en: The post is recent and the re-check is not yet due.}
  - {zh: 按当地规定，公益性岗位收入在一定期限内不计。, en: Local rules leave the wage of such posts out for a time.}
action:
  zh: 核对岗位工资是否应计入、是否扣减就业成本，据实重新核定；不因漏报本身停发。
  en: "Check whether local rules count the wage and what cost of working is deducted, and re-determine; an omission alone is no reason to stop."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount, declared_annual_income]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, labour_capable, valid_from, valid_to]
  - dataset: human_resources.public_posts
    from: lead JOIN human_resources.public_posts AS e ON e.person_id = lead.person_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $t)
    fields: [person_id, from_on, to_on, monthly_wage]
---*/
WITH posts AS (
  SELECT w.person_id, min(w.from_on) AS from_on, CAST(sum(w.monthly_wage) AS DECIMAL(16, 2)) AS monthly_wage,
         max(w.months) AS months, CAST(sum(w.monthly_wage * w.months) AS DECIMAL(16, 2)) AS wages
  FROM facts.post_months AS w
  JOIN facts.open_posts AS p ON p.person_id = w.person_id AND p.from_on = w.from_on
  GROUP BY w.person_id
)
SELECT m.case_id, m.household_id, m.person_id, m.declared < coalesce(p.wages, 0) AS hit,
       p.from_on, p.monthly_wage, p.months, m.declared AS threshold, coalesce(p.wages, 0) AS value
FROM facts.case_members AS m
LEFT JOIN posts AS p ON p.person_id = m.person_id
WHERE m.programme = 'dibao'
