/*---
title: {zh: 在册孤儿和事实无人抚养儿童, en: Children registered as orphan or de facto unattended}
about: {zh: 困境儿童登记中当前有效的孤儿、事实无人抚养儿童，与在保案件同等看待。, en: "Active rows of the two kinds, which count like an active case of that programme."}
---*/
SELECT DISTINCT person_id
FROM civil_affairs.children_in_need
WHERE status = 'active' AND kind IN ('orphan', 'de_facto_unattended') AND start_month <= $m AND (end_month IS NULL OR end_month >= $m)
