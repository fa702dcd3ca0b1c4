/*---
title: {zh: 有效残疾人证, en: Valid disability certificates}
about: {zh: 状态有效、已发证且未过期（含到期当日）。, en: "State valid, issued, and not past the last day, which is included."}
---*/
SELECT person_id, issued_on, kind, grade, valid_to,
       grade IN (1, 2) OR (grade = 3 AND strpos(',' || $care_grade3_kinds || ',', ',' || kind || ',') > 0) AS needs_care
FROM civil_affairs.disability_certificates
WHERE state = 'valid' AND issued_on <= $t AND (valid_to IS NULL OR valid_to >= $t)
