//! What the last deliveries of a dataset say about tonight's: read from the snapshots, judged by [`crate::compare`].

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    compare::{Drift, LOOKED_AT, Share},
    contract::{Contract, Kind, Reference},
    model::DatasetId,
    store::{PeopleSet, Resolved, Shelf, Snapshot, StoreError, Supply},
};

/// Everything in which the standing delivery is unlike those before it.
pub(super) fn of(
    contract: &Contract,
    contracts: &BTreeMap<DatasetId, Contract>,
    shelf: &Shelf,
    inputs: &BTreeMap<DatasetId, Resolved>,
    t: NaiveDate,
    supply: &dyn Supply,
) -> Result<Vec<Drift>, StoreError> {
    let standing = shelf.standing(contract, t);
    let last: Vec<&Snapshot> = standing.iter().rev().take(LOOKED_AT).rev().copied().collect();
    let mut drift: Vec<Drift> = empty(contract, &last);
    for reference in &contract.references {
        let target = contracts.get(&reference.dataset).and_then(|other| other.column(&reference.target));
        let is_of_people = contract.column(&reference.column).and_then(|at| contract.columns.get(at));
        // Reading a column of eight files is worth it only where they can be compared.
        if target.is_none() || is_of_people.is_none_or(|column| column.kind != Kind::Person) || last.len() < 4
        {
            continue;
        }
        drift.extend(known(contract, reference, &last, inputs, supply)?);
    }
    Ok(drift)
}

/// The empty values, as the records tell them.
fn empty(contract: &Contract, last: &[&Snapshot]) -> Vec<Drift> {
    let columns = contract.columns.iter().filter(|column| !column.required);
    let drift = columns.filter_map(|column| {
        let of = |snapshot: &&Snapshot| {
            let part = *snapshot.record.nulls.as_ref()?.get(&column.name)?;
            Some(Share { part, of: snapshot.record.counts.accepted })
        };
        let series: Vec<Option<Share>> = last.iter().map(of).collect();
        Drift::of_empty(&column.name, &series, contract.limits)
    });
    drift.collect()
}

/// The people who are found in another dataset, as it is known tonight.
fn known(
    contract: &Contract,
    reference: &Reference,
    last: &[&Snapshot],
    inputs: &BTreeMap<DatasetId, Resolved>,
    supply: &dyn Supply,
) -> Result<Option<Drift>, StoreError> {
    let parts = inputs.get(&reference.dataset).map(|resolved| resolved.parts.as_slice()).unwrap_or_default();
    if parts.is_empty() {
        return Ok(None);
    }
    let files = parts.iter().map(|part| &part.snapshot).chain(last.iter().copied()).map(Snapshot::data);
    supply.bring(&files.collect::<Vec<_>>())?;
    let mut register = PeopleSet::default();
    for part in parts {
        register.add(&part.snapshot.data(), &reference.target)?;
    }
    let mut series = Vec::with_capacity(last.len());
    for snapshot in last {
        let mut people = PeopleSet::default();
        people.add(&snapshot.data(), &reference.column)?;
        series.push(Share { part: people.found_in(&register), of: people.count() });
    }
    Ok(Drift::of_known(&reference.column, &reference.dataset, &series, contract.limits))
}
