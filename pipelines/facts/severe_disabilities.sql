/*---
title: {zh: 需要护理的重度残疾人, en: People with a severe disability}
about: {zh: 持有效一、二级残疾人证，或本地扩大范围内三级残疾人证的人，每人一行。, en: "People with a valid certificate of grade 1 or 2, or of grade 3 and a kind that the division includes: one row a person."}
---*/
SELECT person_id, max(issued_on) AS issued_on, min(grade) AS grade
FROM facts.valid_certificates
WHERE needs_care
GROUP BY person_id
