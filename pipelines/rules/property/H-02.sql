/*---
id: H-02
title: {zh: 凭低保身份享受住房保障但不在保, en: Housing granted on a status that is not there}
meaning:
  zh: "看凭低保或特困身份承租公租房的主承租人，以及上月或本月凭此身份领取租赁补贴的人。批准日期前后规定天数内和现在，租约上的人（或领补贴的本人）都没有该身份的，是线索。只要有一名承租人有这一身份就不算。"
  en: "Looks at main tenants of public housing, and at people paid a rent subsidy this month or last, to whom it was granted because of dibao or tekun. It is a lead when nobody of the tenancy (or the payee) was covered by that programme within the set days around the grant, nor is now. One covered tenant is enough to make it clear."
direction: ineligible
severity: S2
subject: person
basis: statutory
population: [housing.public_rentals, housing.rent_subsidies]
needs:
  present: [housing.public_rentals, housing.rent_subsidies]
  absent: [civil_affairs.cases, civil_affairs.household_members]
parameters: [status_tolerance_days]
legal:
  - zh: 住房保障以申请家庭符合当地规定的条件为前提；低保、特困等身份应当与民政部门核对。
    en: Housing support rests on the conditions of the place; dibao or tekun status is checked with civil affairs.
    source: 《公共租赁住房管理办法》（住房和城乡建设部令第11号）；《社会救助暂行办法》（国务院令第649号）
reason:
  zh: "{support}，批准依据为{status}，批准日期{granted_on}；该日前后{status_tolerance_days}天内和目前，{who}都没有{status}在保记录。"
  en: "{support_en}, granted on {granted_on} on the ground of {status_en}; neither within {status_tolerance_days} days of that day nor now is there any {status_en} cover of {who_en}."
clears:
  zh: 批准时确有在保证明，或者共同承租的家人在保，或者依据登记有误。
  en: "There was proof of cover at the time, or a family member is covered, or the ground is recorded wrongly."
innocent:
  - {zh: 批准时持有外地或旧系统的低保证，本地台账没有。, en: The family held a certificate from elsewhere or from an older system.}
  - {zh: 在保的是未登记为承租人的家人。, en: The covered person is a family member who is not named as a tenant.}
  - {zh: 依据代码录入有误，实际按低收入家庭批准。, en: "The ground was entered wrongly; it was granted to a low-income family."}
action:
  zh: 由住建部门调阅批准材料，与民政部门核对；家庭仍困难的，按低收入等其他条件继续保障。
  en: "Housing looks up the papers and checks with civil affairs; a family still in need is kept on under another ground."
owner: housing
status: live
evidence:
  - dataset: housing.public_rentals
    from: lead JOIN housing.public_rentals AS e ON e.tenancy_id = lead.tenancy_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $t)
    fields: [tenancy_id, person_id, main_tenant, unit_id, from_on, to_on, basis, granted_on]
  - dataset: housing.rent_subsidies
    from: lead JOIN housing.rent_subsidies AS e ON e.person_id = lead.person_id AND e.month = lead.subsidy_month
    where: e.amount > 0
    fields: [person_id, month, amount, basis, granted_on]
  - dataset: civil_affairs.cases
    from: lead LEFT JOIN facts.open_tenancies AS o ON o.tenancy_id = lead.tenancy_id JOIN facts.spans_of_cover AS s ON s.person_id = coalesce(o.person_id, lead.person_id) AND s.programme = lead.basis JOIN civil_affairs.cases AS e ON e.case_id = s.case_id
    fields: [case_id, household_id, person_id, programme, category, status, start_month, end_month]
  - dataset: civil_affairs.household_members
    from: lead LEFT JOIN facts.open_tenancies AS o ON o.tenancy_id = lead.tenancy_id JOIN facts.spans_of_cover AS s ON s.person_id = coalesce(o.person_id, lead.person_id) AND s.programme = lead.basis JOIN civil_affairs.household_members AS e ON e.household_id = s.household_id AND e.person_id = s.person_id
    fields: [household_id, version, person_id, counted, valid_from, valid_to]
---*/
WITH grants AS (
  SELECT tenancy_id, CAST(NULL AS DATE) AS subsidy_month, person_id, basis, granted_on, CAST(NULL AS DECIMAL(14, 2)) AS subsidy,
         'T' || tenancy_id AS grant_id
  FROM facts.main_tenants
  WHERE basis IN ('dibao', 'tekun')
  UNION ALL
  SELECT CAST(NULL AS VARCHAR) AS tenancy_id, month AS subsidy_month, person_id, basis, granted_on, amount AS subsidy,
         CASE WHEN month = $m THEN 'U0' ELSE 'U1' END AS grant_id
  FROM housing.rent_subsidies
  WHERE month IN ($m, $m_1) AND amount > 0 AND basis IN ('dibao', 'tekun')
),
holders AS (
  -- Every tenant of the tenancy; of a subsidy, which has none, the payee.
  SELECT g.person_id, g.grant_id, g.basis, g.granted_on, coalesce(o.person_id, g.person_id) AS holder_id
  FROM grants AS g
  LEFT JOIN facts.open_tenancies AS o ON o.tenancy_id = g.tenancy_id
),
covered AS (
  SELECT h.person_id, h.grant_id
  FROM holders AS h
  JOIN facts.case_members AS m ON m.person_id = h.holder_id AND m.programme = h.basis
  UNION
  SELECT h.person_id, h.grant_id
  FROM holders AS h
  JOIN facts.spans_of_cover AS s ON s.person_id = h.holder_id AND s.programme = h.basis
  WHERE s.case_start - h.granted_on <= $status_tolerance_days AND s.row_start - h.granted_on <= $status_tolerance_days
    AND (s.case_end IS NULL OR h.granted_on - s.case_end < $status_tolerance_days)
    AND (s.row_end IS NULL OR h.granted_on - s.row_end < $status_tolerance_days)
),
ranked AS (
  SELECT g.person_id, g.tenancy_id, g.subsidy_month, g.basis, g.granted_on, g.subsidy, c.grant_id IS NULL AS hit,
         row_number() OVER (PARTITION BY g.person_id
           ORDER BY CASE WHEN c.grant_id IS NULL THEN 0 ELSE 1 END, g.grant_id) AS place
  FROM grants AS g
  LEFT JOIN covered AS c ON c.person_id = g.person_id AND c.grant_id = g.grant_id
)
SELECT person_id, hit, tenancy_id, subsidy_month, basis, granted_on, subsidy AS monthly_at_risk,
       CAST($status_tolerance_days AS INTEGER) AS status_tolerance_days,
       CASE WHEN basis = 'dibao' THEN '低保' ELSE '特困供养' END AS status,
       CASE WHEN basis = 'dibao' THEN 'dibao' ELSE 'tekun' END AS status_en,
       CASE WHEN subsidy IS NULL THEN '承租公租房' ELSE '领取租赁补贴' END AS support,
       CASE WHEN subsidy IS NULL THEN 'Main tenant of public housing' ELSE 'Paid a rent subsidy' END AS support_en,
       CASE WHEN subsidy IS NULL THEN '全体承租人' ELSE '本人' END AS who,
       CASE WHEN subsidy IS NULL THEN 'any of the tenants' ELSE 'the payee' END AS who_en
FROM ranked
WHERE place = 1
