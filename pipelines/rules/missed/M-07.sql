/*---
id: M-07
title: {zh: "住房困难未享住房保障", en: "No home, no housing support"}
meaning:
  zh: "看户籍为城镇（或统一登记）的低保和特困家庭。全家登记的人（不论是否计入）都没有住宅、有效购房合同、公租房，上月和本月也没有租赁补贴的，是线索。农村住房和很小的份额也算有房。"
  en: "Looks at families on dibao or tekun whose household registration is urban or unified. It is a lead when nobody registered in the family, counted or not, has a dwelling, a presale contract, a public rental, or a rent subsidy this month or last. Here a rural home or a small share is enough to count as a home."
direction: missed
severity: M2
subject: household
basis: statutory
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases]
  absent: [civil_affairs.household_members, housing.property_units, housing.presales, housing.public_rentals, housing.rent_subsidies]
  months: {housing.rent_subsidies: M-1..M-1}
parameters: []
legal:
  - zh: 国家对符合规定标准的住房困难的低保家庭、分散供养的特困人员给予住房救助，方式包括配租公租房、发放租赁补贴等。
    en: "Dibao families and tekun people without adequate housing get housing help, such as a public rental or a rent subsidy."
    source: 《社会救助暂行办法》（国务院令第649号）；《公共租赁住房管理办法》（住房和城乡建设部令第11号）
reason:
  zh: "城镇低保或特困家庭，现行版本{people}人名下都没有住宅、有效的购房合同、公租房或近两月的租赁补贴。"
  en: "An urban dibao or tekun household; people in it: {people}; not one of them has a dwelling, a presale, a public rental or a rent subsidy of this month or the last."
clears:
  zh: 住在亲属房屋、单位宿舍或供养机构，或住房登记在外地。
  en: "Lives in a relative's home, a dormitory or an institution, or owns a home registered elsewhere."
innocent:
  - {zh: "住在自建而未登记的房屋。", en: "Lives in a self-built home that was never registered."}
  - {zh: "住在供养机构或亲属家，没有住房需求。", en: "Lives in an institution or with relatives and needs no home."}
  - {zh: "住房登记在外地。", en: "The home is registered in another place."}
action:
  zh: 上门看居住情况，告知公租房和租赁补贴政策，愿意的协助申请。
  en: "See how they live, explain public rental and rent subsidy, and help those who wish to apply."
owner: housing
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    where: e.valid_from <= $t AND (e.valid_to IS NULL OR e.valid_to > $t)
    fields: [household_id, version, person_id, relationship, counted, exclusion_reason, valid_from, valid_to]
---*/
WITH everyone AS (
  -- A household without rows: the person of the case alone, where it names one.
  SELECT c.case_id, c.household_id, coalesce(r.person_id, c.person_id) AS person_id
  FROM facts.active_cases AS c
  LEFT JOIN facts.household_rows AS r ON r.household_id = c.household_id
  WHERE c.programme IN ('dibao', 'tekun') AND c.hukou_kind IN ('urban', 'unified')
),
housed AS (
  SELECT person_id FROM housing.property_units WHERE use = 'dwelling' AND registered_on <= $t AND (ended_on IS NULL OR ended_on > $t)
  UNION
  SELECT person_id FROM facts.open_presales
  UNION
  SELECT person_id FROM facts.open_tenancies
  UNION
  SELECT person_id FROM facts.recent_subsidies
)
SELECT e.case_id, e.household_id, count(o.person_id) = 0 AS hit, count(e.person_id) AS people
FROM everyone AS e
LEFT JOIN housed AS o ON o.person_id = e.person_id
GROUP BY e.case_id, e.household_id
