//! Contracts and deliveries for tests.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    accept::{Accepted, DataFormat, HashName, Package, Resource},
    contract::{Code, Column, Contract, Delivery, Kind, Limits, Range},
    model::{Digest, Fen, Text},
};

/// A contract of these columns: name, Chinese header, kind, required.
pub(crate) fn contract(id: &str, key: &[&str], columns: &[(&str, &str, Kind, bool)]) -> Contract {
    let column = |(name, header_zh, kind, required): &(&str, &str, Kind, bool)| Column {
        name: (*name).to_owned(),
        header_zh: (*header_zh).to_owned(),
        title: Text::new(*header_zh, *name),
        about: Text::default(),
        kind: *kind,
        required: *required,
        codes: Vec::new(),
        sensitive: *kind == Kind::Person,
        min_length: None,
        max_length: None,
        range: Range::default(),
        pattern: None,
    };
    Contract {
        id: id.parse().unwrap(),
        version: "1.0.0".to_owned(),
        agency_title: None,
        title: Text::new(id, id),
        about: Text::default(),
        delivery: Delivery::Full,
        fresh_days: 35,
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        keeps_differing_rows: false,
        conditions: Vec::new(),
        references: Vec::new(),
        // Files for tests are mostly faults.
        limits: Limits { bad_rows: 1000, ..Limits::default() },
        columns: columns.iter().map(column).collect(),
    }
}

/// `human_resources.public_posts`.
pub(crate) fn posts() -> Contract {
    contract(
        "human_resources.public_posts",
        &["person_id", "from_on"],
        &[
            ("person_id", "证件号码", Kind::Person, true),
            ("from_on", "上岗日期", Kind::Date, true),
            ("to_on", "结束日期", Kind::Date, false),
            ("monthly_wage", "月工资", Kind::Money, true),
        ],
    )
}

/// The same contract with a list of codes for one column.
pub(crate) fn with_codes(mut contract: Contract, column: &str, codes: &[&str]) -> Contract {
    let at = contract.column(column).unwrap();
    let code = |code: &&str| Code { value: (*code).to_owned(), label: Text::new(*code, *code) };
    contract.columns[at].codes = codes.iter().map(code).collect();
    contract
}

/// A person's token.
pub(crate) fn token(person: u8) -> String {
    format!("{person:02x}").repeat(32)
}

/// A delivery of one file with its rows and totals stated.
pub(crate) fn delivery(
    folder: &Path,
    contract: &Contract,
    content: &[u8],
    rows: u64,
    totals: &[(&str, i64)],
) -> Accepted {
    let name = format!("{}.csv", contract.id.dataset);
    fs::write(folder.join(&name), content).unwrap();
    let totals: BTreeMap<_, _> =
        totals.iter().map(|(column, fen)| ((*column).to_owned(), Fen(*fen))).collect();
    let resource = Resource {
        name: contract.id.dataset.clone(),
        path: name,
        format: DataFormat::Csv,
        sheet: None,
        dataset: contract.id.clone(),
        contract: None,
        bytes: content.len() as u64,
        sha256: Digest::of(content),
        encoding: "utf-8".to_owned(),
        rows,
        totals,
        set_aside: 0,
    };
    let package = Package {
        name: "delivery".to_owned(),
        created: None,
        agency: contract.id.agency.clone(),
        dataset: contract.id.clone(),
        as_of: "2026-03-01".parse().unwrap(),
        key_id: "2026".to_owned(),
        hash: HashName::HmacSha256,
        normalisation: 1,
        bridge_to: None,
        sequence: 1,
        supersedes: None,
        months: Vec::new(),
        resources: vec![resource],
    };
    let package_sha256 = Digest::of(content);
    let delivery = package.delivery_id(&package_sha256);
    let known_on = package.as_of;
    Accepted { delivery, folder: folder.to_owned(), package, package_sha256, known_on }
}
