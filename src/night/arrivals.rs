//! Random sequences of deliveries, taken in file by file and read back by the engine, against the model.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::NaiveDate;
use rand::SeedableRng as _;

use super::execute::parts;
use crate::{
    acquire::{Means, acquire, fixture},
    compare,
    contract::{Contract, Delivery, Kind},
    engine::{Engine, Limits, Placeholders, cell},
    model::Digest,
    store::{
        GrowingDictionary, Shelf, Store,
        arrivals::{Row, Sent, day, draw, model, modes},
    },
};

fn contract(mode: &Delivery) -> Contract {
    let columns = [
        ("case_id", "编号", Kind::Ref, true),
        ("pay_month", "月份", Kind::Month, true),
        ("amount", "数量", Kind::Int, false),
        ("deleted", "删除", Kind::Bool, true),
    ];
    let key: &[&str] =
        if matches!(mode, Delivery::ByMonth { .. }) { &["case_id", "pay_month"] } else { &["case_id"] };
    // A dataset without tombstones has no column for them.
    let columns = if *mode == Delivery::Upsert { &columns[..] } else { &columns[..3] };
    let mut contract = fixture::contract("civil_affairs.payments", key, columns);
    contract.delivery = mode.clone();
    contract
}

/// Takes one delivery in, as accepted on the day that it says.
fn take_in(one: &Sent, contract: &Contract, inbox: &Path, dictionary: &mut GrowingDictionary) -> bool {
    let is_upsert = contract.delivery == Delivery::Upsert;
    let header = if is_upsert { "case_id,pay_month,amount,deleted\n" } else { "case_id,pay_month,amount\n" };
    let mut text = header.to_owned();
    for (case, month, amount) in &one.rows {
        let amount = amount.map(|amount| amount.to_string());
        let gone = if amount.is_none() { "1" } else { "0" };
        text.push_str(&format!("{case},{month},{}", amount.unwrap_or_default()));
        text.push_str(&if is_upsert { format!(",{gone}\n") } else { "\n".to_owned() });
    }
    let mut accepted = fixture::delivery(inbox, contract, text.as_bytes(), one.rows.len() as u64, &[]);
    (accepted.package.as_of, accepted.package.sequence) = (one.as_of, one.sequence);
    accepted.package.supersedes = one.supersedes.clone();
    accepted.package.months = one.stated.iter().copied().collect();
    accepted.package_sha256 = Digest::of(one.id.as_bytes());
    (accepted.delivery, accepted.known_on) = (one.id.clone(), one.known_on);
    let acquired = acquire(&accepted, contract, dictionary, Means::default()).unwrap();
    assert_eq!(acquired.snapshot.record.counts.accepted, one.rows.len() as u64);
    acquired.already_there
}

/// The dataset as rules see it.
async fn seen(contract: &Contract, shelf: &Shelf, t: NaiveDate, known_on: NaiveDate) -> BTreeSet<Row> {
    let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
    let resolved = shelf.as_known_on(known_on).resolve(contract, t);
    compare::add_dataset(&engine, contract, &parts(&resolved)).await.unwrap();
    let sql = "SELECT case_id, substr(CAST(pay_month AS VARCHAR), 1, 7), amount FROM civil_affairs.payments";
    let (_, batches) = engine.collect("rows", sql, &Placeholders::default()).await.unwrap();
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let [case, month, amount] = [0, 1, 2].map(|column| cell(batch.column(column), row));
            let month = month.text().unwrap().parse().unwrap();
            rows.push((case.text().unwrap().to_owned(), month, amount.int()));
        }
    }
    let count = rows.len();
    let rows: BTreeSet<Row> = rows.into_iter().collect();
    assert_eq!(rows.len(), count, "a row stands there twice");
    rows
}

#[tokio::test]
async fn what_rules_see_after_any_sequence_of_deliveries_is_what_the_model_says() {
    let mut dice = rand_chacha::ChaCha8Rng::from_seed([5; 32]);
    for mode in modes() {
        let contract = contract(&mode);
        for _ in 0..12 {
            let root = tempfile::tempdir().unwrap();
            let store = Store::at(root.path().join("store"));
            let sent = draw(&mut dice, &mode);
            let mut dictionary = GrowingDictionary::load(store.lock().unwrap(), 1).unwrap();
            let mut taken = BTreeMap::new();
            for one in &sent {
                let is_there = take_in(one, &contract, root.path(), &mut dictionary);
                assert_eq!(is_there, taken.insert(&one.id, ()).is_some(), "{}", one.id);
            }
            let shelf = Shelf::open(&store).unwrap();
            for _ in 0..2 {
                let (t, known_on) = (day(&mut dice), day(&mut dice));
                let expected = model(&mode, &sent, t, known_on);
                assert_eq!(
                    seen(&contract, &shelf, t, known_on).await,
                    expected,
                    "{mode:?} on {t} as known on {known_on}: {sent:#?}"
                );
            }
        }
    }
}
