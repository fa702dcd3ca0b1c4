/*---
title: {zh: 在岗公益性岗位, en: "Public posts held now"}
about:
  zh: "在业务日期有效的公益性岗位。"
  en: "Public posts that are open on the business date."
---*/
SELECT person_id, from_on, to_on, monthly_wage
FROM human_resources.public_posts
WHERE from_on <= $t AND (to_on IS NULL OR to_on > $t)
