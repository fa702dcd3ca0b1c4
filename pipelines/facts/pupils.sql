/*---
title: {zh: 在校, en: People in school}
about: {zh: 在籍在校且已入学的学籍行。, en: "Enrolment rows with in_school that have begun."}
---*/
SELECT person_id, school_id, stage, full_time, from_on
FROM education.enrolments
WHERE in_school AND from_on <= $t
