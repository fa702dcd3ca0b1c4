//! Random sequences of deliveries for tests, and a model of what a dataset must be after them that knows no shelf.
//!
//! The model applies deliveries one by one to a map, in the order of the day they are about; nothing here may call what it
//! is a model of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use rand::{Rng, RngExt as _, SeedableRng as _, seq::SliceRandom as _};

use super::{Shelf, Snapshot, resolve, resolve::tests::snapshot};
use crate::{
    contract::Delivery,
    model::{DatasetId, Month},
};

/// One row: whose, of which month, how much. An upsert delivery says with None that there is none any more.
pub(crate) type Row = (String, Month, Option<i64>);

/// One delivery as an agency sends it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) as_of: NaiveDate,
    pub(crate) sequence: u32,
    pub(crate) supersedes: Option<String>,
    /// Months that it speaks for besides those of its rows.
    pub(crate) stated: BTreeSet<Month>,
    pub(crate) rows: Vec<Row>,
    pub(crate) known_on: NaiveDate,
}

impl Sent {
    fn months(&self) -> BTreeSet<Month> {
        self.rows.iter().map(|(_, month, _)| *month).chain(self.stated.iter().copied()).collect()
    }
}

/// The three ways in which a delivery relates to those before it.
pub(crate) fn modes() -> [Delivery; 3] {
    [Delivery::Full, Delivery::ByMonth { column: "pay_month".to_owned() }, Delivery::Upsert]
}

/// A day of the fortnight in which everything happens.
pub(crate) fn day(dice: &mut impl Rng) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(dice.random_range(0..14))
}

/// A few deliveries in the order in which they arrive: late, out of order, correcting one another, some of them twice.
pub(crate) fn draw(dice: &mut impl Rng, mode: &Delivery) -> Vec<Sent> {
    let month = |dice: &mut _| -> Month { format!("2026-0{}", Rng::next_u32(dice) % 4 + 1).parse().unwrap() };
    let mut all: Vec<Sent> = Vec::new();
    for number in 0..dice.random_range(1..9) {
        let as_of = day(dice);
        // What corrects names what it corrects, so no two correct each other.
        let older: Vec<&Sent> = all.iter().filter(|one| one.as_of <= as_of).collect();
        let corrects = !older.is_empty() && dice.random_bool(0.3);
        let supersedes = corrects.then(|| older[dice.random_range(0..older.len())].id.clone());
        let mut rows: BTreeMap<(String, Option<Month>), Row> = BTreeMap::new();
        for _ in 0..dice.random_range(0..6) {
            let (case, month) = (format!("C{}", dice.random_range(0..5)), month(dice));
            let gone = *mode == Delivery::Upsert && dice.random_bool(0.3);
            let key = (case.clone(), matches!(mode, Delivery::ByMonth { .. }).then_some(month));
            rows.insert(key, (case, month, (!gone).then(|| dice.random_range(1..1000))));
        }
        let stated = dice.random_bool(0.5) && matches!(mode, Delivery::ByMonth { .. });
        all.push(Sent {
            id: format!("payments-{as_of}-{number}"),
            as_of,
            sequence: 1 + number % 3,
            supersedes,
            stated: stated.then(|| month(dice)).into_iter().collect(),
            rows: rows.into_values().collect(),
            known_on: day(dice),
        });
    }
    let again = all[dice.random_range(0..all.len())].clone();
    all.push(again);
    all.shuffle(dice);
    all
}

/// What the dataset must be on the day `t` as known on another, row by row.
pub(crate) fn model(mode: &Delivery, sent: &[Sent], t: NaiveDate, known_on: NaiveDate) -> BTreeSet<Row> {
    let known: BTreeMap<(NaiveDate, u32, &str), &Sent> = sent
        .iter()
        .filter(|one| one.as_of <= t && one.known_on <= known_on)
        .map(|one| ((one.as_of, one.sequence, one.id.as_str()), one))
        .collect();
    let corrected: BTreeSet<&str> = known.values().filter_map(|one| one.supersedes.as_deref()).collect();
    let mut now: BTreeSet<Row> = BTreeSet::new();
    for one in known.values().filter(|one| !corrected.contains(one.id.as_str())) {
        match mode {
            Delivery::Full => now.clear(),
            Delivery::ByMonth { .. } => now.retain(|(_, month, _)| !one.months().contains(month)),
            Delivery::Upsert => now.retain(|(case, ..)| !one.rows.iter().any(|(new, ..)| new == case)),
        }
        now.extend(one.rows.iter().filter(|(.., amount)| amount.is_some()).cloned());
    }
    now
}

fn shelved(mode: &Delivery, one: &Sent) -> Snapshot {
    let months: Vec<String> = match mode {
        Delivery::ByMonth { .. } => one.months().iter().map(Month::to_string).collect(),
        _ => Vec::new(),
    };
    let months: Vec<&str> = months.iter().map(String::as_str).collect();
    let supersedes = one.supersedes.as_deref();
    let mut snapshot = snapshot(&one.id, &one.as_of.to_string(), one.sequence, supersedes, &months);
    snapshot.record.known_on = Some(one.known_on);
    snapshot
}

#[test]
fn whatever_arrives_in_whatever_order_a_dataset_is_what_the_model_says() {
    let mut dice = rand_chacha::ChaCha8Rng::from_seed([3; 32]);
    let mut seen = BTreeSet::new();
    for mode in modes() {
        for _ in 0..3_000 {
            let sent = draw(&mut dice, &mode);
            // One folder a delivery: what comes twice is there once.
            let folders: BTreeMap<&str, &Sent> = sent.iter().map(|one| (one.id.as_str(), one)).collect();
            let shelf = Shelf::of(folders.values().map(|one| shelved(&mode, one)));
            let (t, known_on) = (day(&mut dice), day(&mut dice));
            let shelf = shelf.as_known_on(known_on);
            let resolved = resolve(&mode, shelf.snapshots(&DatasetId::new("civil_affairs", "payments")), t);
            let mut found: BTreeMap<(String, Option<Month>), Row> = BTreeMap::new();
            let mut rows = 0;
            for part in &resolved.parts {
                for row in &folders[part.snapshot.record.delivery.as_str()].rows {
                    if part.months.as_ref().is_none_or(|months| months.contains(&row.1)) {
                        rows += 1;
                        let is_by_month = matches!(mode, Delivery::ByMonth { .. });
                        found.insert((row.0.clone(), is_by_month.then_some(row.1)), row.clone());
                    }
                }
            }
            // Only of an upsert dataset a later part replaces rows of an earlier one.
            assert!(mode == Delivery::Upsert || rows == found.len());
            let found: BTreeSet<Row> = found.into_values().filter(|(.., amount)| amount.is_some()).collect();
            let expected = model(&mode, &sent, t, known_on);
            assert_eq!(found, expected, "{mode:?} on {t} as known on {known_on}: {sent:#?}");
            seen.insert(expected.len());
        }
    }
    assert!(seen.len() > 5, "the sequences are too plain to show anything: {seen:?}");
}
