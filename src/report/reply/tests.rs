//! Replies to deliveries that were accepted in part, refused, and cannot be explained.

use std::{collections::BTreeMap, fs, path::Path};

use super::*;
use crate::{
    acquire::{acquire, fixture},
    contract::{Contract, Kind},
    model::{DatasetId, Lang},
    store::{GrowingDictionary, Store},
};

fn contract() -> Contract {
    let columns = [
        ("case_id", "编号", Kind::Ref, true),
        ("kind", "类别", Kind::Code, true),
        ("paid_on", "发放日期", Kind::Date, false),
    ];
    let contract = fixture::contract("civil_affairs.grants", &["case_id"], &columns);
    fixture::with_codes(contract, "kind", &["one", "two"])
}

/// A store with one delivery taken in, as the night leaves it: snapshot, quarantine, receipt.
fn taken_in(root: &Path, text: &str) -> (Reply, String) {
    let contract = contract();
    let accepted = fixture::delivery(root, &contract, text.as_bytes(), text.lines().count() as u64 - 1, &[]);
    let store = Store::at(root.join("store"));
    let mut dictionary = GrowingDictionary::load(store.lock().unwrap(), 1).unwrap();
    acquire(&accepted, &contract, &mut dictionary, crate::acquire::Means::default()).unwrap();
    let receipt = serde_json::json!({
        "outcome": "accepted", "delivery": accepted.delivery, "dataset": "civil_affairs.grants", "as_of": "2026-03-01",
        "sequence": 1, "supersedes": null, "months": [], "package_sha256": "", "signer": "", "key_id": "",
        "accepted_on": "2026-03-02", "files": [], "notes": [{"zh": "注", "en": "noted"}],
    });
    let folder = root.join("store/receipts/civil_affairs");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{}.json", accepted.delivery));
    fs::write(&path, receipt.to_string()).unwrap();
    (reply(root, accepted.delivery.as_str()).unwrap(), accepted.delivery)
}

fn reply(root: &Path, named: &str) -> Result<Reply, ReplyError> {
    let store = root.join("store");
    let contracts: BTreeMap<DatasetId, Contract> = [(contract().id.clone(), contract())].into();
    gather(&store, &find(&store, named)?, &contracts)
}

const TEXT: &str = "case_id,kind,paid_on\na,one,2026-02-30\nb,three,2026-01-01\nc,one,never\nd,one,2026-01-01\nsecret-value,,31/01\ne,one,2026/01/02\n";

#[test]
fn rows_that_were_set_aside_are_told_commonest_first_with_column_line_and_how_to_mend_them() {
    let root = tempfile::tempdir().unwrap();
    let (reply, _) = taken_in(root.path(), TEXT);
    let counts: Vec<(&str, u64)> =
        reply.faults.iter().map(|fault| (fault.code.as_str(), fault.count)).collect();
    assert_eq!(counts, [("bad_date", 3), ("required_missing", 1), ("unknown_code", 1)]);
    let date = &reply.faults[0].columns[0];
    assert_eq!((date.name.as_deref(), date.header.as_deref()), (Some("paid_on"), Some("发放日期")));
    let lines: Vec<u64> = date.first.iter().map(|(_, line)| *line).collect();
    assert_eq!(lines, [2, 4, 6]);
    let english = plain(&reply, Lang::En).join("\n");
    for words in [
        "Taken in, but 4 rows were set aside",
        "6 rows = 2 accepted + 0 equal rows collapsed + 4 set aside",
        "1. not a date (YYYY-MM-DD) [bad_date]: 3 times",
        "paid_on (发放日期): 3, grants.csv lines 2, 4, 6",
        "codes that may stand there: one one, two two",
        "--supersedes grants-2026-03-01-001-",
        "other form of a date 1",
        "note: noted",
    ] {
        assert!(english.contains(words), "no `{words}` in\n{english}");
    }
    let chinese = plain(&reply, Lang::Zh).join("\n");
    for words in [
        "有 4 行被搁置",
        "“发放日期”（paid_on）：3 处，grants.csv 第 2、4、6 行",
        "怎样改：日期请写成",
        "另：注",
    ] {
        assert!(chinese.contains(words), "no `{words}` in\n{chinese}");
    }
    let page = page(&reply, Lang::En);
    for text in [&english, &chinese, &page, &reply.json().to_string()] {
        assert!(
            !text.contains("secret-value") && !text.contains("never") && !text.contains("three"),
            "{text}"
        );
    }
    assert!(
        page.contains("grants.csv lines 2, 4, 6") && page.contains("第 2、4、6 行") && !page.contains("http")
    );
    assert_eq!(reply.json()["faults"][0]["columns"][0]["first"][1]["line"], 4);
}

#[test]
fn more_faults_than_anyone_reads_are_counted_and_the_first_are_shown() {
    let root = tempfile::tempdir().unwrap();
    let rows: String = (0..500).map(|n| format!("c{n},one,x\n")).collect();
    let (reply, _) = taken_in(root.path(), &format!("case_id,kind,paid_on\n{rows}"));
    assert_eq!((reply.faults[0].count, reply.faults[0].columns[0].first.len()), (500, EXAMPLES));
    let said = plain(&reply, Lang::En).join("\n");
    assert!(said.contains(" 20, 21, …") && said.contains("500, grants.csv lines 2, 3, 4, 5, 6, "), "{said}");
}

#[test]
fn a_delivery_with_nothing_to_mend_is_told_so() {
    let root = tempfile::tempdir().unwrap();
    let (reply, id) = taken_in(root.path(), "case_id,kind,paid_on\na,one,2026-01-01\n");
    assert!(reply.is_clean() && reply.how_to_correct().is_none());
    assert!(plain(&reply, Lang::En).join("\n").contains("there is nothing to mend"));
    // The beginning of an id is enough where only one begins so, and a path is as good.
    assert_eq!(super::find(&root.path().join("store"), id.get(..20).unwrap()).unwrap(), reply.receipt);
    assert_eq!(self::reply(root.path(), reply.receipt.to_str().unwrap()).unwrap(), reply);
}

#[test]
fn a_refusal_is_told_with_what_the_agency_can_do_also_from_an_older_receipt() {
    let root = tempfile::tempdir().unwrap();
    let put = |slot: &str, more: serde_json::Value| {
        let folder = root.path().join("store/refused/civil_affairs").join(slot);
        fs::create_dir_all(&folder).unwrap();
        let mut receipt = serde_json::json!({
            "outcome": "refused", "folder": "civil_affairs/x", "code": "file_digest", "refused_on": "2026-03-02",
            "what": {"zh": "内容不符", "en": "changed"}, "what_to_do": {"zh": "请机构重发", "en": "ask for it"},
        });
        receipt.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fs::write(folder.join("receipt.json"), receipt.to_string()).unwrap();
    };
    put("old", serde_json::json!({}));
    let fault = serde_json::json!({
        "code": "file_digest", "what": {"zh": "内容不符", "en": "changed"}, "what_to_do": {"zh": "", "en": ""},
        "for_the_agency": {"zh": "请重新封装", "en": "seal it again"},
    });
    put(
        "new",
        serde_json::json!({"problems": [fault], "delivery": "new", "dataset": "civil_affairs.grants"}),
    );
    let old = plain(&reply(root.path(), "old").unwrap(), Lang::En).join("\n");
    assert!(
        old.starts_with("x\nx\nNot taken in")
            && old.contains("1. changed [file_digest]\n   how to mend it: ask for it"),
        "{old}"
    );
    let new = reply(root.path(), "new").unwrap();
    assert_eq!(new.title, Some(contract().title));
    assert!(plain(&new, Lang::Zh).join("\n").contains("怎样改：请重新封装"));
    assert!(page(&new, Lang::Zh).contains("seal it again"));
}

#[test]
fn what_cannot_be_explained_is_named_with_what_to_do() {
    let root = tempfile::tempdir().unwrap();
    let (_, id) = taken_in(root.path(), TEXT);
    let error = |named: &str| reply(root.path(), named).unwrap_err();
    assert!(matches!(error("nothing"), ReplyError::Unknown { .. }) && error("nothing").hint().is_some());
    assert!(matches!(error("no/such/receipt.json"), ReplyError::Io { .. }));
    let folder = root.path().join("store/receipts/civil_affairs");
    fs::copy(folder.join(format!("{id}.json")), folder.join("grants-2026-03-01-001-other.json")).unwrap();
    assert!(matches!(error("grants-"), ReplyError::Several { ids, .. } if ids.len() == 2));
    for text in ["{", "{}", "{\"outcome\": \"accepted\"}"] {
        let path = root.path().join("x.json");
        fs::write(&path, text).unwrap();
        let error = error(path.to_str().unwrap());
        assert!(matches!(error, ReplyError::NotAReceipt { .. }) && error.hint().is_some(), "{error}");
    }
    let rows = Store::at(root.path().join("store")).quarantine(&contract().id, &id).join("rows.parquet");
    fs::write(rows, "not parquet").unwrap();
    assert!(matches!(error(&id), ReplyError::Quarantine { .. }));
}
