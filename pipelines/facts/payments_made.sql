/*---
title: {zh: 已发放月份, en: Months paid}
about: {zh: 基本金和增发金的有效发放，按案件、人和月份合计，并计笔数。, en: "Basic and top-up payments above zero, summed and counted per case, person and month."}
---*/
SELECT case_id, person_id, programme, pay_month,
       CAST(sum(amount) AS DECIMAL(16, 2)) AS amount, count(amount) AS payments
FROM civil_affairs.payments
WHERE item IN ('basic', 'top_up') AND amount > 0 AND pay_month <= $m
GROUP BY case_id, person_id, programme, pay_month
