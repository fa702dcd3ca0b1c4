//! Sealing tried from raw files to a delivery that the other side accepts.

use std::{
    cell::Cell, collections::BTreeMap, fs, io::Read as _, os::unix::fs::PermissionsExt as _, sync::OnceLock,
};

use tempfile::TempDir;

use super::*;
use crate::{
    accept::{AllowedSigners, Desk, Outcome, PACKAGE_FILE, accept_inbox},
    identity::{Rejection, normalise},
    model::{DatasetId, Digest, Fen},
};

const GOOD: &str = "11010519491231002X";
const GOOD_2: &str = "440524188001010014";

struct Agency {
    dir: TempDir,
    hash_key: HashKey,
    sign_key: SignKey,
}

/// What a test changes of the usual request.
#[derive(Default)]
struct Wish<'a> {
    sequence: Option<u32>,
    months: &'a [Month],
    gzip: bool,
    set_aside: Option<PathBuf>,
    key_id: Option<String>,
    hash: HashName,
    out: Option<PathBuf>,
}

/// The contracts that ship, read once.
fn contracts() -> &'static BTreeMap<DatasetId, Contract> {
    static CONTRACTS: OnceLock<BTreeMap<DatasetId, Contract>> = OnceLock::new();
    CONTRACTS
        .get_or_init(|| Contract::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap())
}

impl Agency {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sign_key = SignKey::generate(&dir.path().join("sign"), "test").unwrap();
        Self { dir, hash_key: HashKey::new([7; 32]), sign_key }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("inbox")
    }

    fn seal(&self, dataset: &str, files: &[PathBuf], wish: Wish<'_>) -> Result<Sealed, SealError> {
        seal(&SealRequest {
            contract: &contracts()[&dataset.parse().unwrap()],
            as_of: "2026-03-01".parse().unwrap(),
            hash_key: &self.hash_key,
            hash: wish.hash,
            key_id: wish.key_id,
            sign_key: &self.sign_key,
            files,
            sheet: None,
            out: &wish.out.unwrap_or_else(|| self.out()),
            sequence: wish.sequence,
            supersedes: None,
            months: wish.months,
            gzip: wish.gzip,
            set_aside: wish.set_aside.as_deref(),
            created: None,
            progress: &|_| {},
        })
    }

    fn token(&self, number: &str) -> String {
        let (number, _) = normalise(number, "2026-03-01".parse().unwrap()).unwrap();
        self.hash_key.tokeniser(HashName::default()).token(&number).to_string()
    }

    fn accept(&self) -> Vec<Outcome> {
        let signers =
            AllowedSigners::parse(&self.sign_key.allowed_signers_line("*"), Path::new("s")).unwrap();
        accept_inbox(&Desk {
            inbox: &self.out(),
            store: &self.dir.path().join("store"),
            signers: &signers,
            contracts: contracts(),
            key_id: None,
            business_date: "2026-03-02".parse().unwrap(),
            today: "2026-03-02".parse().unwrap(),
            known_on: "2026-03-02".parse().unwrap(),
            acquired: &|_, _| false,
        })
        .unwrap()
    }
}

/// A raw file of public posts.
fn posts(rows: &str) -> String {
    format!("person_id,from_on,to_on,monthly_wage\n{rows}")
}

/// Chinese headers are taken from the contract, so that the tests do not hang on their wording.
fn headers(dataset: &str) -> Vec<String> {
    contracts()[&dataset.parse().unwrap()].columns.iter().map(|column| column.header_zh.clone()).collect()
}

#[test]
fn raw_numbers_become_tokens_and_all_else_passes_through() {
    let agency = Agency::open();
    let header = headers("human_resources.public_posts").join(" ,");
    let raw = format!(
        "{header}\r\n'{GOOD},2025/01/01,, 1200.5\r\n{GOOD_2},20250201,,bad\r\n 110105 49 1231 002,2025-01-03,,１.00\r\n"
    );
    let sealed = agency
        .seal("human_resources.public_posts", &[agency.file("posts.csv", raw)], Wish::default())
        .unwrap();
    let data = fs::read_to_string(sealed.folder.join("public_posts.csv")).unwrap();
    let (a, b) = (agency.token(GOOD), agency.token(GOOD_2));
    assert_eq!(
        data,
        format!(
            "person_id,from_on,to_on,monthly_wage\n{a},2025/01/01,, 1200.5\n{b},20250201,,bad\n{a},2025-01-03,,１.00\n"
        )
    );
    let resource = &sealed.package.resources[0];
    assert_eq!(
        (resource.rows, resource.bytes, resource.sha256),
        (3, data.len() as u64, Digest::of(data.as_bytes()))
    );
    assert_eq!(resource.totals["monthly_wage"], Fen(120_150));
    assert_eq!(
        sealed.repairs,
        [("identity_space", 1), ("identity_apostrophe", 1), ("identity_15_digits", 1)]
    );
    assert_eq!((sealed.rows_read, sealed.rows, sealed.set_aside.rows), (3, 3, 0));
    assert_eq!(sealed.folder.file_name().unwrap().to_str(), Some(sealed.delivery.as_str()));
}

#[test]
fn what_is_sealed_is_accepted_on_the_other_side() {
    let agency = Agency::open();
    let raw = agency.file("posts.csv", posts(&format!("{GOOD},2025-01-01,,1\n")));
    let sealed =
        agency.seal("human_resources.public_posts", &[raw], Wish { gzip: true, ..Wish::default() }).unwrap();
    let outcomes = agency.accept();
    let [Outcome::Accepted { accepted, .. }] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!((&accepted.delivery, &accepted.package), (&sealed.delivery, &sealed.package));
    let mut text = String::new();
    let packed = fs::File::open(sealed.folder.join("public_posts.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn rows_whose_number_fails_are_set_aside_and_told_without_the_number() {
    let agency = Agency::open();
    let bad = "110105194912310021";
    let raw = posts(&format!(
        "{GOOD},2025-01-01,,1\n{bad},2025-01-01,,1000\n3.30302E+17,2025-01-01,,1\n,2025-01-01,,1\n{GOOD},1\n"
    ));
    let raw = agency.file("posts.csv", raw);
    let list = agency.dir.path().join("set-aside.csv");
    let wish = Wish { set_aside: Some(list.clone()), ..Wish::default() };
    let sealed = agency.seal("human_resources.public_posts", &[raw], wish).unwrap();
    assert_eq!((sealed.rows_read, sealed.rows, sealed.set_aside.rows), (5, 1, 4));
    assert_eq!(sealed.package.resources[0].set_aside, 4);
    assert_eq!(
        sealed.package.resources[0].totals["monthly_wage"],
        Fen(100),
        "totals speak of what is delivered"
    );
    let codes: Vec<_> = sealed.set_aside.first.iter().map(|row| (row.line, row.fault.code())).collect();
    assert_eq!(
        codes,
        [
            (3, "identity_check_digit"),
            (4, "identity_exponent"),
            (5, "identity_empty"),
            (6, "wrong_field_count")
        ]
    );
    assert_eq!(sealed.set_aside.first[0].column.as_deref(), Some("person_id"));
    let listed = fs::read_to_string(list).unwrap();
    assert_eq!(listed.lines().count(), 5);
    assert!(!listed.contains(bad) && !format!("{sealed:?}").contains(bad));
    assert_eq!(agency.accept().len(), 1);
    assert!(!sealed.folder.join("set-aside.csv").exists());
}

#[test]
fn an_optional_person_column_stays_empty() {
    let agency = Agency::open();
    let dataset = "civil_affairs.cases";
    let contract = &contracts()[&dataset.parse().unwrap()];
    let row: Vec<&str> = contract
        .columns
        .iter()
        .map(|column| match column.name.as_str() {
            "case_id" => "C-1",
            "person_id" => " ",
            _ => "",
        })
        .collect();
    let raw = format!("{}\n{}\n", headers(dataset).join(","), row.join(","));
    let sealed = agency.seal(dataset, &[agency.file("cases.csv", raw)], Wish::default()).unwrap();
    let data = fs::read_to_string(sealed.folder.join("cases.csv")).unwrap();
    assert!(data.lines().nth(1).unwrap().starts_with("C-1,,,"), "{data}");
}

#[test]
fn a_number_outside_the_person_columns_stops_everything_and_is_not_shown() {
    let agency = Agency::open();
    let dataset = "human_resources.job_refusals";
    let names: Vec<_> =
        contracts()[&dataset.parse().unwrap()].columns.iter().map(|column| column.name.clone()).collect();
    assert_eq!(names[..3], ["record_id", "person_id", "offered_on"]);
    let raw = format!("{}\nR-1,{GOOD},2025-01-01,1,\nG{GOOD_2},{GOOD},2025-01-01,1,\n", names.join(","));
    let error = agency.seal(dataset, &[agency.file("r.csv", raw)], Wish::default()).unwrap_err();
    let SealError::RawNumbers(columns) = &error else { panic!("{error}") };
    assert_eq!((columns[0].column.as_str(), columns[0].rows, columns[0].places[0].1), ("record_id", 1, 3));
    assert!(!format!("{error} {error:?} {:?}", error.text()).contains(GOOD_2));
    let left: Vec<_> = fs::read_dir(agency.out().join("human_resources")).unwrap().collect();
    assert!(left.is_empty(), "nothing is left behind: {left:?}");
}

#[test]
fn a_header_that_does_not_fit_names_every_mistake_and_the_nearest_column() {
    let agency = Agency::open();
    let raw =
        agency.file("posts.csv", format!("person_id,person_id2,from_onn,姓名\n{GOOD},x,2025-01-01,1\n"));
    let error = agency.seal("human_resources.public_posts", &[raw], Wish::default()).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, SealError::Header(_)), "{text}");
    for part in [
        "posts.csv:1: ",
        "no column `from_onn`; did you mean `from_on`?",
        "no column `姓名`",
        "the column `from_on` (",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let header = headers("human_resources.public_posts");
    let raw = agency.file("posts.csv", format!("{},person_id,from_on,to_on,monthly_wage\n", header[0]));
    let error = agency.seal("human_resources.public_posts", &[raw], Wish::default()).unwrap_err();
    assert!(error.to_string().contains("`person_id` stands there twice"), "{error}");
}

#[test]
fn a_nameless_column_may_be_empty_but_holds_no_values() {
    let agency = Agency::open();
    let header = "person_id,from_on,to_on,monthly_wage,";
    let seal = |last: &str| {
        let raw = agency.file("posts.csv", format!("{header}\n{GOOD},2025-01-01,,1,{last}\n"));
        agency.seal("human_resources.public_posts", &[raw], Wish::default())
    };
    assert_eq!(seal(" ").unwrap().rows, 1);
    assert!(seal("x").unwrap_err().to_string().contains("posts.csv:2: column 5 holds values"));
}

#[test]
fn a_missing_optional_column_is_delivered_empty_with_a_warning() {
    let agency = Agency::open();
    let raw = agency.file("posts.csv", format!("monthly_wage,from_on,person_id\n1,2025-01-01,{GOOD}\n"));
    let sealed = agency.seal("human_resources.public_posts", &[raw], Wish::default()).unwrap();
    assert!(sealed.warnings.iter().any(|warning| warning.en.contains("`to_on`")), "{:?}", sealed.warnings);
    let data = fs::read_to_string(sealed.folder.join("public_posts.csv")).unwrap();
    assert!(data.ends_with(",2025-01-01,,1\n"), "{data}");
}

#[test]
fn months_are_those_of_the_rows_and_those_stated() {
    let agency = Agency::open();
    let raw = agency.file("i.csv", format!("person_id,month,amount\n{GOOD},2026-01,1\n{GOOD},202512,1\n"));
    let stated = ["2026-02".parse().unwrap()];
    let wish = || Wish { months: &stated, ..Wish::default() };
    let sealed = agency.seal("human_resources.injury_care", &[raw], wish()).unwrap();
    let months: Vec<_> = sealed.package.months.iter().map(ToString::to_string).collect();
    assert_eq!(months, ["2025-12", "2026-01", "2026-02"]);
    let empty = agency.file("e.csv", "person_id,month,amount\n");
    let sealed = agency.seal("human_resources.injury_care", std::slice::from_ref(&empty), wish()).unwrap();
    assert_eq!((sealed.rows, sealed.package.months.len()), (0, 1));
    let sealed = agency.seal("human_resources.injury_care", &[empty], Wish::default()).unwrap();
    assert!(sealed.warnings[0].en.contains("--months"), "{:?}", sealed.warnings);
}

#[test]
fn if_every_row_is_set_aside_there_is_no_delivery() {
    let agency = Agency::open();
    let tokens = agency.file("posts.csv", posts(&format!("{},2025-01-01,,1\n", "ab".repeat(32))));
    let error = agency.seal("human_resources.public_posts", &[tokens], Wish::default()).unwrap_err();
    assert!(matches!(error, SealError::NothingLeft { rows: 1, .. }), "{error}");
}

#[test]
fn the_same_files_give_the_same_bytes_and_sealing_again_changes_nothing() {
    let agency = Agency::open();
    let header = headers("human_resources.public_posts").join(",");
    let raw = agency.file("posts.csv", format!("{header}\n{GOOD},2025-01-01,,1\n"));
    let elsewhere = || Wish { out: Some(agency.dir.path().join("elsewhere")), gzip: true, ..Wish::default() };
    let files = [raw];
    let first =
        agency.seal("human_resources.public_posts", &files, Wish { gzip: true, ..Wish::default() }).unwrap();
    let second = agency.seal("human_resources.public_posts", &files, elsewhere()).unwrap();
    let names = ["public_posts.csv.gz", PACKAGE_FILE, "datapackage.json.sig"];
    for name in names {
        assert_eq!(
            fs::read(first.folder.join(name)).unwrap(),
            fs::read(second.folder.join(name)).unwrap(),
            "{name}"
        );
    }
    let again = agency.seal("human_resources.public_posts", &files, elsewhere()).unwrap();
    assert!(again.already_there && again.delivery == second.delivery);
    let mode = fs::metadata(&first.folder).unwrap().permissions().mode() & 0o777;
    assert_ne!(mode, 0o700, "others may read the inbox");
}

#[test]
fn another_delivery_of_the_day_gets_the_next_number() {
    let agency = Agency::open();
    let header = headers("human_resources.public_posts").join(",");
    let wage = Cell::new(0);
    let seal = |sequence| {
        wage.set(wage.get() + 1);
        let raw = agency.file("posts.csv", format!("{header}\n{GOOD},2025-01-01,,{}\n", wage.get()));
        agency
            .seal("human_resources.public_posts", &[raw], Wish { sequence, ..Wish::default() })
            .unwrap()
            .package
            .sequence
    };
    assert_eq!([seal(None), seal(None), seal(Some(7)), seal(None)], [1, 2, 7, 3]);
}

#[test]
fn several_files_become_several_resources() {
    let agency = Agency::open();
    let header = headers("human_resources.public_posts").join(",");
    let a = agency.file("a.csv", format!("{header}\n{GOOD},2025-01-01,,1\n"));
    let b = agency.file("b.csv", format!("{header}\n{GOOD_2},2025-01-01,,2\n{GOOD_2},x\n"));
    let sealed = agency.seal("human_resources.public_posts", &[a, b], Wish::default()).unwrap();
    let seen: Vec<_> =
        sealed.package.resources.iter().map(|r| (r.path.as_str(), r.rows, r.set_aside)).collect();
    assert_eq!(seen, [("public_posts-1.csv", 1, 0), ("public_posts-2.csv", 1, 1)]);
    assert!(matches!(agency.accept()[0], Outcome::Accepted { .. }));
}

#[test]
fn what_cannot_be_sealed_says_why() {
    let agency = Agency::open();
    let seal =
        |files: &[PathBuf], wish| agency.seal("human_resources.public_posts", files, wish).unwrap_err();
    assert!(matches!(seal(&[], Wish::default()), SealError::NoFiles));
    assert!(matches!(seal(&[agency.dir.path().join("none.csv")], Wish::default()), SealError::Text(_)));
    let key_id = Wish { key_id: Some("a/b".into()), ..Wish::default() };
    assert!(matches!(seal(&[], key_id), SealError::KeyId { .. }));
    let blocked = Wish { out: Some(agency.file("blocked", "")), ..Wish::default() };
    assert!(matches!(seal(&[agency.file("x.csv", "a\n")], blocked), SealError::Io { .. }));
    assert_eq!(Fault::Number(Rejection::Region).code(), "identity_region");
}
