/*---
id: S-06
title: {zh: "近亲属未备案", en: "Relative of staff not filed"}
meaning:
  zh: "看低收入家庭（低保、低保边缘、特困、刚性支出困难）的成员。登记为经办人员或村（居）干部的近亲属而没有备案的，是线索。已备案的不算；是亲属并不影响救助，只是要另请人复核一次。"
  en: "Looks at members of low-income families (dibao, marginal, tekun, unavoidable spending). It is a lead when the person is recorded as a close relative of staff or of a committee member and this is not filed. A filed relationship does not count; being a relative does not affect the support, it only needs a second pair of eyes."
direction: process
severity: S4
subject: person
basis: statutory
population: [civil_affairs.cases, civil_affairs.household_members]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, civil_affairs.staff_relatives]
parameters: []
legal:
  - zh: 社会救助经办人员和村（居）民委员会成员的近亲属申请或享受救助的，应当备案。
    en: "Relatives of staff who handle social assistance, and of village or residents' committee members, are put on file when they apply for it or receive it."
    source: 《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "属于低收入家庭成员，是经办人员或村（居）委会成员的近亲属（登记关系：{relation}），尚未备案的关系有{relatives}条。"
  en: "In a low-income family and a relative of staff or of a committee member (registered as {relation_en}); relationships not yet filed: {relatives}."
clears:
  zh: 已备案而数据未更新，或并非近亲属。
  en: "It was filed and the data is not updated, or the person is no relative."
innocent:
  - {zh: "亲属刚到岗，备案正在办理。", en: "The relative has just taken up the post and the filing is under way."}
  - {zh: "同名或登记错误，并无亲属关系。", en: "The same name or a wrong entry; there is no such relative."}
action:
  zh: 请经办人员补办备案，由非经办人复核一次；亲属关系本身不影响享受救助。
  en: "Ask the member of staff to file it and have someone else re-check the case once; being a relative does not affect the support."
owner: civil_affairs
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN facts.case_members AS c ON c.case_id = lead.case_id AND c.person_id = lead.person_id JOIN civil_affairs.household_members AS e ON e.household_id = c.household_id AND e.person_id = lead.person_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: civil_affairs.staff_relatives
    from: lead JOIN civil_affairs.staff_relatives AS e ON e.person_id = lead.person_id
    where: e.filed_on IS NULL
    fields: [person_id, staff_person_id, relationship, filed_on]
---*/
WITH unfiled AS (
  SELECT person_id, min(relationship) AS relation, count(staff_person_id) AS relatives
  FROM civil_affairs.staff_relatives
  WHERE filed_on IS NULL
  GROUP BY person_id
)
SELECT m.case_id, m.person_id, u.person_id IS NOT NULL AS hit, u.relatives,
       CASE substr(u.relation, 1, 1) WHEN '1' THEN '配偶' WHEN '2' THEN '子或婿' WHEN '3' THEN '女或媳' WHEN '4' THEN '孙辈' WHEN '5' THEN '父母或配偶父母'
                                     WHEN '6' THEN '祖父母' WHEN '7' THEN '兄弟姐妹或其配偶' ELSE '其他' END AS relation,
       CASE substr(u.relation, 1, 1) WHEN '1' THEN 'spouse' WHEN '2' THEN 'son or son-in-law' WHEN '3' THEN 'daughter or daughter-in-law' WHEN '4' THEN 'grandchild' WHEN '5' THEN 'parent or parent-in-law'
                                     WHEN '6' THEN 'grandparent' WHEN '7' THEN 'sibling or their spouse' ELSE 'other' END AS relation_en
FROM facts.case_members AS m
LEFT JOIN unfiled AS u ON u.person_id = m.person_id
WHERE m.is_low_income
