/*---
id: Q-04
title: {zh: 无有效授权, en: No valid authorisation}
meaning:
  zh: "看在保低保、低保边缘、刚性支出困难和特困案件的成年成员（年龄查不清的按成年看）。对现行家庭版本没有有效核对授权的，是线索：请补签。没有授权就不做须经授权的核对；未成年人不需要授权。"
  en: "Looks at the adult members (and those without a clear age) of cases of dibao, marginal, unavoidable spending and tekun. It is a lead when the person has no valid authorisation for the household as it is now: it has to be signed again. Without it, the checks that need consent are not made; minors need none."
direction: process
severity: S4
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.persons]
  absent: [civil_affairs.authorisations]
parameters: []
legal:
  - zh: 申请人及其家庭成员应当授权民政部门核对其家庭经济状况；经授权方可查询户籍、收入、财产等信息。
    en: The applicant and the family authorise the check of their economic status; only then may their income and property be looked up.
    source: 《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "{household_id}户现行成员（第{version}版），须签署核对授权：{what}。"
  en: "Counted in household {household_id} (version {version}) and has to sign an authorisation: {what_en}."
clears:
  zh: 授权已签署而未录入，或此人已不在该户。
  en: The authorisation is signed and not yet entered, or the person has left the household.
innocent:
  - {zh: 家庭成员刚变更，还没有来得及重新签署。, en: The household has just changed and there was no time to sign again.}
  - {zh: 刚满十八周岁，以前不需要本人签署。, en: The person has just turned eighteen and did not have to sign before.}
  - {zh: 纸质授权已签而未录入。, en: The paper was signed and not entered.}
action:
  zh: 下次走访时请本人补签，说明查询范围和用途；未签之前不做须授权的核对。
  en: Ask for the signature at the next visit and say what is looked up and why; nothing that needs consent is checked before.
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.current_versions AS v ON v.household_id = lead.household_id JOIN civil_affairs.household_members AS e ON e.household_id = v.household_id AND e.version = v.version LEFT JOIN facts.household_rows AS r ON r.household_id = lead.household_id AND r.person_id = lead.person_id
    where: e.valid_from <= $t AND (e.person_id = lead.person_id OR r.person_id IS NULL)
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.persons
    from: lead JOIN civil_affairs.persons AS e ON e.person_id = lead.person_id
    fields: [person_id, birth_month]
  - dataset: civil_affairs.authorisations
    from: lead JOIN civil_affairs.authorisations AS e ON e.household_id = lead.household_id AND e.person_id = lead.person_id
    where: e.signed_on <= $t
    fields: [household_id, household_version, person_id, signed_on, ended_on, state]
---*/
WITH signed AS (
  SELECT household_id, person_id, max(signed_on) AS signed_on,
         max(CASE WHEN state = 'valid' AND (ended_on IS NULL OR ended_on > $t) THEN household_version END) AS open_version
  FROM civil_affairs.authorisations
  WHERE signed_on <= $t
  GROUP BY household_id, person_id
)
SELECT m.case_id, m.household_id, m.person_id, a.person_id IS NULL AS hit, coalesce(v.version, 1) AS version,
       CASE WHEN s.person_id IS NULL THEN '没有签署过'
            WHEN s.open_version IS NOT NULL THEN '现有授权针对第' || CAST(s.open_version AS VARCHAR) || '版家庭，不能沿用'
            ELSE '最近一次签署于' || CAST(s.signed_on AS VARCHAR) || '，已撤回、被取代或到期' END AS what,
       CASE WHEN s.person_id IS NULL THEN 'none was ever signed'
            WHEN s.open_version IS NOT NULL THEN 'the one there is was signed for version ' || CAST(s.open_version AS VARCHAR) || ' and does not carry over'
            ELSE 'the latest, of ' || CAST(s.signed_on AS VARCHAR) || ', is withdrawn, superseded or ended' END AS what_en
FROM facts.case_members AS m
LEFT JOIN facts.current_versions AS v ON v.household_id = m.household_id
LEFT JOIN facts.person_ages AS g ON g.person_id = m.person_id
LEFT JOIN facts.authorised_persons AS a ON a.household_id = m.household_id AND a.person_id = m.person_id
LEFT JOIN signed AS s ON s.household_id = m.household_id AND s.person_id = m.person_id
WHERE m.is_low_income AND (g.age_months IS NULL OR g.age_months >= 216)
