/*---
id: H-03
title: {zh: 公租房欠租, en: Rent arrears at the limit}
meaning:
  zh: "看正在承租公租房的主承租人。欠租月数达到规定上限的，是线索。属于低收入家庭的，先讲租金减免，再谈合同；还没有到上限的不算。"
  en: "Looks at main tenants of public housing. It is a lead when the rent is in arrears for the set number of months. In a low-income family relief of rent comes first and the contract after; fewer months do not count."
direction: ineligible
severity: S3
subject: person
basis: statutory
population: [housing.public_rentals]
needs:
  present: [housing.public_rentals]
parameters: [arrears_months_max]
legal:
  - zh: 承租人累计6个月以上拖欠租金的，应当腾退所承租的公共租赁住房。
    en: A tenant whose rent arrears come to six months or more has to give up the public rental.
    source: 《公共租赁住房管理办法》（住房和城乡建设部令第11号）第二十九条
reason:
  zh: "公租房已欠租{value}个月，达到{threshold}个月的限值。{advice}"
  en: "The public rental is {value} months in arrears; the bound is {threshold}. {advice_en}"
unit: {zh: 个月, en: months}
clears:
  zh: 租金已缴清、已减免，或者欠租记录有误。
  en: "The rent is paid or waived, or the record is wrong."
innocent:
  - {zh: 家庭困难，符合租金减免而没有申请。, en: The family is in need and never applied for the relief it could have.}
  - {zh: 扣款账户变更，代扣失败。, en: The bank account changed and the collection failed.}
  - {zh: 租金已缴，系统未销账。, en: The rent was paid and not booked.}
action:
  zh: 先了解困难、办理租金减免或分期缴纳，再按合同处理；不直接要求腾退。
  en: "First learn of the hardship and offer relief or instalments, then follow the contract; do not ask for the home at once."
owner: housing
status: live
evidence:
  - dataset: housing.public_rentals
    from: lead JOIN housing.public_rentals AS e ON e.tenancy_id = lead.tenancy_id
    where: e.from_on <= $t AND (e.to_on IS NULL OR e.to_on > $t)
    fields: [tenancy_id, person_id, main_tenant, unit_id, from_on, to_on, arrears_months]
  - dataset: civil_affairs.cases
    from: lead JOIN facts.case_members AS m ON m.person_id = lead.person_id AND m.is_low_income JOIN civil_affairs.cases AS e ON e.case_id = m.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, start_month, end_month]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS m ON m.person_id = lead.person_id AND m.is_low_income JOIN civil_affairs.household_members AS e ON e.household_id = m.household_id AND e.person_id = m.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
---*/
WITH worst AS (
  SELECT person_id, tenancy_id, arrears_months,
         row_number() OVER (PARTITION BY person_id ORDER BY arrears_months DESC, tenancy_id) AS place
  FROM facts.main_tenants
)
SELECT w.person_id, w.tenancy_id, w.arrears_months >= $arrears_months_max AS hit,
       CASE WHEN l.person_id IS NULL THEN '先了解原因再处理。' ELSE '承租人是低收入救助对象，先办理租金减免。' END AS advice,
       CASE WHEN l.person_id IS NULL THEN 'Learn the reason first.' ELSE 'The tenant is on low-income support: rent relief comes first.' END AS advice_en,
       CAST($arrears_months_max AS INTEGER) AS threshold, w.arrears_months AS value
FROM worst AS w
LEFT JOIN (SELECT DISTINCT person_id FROM facts.case_members WHERE is_low_income) AS l ON l.person_id = w.person_id
WHERE w.place = 1
