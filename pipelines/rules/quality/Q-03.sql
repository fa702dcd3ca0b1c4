/*---
id: Q-03
title: {zh: 数据陈旧或行数异常, en: Feed stale or its size is off}
meaning:
  zh: 看参与核对的每一份数据。最近一次交付已经超过规定天数，或行数明显少于以往几次交付，就记下来。这样的数据里“没有记录”不等于“没有”，依靠它来证明“没有”的规则当晚判为信息不足。
  en: Looks at every dataset of the night. It is noted when the newest delivery is older than allowed, or has far fewer rows than those before it. In such data "no record" is not "has nothing", so rules that would rest on something being absent say insufficient that night.
direction: process
severity: S4
subject: dataset
basis: statutory
population: []
needs: {present: []}
parameters: [volume_drop]
legal:
  - zh: 处理个人信息应当保证个人信息的质量，避免因个人信息不准确、不完整对个人权益造成不利影响。
    en: Personal information is kept accurate and complete, so that nobody is harmed because it is not.
    source: 《中华人民共和国个人信息保护法》第八条
reason:
  zh: "最近一次交付的数据日期为{as_of}：{what}。依赖“没有记录”的规则今晚不作判断，其余线索降一级。"
  en: "The latest delivery is about {as_of}: {what_en}. Rules that rest on a record not being there judge nobody tonight, and the leads of the others rank one lower."
clears:
  zh: 派出机关补送最新、完整的数据。
  en: The agency delivers data that are up to date and complete.
innocent:
  - {zh: 节假日推迟了报送。, en: The delivery was put off over a holiday.}
  - {zh: 登记确实减少，例如集中清理了历史记录。, en: "The register really has shrunk, as after old records were cleared away."}
  - {zh: 按月的数据集只报送了一部分月份的补充。, en: A by-month delivery only adds to some months.}
action:
  zh: 联系报送部门，核对报送时间和行数，需要的补送。
  en: Ask the agency when it delivers and how many rows there should be, and have the delivery repeated where needed.
owner: civil_affairs
status: live
---*/
WITH seen AS (
  -- A by-month delivery has rows a month; rows_now and rows_usual are null where nothing can be compared.
  SELECT dataset, as_of, fresh_days, $t - as_of AS age, $t - as_of > fresh_days AS is_old,
         coalesce(rows_now < $volume_drop * rows_usual, false) AS is_small, deliveries,
         CAST(CAST(rows_now AS DECIMAL(18, 2)) AS VARCHAR) AS now, CAST(CAST(rows_usual AS DECIMAL(18, 2)) AS VARCHAR) AS usual
  FROM run.feeds
)
SELECT dataset, as_of, is_old OR is_small AS hit,
       CASE WHEN is_old THEN '已有' || CAST(age AS VARCHAR) || '天，超过' || CAST(fresh_days AS VARCHAR) || '天' ELSE '' END
         || CASE WHEN is_old AND is_small THEN '；' ELSE '' END
         || CASE WHEN is_small THEN '只有' || now || '行（按月的数据集为每月），此前' || CAST(deliveries AS VARCHAR) || '次的中位数为' || usual || '行' ELSE '' END AS what,
       CASE WHEN is_old THEN CAST(age AS VARCHAR) || ' days ago, and more than ' || CAST(fresh_days AS VARCHAR) || ' is too old' ELSE '' END
         || CASE WHEN is_old AND is_small THEN '; ' ELSE '' END
         || CASE WHEN is_small THEN 'only ' || now || ' rows (by month: a month), where the median of the ' || CAST(deliveries AS VARCHAR) || ' before it is ' || usual ELSE '' END AS what_en
FROM seen
