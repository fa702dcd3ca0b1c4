//! Reading `datapackage.json`: the descriptor as written → a checked [`Package`], or everything that is wrong with it.
//!
//! Only the descriptor's own bytes are looked at; whether the files are what it says is asked elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use chrono::NaiveDate;
use serde::Deserialize;

use super::{
    names,
    package::{
        BRIDGE, DataFormat, Epoch, HashName, PACKAGE_FILE, Package, Resource, SIGNATURE_FILE, is_plain_name,
    },
};
use crate::model::{DatasetId, Digest, Fen, Month, Text, Token, printable};

const RESOURCES_MAX: usize = 1000;
const RESOURCE_MAX_BYTES: u64 = 1 << 40;
/// Far above any file, and far below where sums of it overflow.
const ROWS_MAX: u64 = 1 << 40;
/// A dataset's name becomes part of a path.
const DATASET_MAX: usize = 128;

impl Package {
    /// Reads a descriptor, collecting everything that is wrong with it.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, PackageError> {
        if let Some(line) = names::in_descriptor(bytes) {
            return Err(PackageError::of_number(path, line));
        }
        let file: PackageFile =
            serde_json::from_slice(bytes).map_err(|error| PackageError::of_json(path, &error))?;
        let mut problems = Problems::default();
        let package = file.check(&mut problems);
        match package {
            Some(package) if problems.0.is_empty() => Ok(package),
            _ => Err(PackageError {
                path: path.to_owned(),
                problems: problems.0,
                is_cut_off: false,
                holds_a_number: false,
            }),
        }
    }
}

/// One thing that is wrong with a descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `line:column`, or the property's path such as `resources[0].hash`.
    pub place: String,
    /// What is wrong and what is expected.
    pub what: Text,
}

/// A descriptor that cannot be used, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageError {
    /// The descriptor.
    pub path: PathBuf,
    /// At least one problem, in the order of the file.
    pub problems: Vec<Problem>,
    /// Whether the text ends too early: the file may still be on its way.
    pub is_cut_off: bool,
    /// Whether a text looks as if it held an identity number: then the delivery must not come near the store.
    pub holds_a_number: bool,
}

impl PackageError {
    /// Nothing else is told of such a descriptor: it might show the number.
    fn of_number(path: &Path, line: usize) -> Self {
        let what = Text::new(
            "有像证件号码的内容，不予显示：请另取名称，或删去这段文字",
            "a text looks as if it held an identity number and is not shown: call it otherwise, or leave it out",
        );
        let problems = vec![Problem { place: line.to_string(), what }];
        Self { path: path.to_owned(), problems, is_cut_off: false, holds_a_number: true }
    }

    fn of_json(path: &Path, error: &serde_json::Error) -> Self {
        // The position is in `place`; serde_json repeats it at the end of its message.
        let place = format!("{}:{}", error.line(), error.column());
        let said = error.to_string();
        let tail = format!(" at line {} column {}", error.line(), error.column());
        let said = printable(said.strip_suffix(&tail).unwrap_or(&said), 200);
        let what = Text::new(format!("不是有效的数据包描述：{said}"), format!("not a data package: {said}"));
        Self {
            path: path.to_owned(),
            problems: vec![Problem { place, what }],
            is_cut_off: error.is_eof(),
            holds_a_number: false,
        }
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let between = if n == 0 { "" } else { "; " };
            write!(f, "{between}{}:{}: {}", self.path.display(), problem.place, problem.what.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for PackageError {}

/// The descriptor as it is written: texts and numbers, nothing checked.
#[derive(Debug, Deserialize)]
struct PackageFile {
    name: Option<String>,
    created: Option<String>,
    hedui: PackageFacts,
    resources: Vec<ResourceFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageFacts {
    kind: Option<PackageKind>,
    agency: String,
    as_of: String,
    #[serde(alias = "from_key_id")]
    key_id: String,
    #[serde(alias = "from_hash")]
    hash: HashName,
    to_key_id: Option<String>,
    to_hash: Option<HashName>,
    normalisation: u32,
    sequence: u32,
    supersedes: Option<String>,
    #[serde(default)]
    months: Vec<String>,
}

/// What a package is, where it is no delivery of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PackageKind {
    Bridge,
}

impl PackageFacts {
    /// The epoch that a bridge leads to. A package that is no bridge names none.
    fn bridge_to(&self, problems: &mut Problems) -> Option<Epoch> {
        match (self.kind, &self.to_key_id, self.to_hash) {
            (None, None, None) => None,
            (Some(PackageKind::Bridge), Some(key_id), Some(hash)) => {
                if !is_plain_name(key_id, 64) || *key_id == self.key_id {
                    problems.add(
                        "hedui.to_key_id",
                        "应为另一个密钥期名称：字母、数字、. _ -，最多 64 个字符",
                        "is not the name of another epoch: letters, digits, . _ -, at most 64",
                    );
                }
                if !self.months.is_empty() {
                    problems.add("hedui", "桥表没有 months", "a bridge has no months");
                }
                Some(Epoch { key_id: key_id.clone(), hash, normalisation: self.normalisation })
            }
            _ => {
                problems.add(
                    "hedui.kind",
                    "桥表须同时有 kind: bridge、to_key_id 和 to_hash，其他交付都没有",
                    "a bridge has kind: bridge, to_key_id and to_hash; any other delivery has none of them",
                );
                None
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct ResourceFile {
    name: String,
    path: String,
    bytes: u64,
    hash: String,
    encoding: Option<String>,
    hedui: ResourceFacts,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceFacts {
    dataset: String,
    contract: Option<String>,
    rows: u64,
    #[serde(default)]
    totals: BTreeMap<String, String>,
    #[serde(default)]
    set_aside: u64,
    sheet: Option<String>,
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, place: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(Problem { place: place.into(), what: Text::new(zh, en) });
    }
}

impl PackageFile {
    fn check(self, problems: &mut Problems) -> Option<Package> {
        let facts = self.hedui;
        let as_of = facts
            .as_of
            .parse::<NaiveDate>()
            .ok()
            .filter(|day| facts.as_of.len() == 10 && day.to_string() == facts.as_of);
        if as_of.is_none() {
            problems.add("hedui.as_of", "应为 YYYY-MM-DD", "write YYYY-MM-DD");
        }
        if !is_plain_name(&facts.key_id, 64) {
            problems.add(
                "hedui.key_id",
                "只能是字母、数字、. _ -，最多 64 个字符",
                "use letters, digits, . _ -, at most 64",
            );
        }
        let bridge_to = facts.bridge_to(problems);
        if facts.sequence == 0 {
            problems.add("hedui.sequence", "从 1 起", "starts at 1");
        }
        if facts.supersedes.as_ref().is_some_and(|id| !is_plain_name(id, 128)) {
            problems.add("hedui.supersedes", "不是交付编号", "is not the id of a delivery");
        }
        let mut months = BTreeSet::new();
        for (n, text) in facts.months.iter().enumerate() {
            match text.parse::<Month>() {
                Ok(month) => drop(months.insert(month)),
                Err(_) => problems.add(format!("hedui.months[{n}]"), "应为 YYYY-MM", "write YYYY-MM"),
            }
        }
        if self.resources.is_empty() || self.resources.len() > RESOURCES_MAX {
            problems.add(
                "resources",
                "数据文件应为 1 到 1000 个",
                "one data file at least, a thousand at most",
            );
            return None;
        }
        let count = self.resources.len();
        let resources: Vec<Resource> =
            self.resources.into_iter().enumerate().filter_map(|(n, file)| file.check(n, problems)).collect();
        for property in [|r: &Resource| r.name.clone(), |r: &Resource| r.path.to_lowercase()] {
            let mut seen = BTreeSet::new();
            let twice = resources.iter().map(property).find(|value| !seen.insert(value.clone()));
            if let Some(twice) = &twice {
                problems.add(
                    "resources",
                    format!("`{}` 出现两次", printable(twice, 80)),
                    format!("`{}` stands there twice", printable(twice, 80)),
                );
            }
        }
        let dataset = resources.first().map(|r| r.dataset.clone())?;
        if resources.iter().any(|r| r.dataset != dataset) {
            problems.add(
                "resources",
                "一次交付只能有一个数据集",
                "a delivery holds one dataset; make one delivery for each",
            );
        }
        if dataset.agency != facts.agency {
            problems.add(
                "hedui.agency",
                format!("`{}` 不是 {dataset} 的机构", printable(&facts.agency, 80)),
                format!("`{}` is not the agency of {dataset}", printable(&facts.agency, 80)),
            );
        }
        let is_table =
            |r: &Resource| matches!(r.format, DataFormat::Csv | DataFormat::CsvGz) && r.totals.is_empty();
        if bridge_to.is_some() != (dataset.dataset == BRIDGE)
            || bridge_to.is_some() && !(count == 1 && resources.iter().all(is_table))
        {
            problems.add(
                "resources",
                format!("桥表是一个 CSV 文件，数据集名为 机构.{BRIDGE}，无合计；其他交付不用此名"),
                format!("a bridge is one CSV file of the dataset AGENCY.{BRIDGE} without totals; no other delivery has that name"),
            );
        }
        (resources.len() == count).then_some(())?;
        Some(Package {
            name: self.name.unwrap_or_else(|| dataset.dataset.clone()),
            created: self.created,
            agency: facts.agency,
            dataset,
            as_of: as_of?,
            key_id: facts.key_id,
            hash: facts.hash,
            normalisation: facts.normalisation,
            bridge_to,
            sequence: facts.sequence,
            supersedes: facts.supersedes,
            months: months.into_iter().collect(),
            resources,
        })
    }
}

impl ResourceFile {
    fn check(self, n: usize, problems: &mut Problems) -> Option<Resource> {
        let before = problems.0.len();
        let at = |property: &str| format!("resources[{n}].{property}");
        if self.name.is_empty() || self.name.len() > 128 || self.name.chars().any(char::is_control) {
            problems.add(at("name"), "应为 1 到 128 字节的文字", "a text of 1 to 128 bytes is expected");
        }
        if let Err(what) = checked_path(&self.path) {
            problems.0.push(Problem { place: at("path"), what });
        }
        let format = DataFormat::of_name(&self.path);
        if format.is_none() {
            problems.add(
                at("path"),
                "应以 .csv、.csv.gz、.xlsx 或 .parquet 结尾",
                "must end in .csv, .csv.gz, .xlsx or .parquet",
            );
        }
        let sheet = self.hedui.sheet.as_ref();
        if sheet.is_some() && format.is_some_and(|format| format != DataFormat::Xlsx) {
            problems.add(at("hedui.sheet"), "只有 .xlsx 有工作表", "only an .xlsx file has sheets");
        }
        // A spreadsheet allows 31 characters.
        if sheet.is_some_and(|sheet| sheet.is_empty() || sheet.chars().count() > 31) {
            problems.add(
                at("hedui.sheet"),
                "应为 1 到 31 个字符",
                "a text of 1 to 31 characters is expected",
            );
        }
        if self.bytes > RESOURCE_MAX_BYTES {
            problems.add(at("bytes"), "超过 1 TiB", "is more than 1 TiB");
        }
        let sha256 = self.hash.strip_prefix("sha256:").and_then(digest_of_hex);
        if sha256.is_none() {
            problems.add(
                at("hash"),
                "应为 sha256: 加 64 个小写十六进制字符",
                "write sha256: and 64 lower-case hex characters",
            );
        }
        let dataset = DatasetId::from_str(&self.hedui.dataset).ok();
        let dataset = dataset.filter(|_| self.hedui.dataset.len() <= DATASET_MAX);
        if dataset.is_none() {
            problems.add(
                at("hedui.dataset"),
                "不是数据集名，应为 机构.数据集，最多 128 个字符",
                "is no dataset's name: write agency.dataset, at most 128 characters",
            );
        }
        if self.hedui.rows.max(self.hedui.set_aside) > ROWS_MAX {
            problems.add(at("hedui.rows"), "行数大得不可能", "is more rows than a file can have");
        }
        let mut totals = BTreeMap::new();
        for (column, text) in self.hedui.totals {
            match total_of_text(&text) {
                Some(total) => drop(totals.insert(column, total)),
                None => problems.add(
                    at(&format!("hedui.totals.{}", printable(&column, 80))),
                    "应为带两位小数的金额文字",
                    "a text with an amount in yuan and two decimals is expected",
                ),
            }
        }
        if problems.0.len() > before {
            return None;
        }
        Some(Resource {
            name: self.name,
            path: self.path,
            format: format?,
            sheet: self.hedui.sheet,
            dataset: dataset?,
            contract: self.hedui.contract,
            bytes: self.bytes,
            sha256: sha256?,
            encoding: self.encoding.unwrap_or_else(|| "utf-8".to_owned()),
            rows: self.hedui.rows,
            totals,
            set_aside: self.hedui.set_aside,
        })
    }
}

fn checked_path(path: &str) -> Result<(), Text> {
    let problem = |zh: &str, en: &str| Err(Text::new(zh, en));
    if path.is_empty() || path.len() > 255 {
        return problem("应为 1 到 255 字节", "must be 1 to 255 bytes long");
    }
    if path.chars().any(|c| c.is_control() || matches!(c, '\\' | ':')) {
        return problem("不能含 \\、: 或控制字符", "must not hold \\, : or control characters");
    }
    if path.starts_with('/') || path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return problem(
            "须是交付文件夹内的相对路径，不含 ..",
            "must be relative and stay inside the delivery, without ..",
        );
    }
    if [PACKAGE_FILE, SIGNATURE_FILE].contains(&path) {
        return problem("不能是描述文件或签名文件本身", "must not be the descriptor or its signature");
    }
    Ok(())
}

fn digest_of_hex(text: &str) -> Option<Digest> {
    // A token has the same form: 64 lower-case hex characters.
    text.parse::<Token>().ok().map(|token| Digest(token.0))
}

/// A total: as an amount, but longer than one amount may be.
fn total_of_text(text: &str) -> Option<Fen> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (yuan, fen) = digits.split_once('.')?;
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(yuan) || !all_digits(fen) || fen.len() != 2 {
        return None;
    }
    let total = yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen.parse().ok()?)?;
    Some(Fen(if negative { -total } else { total }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> serde_json::Value {
        serde_json::json!({
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": "payments",
            "licenses": [],
            "hedui": {"agency": "civil_affairs", "as_of": "2026-03-01", "key_id": "k1", "hash": "hmac-sha256",
                "normalisation": 1, "sequence": 1, "months": ["2026-02", "2026-01"]},
            "resources": [{
                "name": "payments", "path": "payments.csv", "bytes": 12, "hash": format!("sha256:{}", "0a".repeat(32)),
                "hedui": {"dataset": "civil_affairs.payments", "rows": 3, "totals": {"amount": "-1234567890123456.05"}}
            }]
        })
    }

    fn parse(value: &serde_json::Value) -> Result<Package, PackageError> {
        Package::parse(value.to_string().as_bytes(), Path::new("d/datapackage.json"))
    }

    #[test]
    fn a_descriptor_is_read_and_what_others_add_is_left_alone() {
        let package = parse(&example()).unwrap();
        assert_eq!(package.months, ["2026-01".parse().unwrap(), "2026-02".parse().unwrap()]);
        assert_eq!(package.resources[0].totals["amount"], Fen(-123_456_789_012_345_605));
        assert_eq!(package.resources[0].format, DataFormat::Csv);
        assert_eq!(package.delivery_id(&Digest([0xab; 32])), "payments-2026-03-01-001-abababab");
    }

    #[test]
    fn a_path_that_leaves_the_folder_is_refused() {
        for path in [
            "../x.csv",
            "/etc/x.csv",
            "a/../../x.csv",
            "a//x.csv",
            "C:\\x.csv",
            "https://x/y.csv",
            "a\\x.csv",
            "./x.csv",
            "",
        ] {
            let mut value = example();
            value["resources"][0]["path"] = path.into();
            let error = parse(&value).unwrap_err();
            assert!(error.problems.iter().any(|p| p.place == "resources[0].path"), "{path}: {error}");
        }
    }

    #[test]
    fn a_name_that_holds_an_identity_number_is_refused_and_not_shown() {
        for (place, name) in [
            ("path", "11010519491231002X.csv"),
            ("name", "payments of 110105491231002"),
            ("path", "../110105-19491231-002x.csv"),
        ] {
            let mut value = example();
            value["resources"][0][place] = name.into();
            let error = parse(&value).unwrap_err();
            assert!(error.holds_a_number && error.to_string().contains(":1: a text looks as if"), "{error}");
            assert!(!format!("{error:?}{error}").contains("491231"), "{error}");
        }
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let mut value = example();
        value["hedui"]["as_of"] = "2026-02-30".into();
        value["hedui"]["key_id"] = "a/b".into();
        value["hedui"]["sequence"] = 0.into();
        value["resources"][0]["hash"] = "md5:00".into();
        value["resources"][0]["hedui"]["totals"]["amount"] = "1.5".into();
        let places: Vec<_> = parse(&value).unwrap_err().problems.into_iter().map(|p| p.place).collect();
        assert_eq!(
            places,
            [
                "hedui.as_of",
                "hedui.key_id",
                "hedui.sequence",
                "resources[0].hash",
                "resources[0].hedui.totals.amount"
            ]
        );
    }

    #[test]
    fn only_a_workbook_has_a_sheet() {
        let mut value = example();
        value["resources"][0]["hedui"]["sheet"] = "三月".into();
        assert!(parse(&value).unwrap_err().to_string().contains("resources[0].hedui.sheet"));
        value["resources"][0]["path"] = "payments.xlsx".into();
        assert_eq!(parse(&value).unwrap().resources[0].sheet.as_deref(), Some("三月"));
        for wrong in ["", &"三".repeat(32)] {
            value["resources"][0]["hedui"]["sheet"] = wrong.into();
            assert!(parse(&value).unwrap_err().to_string().contains("resources[0].hedui.sheet"));
        }
    }

    #[test]
    fn broken_json_and_misspelt_facts_name_line_and_column() {
        let text = "{\n \"hedui\": {\"agency\": \"a\", \"superseeds\": \"x\"}}";
        let error = Package::parse(text.as_bytes(), Path::new("d.json")).unwrap_err().to_string();
        assert!(error.starts_with("d.json:2:"), "{error}");
        assert!(error.contains("superseeds") && !error.contains("at line"), "{error}");
        assert!(Package::parse(b"{", Path::new("d.json")).unwrap_err().to_string().starts_with("d.json:1:1"));
    }

    #[test]
    fn a_bridge_says_where_it_leads_and_nothing_else_does() {
        let bridge = || {
            let mut value = example();
            value["hedui"] = serde_json::json!({"kind": "bridge", "agency": "civil_affairs", "as_of": "2026-03-01",
                "from_key_id": "k1", "from_hash": "hmac-sha256", "to_key_id": "k2", "to_hash": "hmac-sm3",
                "normalisation": 1, "sequence": 1});
            value["resources"][0]["hedui"] =
                serde_json::json!({"dataset": "civil_affairs.bridge", "rows": 3});
            value
        };
        let package = parse(&bridge()).unwrap();
        let to = Epoch { key_id: "k2".to_owned(), hash: HashName::HmacSm3, normalisation: 1 };
        assert_eq!((package.epoch().key_id.as_str(), &package.bridge_to), ("k1", &Some(to)));
        assert_eq!(
            Package::parse(package.bridge_to_json().as_bytes(), Path::new("d.json")).unwrap(),
            package
        );
        type Spoil = fn(&mut serde_json::Value);
        let spoils: [(Spoil, &str); 8] = [
            (|v| v["hedui"]["to_key_id"] = "k1".into(), "hedui.to_key_id"),
            (|v| v["hedui"]["to_key_id"] = "../k2".into(), "hedui.to_key_id"),
            (|v| v["hedui"]["to_hash"] = serde_json::Value::Null, "hedui.kind"),
            (|v| v["hedui"]["kind"] = serde_json::Value::Null, "hedui.kind"),
            (|v| v["hedui"]["months"] = serde_json::json!(["2026-01"]), "hedui"),
            (|v| v["resources"][0]["path"] = "bridge.xlsx".into(), "resources"),
            (|v| v["resources"][0]["hedui"]["dataset"] = "civil_affairs.payments".into(), "resources"),
            (|v| v["resources"][0]["hedui"]["totals"] = serde_json::json!({"a": "1.00"}), "resources"),
        ];
        for (spoil, place) in spoils {
            let mut value = bridge();
            spoil(&mut value);
            let error = parse(&value).unwrap_err();
            assert_eq!(error.problems.iter().map(|p| p.place.as_str()).next(), Some(place), "{error}");
        }
        let mut value = example();
        value["resources"][0]["hedui"]["dataset"] = "civil_affairs.bridge".into();
        assert!(parse(&value).is_err(), "no other delivery has that name");
    }

    #[test]
    fn one_delivery_is_one_dataset_of_its_own_agency() {
        let mut value = example();
        let mut second = value["resources"][0].clone();
        second["name"] = "cases".into();
        second["path"] = "PAYMENTS.csv".into();
        second["hedui"]["dataset"] = "housing.presales".into();
        value["resources"].as_array_mut().unwrap().push(second);
        value["hedui"]["agency"] = "education".into();
        let error = parse(&value).unwrap_err().to_string();
        for part in ["`payments.csv` stands there twice", "one dataset", "`education` is not the agency"] {
            assert!(error.contains(part), "{error}");
        }
    }
}
