/*---
id: P-05
title: {zh: 公积金超限, en: Provident fund above the asset line}
meaning:
  zh: "看在保低保、低保边缘、刚性支出困难和特困家庭。成员公积金账户余额，加上近十二个月以来非医疗原因的提取，超过规定的财产限额（低保标准的若干倍乘人数）的，是线索。医疗提取和已销户的余额不算。"
  en: "Looks at families supported as dibao, marginal, unavoidable spending or tekun. It is a lead when the members' provident fund balances, with what was drawn over the last twelve months for other than medical reasons, are above the asset line (a multiple of the standard for so many people). Medical withdrawals and closed accounts do not count."
direction: ineligible
severity: S3
subject: household
basis: consent
population: [civil_affairs.cases]
needs:
  present: [civil_affairs.cases, civil_affairs.household_members, housing.provident_accounts, housing.provident_withdrawals]
parameters: [dibao_standard, asset_months]
legal:
  - zh: 家庭财产状况应当符合当地规定；住房公积金属于家庭财产核对的内容。
    en: The family's property has to be within what the place allows; the housing provident fund is part of the check.
    source: 《社会救助暂行办法》（国务院令第649号）第九条；《最低生活保障审核确认办法》（民发〔2021〕57号）
reason:
  zh: "家庭成员住房公积金余额{balance}元，加上{withdrawn_from}以来的提取（不含医疗）{withdrawn}元，共{value}元；按{n}人、低保标准{standard}元的{asset_months}倍计，限额为{threshold}元。"
  en: "Members' provident fund balances are {balance} yuan and withdrawals since {withdrawn_from} (medical ones left out) {withdrawn} yuan, {value} in all; {asset_months} times the standard of {standard} for {n} people is {threshold} yuan."
unit: {zh: 元, en: yuan}
clears:
  zh: 余额依规不能提取，或者提取款已用于租房、治病等必要支出并有凭据。
  en: "The balance cannot be drawn under the rules, or what was drawn went into rent, illness or the like, with receipts."
innocent:
  - {zh: 提取用于付房租或还房贷。, en: The money was drawn for rent or the mortgage.}
  - {zh: 离职封存的账户，尚不符合提取条件。, en: A sealed account of a former job that cannot be drawn from yet.}
  - {zh: 退休一次性提取，已用于还债或治病。, en: "Drawn at retirement and spent on debts or illness."}
action:
  zh: 了解余额能否提取和提取款去向，连同其他财产综合认定。
  en: "Learn whether the balance can be drawn and where the money went, and judge it together with the other property."
owner: housing
status: live
evidence:
  - dataset: civil_affairs.cases
    from: lead JOIN civil_affairs.cases AS e ON e.case_id = lead.case_id
    fields: [case_id, household_id, person_id, programme, category, status, division, hukou_kind, start_month, end_month, monthly_amount]
  - dataset: civil_affairs.household_members
    from: lead JOIN civil_affairs.household_members AS e ON e.household_id = lead.household_id JOIN facts.current_versions AS v ON v.household_id = e.household_id AND v.version = e.version JOIN facts.case_members AS m ON m.case_id = lead.case_id AND m.person_id = e.person_id
    fields: [household_id, version, person_id, relationship, counted, valid_from, valid_to]
  - dataset: housing.provident_accounts
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN housing.provident_accounts AS e ON e.person_id = m.person_id
    where: e.state IN ('normal', 'sealed')
    fields: [person_id, account_id, state, balance]
  - dataset: housing.provident_withdrawals
    from: lead JOIN facts.case_members AS m ON m.case_id = lead.case_id JOIN housing.provident_withdrawals AS e ON e.person_id = m.person_id
    where: e.reason <> 'medical' AND e.withdrawn_on >= $m_12 AND e.withdrawn_on <= $t
    fields: [record_id, person_id, withdrawn_on, reason, amount]
---*/
WITH money AS (
  SELECT person_id, balance, CAST(0 AS DECIMAL(14, 2)) AS withdrawn
  FROM housing.provident_accounts
  WHERE state IN ('normal', 'sealed')
  UNION ALL
  SELECT person_id, CAST(0 AS DECIMAL(14, 2)) AS balance, amount AS withdrawn
  FROM housing.provident_withdrawals
  WHERE reason <> 'medical' AND withdrawn_on >= $m_12 AND withdrawn_on <= $t
),
funds AS (
  SELECT m.case_id, CAST(sum(f.balance) AS DECIMAL(18, 2)) AS balance, CAST(sum(f.withdrawn) AS DECIMAL(18, 2)) AS withdrawn
  FROM facts.case_members AS m
  JOIN money AS f ON f.person_id = m.person_id
  WHERE m.is_low_income
  GROUP BY m.case_id
),
judged AS (
  SELECT c.case_id, c.household_id, s.n, f.dibao_standard AS standard, coalesce(f.asset_months, $asset_months) AS asset_months,
         coalesce(p.balance, 0) AS balance, coalesce(p.withdrawn, 0) AS withdrawn
  FROM facts.active_cases AS c
  JOIN facts.case_sizes AS s ON s.case_id = c.case_id
  LEFT JOIN funds AS p ON p.case_id = c.case_id
  LEFT JOIN run.figures AS f ON f.division = c.division AND f.hukou_kind = c.hukou_kind
  WHERE c.is_low_income
)
SELECT case_id, household_id, n = 0 AS no_members, standard IS NULL AS no_standard,
       balance + withdrawn > standard * asset_months * n AS hit,
       n, standard, asset_months, balance, withdrawn, $m_12 AS withdrawn_from,
       CAST(standard * asset_months * n AS DECIMAL(18, 2)) AS threshold, CAST(balance + withdrawn AS DECIMAL(18, 2)) AS value
FROM judged
