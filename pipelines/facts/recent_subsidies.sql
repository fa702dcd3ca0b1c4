/*---
title: {zh: 近两月租赁补贴, en: Rent subsidies of this month or the last}
about: {zh: 业务月份或上月有租赁补贴的人，以及最近一月的金额。, en: "People with a subsidy above zero in M or M-1, and the latest month's amount."}
---*/
SELECT person_id, max(month) AS month,
       coalesce(max(CASE WHEN month = $m THEN amount END), max(amount)) AS amount
FROM housing.rent_subsidies
WHERE month IN ($m, $m_1) AND amount > 0
GROUP BY person_id
