/*---
id: Q-05
title: {zh: 人数不符, en: Member count differs}
meaning:
  zh: "看以家庭为单位的在保案件。台账登记的保障人数与家庭成员表现行版本计入的人数不一致的，是线索：两处登记要对上。"
  en: "Looks at active cases of households. It is a lead when the number of people in the ledger differs from the number counted in the household's current version: the two records have to be made to agree."
direction: process
severity: S4
subject: case
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members]
parameters: []
legal:
  - zh: 低保金按照共同生活的家庭成员人均收入与标准的差额核定，家庭人口变化的应当及时重新核定。
    en: The amount follows from the income per head of the family that lives together, and is determined anew when the family changes.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "台账登记保障{threshold}人，家庭成员表现行版本计入{value}人。"
  en: "The ledger says {threshold} people, while {value} are counted in the household's current version."
unit: {zh: 人, en: people}
clears:
  zh: 台账的保障人数与家庭成员表计入的人数一致，错的一处已更正。
  en: The ledger's number agrees with the members counted, whichever was wrong having been corrected.
innocent:
  - {zh: 增减员已在一处登记，另一处尚未更新。, en: A change was entered in one place and not yet in the other.}
  - {zh: 台账人数把不计入的成员也算了进去。, en: The ledger counts members who are not to be counted.}
action:
  zh: 核对实际共同生活人口，更正台账；金额受影响的重新核定，少发的补发。
  en: Settle who really lives together and correct the ledger; where the amount depends on it, determine it anew and pay what was short.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, programme, category, status, division, start_month, end_month, monthly_amount, counted_members]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.current_versions AS v ON v.household_id = lead.household_id JOIN civil_affairs.household_members AS e ON e.household_id = v.household_id AND e.version = v.version
    fields: [household_id, version, person_id, relationship, counted, exclusion_reason, valid_from, valid_to]
---*/
SELECT c.case_id, c.household_id, c.counted_members <> s.n AS hit,
       c.counted_members AS threshold, s.n AS value
FROM facts.active_cases AS c
JOIN facts.case_sizes AS s ON s.case_id = c.case_id
WHERE c.is_household
