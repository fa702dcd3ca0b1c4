//! A small contract for the tests of this module, and what is said when it is changed.

use std::path::Path;

use super::Contract;

/// A sound contract: every kind of mistake below is one edit away from it.
pub(super) const SAMPLE: &str = "\
apiVersion: v3.1.0
kind: DataContract
id: transport.tolls
version: 1.0.0
status: active
description:
  purpose: |-
    通行费。
    Tolls.
slaProperties:
  - { property: freshness, value: 35, unit: d }
schema:
  - name: tolls
    customProperties:
      - { property: title, value: { zh: 通行费, en: Tolls } }
      - { property: delivery, value: by_month }
    properties:
      - name: person_id
        businessName: 身份证件号码
        description: \"车主。\\nThe owner.\"
        logicalType: string
        physicalType: CHAR(64)
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        classification: sensitive
        customProperties:
          - { property: type, value: person }
          - { property: title, value: { zh: 车主, en: Owner } }
      - name: month
        businessName: 通行年月
        description: \"月份。\\nThe month.\"
        logicalType: date
        logicalTypeOptions: { format: yyyy-MM }
        physicalType: DATE
        required: true
        primaryKey: true
        primaryKeyPosition: 2
        partitioned: true
        customProperties:
          - { property: type, value: month }
          - { property: title, value: { zh: 月份, en: Month } }
      - name: class
        businessName: 车型
        description: \"车型。\\nThe class.\"
        logicalType: string
        physicalType: VARCHAR(32)
        required: false
        quality:
          - { metric: invalidValues, mustBe: 0, arguments: { validValues: [car, bus] } }
        customProperties:
          - { property: type, value: code }
          - { property: title, value: { zh: 车型, en: Class } }
          - property: labels
            value:
              - { value: car, zh: 小客车, en: Car }
              - { value: bus, zh: 客车, en: Bus }
      - name: amount
        businessName: 金额
        description: \"金额。\\nYuan.\"
        logicalType: number
        physicalType: DECIMAL(10,3)
        required: true
        customProperties:
          - { property: type, value: decimal }
          - { property: title, value: { zh: 金额, en: Amount } }
";

/// The sample after each `from` was replaced by its `to`.
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = SAMPLE.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "the sample has no `{from}`");
        text = text.replacen(from, to, 1);
    }
    text
}

/// The contract that an edited sample still is.
pub(super) fn sample(edits: &[(&str, &str)]) -> Contract {
    Contract::parse(Path::new("transport.tolls.odcs.yaml"), &edited(edits)).0.unwrap()
}

/// What is said about the sample after these edits: `line: message`.
pub(super) fn mistakes(edits: &[(&str, &str)]) -> Vec<String> {
    let text = edited(edits);
    let (contract, mut found) = Contract::parse(Path::new("transport.tolls.odcs.yaml"), &text);
    assert_eq!(contract.is_none(), found.has_errors(), "a contract with a mistake does not stand");
    found.sort();
    let lines = crate::diagnostic::Lines::of(&text);
    let line = |at: usize| lines.line_column(at).0;
    found
        .iter()
        .map(|one| format!("{}: {}", one.span.as_ref().map_or(0, |span| line(span.start)), one.message.en))
        .collect()
}

#[test]
fn the_sample_is_sound() {
    assert_eq!(mistakes(&[]), [""; 0]);
}
