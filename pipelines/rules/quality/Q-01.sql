/*---
id: Q-01
title: {zh: 标识无效, en: Invalid row}
meaning:
  zh: 看当晚所依据的每一份交付。有行不符合数据合约，或主键相同而内容不同的几行说不清哪一行对，这些行搁置，不参与核对，也不猜；有搁置的交付就记下来，退回部门更正。各列完全相同的行只合并计数，不算无效。
  en: Looks at every delivery that the night rests on. Rows that break the contract, and rows of one key that differ, are set aside; nobody guesses what they meant. A delivery with such rows is noted, for the agency to mend. Rows equal in all columns are counted as one and are no fault.
direction: process
severity: S4
subject: delivery
basis: statutory
population: []
needs: {present: []}
parameters: []
legal:
  - zh: 处理个人信息应当保证个人信息的质量，避免因个人信息不准确、不完整对个人权益造成不利影响。
    en: Personal information is kept accurate and complete, so that nobody is harmed because it is not.
    source: 《中华人民共和国个人信息保护法》第八条
reason:
  zh: "{dataset}：共{rows}行，搁置{value}行，不参与核对。报告按原因列出，隔离清单写明文件、行号和原因。"
  en: "{dataset}: of {rows} rows, {value} set aside and not compared. The report counts them by reason; the quarantine list names file, line and reason."
unit: {zh: 行, en: rows}
clears:
  zh: 部门更正后重新交付，搁置的行为零。
  en: The agency mends the rows and delivers again, and none is set aside.
innocent:
  - {zh: 导出表格时软件改动了数值或日期。, en: A spreadsheet changed numbers or dates on export.}
  - {zh: 登记系统里同一笔业务保存了两次，内容略有不同。, en: The register saved one transaction twice with small differences.}
  - {zh: 部门启用了新代码，代码表还没有更新。, en: The agency uses a new code that the list does not have yet.}
action:
  zh: 把隔离清单退给报送部门，请其更正后重新交付；不要自行修改数据。
  en: Send the quarantine list back to the agency and ask for a mended delivery; do not change the data yourself.
owner: civil_affairs
status: live
---*/
-- Rows that an agency's own sealing set aside (set_aside_by_agency) were told to the agency there and then; they are not among `rows`.
SELECT delivery, dataset, rows, set_aside AS value, 0 AS threshold, set_aside > 0 AS hit
FROM run.deliveries
