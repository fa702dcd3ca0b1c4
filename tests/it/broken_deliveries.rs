//! Deliveries that are not what they should be: each is refused whole with its reason, in both languages; the others are
//! taken in; the store holds nothing of what was refused but the receipt, and beside it the delivery if it was moved aside.

use std::fs;

use crate::{
    city::{AS_OF, Keys, Place, SAMPLE, deliveries, owner_only},
    package::Package,
    program::{exists, hedui, run},
    table::Table,
    tree,
};

/// The delivery that is spoilt, and one beside it that is good.
const SPOILT: &str = "housing/rent_subsidies";
const GOOD: &str = "civil_affairs/grace_periods";

/// Takes in a place with one spoilt and one good delivery, in both languages.
#[track_caller]
fn refused(place: &Place, code: &str, en: &str, zh: &str) {
    let said = run(&mut place.night.accept()).ends(3);
    let said = said.warns(&["error: refused ", &format!("[{code}"), en, "help: "]);
    assert!(
        said.out.contains("grace_periods-2026-03-14-001-"),
        "the good one was not taken in: {}",
        said.out
    );
    let rows = rows_of("civil_affairs.grace_periods");
    assert!(said.out.contains(&format!(": {rows} = {rows} + 0 + 0 ")), "{}", said.out);

    // Nothing of it is in the store but the refusal's receipt and, moved aside, the delivery itself.
    let names = tree::files(&place.night.store);
    assert!(names.keys().any(|name| name.starts_with("snapshots/civil_affairs/grace_periods/")));
    for name in names.keys().filter(|name| name.contains("rent_subsidies")) {
        assert!(name.starts_with("refused/housing/"), "{name} was left by a refused delivery");
    }
    assert!(names.keys().any(|name| name.starts_with("refused/housing/") && name.ends_with("receipt.json")));

    // The next round says it again, in the other language; the good one is known.
    let mut chinese = place.night.clone();
    chinese.lang = "zh";
    let said = run(&mut chinese.accept()).ends(3).warns(&["错误: 拒收 ", &format!("[{code}"), zh, "办法: "]);
    assert!(said.out.contains("以前已收"), "{}", said.out);
}

/// How many rows the raw files of a dataset have.
fn rows_of(dataset: &str) -> u64 {
    let deliveries = deliveries();
    let delivery = deliveries.iter().find(|delivery| delivery["dataset"] == dataset).unwrap();
    delivery["rows"].as_u64().unwrap()
}

#[test]
fn a_delivery_whose_data_file_is_missing_is_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    fs::remove_file(Package::open(place.delivery(SPOILT)).data()).unwrap();
    refused(&place, "file_missing", "the file rent_subsidies.csv is missing", "缺少文件 rent_subsidies.csv");
}

#[test]
fn a_data_file_that_was_cut_off_on_its_way_is_refused() {
    for is_inside_a_row in [true, false] {
        let place = Place::with(&[SPOILT, GOOD]);
        let data = Package::open(place.delivery(SPOILT)).data();
        let bytes = fs::read(&data).unwrap();
        let line_end = bytes[..bytes.len() / 2].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        let end = if is_inside_a_row { line_end + 7 } else { line_end };
        fs::write(&data, &bytes[..end]).unwrap();
        let en = format!("rent_subsidies.csv is cut off: {end} of {} bytes are there", bytes.len());
        refused(&place, "file_size", &en, "rent_subsidies.csv 不完整");
    }
}

#[test]
fn a_data_file_that_was_changed_after_signing_is_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    let data = Package::open(place.delivery(SPOILT)).data();
    let mut bytes = fs::read(&data).unwrap();
    // One digit of the last amount: the size stays the same.
    let at = bytes.iter().rposition(|byte| byte.is_ascii_digit()).unwrap();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    fs::write(&data, bytes).unwrap();
    refused(&place, "file_digest", "was changed or damaged after signing", "签名后被改动或损坏");
}

#[test]
fn a_changed_copy_does_not_stand_in_the_way_of_the_delivery_that_was_signed() {
    let place = Place::with(&[GOOD]);
    let good = place.delivery(GOOD);
    // Its folder comes first, and it is the same delivery by all that its descriptor says.
    let copy = good.with_file_name("0-copy");
    fs::create_dir(&copy).unwrap();
    for (name, bytes) in tree::bytes(&good) {
        fs::write(copy.join(name), bytes).unwrap();
    }
    let data = Package::open(copy).data();
    let mut bytes = fs::read(&data).unwrap();
    let at = bytes.iter().rposition(|byte| byte.is_ascii_digit()).unwrap();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    fs::write(&data, bytes).unwrap();

    let said = run(&mut place.night.accept()).ends(3).warns(&["[file_digest]", "0-copy"]);
    let rows = rows_of("civil_affairs.grace_periods");
    assert!(said.out.contains(&format!(": {rows} = {rows} + 0 + 0 ")), "{}", said.out);
    let names = tree::files(&place.night.store);
    assert!(names.keys().any(|name| name.starts_with("snapshots/civil_affairs/grace_periods/")));
    assert!(
        names
            .keys()
            .any(|name| name.starts_with("refused/civil_affairs/") && name.ends_with("/grace_periods.csv"))
    );
    // Nothing is left to do.
    run(&mut place.night.accept()).ends(3).warns(&["[file_digest]"]);
}

#[test]
fn a_delivery_without_its_signature_is_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    fs::remove_file(place.delivery(SPOILT).join("datapackage.json.sig")).unwrap();
    refused(&place, "signature_missing", "there is no signature datapackage.json.sig", "没有签名");
}

#[test]
fn the_signature_of_another_delivery_is_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    fs::copy(
        place.delivery(GOOD).join("datapackage.json.sig"),
        place.delivery(SPOILT).join("datapackage.json.sig"),
    )
    .unwrap();
    refused(
        &place,
        "signature_wrong",
        "the signature does not fit datapackage.json",
        "签名与 datapackage.json 不符",
    );
}

#[test]
fn a_descriptor_that_was_changed_after_signing_is_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    let path = place.delivery(SPOILT).join("datapackage.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"sequence\": 1", "\"sequence\": 2")).unwrap();
    refused(&place, "signature_wrong", "it was changed after signing", "签名后文件被改动");
}

#[test]
fn a_delivery_signed_with_a_key_that_nobody_entered_is_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    let stranger = place.folder.path().join("stranger");
    run(hedui(["seal", "keygen", "--agency", "housing", "--sign-key"]).arg(&stranger)).ends(0);
    Package::open(place.delivery(SPOILT)).sign(&stranger);
    refused(&place, "signer_unknown", "is not among the allowed signers", "不在允许名单中");
}

#[test]
fn an_agency_does_not_sign_for_another() {
    let mut place = Place::with(&[SPOILT, GOOD]);
    let line = fs::read_to_string(&SAMPLE.keys.signers).unwrap();
    let (_, rest) = line.split_once(' ').unwrap();
    place.night.signers = place.folder.path().join("signers");
    fs::write(&place.night.signers, format!("civil_affairs {rest}")).unwrap();
    refused(&place, "signer_other_agency", "may not sign for housing", "不得代表 housing 签名");
}

#[test]
fn a_delivery_of_another_key_epoch_is_refused() {
    let place = Place::with(&[GOOD]);
    let keys = other_epoch(&place);
    let raw = crate::program::root().join("sample-data/raw/housing/rent_subsidies.csv");
    // The epoch of a store is that of what it takes in first.
    keys.seal("housing.rent_subsidies", AS_OF, &place.night.inbox, &[raw], &["--months", "2024-03..2026-03"])
        .ends(0);
    refused(&place, "key_epoch", "tokens of two epochs cannot be compared", "两期令牌无法比对");
}

/// The same signing key with another hash key.
fn other_epoch(place: &Place) -> Keys {
    let hash = place.folder.path().join("other.hashkey");
    fs::write(&hash, "ab".repeat(32)).unwrap();
    owner_only(&hash);
    Keys { hash, ..SAMPLE.keys.clone() }
}

#[test]
fn a_file_with_fewer_rows_than_signed_for_is_refused_and_nothing_of_it_is_kept() {
    // Cut off before it was signed, by a program that trusts its own counts: between rows and inside a quoted field.
    for ends_in_a_quote in [false, true] {
        let place = Place::with(&[SPOILT, GOOD]);
        let mut package = Package::open(place.delivery(SPOILT));
        let text = fs::read_to_string(package.data()).unwrap();
        let half: Vec<&str> = text.lines().take(20).collect();
        let mut cut = half.join("\n") + "\n";
        if ends_in_a_quote {
            cut.push('"');
            cut.push_str(text.lines().nth(20).unwrap());
        }
        package.replace_data(cut.as_bytes());
        package.sign(&SAMPLE.keys.sign);
        refused(&place, "rows_differ", "it may be cut off or another file", "文件可能被截断或换错");
    }
}

#[test]
fn amounts_that_do_not_add_up_to_the_signed_total_are_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    let mut package = Package::open(place.delivery(SPOILT));
    let text = fs::read_to_string(package.data()).unwrap();
    let changed = text.replacen(".00", ".01", 1);
    assert_ne!(text, changed);
    package.replace_data(changed.as_bytes());
    package.sign(&SAMPLE.keys.sign);
    refused(&place, "total_differs", "is stated to total", "声明合计");
}

#[test]
fn a_data_file_of_no_bytes_is_refused() {
    let place = Place::with(&[SPOILT, GOOD]);
    let mut package = Package::open(place.delivery(SPOILT));
    package.replace_data(b"");
    package.sign(&SAMPLE.keys.sign);
    refused(&place, "file_empty", "the file is empty", "文件是空的");
}

#[test]
fn a_delivery_without_a_required_column_is_refused_and_the_nearest_header_named() {
    let place = Place::with(&[SPOILT, GOOD]);
    let mut package = Package::open(place.delivery(SPOILT));
    let text = fs::read_to_string(package.data()).unwrap();
    package.replace_data(text.replacen("person_id", "person_di", 1).as_bytes());
    package.sign(&SAMPLE.keys.sign);
    refused(
        &place,
        "column_missing",
        "lacks the column `person_id` (身份证件号码); the nearest header is `person_di`",
        "缺少列“身份证件号码”（person_id）；最接近的表头是“person_di”",
    );
}

#[test]
fn a_column_that_no_contract_knows_is_left_out_and_the_rows_are_taken_in() {
    let place = Place::with(&[GOOD]);
    let mut package = Package::open(place.delivery(GOOD));
    let text = fs::read_to_string(package.data()).unwrap();
    let lines = text.lines().enumerate();
    let wider: Vec<String> =
        lines.map(|(n, line)| format!("{line},{}", if n == 0 { "remark" } else { "x" })).collect();
    package.replace_data((wider.join("\n") + "\n").as_bytes());
    package.sign(&SAMPLE.keys.sign);
    let rows = rows_of("civil_affairs.grace_periods");
    run(&mut place.night.accept()).ends(0).prints(&[&format!(": {rows} = {rows} + 0 + 0 ")]);
    let snapshots = tree::files(&place.night.store.join("snapshots"));
    let part = snapshots.values().find(|path| path.ends_with("part-0.parquet")).unwrap();
    let columns = Table::read(part).columns;
    assert!(!columns.contains(&"remark".to_owned()), "{columns:?}");
}

/// The lines of a delivery with some fields changed: line, field, text.
fn spoil(package: &mut Package, changes: &[(usize, usize, &str)]) {
    let text = fs::read_to_string(package.data()).unwrap();
    let mut lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    for (line, field, text) in changes {
        lines[line - 1][*field] = text;
    }
    let text: String = lines.iter().map(|line| line.join(",") + "\n").collect();
    package.replace_data(text.as_bytes());
    package.sign(&SAMPLE.keys.sign);
}

#[test]
fn rows_that_are_set_aside_are_told_of_with_their_delivery() {
    let mut place = Place::with(&[GOOD]);
    // A day that there is not, and in another row an end before its start.
    let mut package = Package::open(place.delivery(GOOD));
    spoil(&mut package, &[(2, 1, "2026-02-30"), (3, 2, "1999-01-01")]);
    let rows = rows_of("civil_affairs.grace_periods");
    let mut runs = Vec::new();
    for (lang, aside) in [
        ("en", format!("of {rows} rows, 2 set aside and not compared")),
        ("zh", format!("共{rows}行，搁置2行，不参与核对")),
    ] {
        place.night.lang = lang;
        let said = place.night.run().ends(3);
        let is_told = |text: &str| {
            let is_about = |line: &&str| line.contains("Q-01 grace_periods-2026-03-14-001-");
            text.lines().find(is_about).is_some_and(|line| line.contains(&aside))
        };
        assert!(is_told(&said.err), "{lang}: {}", said.err);
        let report = fs::read_to_string(place.night.current().join("report.html")).unwrap();
        assert!(report.contains(&aside), "{lang} is not in the report");
        runs.push(place.night.current());
    }
    for run in runs {
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
        let outputs = manifest["outputs"].as_array().unwrap();
        assert!(outputs.iter().any(|output| output["path"] == "deliveries.parquet"), "{outputs:?}");
        let coverage = Table::read(&run.join("coverage.parquet"));
        let counted = coverage.select(["rule_id", "population", "hit", "clear", "insufficient"]);
        for (rule, hit, clear) in [("Q-01", "1", "0"), ("Q-06", "0", "1")] {
            assert!(counted.contains(&[rule, "1", hit, clear, "0"]), "{rule}: {counted:?}");
        }
        let leads = Table::read(&run.join("leads.parquet"));
        assert!(leads.select(["rule_id"]).iter().all(|[rule]| *rule != "Q-01"));
    }
    let list = quarantine(&place, "civil_affairs/grace_periods");
    let listed = list.select(["line", "column", "reason"]);
    assert_eq!(listed, [["2", "start_on", "bad_date"], ["3", "start_on", "not_in_order"]]);
}

/// The list of what was set aside of a dataset's only delivery.
fn quarantine(place: &Place, dataset: &str) -> Table {
    let folder = place.night.store.join("quarantine").join(dataset);
    let files = tree::files(&folder);
    let [(_, file)] = files.iter().collect::<Vec<_>>()[..] else { panic!("{files:?}") };
    Table::read(file)
}

#[test]
fn an_identity_number_in_the_clear_refuses_the_delivery_and_is_shown_nowhere() {
    let number = "11010519491231002X";
    // Where a person, a reference, a date and an amount should stand; in disguise; in a column that nobody asked for.
    for (field, text, column) in [
        (0, number, "case_id"),
        (1, "110105 19491231-002x", "start_on"),
        (3, "１１０１０５１９４９１２３１００２Ｘ", "amount"),
        (4, "G11010519491231002X", "#5"),
    ] {
        let place = Place::with(&[GOOD, SPOILT]);
        let mut package = Package::open(place.delivery(GOOD));
        let remarked =
            fs::read_to_string(package.data()).unwrap().replace('\n', ",\n").replacen(",\n", ",remark\n", 1);
        package.replace_data(remarked.as_bytes());
        spoil(&mut package, &[(4, field, text)]);
        let mut seen = String::new();
        for (lang, said, way) in [
            ("en", "look like identity numbers in the clear", "destroy every copy"),
            ("zh", "像未加密证件号码的内容", "销毁这份文件的所有副本"),
        ] {
            let mut night = place.night.clone();
            night.lang = lang;
            let told = run(&mut night.accept()).ends(3).warns(&["raw_identity_numbers", said, way]);
            assert!(
                told.out.contains("rent_subsidies-2026-03-14-001-"),
                "the other one goes on: {}",
                told.out
            );
            seen += &(told.out + &told.err);
        }
        let list = quarantine(&place, "civil_affairs/grace_periods");
        let expected = ["4", column, "looks_like_identity_number"];
        let listed = list.select(["line", "column", "reason"]);
        assert!(listed.contains(&expected), "{listed:?}");
        // Neither said nor kept, packed or not; nothing of it entered.
        let names = tree::files(&place.night.store);
        assert!(!names.keys().any(|name| name.starts_with("snapshots/civil_affairs")), "{names:?}");
        for (name, path) in names {
            let kept = if name.ends_with(".parquet") {
                Table::read(&path).csv()
            } else {
                String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
            };
            assert!(!kept.contains("19491231"), "{name} shows it");
        }
        assert!(!seen.contains("19491231"), "{seen}");
    }
}

#[test]
fn a_delivery_with_too_many_bad_rows_is_refused_and_its_faults_are_listed() {
    let place = Place::with(&[SPOILT, GOOD]);
    let mut package = Package::open(place.delivery(SPOILT));
    let text = fs::read_to_string(package.data()).unwrap();
    let rows = text.lines().count() - 1;
    let (bad, basis) =
        (rows * 3 / 4, text.lines().next().unwrap().split(',').position(|name| name == "basis").unwrap());
    let mut changes: Vec<_> = (0..bad).map(|at| (2 + at, basis, "none")).collect();
    changes.push((
        2,
        text.lines().next().unwrap().split(',').position(|name| name == "granted_on").unwrap(),
        "soon",
    ));
    spoil(&mut package, &changes);
    for (lang, said) in [
        (
            "en",
            format!(
                "{bad} of {rows} rows are bad, more than the 500 in a thousand that the contract bears; the commonest: a code is not in the list {bad}, not a date (YYYY-MM-DD) 1"
            ),
        ),
        (
            "zh",
            format!(
                "{rows}行中有{bad}行有误，超过数据合同容许的千分之500；最常见：代码不在代码表内 {bad}、日期应为 YYYY-MM-DD 1"
            ),
        ),
    ] {
        let mut night = place.night.clone();
        night.lang = lang;
        run(&mut night.accept()).ends(3).warns(&["[too_many_bad_rows]", &said]);
    }
    assert_eq!(quarantine(&place, "housing/rent_subsidies").rows.len(), bad + 1);
    let names = tree::files(&place.night.store);
    assert!(!names.keys().any(|name| name.starts_with("snapshots/housing")), "{names:?}");
    assert!(names.keys().any(|name| name.starts_with("refused/housing/")));
}

#[test]
fn a_dataset_with_a_header_and_no_rows_says_that_there_is_nobody() {
    let place = Place::with(&[]);
    let raw = place.folder.path().join("grace_periods.csv");
    let header =
        fs::read(crate::program::root().join("sample-data/raw/civil_affairs/grace_periods.csv")).unwrap();
    let first = header.split(|byte| *byte == b'\n').next().unwrap();
    fs::write(&raw, [first, b"\n"].concat()).unwrap();
    let seal = |raw: std::path::PathBuf| {
        SAMPLE.keys.seal("civil_affairs.grace_periods", AS_OF, &place.night.inbox, &[raw], &[])
    };
    seal(raw.clone()).ends(0).prints(&["0 rows read = 0 sealed + 0 set aside"]);
    run(&mut place.night.accept()).ends(0).prints(&["0 = 0 + 0 + 0"]);
    let snapshots = tree::files(&place.night.store.join("snapshots"));
    let part = snapshots.values().find(|path| path.ends_with("part-0.parquet")).unwrap();
    assert!(Table::read(part).rows.is_empty());
}

#[test]
fn a_file_with_identity_numbers_where_text_belongs_is_never_sealed() {
    let place = Place::with(&[]);
    let raw = crate::program::root().join("sample-data/refused/education.guardians.csv");
    let said =
        SAMPLE.keys.seal("education.guardians", AS_OF, &place.night.inbox, std::slice::from_ref(&raw), &[]);
    let said = said.ends(1).warns(&["nothing was sealed", "identity numbers in the clear"]);
    let text = fs::read(&raw).unwrap();
    for number in text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| word.len() == 18) {
        let number = String::from_utf8_lossy(number);
        assert!(!said.err.contains(&*number) && !said.out.contains(&*number), "the message shows a number");
    }
    assert!(tree::files(&place.night.inbox).is_empty(), "something was left in the inbox");
    assert!(!exists(&place.night.store));
}
