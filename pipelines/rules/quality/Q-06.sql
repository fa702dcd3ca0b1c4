/*---
id: Q-06
title: {zh: 疑似明文证件号, en: Looks like a raw identity number}
meaning:
  zh: 交付里有文本像未经加密的证件号码的，收到时整份退回，内容哪里也不显示，并当即告知部门。本规则逐份核实：当晚所依据的交付里确实没有；早先收下的如有，记下来。
  en: A delivery in which a text looks like an identity number in the clear is refused whole when it arrives, nothing of it is shown, and the agency is told at once. This rule proves of every delivery that the night rests on that there is none in it; one that was taken in earlier is noted.
direction: process
severity: S4
subject: delivery
basis: statutory
population: []
needs: {present: []}
parameters: []
legal:
  - zh: 个人信息处理者应当采取加密、去标识化等安全技术措施；发生或者可能发生个人信息泄露的，应当立即采取补救措施。
    en: Whoever handles personal information protects it by encryption and de-identification, and acts at once when it has leaked or may have.
    source: 《中华人民共和国个人信息保护法》第五十一条、第五十七条
reason:
  zh: "{dataset}：有{value}处文本像未加密的证件号码，所在行已搁置，内容不予显示。隔离清单写明文件、行号和列。"
  en: "{dataset}: texts that look like an identity number in the clear: {value}. Their rows were set aside and nothing of them is shown; the quarantine list names file, line and column."
unit: {zh: 处, en: texts}
clears:
  zh: 部门按规定封装后重新交付，原文件已销毁。
  en: The agency delivers again, sealed as it should be, and the old file is destroyed.
innocent:
  - {zh: 其他编号恰好符合证件号码的校验规则。, en: Another number happens to satisfy the checks of an identity number.}
  - {zh: 备注或编号一栏里录入了证件号码，部门并不知情。, en: "Someone typed an identity number into a remark or a reference, unknown to the agency."}
action:
  zh: 当即告知报送部门，请其正确封装后重新交付；收件箱等处的文件副本一律销毁，并按本单位制度登记。
  en: Tell the agency at once and have the delivery repeated, sealed properly; destroy every copy of the file, the one in the inbox too, and record it as your office requires.
owner: civil_affairs
status: live
---*/
-- A delivery that was refused as a whole is in no snapshot, hence not here: its receipt of refusal tells of it.
SELECT delivery, dataset, raw_numbers AS value, 0 AS threshold, raw_numbers > 0 AS hit
FROM run.deliveries
