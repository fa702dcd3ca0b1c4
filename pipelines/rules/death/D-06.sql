/*---
id: D-06
title: {zh: 死亡成员仍计入, en: Dead member still counted}
meaning:
  zh: "看在保家庭中除户主以外的现有成员。本月以前已登记死亡、仍计入保障人数的，是线索。本月去世的不算；户主去世另有规则。"
  en: "Looks at the counted members of supported families, the head left out. It is a lead when a member is registered as having died before this month and is still counted. A death in this month does not count, and the head's death has a rule of its own."
direction: ineligible
severity: S1
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.deaths, civil_affairs.cases, civil_affairs.household_members]
parameters: []
legal:
  - zh: 低保家庭的人口状况发生变化的，应当及时告知，并据实核查，决定增发、减发或者停发。
    en: A change in who belongs to a dibao family is to be reported and checked in good time, and the amount is raised, lowered or stopped accordingly.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "登记于{dead_on}死亡，仍计入该户{n}人之中；全户每月{monthly_amount}元，按人平均每人{monthly_at_risk}元。"
  en: "Registered as having died on {dead_on} and still counted in a household of {n} people; it is paid {monthly_amount} yuan a month, {monthly_at_risk} a head."
clears:
  zh: 死亡登记有误（本人健在），或已从该户减员而台账未更新。
  en: The record of death is wrong (the person is alive), or the person was taken out of the household and the ledger is not updated.
innocent:
  - {zh: 死亡登记张冠李戴，本人健在。, en: "The death was registered for the wrong person, who is alive."}
  - {zh: 家属已告知，减员正在办理。, en: The family has told the office and the change is under way.}
  - {zh: 家属不知道去世后需要申报。, en: The family did not know that a death has to be reported.}
action:
  zh: 下次发放前向家属核实，确认后减员并按健在人口重新核定金额，其余成员继续保障。
  en: Verify with the family before the next payroll; if confirmed, take the person out and re-determine on those who live. The others stay supported.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.deaths
    from: lead JOIN civil_affairs.deaths AS e ON e.person_id = lead.person_id
    fields: [person_id, died_on, cremated_on, source]
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN civil_affairs.household_members AS e ON e.household_id = m.household_id AND e.person_id = m.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
---*/
SELECT m.case_id, m.household_id, m.person_id, d.dead_on, s.n, m.monthly_amount,
       -- dead_on < $m: the month of death lies before this month.
       d.dead_on < $m AS hit,
       -- Six places first: an exact half fen stays one, and rounds up.
       CAST(CAST(CAST(m.monthly_amount AS DOUBLE) / CAST(s.n AS DOUBLE) AS DECIMAL(18, 6)) AS DECIMAL(14, 2)) AS monthly_at_risk
FROM facts.case_members AS m
JOIN facts.case_sizes AS s ON s.case_id = m.case_id
LEFT JOIN facts.deaths AS d ON d.person_id = m.person_id
WHERE m.is_household AND m.relationship NOT IN ('01', '02')
