//! Whole deliveries through the intake: what is counted, what is refused, what survives a crash.

use std::{fs, path::Path};

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Date32Type, Decimal128Type, Int64Type},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;
use crate::{
    acquire::fixture::{contract, delivery, posts, token, with_codes},
    contract::{Condition, Delivery, Limits, Pattern, Term},
    model::Month,
    store::{Dictionary, Shelf, Store},
};

struct Bench {
    root: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("inbox")).unwrap();
        Self { root }
    }

    fn store(&self) -> Store {
        Store::at(self.root.path().join("store"))
    }

    fn dictionary(&self) -> GrowingDictionary {
        GrowingDictionary::load(self.store().lock().unwrap(), 1).unwrap()
    }

    fn delivery(&self, contract: &Contract, content: &str, rows: u64, totals: &[(&str, i64)]) -> Accepted {
        delivery(&self.root.path().join("inbox"), contract, content.as_bytes(), rows, totals)
    }

    fn acquire(&self, accepted: &Accepted, contract: &Contract) -> Result<Acquired, AcquireError> {
        acquire(accepted, contract, &mut self.dictionary(), Means::default())
    }

    /// Acquires rows of a dataset without money columns.
    fn rows(&self, contract: &Contract, content: &str) -> Acquired {
        let rows = content.lines().count() as u64 - 1;
        self.acquire(&self.delivery(contract, content, rows, &[]), contract).unwrap()
    }
}

/// The delivery with this file in place of its own.
fn put(mut accepted: Accepted, name: &str, content: &[u8]) -> Accepted {
    fs::write(accepted.folder.join(name), content).unwrap();
    let resource = &mut accepted.package.resources[0];
    resource.path = name.to_owned();
    (resource.bytes, resource.sha256) = (content.len() as u64, Digest::of(content));
    accepted
}

fn read(path: &Path) -> RecordBatch {
    let file = fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    arrow::compute::concat_batches(&schema, &batches).unwrap()
}

/// `line column reason` of each fault.
fn faults(acquired: &Acquired) -> Vec<String> {
    let batch = read(&acquired.quarantine);
    let lines = batch.column(1).as_primitive::<Int64Type>();
    let columns = batch.column(2).as_string::<i32>();
    let reasons = batch.column(3).as_string::<i32>();
    let fault = |row: usize| {
        let column = if columns.is_null(row) { "-" } else { columns.value(row) };
        format!("{} {column} {}", lines.value(row), reasons.value(row))
    };
    (0..batch.num_rows()).map(fault).collect()
}

/// `column reason` of each fault of a refused delivery, whose list is kept though it is in no snapshot.
fn kept_list(bench: &Bench, accepted: &Accepted, contract: &Contract) -> Vec<String> {
    let store = bench.store();
    assert!(!store.snapshots().exists() && !store.dictionary().exists(), "nothing of it may enter");
    let batch = read(&store.quarantine(&contract.id, &accepted.delivery).join(QUARANTINE_FILE));
    let (columns, reasons) = (batch.column(2).as_string::<i32>(), batch.column(3).as_string::<i32>());
    let name = |row: usize| if columns.is_null(row) { "-" } else { columns.value(row) };
    (0..batch.num_rows()).map(|row| format!("{} {}", name(row), reasons.value(row))).collect()
}

fn refusals(error: AcquireError) -> Vec<Refusal> {
    match error {
        AcquireError::Refused { refusals, .. } => refusals,
        other => panic!("{other}"),
    }
}

fn adds_up(counts: &Counts) {
    assert_eq!(counts.rows, counts.accepted + counts.collapsed + counts.quarantined, "{counts:?}");
}

#[test]
fn good_rows_become_a_snapshot_in_the_order_of_its_key() {
    let bench = Bench::new();
    let (a, b) = (token(0xaa), token(0xbb));
    let content = format!(
        "证件号码,上岗日期,结束日期,月工资\n{a},2026-02-01,,1190\n{b},2026/01/01, 2026-03-31,1000.50\n{a},２０２５1201,,-1.5\n"
    );
    let accepted = bench.delivery(&posts(), &content, 3, &[("monthly_wage", 218_900)]);
    let acquired = bench.acquire(&accepted, &posts()).unwrap();
    let counts = &acquired.snapshot.record.counts;
    adds_up(counts);
    assert_eq!((counts.rows, counts.accepted, counts.quarantined), (3, 3, 0));
    let repairs: Vec<_> = counts.repairs.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(repairs, [("date_form", 2), ("full_width_digits", 1), ("surrounding_spaces", 1)]);

    let nulls: Vec<_> = acquired.snapshot.record.nulls.clone().unwrap().into_iter().collect();
    assert_eq!(nulls, [("to_on".to_owned(), 2)], "only a column that may be empty is counted");

    let batch = read(&acquired.snapshot.data());
    assert_eq!(batch.schema().fields(), posts().arrow_schema().fields());
    let people = batch.column(0).as_primitive::<Int64Type>().values().to_vec();
    assert_eq!(people, [1, 1, 2]);
    let starts = batch.column(1).as_primitive::<Date32Type>();
    assert_eq!(starts.value_as_date(0).unwrap().to_string(), "2025-12-01");
    assert!(batch.column(2).is_null(0) && batch.column(2).is_valid(2));
    let wages = batch.column(3).as_primitive::<Decimal128Type>().values().to_vec();
    assert_eq!(wages, [-150, 119_000, 100_050]);
    assert_eq!(batch.column(4).as_string::<i32>().value(0), "public_posts.csv");
    assert_eq!(batch.column(5).as_primitive::<Int64Type>().values().to_vec(), [4, 2, 3]);
    let dictionary = Dictionary::load(&bench.store(), 2).unwrap();
    assert_eq!(dictionary.token_of(2).unwrap().to_string(), b);
    assert_eq!(read(&acquired.quarantine).num_rows(), 0);
}

#[test]
fn a_row_with_several_faults_is_set_aside_once_with_all_of_them() {
    let bench = Bench::new();
    let good = token(1);
    let content = format!(
        "person_id,from_on,to_on,monthly_wage\n\
         none,2026-02-30,,\n\
         {good},2026-01-01,2026-3-1,1.19E+3\n\
         {good},2026-01-02,,1190.0\n\
         {good},2026-01-03\n\
         {good},2026-01-04,,\"1,190\"\n\
         {good},2026-01-05,,5\n\
         ABC,2026-01-05,,1.234\n\
         {good},2026-01-06,\"\n"
    );
    let accepted = bench.delivery(&posts(), &content, 8, &[("monthly_wage", 500)]);
    let acquired = bench.acquire(&accepted, &posts()).unwrap();
    assert_eq!(
        faults(&acquired),
        [
            "2 person_id not_a_token",
            "2 from_on bad_date",
            "2 monthly_wage required_missing",
            "3 to_on bad_date",
            "3 monthly_wage exponent",
            "4 monthly_wage trailing_point_zero",
            "5 - wrong_field_count",
            "6 monthly_wage thousands_separator",
            "8 person_id not_a_token",
            "8 monthly_wage too_many_decimals",
            "9 - unclosed_quote",
        ]
    );
    let counts = &acquired.snapshot.record.counts;
    adds_up(counts);
    assert_eq!((counts.rows, counts.accepted, counts.quarantined), (8, 1, 7));
    assert_eq!(counts.reasons["bad_date"], 2);
    // A token that only stands in rows set aside gets no number.
    assert_eq!(Dictionary::load(&bench.store(), 2).unwrap().len(), 1);
}

#[test]
fn a_value_that_stands_in_several_rows_on_end_is_repaired_and_refused_in_each() {
    let bench = Bench::new();
    let row = |n: u8, start: &str| format!("{},{start},,1\n", token(n));
    // A repaired form, the plain one, none and a bad one, each twice; and one of them again.
    let starts = ["2026/02/01", "2026/02/01", "2026-02-01", "2026-02-01", "", "", "2026-02-30", "2026-02-30"];
    let starts = starts.into_iter().chain(["2026-02-01", " 2026-02-01", "2026-02-01 "]);
    let rows: String = starts.enumerate().map(|(n, start)| row(n as u8, start)).collect();
    let content = format!("证件号码,上岗日期,结束日期,月工资\n{rows}");
    let accepted = bench.delivery(&posts(), &content, 11, &[("monthly_wage", 1_100)]);
    let acquired = bench.acquire(&accepted, &posts()).unwrap();
    let counts = &acquired.snapshot.record.counts;
    let repairs: Vec<_> = counts.repairs.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(repairs, [("date_form", 2), ("surrounding_spaces", 2)]);
    let expected = ["6", "7"].map(|line| format!("{line} from_on required_missing"));
    let bad = ["8", "9"].map(|line| format!("{line} from_on bad_date"));
    assert_eq!(faults(&acquired), [expected, bad].concat());
    assert_eq!((counts.accepted, counts.quarantined), (7, 4));
}

#[test]
fn codes_come_out_as_they_came_in_and_in_a_key_by_their_bytes() {
    let bench = Bench::new();
    let columns = [("kind", "类别", Kind::Code, false), ("part", "部分", Kind::Code, true)];
    let contract = with_codes(contract("a.b", &["kind", "part"], &columns), "kind", &["two", "ten", "低保"]);
    let contract = with_codes(contract, "part", &["10", "9", "Z"]);
    let content = "kind,part\ntwo,9\n低保,Z\nten,9\n,Z\nten,10\n，,9\n two ,10\ntwo,9\n";
    let acquired = bench.rows(&contract, content);
    assert_eq!(faults(&acquired), ["7 kind unknown_code"]);
    let batch = read(&acquired.snapshot.folder.join(PART_FILE));
    assert_eq!(batch.schema().field(0).data_type(), &arrow::datatypes::DataType::Utf8);
    let [kinds, parts] = [0, 1].map(|at| batch.column(at).as_string::<i32>().iter().collect::<Vec<_>>());
    assert_eq!(kinds, [None, Some("ten"), Some("ten"), Some("two"), Some("two"), Some("低保")]);
    assert_eq!(parts, ["Z", "10", "9", "10", "9", "Z"].map(Some));
}

#[test]
fn each_kind_of_value_is_held_to_its_contract() {
    let bench = Bench::new();
    let mut contract = with_codes(
        with_codes(
            contract(
                "a.b",
                &["id"],
                &[
                    ("id", "编号", Kind::Ref, true),
                    ("code", "代码", Kind::Code, true),
                    ("grade", "等级", Kind::Int, true),
                    ("division", "区划", Kind::Division, true),
                    ("flag", "标记", Kind::Bool, false),
                    ("area", "面积", Kind::Decimal { precision: 10, scale: 2 }, false),
                    ("month", "月份", Kind::Month, false),
                ],
            ),
            "code",
            &["01", "02"],
        ),
        "grade",
        &["1", "2"],
    );
    contract.columns[3].min_length = Some(9);
    let long = "x".repeat(65);
    let content = format!(
        "id,code,grade,division,flag,area,month\n\
         A,01,2,330302001,是,89.5,202603\n\
         B,1,3,330302,TRUE,1.123,2026/03\n\
         {long},02,1.0,3303020010,,,\n\
         3.30302E+17,01,1,330302001,,,\n"
    );
    let acquired = bench.rows(&contract, &content);
    assert_eq!(
        faults(&acquired),
        [
            "3 code leading_zero_lost",
            "3 grade unknown_code",
            "3 division bad_division",
            "3 flag bad_bool",
            "3 area too_many_decimals",
            "3 month bad_month",
            "4 id ref_too_long",
            "4 grade trailing_point_zero",
            "4 division bad_division",
            "5 id exponent",
        ]
    );
    adds_up(&acquired.snapshot.record.counts);
}

#[test]
fn conditions_ranges_and_patterns_of_the_contract_are_checked() {
    let bench = Bench::new();
    let columns = [
        ("id", "编号", Kind::Ref, true),
        ("part", "部分", Kind::Money, false),
        ("whole", "整体", Kind::Money, false),
        ("from_on", "起", Kind::Date, false),
        ("to_on", "止", Kind::Date, false),
        ("year", "年度", Kind::Month, false),
        ("deleted", "删除", Kind::Bool, false),
        ("kind", "类别", Kind::Code, false),
    ];
    let mut contract = contract("a.b", &["id"], &columns);
    contract = with_codes(contract, "kind", &["x", "y1", "y2"]);
    contract.conditions = vec![
        // Of one kind, whatever it is written with, the whole must be told.
        Condition::Filled(2, vec![(7, vec!["y1".to_owned()])]),
        Condition::Ordered(vec![Term::Number(0), Term::Column(1), Term::Column(2)]),
        Condition::Ordered(vec![Term::Column(3), Term::Column(4)]),
        Condition::AnyOf(vec![3, 4]),
        Condition::January(5),
    ];
    contract.columns[0].pattern = Pattern::parse("^[A-Z]$");
    contract.columns[2].range.maximum = Some(900);
    let content = "id,part,whole,from_on,to_on,year,deleted,kind\n\
         A,2,2,2026-01-01,2026-01-01,2026-01,,\n\
         b,2.01,2,2026-01-02,2026-01-01,2026-02,,\n\
         C,-1,9.01,,,,,\n\
         D,-1,,,,,true,y1\n\
         E,1,x,,2026-01-01,,,\n\
         F,,,2026-01-01,,,, y１ \n\
         G,,,2026-01-01,,,,y2\n\
         H,,,2026-01-01,,,,\n\
         I,,,2026-01-01,,,,y3\n";
    let accepted = bench.delivery(&contract, content, 9, &[("part", 301), ("whole", 1301)]);
    let acquired = bench.acquire(&accepted, &contract).unwrap();
    assert_eq!(
        faults(&acquired),
        [
            "3 id wrong_form",
            "3 part not_in_order",
            "3 from_on not_in_order",
            "3 year not_january",
            "4 part not_in_order",
            "4 whole out_of_range",
            "4 from_on none_given",
            "6 whole bad_money",
            "7 whole required_missing",
            "10 kind unknown_code",
        ]
    );
    adds_up(&acquired.snapshot.record.counts);
}

#[test]
fn equal_rows_collapse_after_repair_and_differing_ones_are_set_aside() {
    let bench = Bench::new();
    let (a, b) = (token(1), token(2));
    let content = format!(
        "person_id,from_on,to_on,monthly_wage\n{a},2026-01-01,,5\n{a},2026/01/01,,5.00\n{b},2026-01-01,,5\n{b},2026-01-01,2026-02-01,5\n"
    );
    let accepted = bench.delivery(&posts(), &content, 4, &[("monthly_wage", 2000)]);
    let acquired = bench.acquire(&accepted, &posts()).unwrap();
    let counts = &acquired.snapshot.record.counts;
    adds_up(counts);
    assert_eq!((counts.accepted, counts.collapsed, counts.quarantined), (1, 1, 2));
    assert_eq!(
        faults(&acquired),
        ["4 person_id,from_on duplicate_key_differs", "5 person_id,from_on duplicate_key_differs"]
    );
    let kept = Contract { keeps_differing_rows: true, ..posts() };
    let acquired = Bench::new().acquire(&accepted, &kept).unwrap();
    let counts = &acquired.snapshot.record.counts;
    assert_eq!((counts.accepted, counts.collapsed, counts.quarantined), (3, 1, 0));
}

#[test]
fn a_delivery_that_is_not_what_its_package_states_leaves_nothing() {
    let bench = Bench::new();
    let content = format!("person_id,from_on,to_on,monthly_wage\n{},2026-01-01,,5\n", token(1));
    for (rows, totals, code) in [
        (2, vec![("monthly_wage", 500)], "rows_differ"),
        (1, vec![("monthly_wage", 501)], "total_differs"),
        (1, vec![], "total_missing"),
        (1, vec![("monthly_wage", 500), ("wage", 0)], "total_unknown"),
    ] {
        let accepted = bench.delivery(&posts(), &content, rows, &totals);
        let mut dictionary = bench.dictionary();
        let found = refusals(acquire(&accepted, &posts(), &mut dictionary, Means::default()).unwrap_err());
        assert_eq!(found.iter().map(Refusal::code).collect::<Vec<_>>(), [code]);
        assert!(dictionary.is_empty());
        for folder in ["snapshots", "quarantine", "dictionary"] {
            assert!(!bench.store().root().join(folder).exists(), "{folder}");
        }
    }
}

#[test]
fn everything_that_is_wrong_with_a_delivery_is_told_at_once() {
    let bench = Bench::new();
    let mut accepted = bench.delivery(&posts(), "person_id,from_om,monthly_wage\n", 0, &[]);
    let mut other = accepted.package.resources[0].clone();
    other.path = "missing.csv".to_owned();
    accepted.package.resources.push(other.clone());
    other.dataset = "a.b".parse().unwrap();
    accepted.package.resources.push(other);
    let error = bench.acquire(&accepted, &posts()).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("the nearest header is `from_om`"), "{said}");
    let codes: Vec<_> = refusals(error).iter().map(Refusal::code).collect();
    assert_eq!(codes, ["column_missing", "file_unreadable", "other_dataset"]);
}

#[test]
fn damaged_bytes_refuse_the_delivery() {
    let bench = Bench::new();
    let mut accepted = bench.delivery(&posts(), "", 1, &[]);
    let found = refusals(bench.acquire(&accepted, &posts()).unwrap_err());
    assert_eq!(found[0].code(), "file_empty");
    let bytes = [b"person_id,from_on,monthly_wage\n\xE7\x94\xB2,".as_slice(), &[0xFF], b"\n"].concat();
    accepted = delivery(&bench.root.path().join("inbox"), &posts(), &bytes, 1, &[]);
    let found = refusals(bench.acquire(&accepted, &posts()).unwrap_err());
    assert_eq!(found[0].code(), "malformed_text");
    assert!(!found[0].hint().zh.is_empty());
}

#[test]
fn months_are_those_of_the_rows_and_those_that_the_package_lists() {
    let bench = Bench::new();
    let mut contract = contract(
        "a.b",
        &["id", "month"],
        &[("id", "编号", Kind::Ref, true), ("month", "月份", Kind::Month, true)],
    );
    contract.delivery = Delivery::ByMonth { column: "month".to_owned() };
    let mut accepted = bench.delivery(&contract, "id,month\nA,2026-02\nB,2026-01\nC,2026-13\n", 3, &[]);
    accepted.package.months = vec!["2025-12".parse().unwrap()];
    let acquired = bench.acquire(&accepted, &contract).unwrap();
    let months: Vec<_> = acquired.snapshot.record.months.iter().map(Month::to_string).collect();
    assert_eq!(months, ["2025-12", "2026-01", "2026-02"]);
    let shelf = Shelf::open(&bench.store()).unwrap();
    let resolved = shelf.resolve(&contract, "2026-03-01".parse().unwrap());
    assert_eq!(resolved.parts[0].snapshot, acquired.snapshot);
    assert_eq!(resolved.held_months.len(), 3);
}

#[test]
fn a_delivery_without_rows_is_an_empty_snapshot() {
    let bench = Bench::new();
    let accepted = bench.delivery(&posts(), "person_id,from_on,monthly_wage\n", 0, &[("monthly_wage", 0)]);
    let acquired = bench.acquire(&accepted, &posts()).unwrap();
    assert_eq!(read(&acquired.snapshot.data()).num_rows(), 0);
    assert_eq!(acquired.warnings.len(), 1);
}

#[test]
fn acquiring_twice_changes_nothing() {
    let bench = Bench::new();
    let content = format!("person_id,from_on,to_on,monthly_wage\n{},2026-01-01,,5\n", token(1));
    let mut accepted = bench.delivery(&posts(), &content, 1, &[("monthly_wage", 500)]);
    let first = bench.acquire(&accepted, &posts()).unwrap();
    let bytes = fs::read(first.snapshot.data()).unwrap();
    let again = bench.acquire(&accepted, &posts()).unwrap();
    assert!(again.already_there && !first.already_there);
    assert_eq!(again.snapshot, first.snapshot);
    assert_eq!(fs::read(first.snapshot.data()).unwrap(), bytes);
    accepted.package_sha256 = Digest([9; 32]);
    assert!(matches!(bench.acquire(&accepted, &posts()), Err(AcquireError::OtherPackage { .. })));
}

#[test]
fn killed_before_the_snapshot_the_next_attempt_makes_the_same_bytes() {
    let content = format!(
        "person_id,from_on,to_on,monthly_wage\n{},2026-01-01,,5\n{},2026-01-01,,x\n{},2026-01-01,,6\n",
        token(3),
        token(2),
        token(1)
    );
    let all = |bench: &Bench, crash: bool| {
        let accepted = bench.delivery(&posts(), &content, 3, &[("monthly_wage", 1100)]);
        let mut dictionary = bench.dictionary();
        let acquired = acquire(&accepted, &posts(), &mut dictionary, Means::default()).unwrap();
        if crash {
            // As if killed after dictionary and quarantine, in the middle of the snapshot.
            let draft = dictionary.lock().draft().unwrap();
            fs::rename(acquired.snapshot.data(), draft.path().join("part-0.parquet")).unwrap();
            fs::remove_dir_all(&acquired.snapshot.folder).unwrap();
            std::mem::forget(draft);
        }
        acquired
    };
    let (calm, crashed) = (Bench::new(), Bench::new());
    let expected = all(&calm, false);
    all(&crashed, true);
    assert!(Shelf::open(&crashed.store()).unwrap().datasets().next().is_none());
    let acquired = all(&crashed, false);
    assert!(!acquired.already_there);
    assert_eq!(acquired.snapshot.record, expected.snapshot.record);
    assert_eq!(fs::read(acquired.snapshot.data()).unwrap(), fs::read(expected.snapshot.data()).unwrap());
    assert_eq!(fs::read(&acquired.quarantine).unwrap(), fs::read(&expected.quarantine).unwrap());
    assert_eq!(Dictionary::load(&crashed.store(), 2).unwrap().len(), 2);
    let drafts = crashed.store().root().join(".drafts");
    assert_eq!(fs::read_dir(drafts).unwrap().count(), 0);
}

#[test]
fn a_store_that_cannot_be_written_keeps_no_numbers_in_memory() {
    let bench = Bench::new();
    let content = format!("person_id,from_on,to_on,monthly_wage\n{},2026-01-01,,5\n", token(1));
    let accepted = bench.delivery(&posts(), &content, 1, &[("monthly_wage", 500)]);
    let mut dictionary = bench.dictionary();
    // A file stands where the folder of the segments must be.
    fs::write(bench.store().dictionary(), b"").unwrap();
    let error = acquire(&accepted, &posts(), &mut dictionary, Means::default()).unwrap_err();
    assert!(matches!(error, AcquireError::Store(store::StoreError::Io { .. })), "{error}");
    assert!(dictionary.is_empty());
}

const NUMBER: &str = "11010519491231002X";

#[test]
fn an_identity_number_in_any_text_refuses_the_delivery_and_is_shown_nowhere() {
    let columns = [
        ("id", "编号", Kind::Ref, true),
        ("note", "备注", Kind::Text, false),
        ("code", "代码", Kind::Code, false),
        ("place", "区划", Kind::Division, false),
        ("day", "日期", Kind::Date, false),
        ("amount", "金额", Kind::Decimal { precision: 38, scale: 0 }, false),
        ("count", "人数", Kind::Int, false),
        ("flag", "标志", Kind::Bool, false),
        ("who", "人员", Kind::Person, false),
    ];
    let contract = contract("a.b", &["id"], &columns);
    let names = columns.map(|column| column.0).join(",");
    for (at, column) in columns.iter().enumerate() {
        for text in [NUMBER, "户主 1１0105-19491231 002x", "G44052418800101001443"] {
            let bench = Bench::new();
            let mut row = vec![""; columns.len()];
            row[0] = "A";
            row[at] = text;
            let accepted = bench.delivery(&contract, &format!("{names}\n{}\n", row.join(",")), 1, &[]);
            let error = bench.acquire(&accepted, &contract).unwrap_err();
            let said = format!("{error} {error:?}");
            let list = kept_list(&bench, &accepted, &contract);
            assert_eq!(list, [format!("{} looks_like_identity_number", column.0)], "{text}");
            let found = refusals(error);
            assert_eq!(found.iter().map(Refusal::code).collect::<Vec<_>>(), ["raw_identity_numbers"]);
            assert!(
                found[0].text().en.contains(&format!("column: {} 1)", column.0)),
                "{}",
                found[0].text().en
            );
            assert!(!said.contains("1949") && !said.contains("1880"), "{said}");
        }
    }
}

#[test]
fn a_number_in_a_header_in_an_unknown_column_and_in_a_broken_row_is_found_too() {
    let contract = contract("a.b", &["id"], &[("id", "编号", Kind::Ref, true)]);
    for (content, rows, listed) in [
        (format!("id,remark\nA,{NUMBER}\n"), 1, vec!["#2 looks_like_identity_number"]),
        (format!("id\nA,{NUMBER}\n"), 1, vec!["- wrong_field_count", "- looks_like_identity_number"]),
        (format!("id,{NUMBER}\nA,\n"), 1, vec!["#2 looks_like_identity_number"]),
        (format!("{NUMBER},A\n"), 0, vec!["#1 looks_like_identity_number"]),
    ] {
        let bench = Bench::new();
        let accepted = bench.delivery(&contract, &content, rows, &[]);
        let error = bench.acquire(&accepted, &contract).unwrap_err();
        let said = format!("{error:?}");
        assert!(!said.contains(NUMBER), "{said}");
        assert!(refusals(error).iter().any(|refusal| refusal.code() == "raw_identity_numbers"), "{content}");
        assert_eq!(kept_list(&bench, &accepted, &contract), listed, "{content}");
    }
}

#[test]
fn fifteen_digits_condemn_a_delivery_only_in_company_and_a_hash_is_no_number() {
    let contract =
        contract("a.b", &["id"], &[("id", "编号", Kind::Ref, true), ("note", "备注", Kind::Text, false)]);
    let file = |with: usize| {
        let rows = (0..300).map(|row| format!("{row},{}\n", if row < with { "110105491231002" } else { "" }));
        format!("id,note\n{}", rows.collect::<String>())
    };
    let few = Bench::new().rows(&contract, &file(2));
    assert_eq!((few.snapshot.record.counts.accepted, few.snapshot.record.counts.quarantined), (300, 0));
    let bench = Bench::new();
    let accepted = bench.delivery(&contract, &file(3), 300, &[]);
    let found = refusals(bench.acquire(&accepted, &contract).unwrap_err());
    assert_eq!(found[0].code(), "raw_identity_numbers");
    assert_eq!(kept_list(&bench, &accepted, &contract), ["note looks_like_identity_number"; 3]);
    // Keyed hashes that agencies send along hold eighteen such digits now and then.
    let hash = format!("110105194912310021{}", "0".repeat(46)).replacen(
        "110105194912310021",
        "440524188001010014",
        1,
    );
    let good = Bench::new().rows(&contract, &format!("id,note,hash\nA,{hash},{hash}\n"));
    assert_eq!(good.snapshot.record.counts.accepted, 1);
}

#[test]
fn a_delivery_with_more_bad_rows_than_its_contract_bears_is_refused_whole() {
    let mut contract =
        contract("a.b", &["id"], &[("id", "编号", Kind::Ref, true), ("n", "数", Kind::Int, false)]);
    contract.limits = Limits { bad_rows: 100, ..Limits::default() };
    let file = |good: usize, bad: usize| {
        let rows = (0..good + bad).map(|row| format!("{row},{}\n", if row < bad { "x" } else { "1" }));
        (format!("id,n\n{}", rows.collect::<String>()), (good + bad) as u64)
    };
    let refused = |good, bad| {
        let bench = Bench::new();
        let (content, rows) = file(good, bad);
        let accepted = bench.delivery(&contract, &content, rows, &[]);
        match bench.acquire(&accepted, &contract) {
            Ok(acquired) => {
                adds_up(&acquired.snapshot.record.counts);
                None
            }
            Err(error) => {
                assert_eq!(kept_list(&bench, &accepted, &contract), vec!["n bad_int"; bad]);
                Some(refusals(error).remove(0).text().en)
            }
        }
    };
    assert_eq!(refused(27, 3), None, "exactly the share is borne");
    let said = refused(26, 3).unwrap();
    assert_eq!(
        said,
        "3 of 29 rows are bad, more than the 100 in a thousand that the contract bears; the commonest: not a whole number 3"
    );
    assert_eq!(refused(1, 2), None, "of few rows one is soon a tenth");
    assert!(refused(0, 1).is_some(), "nothing would be left");
    contract.limits.bad_rows = 0;
    assert_eq!(refused_codes(&contract, &file(100, 3)), ["too_many_bad_rows"]);
}

fn refused_codes(contract: &Contract, (content, rows): &(String, u64)) -> Vec<&'static str> {
    let bench = Bench::new();
    let error = bench.acquire(&bench.delivery(contract, content, *rows, &[]), contract).unwrap_err();
    refusals(error).iter().map(Refusal::code).collect()
}

/// Whatever is thrown at it, every row is in exactly one of the three counts, and every row set aside has its line listed.
#[test]
fn rows_in_are_accepted_collapsed_or_set_aside_whatever_the_dirt() {
    use rand::{RngExt as _, SeedableRng as _};
    let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(4);
    let dirt = [
        "",
        "x",
        "1",
        "-1",
        "0",
        "2026-02-30",
        "2026/02/03",
        "1E+5",
        "1.0",
        "1,000",
        "\"a\nb\"",
        "\"a\"\"b\"",
        "\u{3000}７",
        "是",
        "'7",
        "123456789012345678",
        "\u{feff}",
        "NULL",
        "a,b",
        "\"",
        "=1+1",
        "２０２６-01",
    ];
    for round in 0..60 {
        let mut pick = |of: usize| dice.random_range(0..of);
        let mut content = "person_id,from_on,to_on,monthly_wage\n".to_owned();
        for _ in 0..pick(40) {
            let clean = [
                token(pick(4) as u8),
                format!("2026-01-0{}", pick(3) + 1),
                String::new(),
                format!("{}", pick(2)),
            ];
            let fields =
                clean.map(|good| if pick(4) == 0 { dirt[pick(dirt.len())].to_owned() } else { good });
            content += &fields.join(",");
            content += if pick(2) == 0 { "\n" } else { "\r\n" };
        }
        // What the package states is what is there: a first reading tells it.
        let bench = Bench::new();
        let stated =
            |rows: u64, total: i64| bench.delivery(&posts(), &content, rows, &[("monthly_wage", total)]);
        let first = bench.acquire(&stated(u64::MAX, i64::MAX), &posts()).unwrap_err();
        let (mut rows, mut total) = (0, 0);
        for refusal in refusals(first) {
            match refusal {
                Refusal::RowsDiffer { found, .. } => rows = found,
                Refusal::TotalDiffers { found, .. } => total = found.0,
                other => panic!("round {round}: {other:?}\n{content}"),
            }
        }
        let acquired = bench.acquire(&stated(rows, total), &posts()).unwrap();
        let counts = &acquired.snapshot.record.counts;
        adds_up(counts);
        assert_eq!(counts.rows, rows);
        assert_eq!(read(&acquired.snapshot.data()).num_rows() as u64, counts.accepted, "round {round}");
        let mut lines: Vec<String> =
            faults(&acquired).iter().map(|fault| fault.split(' ').next().unwrap().to_owned()).collect();
        lines.dedup();
        assert_eq!(lines.len() as u64, counts.quarantined, "round {round}\n{content}");
        let listed: u64 = counts.reasons.values().sum();
        assert_eq!(faults(&acquired).len() as u64, listed, "round {round}");
    }
}

#[test]
fn many_threads_and_little_memory_give_the_same_bytes_as_one_thread_and_much() {
    // Several pieces of text, in no order, with copies, rows that differ, and rows that cannot be read.
    let rows: Vec<String> = (0..60_000_u32)
        .map(|row| {
            let person = Digest::of(&(row * 7919 % 50_000).to_le_bytes()).hex();
            let day = if row % 9_973 == 0 { "31" } else { "28" };
            format!("{person},2026-02-{day},,{}\n", if row % 4_999 == 0 { row } else { 5 })
        })
        .collect();
    let content = format!("person_id,from_on,to_on,monthly_wage\n{}", rows.concat());
    assert!(content.len() > 4 << 20);
    let total = 100 * (0..60_000).map(|row| if row % 4_999 == 0 { row } else { 5 }).sum::<i64>();
    let taken = |threads: usize, memory: usize| {
        let bench = Bench::new();
        let accepted = bench.delivery(&posts(), &content, 60_000, &[("monthly_wage", total)]);
        let mut dictionary = bench.dictionary();
        let acquired = acquire(&accepted, &posts(), &mut dictionary, Means { threads, memory }).unwrap();
        adds_up(&acquired.snapshot.record.counts);
        let tokens: Vec<_> =
            (1..=dictionary.len() as i64).map(|number| dictionary.token_of(number)).collect();
        // What lay on disk meanwhile is gone when the lock is.
        drop(dictionary);
        assert_eq!(fs::read_dir(bench.store().root().join(".drafts")).unwrap().count(), 0);
        (
            acquired.snapshot.record.clone(),
            fs::read(acquired.snapshot.data()).unwrap(),
            fs::read(&acquired.quarantine).unwrap(),
            tokens,
        )
    };
    let first = taken(1, usize::MAX);
    let counts = &first.0.counts;
    assert!(counts.collapsed > 0 && counts.quarantined > counts.reasons["bad_date"], "{counts:?}");
    for (threads, memory) in [(2, usize::MAX), (5, usize::MAX), (1, 0), (3, 1 << 20)] {
        assert!(taken(threads, memory) == first, "{threads} threads, {memory} bytes");
    }
}

#[test]
fn an_unreadable_place_late_in_a_large_file_is_named_by_any_number_of_threads() {
    let row = format!("{},2026-02-28,,5\n", token(1));
    let mut content = format!("person_id,from_on,to_on,monthly_wage\n{}", row.repeat(90_000));
    content.push_str(&format!("{},2026-02-28,,\u{0}\n", token(1)));
    content.push_str(&row.repeat(90_000));
    for threads in [1, 4] {
        let bench = Bench::new();
        let accepted = bench.delivery(&posts(), &content, 180_001, &[]);
        let mut dictionary = bench.dictionary();
        let error =
            acquire(&accepted, &posts(), &mut dictionary, Means { threads, memory: 1 << 20 }).unwrap_err();
        let found = refusals(error);
        let [Refusal::Unreadable(error)] = found.as_slice() else { panic!("{found:?}") };
        assert!(error.to_string().contains(":90002: a NUL byte"), "{error}");
        assert!(dictionary.is_empty());
    }
}

#[test]
fn a_typed_parquet_delivery_is_held_to_the_same_contract_as_text() {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, Decimal128Array, StringArray};
    let bench = Bench::new();
    let contract = posts();
    let mut accepted = bench.delivery(&contract, "", 3, &[("monthly_wage", 231_005)]);
    let persons: ArrayRef = Arc::new(StringArray::from(vec![token(1), token(2), "not a token".to_owned()]));
    let wages = Decimal128Array::from(vec![2_100_000, 210_050, 0]).with_precision_and_scale(14, 3).unwrap();
    let columns: [(&str, ArrayRef, bool); 4] = [
        ("月工资", Arc::new(wages), true),
        ("person_id", persons, true),
        ("to_on", Arc::new(Date32Array::from(vec![None, Some(20_513), None])), true),
        ("上岗日期", Arc::new(Date32Array::from(vec![Some(20_000), Some(20_001), None])), true),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    accepted = put(accepted, "posts.parquet", &writer.into_inner().unwrap());

    let acquired = bench.acquire(&accepted, &contract).unwrap();
    assert_eq!(faults(&acquired), ["3 person_id not_a_token", "3 from_on required_missing"]);
    let rows = read(&acquired.snapshot.folder.join(PART_FILE));
    assert_eq!(rows.num_rows(), 2);
    let wages = rows.column_by_name("monthly_wage").unwrap().as_primitive::<Decimal128Type>();
    assert_eq!(wages.values().to_vec(), [210_000, 21_005]);
    assert_eq!(
        rows.column_by_name("from_on").unwrap().as_primitive::<Date32Type>().values().to_vec(),
        [20_000, 20_001]
    );
    adds_up(&acquired.snapshot.record.counts);
}

/// A sheet: its name, texts one below another, hidden.
type Other<'a> = (&'a str, &'a [&'a str], bool);

/// A workbook with a good row in its first sheet, and others after it.
fn workbook(others: &[Other<'_>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let header = ["person_id", "from_on", "to_on", "monthly_wage"];
    for (column, (name, value)) in header.iter().zip([&token(1), "2026-01-01", "", "1.00"]).enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
        sheet.write(1, column as u16, value).unwrap();
    }
    for (name, texts, hidden) in others {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap().set_hidden(*hidden);
        for (row, text) in texts.iter().enumerate() {
            sheet.write(row as u32, 2, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn numbers_in_another_sheet_of_a_workbook_condemn_it_hidden_or_not_and_so_does_a_sheets_name() {
    let number = "110105 19491231 002x";
    let fifteen = "110105491231002";
    let cases: [(&[Other<'_>], &[&str]); 5] = [
        (&[("清单", &["", "户主", number], false)], &["sheet#2 looks_like_identity_number"]),
        (&[("a", &["x"], false), ("b", &[number], true)], &["sheet#3 looks_like_identity_number"]),
        (&[(number, &[], false)], &["sheet#2 looks_like_identity_number"]),
        (&[("a", &[fifteen, fifteen, fifteen], false)], &["sheet#2 looks_like_identity_number"; 3]),
        (&[("a", &["x", "2026-03-01", "12345678901234567890"], false)], &[]),
    ];
    for (others, expected) in cases {
        let bench = Bench::new();
        let accepted = bench.delivery(&posts(), "", 1, &[("monthly_wage", 100)]);
        let accepted = put(accepted, "posts.xlsx", &workbook(others));
        let acquired = bench.acquire(&accepted, &posts());
        if expected.is_empty() {
            assert_eq!(acquired.unwrap().snapshot.record.counts.accepted, 1);
            continue;
        }
        let found = refusals(acquired.unwrap_err());
        assert!(matches!(found.as_slice(), [Refusal::RawNumbers { .. }]), "{found:?}");
        assert!(!format!("{found:?}{:?}", found[0].text()).contains("491231"));
        assert_eq!(kept_list(&bench, &accepted, &posts()), expected);
    }
}

/// Whether a delivery of this one file, which holds one good post, is taken in; else what the list says was found.
fn found_in(name: &str, content: &[u8]) -> Vec<String> {
    let bench = Bench::new();
    let accepted = put(bench.delivery(&posts(), "", 1, &[("monthly_wage", 100)]), name, content);
    match bench.acquire(&accepted, &posts()) {
        Ok(acquired) => {
            assert_eq!(acquired.snapshot.record.counts.accepted, 1);
            Vec::new()
        }
        Err(error) => {
            let said = format!("{error:?} {error}");
            let found = refusals(error);
            assert!(matches!(found.as_slice(), [Refusal::RawNumbers { .. }]), "{name}: {found:?}");
            assert!(!said.contains("1949"), "{said}");
            kept_list(&bench, &accepted, &posts())
        }
    }
}

#[test]
fn a_number_in_any_part_of_a_workbook_condemns_it() {
    use rust_xlsxwriter::{DocProperties, Note, Url, Workbook, Worksheet};
    let saved = |make: &dyn Fn(&mut Workbook)| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let header = ["person_id", "from_on", "to_on", "monthly_wage"];
        for (column, (name, value)) in header.iter().zip([&token(1), "2026-01-01", "", "1.00"]).enumerate() {
            sheet.write(0, column as u16, *name).unwrap();
            sheet.write(1, column as u16, value).unwrap();
        }
        make(&mut book);
        book.save_to_buffer().unwrap()
    };
    type Make<'a> = Box<dyn Fn(&mut Workbook, &str) + 'a>;
    let on_sheet = |change: fn(&mut Worksheet, &str)| -> Make<'_> {
        Box::new(move |book, text| change(book.worksheet_from_index(0).unwrap(), text))
    };
    let cases: Vec<(&str, Make<'_>)> = vec![
        (
            "comments",
            on_sheet(|sheet, text| {
                sheet.insert_note(0, 0, &Note::new(text)).unwrap();
            }),
        ),
        (
            "links",
            on_sheet(|sheet, text| {
                let url = Url::new(format!("https://example.com/{}", text.replace(' ', "")));
                sheet.write_url_with_text(0, 0, url, "person_id").unwrap();
            }),
        ),
        (
            "sheets",
            on_sheet(|sheet, text| {
                sheet.set_header(format!("&C{text}"));
            }),
        ),
        (
            "sheets",
            on_sheet(|sheet, text| {
                sheet.set_footer(format!("&R{text}"));
            }),
        ),
        (
            "sheets",
            Box::new(|book, text| {
                let formula = format!("=IF(1=1,\"\",\"{text}\")");
                book.add_worksheet().write_formula(1, 2, formula.as_str()).unwrap();
            }),
        ),
        (
            "properties",
            Box::new(|book, text| {
                book.set_properties(&DocProperties::new().set_title(text));
            }),
        ),
        (
            "properties",
            Box::new(|book, text| {
                book.set_properties(&DocProperties::new().set_custom_property("户主", text));
            }),
        ),
        (
            "names",
            Box::new(|book, text| {
                book.define_name("Head", &format!("=\"{text}\"")).unwrap();
            }),
        ),
    ];
    for (part, make) in &cases {
        let found = found_in("posts.xlsx", &saved(&|book| make(book, NUMBER)));
        assert!(!found.is_empty(), "{part}");
        assert!(
            found.iter().all(|found| *found == format!("workbook:{part} looks_like_identity_number")),
            "{part}: {found:?}"
        );
        assert_eq!(
            found_in("posts.xlsx", &saved(&|book| make(book, "110105194912310020"))),
            [""; 0],
            "{part}: a wrong check digit"
        );
    }
}

#[test]
fn a_number_in_markup_of_any_kind_condemns_a_workbook() {
    use std::io::Write as _;
    let good = workbook(&[]);
    let with = |name: &str, text: &str| {
        let mut archive = zip::ZipWriter::new_append(std::io::Cursor::new(good.clone())).unwrap();
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
        archive.finish().unwrap().into_inner()
    };
    for (name, text, part) in [
        // In pieces of different looks, with characters written as numbers, in an attribute, in a remark.
        (
            "xl/comments9.xml",
            "<text><r><t>户主 110105</t></r><r><rPr><sz val=\"9\"/></rPr><t>19491231002X</t></r></text>",
            "comments",
        ),
        ("xl/comments9.xml", "<text><t>1&#49;0105&#x31;9491231002X</t></text>", "comments"),
        ("xl/drawings/vml.vml", "<xml><v:x o:title='11010519491231002X'><br></xml>", "drawings"),
        ("xl/worksheets/sheet1.xml.rels", "<a Target=\"&#49;1010519491231002X\"/>", "links"),
        ("customXml/item1.xml", "<a><!-- 11010519491231002X --></a>", "other"),
        ("customXml/item1.xml", "<a><![CDATA[11010519491231002X]]></a>", "other"),
        ("xl/old/sharedStrings.xml", "<sst><si><t>11010519491231002X</t></si></sst>", "strings"),
        ("xl/worksheets/sheet9.xml", "<c><v>11010519491231002X</v></c>", "sheets"),
        ("xl/media/11010519491231002X.png", "", "parts"),
    ] {
        assert_eq!(
            found_in("posts.xlsx", &with(name, text)),
            [format!("workbook:{part} looks_like_identity_number")],
            "{text}"
        );
    }
    let hash = format!("440524188001010014{}", "0".repeat(46));
    for (name, text) in [
        ("xl/comments9.xml", format!("<text><t>{hash}</t></text>")),
        ("customXml/item1.xml", format!("<a b=\"{hash}\"/>")),
        // Two texts, each by itself; fifteen digits in an attribute; what is no XML at all.
        ("customXml/item1.xml", "<a><b>110105194912</b><b>31002X</b></a>".to_owned()),
        ("customXml/item1.xml", "<a b='110105491231002'/>".to_owned()),
        ("xl/media/picture.png", "\u{0}11".to_owned()),
    ] {
        assert_eq!(found_in("posts.xlsx", &with(name, &text)), [""; 0], "{text}");
    }
}

#[test]
fn a_number_beside_the_rows_of_a_packed_or_typed_file_condemns_it() {
    use std::io::Write as _;
    let csv = format!("person_id,from_on,to_on,monthly_wage\n{},2026-01-01,,1.00\n", token(1));
    let part = |name: &str, comment: &str, text: &str| {
        let header = flate2::GzBuilder::new().filename(name).comment(comment);
        let mut packer = header.write(Vec::new(), flate2::Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let listed = ["gzip:header looks_like_identity_number"];
    let packed = |bytes: &[u8]| found_in("posts.csv.gz", bytes);
    assert_eq!(packed(&part("posts.csv", "", &csv)), [""; 0]);
    assert_eq!(packed(&part(NUMBER, "", &csv)), listed);
    assert_eq!(packed(&part("posts.csv", NUMBER, &csv)), listed);
    // In a part that adds nothing, in front, behind or in between.
    let (good, empty) = (part("", "", &csv), part(NUMBER, "", ""));
    assert_eq!(packed(&[&good[..], &empty].concat()), listed);
    assert_eq!(packed(&[&empty[..], &good].concat()), listed);

    let fields = ["person_id", "from_on", "to_on", "monthly_wage"];
    let values = [token(1), "2026-01-01".to_owned(), String::new(), "1.00".to_owned()];
    let typed = |field: Option<&str>, pair: Option<(&str, &str)>, name: &str| {
        use arrow::{
            array::StringArray,
            datatypes::{DataType, Field, Schema},
        };
        let mut columns: Vec<Field> =
            fields.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
        let mut arrays: Vec<arrow::array::ArrayRef> = values
            .iter()
            .map(|value| std::sync::Arc::new(StringArray::from(vec![value.as_str()])) as _)
            .collect();
        if let Some(field) = field {
            let metadata = [("remark".to_owned(), field.to_owned())].into();
            columns[0] = columns[0].clone().with_metadata(metadata);
        }
        if !name.is_empty() {
            columns.push(Field::new(name, DataType::Utf8, true));
            arrays.push(std::sync::Arc::new(StringArray::from(vec![""])));
        }
        let batch = RecordBatch::try_new(std::sync::Arc::new(Schema::new(columns)), arrays).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        if let Some((key, value)) = pair {
            writer.append_key_value_metadata(parquet::file::metadata::KeyValue::new(
                key.to_owned(),
                value.to_owned(),
            ));
        }
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    };
    let read = |bytes: &[u8]| found_in("posts.parquet", bytes);
    let listed = ["parquet:metadata looks_like_identity_number"];
    assert_eq!(read(&typed(None, Some(("pandas", "{}")), "")), [""; 0]);
    assert_eq!(read(&typed(None, Some(("remark", NUMBER)), "")), listed);
    assert_eq!(read(&typed(None, Some((NUMBER, "")), "")), listed);
    assert_eq!(read(&typed(Some(NUMBER), None, "")), listed, "packed with the schema");
    assert_eq!(read(&typed(None, None, NUMBER)), ["#5 looks_like_identity_number"]);
}

/// A file of one public post in each format, for this person.
fn post_in_each_format(person: u8) -> [(&'static str, Vec<u8>); 4] {
    use std::io::Write as _;
    let (header, row) =
        (["person_id", "from_on", "to_on", "monthly_wage"], [&token(person), "2026-01-01", "", "1.00"]);
    let csv = format!("{}\n{}\n", header.join(","), row.join(","));
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(csv.as_bytes()).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, (name, value)) in header.iter().zip(row).enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
        sheet.write(1, column as u16, value).unwrap();
    }
    let column = |value: &str| arrow::array::StringArray::from_iter_values([value]);
    let columns =
        header.iter().zip(row).map(|(name, value)| (*name, std::sync::Arc::new(column(value)) as _));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    [
        ("posts.csv", csv.clone().into_bytes()),
        ("posts.csv.gz", packer.finish().unwrap()),
        ("posts.xlsx", book.save_to_buffer().unwrap()),
        ("posts.parquet", writer.into_inner().unwrap()),
    ]
}

#[test]
fn a_file_that_was_changed_after_it_was_checked_is_not_taken_in_whatever_its_kind() {
    for ((name, signed), (_, other)) in post_in_each_format(1).into_iter().zip(post_in_each_format(2)) {
        let bench = Bench::new();
        let accepted = put(bench.delivery(&posts(), "", 1, &[("monthly_wage", 100)]), name, &signed);
        let path = accepted.folder.join(name);
        let cut_off = signed[..signed.len() - 1].to_vec();
        let longer = [signed.as_slice(), b"\n"].concat();
        for content in [other, cut_off, longer, b"other,header\n1,2\n".to_vec(), Vec::new()] {
            fs::write(&path, &content).unwrap();
            let found = refusals(bench.acquire(&accepted, &posts()).unwrap_err());
            let codes: Vec<_> = found.iter().map(Refusal::code).collect();
            assert_eq!(codes, ["file_digest"], "{name}: {found:?}");
            assert_eq!(found[0].changed(), Some(path.as_path()));
            let store = bench.store();
            assert!(!store.snapshots().exists() && !store.dictionary().exists());
            assert!(!store.quarantine(&posts().id, &accepted.delivery).exists());
        }
        fs::write(&path, &signed).unwrap();
        assert_eq!(bench.acquire(&accepted, &posts()).unwrap().snapshot.record.counts.accepted, 1);
    }
}

#[test]
fn numbers_in_a_file_that_was_put_in_anothers_place_are_not_told_of_the_signed_one() {
    let bench = Bench::new();
    let content = |cell: &str| format!("person_id,from_on,to_on,monthly_wage\n{cell},2026-01-01,,1.00\n");
    let accepted = bench.delivery(&posts(), &content(&token(1)), 1, &[("monthly_wage", 100)]);
    let path = accepted.folder.join(&accepted.package.resources[0].path);
    fs::write(&path, content("11010519491231002X")).unwrap();
    let found = refusals(bench.acquire(&accepted, &posts()).unwrap_err());
    assert!(matches!(found.as_slice(), [Refusal::Unreadable(TextError::Changed { .. })]), "{found:?}");
    assert!(!bench.store().quarantine(&posts().id, &accepted.delivery).exists());
}
