/*---
id: D-05
title: {zh: 户主死亡户未变更, en: "Head died, household not re-determined"}
meaning:
  zh: "看以家庭为单位在保的家庭。登记为户主的成员去世已超过规定的天数，而他（她）仍计入现行家庭成员的，是线索：应当变更户主、重新核定，而不是停发。刚去世、还在规定天数内的不算。"
  en: "Looks at families supported as a household. It is a lead when the member registered as the head died longer ago than the days allowed and still stands among the members counted: the head is to be changed and the family re-determined, not cut off. A death within those days does not count."
direction: ineligible
severity: S2
subject: household
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.deaths, civil_affairs.cases, civil_affairs.household_members]
parameters: [redetermine_days]
legal:
  - zh: 低保家庭的人口状况发生变化的，应当及时告知，并据实核查，决定增发、减发或者停发。
    en: A change in who belongs to a dibao family is to be reported and checked in good time, and the amount is raised, lowered or stopped accordingly.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "户主登记于{dead_on}死亡，至今{value}天（限{threshold}天），仍列为户主并计入{n}人之中，家庭没有重新核定。"
  en: "The head is registered as having died on {dead_on}, {value} days ago (the bound is {threshold}), and still stands as the head of a household of {n} people: it was not re-determined."
unit: {zh: 天, en: days}
clears:
  zh: 死亡登记有误（户主健在），或已变更户主并重新核定而台账未更新。
  en: The record of death is wrong (the head is alive), or the household was re-determined under a new head and the ledger is not updated.
innocent:
  - {zh: 死亡登记张冠李戴，户主健在。, en: "The death was registered for the wrong person; the head is alive."}
  - {zh: 变更户主正在办理，家属需要时间处理后事。, en: "The change of head is under way, and the family needs time after the death."}
  - {zh: 家属不知道需要申报，家庭仍符合条件。, en: The family did not know that it has to report and still qualifies.}
action:
  zh: 上门看望家属，协助变更户主，按健在人口重新核定金额；仍符合条件的继续保障，不因户主去世而停发。
  en: Visit the family, help them change the head, and re-determine on those who live; whoever still qualifies stays supported, the death is no reason to stop.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN civil_affairs.household_members AS e ON e.household_id = m.household_id AND e.person_id = m.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.deaths
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.relationship IN ('01', '02') JOIN civil_affairs.deaths AS e ON e.person_id = m.person_id
    fields: [person_id, died_on, cremated_on, source]
---*/
WITH heads AS (
  -- 01 is the person asked about, 02 the head of the register: either stands for the household.
  SELECT m.case_id, min(d.dead_on) AS dead_on
  FROM facts.case_members AS m
  JOIN facts.deaths AS d ON d.person_id = m.person_id
  WHERE m.relationship IN ('01', '02')
  GROUP BY m.case_id
)
SELECT c.case_id, c.household_id, s.n, h.dead_on,
       $t - h.dead_on > coalesce(f.redetermine_days, $redetermine_days) AS hit,
       coalesce(f.redetermine_days, $redetermine_days) AS threshold, $t - h.dead_on AS value
FROM facts.active_cases AS c
JOIN facts.case_sizes AS s ON s.case_id = c.case_id
LEFT JOIN heads AS h ON h.case_id = c.case_id
LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
WHERE c.is_household
