/*---
title: {zh: 登记的父母, en: "Registered parents"}
about:
  zh: "监护人登记中的父亲和母亲；dead_on 有值的已去世。"
  en: "Fathers and mothers in the guardians register; with dead_on where the parent has died."
---*/
SELECT g.person_id, g.guardian_person_id, g.relationship, d.dead_on
FROM education.guardians AS g
LEFT JOIN facts.deaths AS d ON d.person_id = g.guardian_person_id
WHERE g.relationship IN ('father', 'mother')
