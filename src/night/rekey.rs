//! The store moves on to a new key: when every agency has said which new token is which old one, and not before.
//!
//! ```text
//! bridges of all agencies ─► does every agency's bridge hold its people? ─► new tokens stand for the old numbers ─► the next epoch
//! ```
//!
//! # Decisions
//!
//! - It moves when the first delivery of the new key waits, not when the last bridge comes: until then agencies go on
//!   sealing with the old one, and every person met meanwhile can still be bridged.
//! - A bridge that lacks somebody splits that person in two: the dead man of the old key is not the payee of the new one, and
//!   nobody would notice. So the people of the snapshots that stand are counted against the bridges, by agency. A few may be
//!   missing (numbers that the register has corrected since); they are told of. More than [`MISSING_PERCENT`] is a wrong key
//!   or a forgotten file, and the store stays where it is.
//! - What was taken in under the old key is sealed before it moves: people, then epoch. Killed in between, it does the same
//!   again.

use std::collections::BTreeSet;

use super::{
    Fate, NightError, Setting,
    intake::{Fates, not_as_signed},
};
use crate::{
    accept::{self, Accepted, Epoch, Fault, Outcome, Refused, Verdict, epochs, restate, tried_again},
    acquire::{BridgeFault, check_against, read_bridge},
    contract::Kind,
    model::Text,
    store::{Bridge, BridgeRecord, GrowingDictionary, PeopleSet, Shelf, Store, StoreLock},
};

/// How many people in a hundred may stand in no bridge.
const MISSING_PERCENT: u64 = 1;

/// Whether the store moved on.
pub(super) enum Move {
    /// Nothing asks for it, or bridges are missing.
    Nowhere,
    /// Something else holds it back.
    Held(Verdict),
    /// It did; what to tell.
    On(Vec<Text>),
}

/// Takes in a verified bridge: for how many people, or why not.
pub(super) fn take(accepted: &Accepted, lock: &StoreLock) -> Result<Result<u64, Verdict>, NightError> {
    let Some(to) = &accepted.package.bridge_to else { return Ok(Ok(0)) };
    let late = |fault: &BridgeFault| match fault.changed() {
        Some(path) => not_as_signed(accepted, path),
        None => verdict(fault.code(), fault.text(), fault.hint(), fault.is_final()),
    };
    let room = lock.draft()?;
    let pairs = match read_bridge(accepted, room.path()) {
        Ok(pairs) => pairs,
        Err(fault) => return Ok(Err(late(&fault))),
    };
    let from = accepted.package.epoch();
    let (agency, supersedes) = (&accepted.package.agency, &accepted.package.supersedes);
    let standing = Bridge::standing(lock.store())?;
    let is_asked = |other: &&Bridge| {
        let record = &other.record;
        let is_corrected = record.agency == *agency && Some(&record.delivery) == supersedes.as_ref();
        record.from == from && record.to == *to && !is_corrected
    };
    let others: Vec<&Bridge> = standing.iter().filter(is_asked).collect();
    if let Some(fault) = check_against(&pairs, &others)? {
        return Ok(Err(late(&fault)));
    }
    let record = BridgeRecord {
        agency: agency.clone(),
        delivery: accepted.delivery.clone(),
        from,
        to: to.clone(),
        supersedes: supersedes.clone(),
        pairs: pairs.len() as u64,
        package_sha256: accepted.package_sha256.hex(),
    };
    Bridge::seal(lock, &record, &pairs)?;
    Ok(Ok(record.pairs))
}

/// The deliveries for which every bridge is there, with the epoch that they wait for.
pub(super) fn ready(outcomes: &[Outcome]) -> Vec<(Refused, Epoch)> {
    let each = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Refused(refused) => refused.waits_for.clone().map(|epoch| (refused.clone(), epoch)),
        _ => None,
    });
    each.collect()
}

/// Moves the store on to the epoch of the first delivery that is ready, if the bridges bear it.
pub(super) fn move_on(
    setting: &Setting<'_>,
    dictionary: &mut GrowingDictionary,
    ready: &[(Refused, Epoch)],
) -> Result<Move, NightError> {
    let store = Store::at(setting.store);
    let epochs = epochs(setting.store)?;
    let (Some((_, to)), Some(from)) = (ready.first(), epochs.last()) else { return Ok(Move::Nowhere) };
    if let Some(named) = setting.project.pipeline.key_id.as_ref().filter(|named| **named != to.key_id) {
        return Ok(Move::Held(pinned(named, to)));
    }
    let mut pairs = Vec::new();
    for bridge in Bridge::standing(&store)? {
        if bridge.record.from == *from && bridge.record.to == *to {
            pairs.extend(bridge.pairs()?);
        }
    }
    let mut bridged = PeopleSet::default();
    for number in pairs.iter().filter_map(|(old, _)| dictionary.number_of(old)) {
        bridged.insert(number);
    }
    let lacking = lacking(setting, &store, &bridged)?;
    if lacking.iter().any(|lack| lack.missing * 100 > lack.people * MISSING_PERCENT) {
        return Ok(Move::Held(too_few(&lacking, to)));
    }
    let done = dictionary.bridge(&format!("{:03}-{}", epochs.len() + 1, to.key_id), &pairs)?;
    accept::move_on(setting.store, to)?;
    let mut said = vec![Text::new(
        format!(
            "密钥期由 {} 换到 {}（{}）：{} 人保留原编号和原令牌",
            from.key_id, to.key_id, to.hash, done.people
        ),
        format!(
            "the store moved on from key epoch {} to {} ({}): {} people keep their number and first token",
            from.key_id, to.key_id, to.hash, done.people
        ),
    )];
    if !lacking.is_empty() {
        said.push(Text::new(
            format!("不在任何桥表中、再次出现时将算作新人：{}", list(&lacking, true)),
            format!("in no bridge, and new people if they come again: {}", list(&lacking, false)),
        ));
    }
    Ok(Move::On(said))
}

/// Says of the deliveries that were ready why they still wait.
pub(super) fn hold(ready: &[(Refused, Epoch)], why: &Verdict, fates: &mut Fates) -> Result<(), NightError> {
    for (refused, _) in ready {
        let refused = restate(refused, why.clone())?;
        if let Some(fate) = fates.get_mut(&(refused.folder.clone(), refused.delivery.clone())) {
            fate.fate = Fate::Refused(Box::new(refused));
        }
    }
    Ok(())
}

fn verdict(code: &str, what: Text, hint: Text, is_final: bool) -> Verdict {
    let fault = Fault { code: code.to_owned(), what, what_to_do: hint.clone(), for_the_agency: hint };
    Verdict { faults: vec![fault], stays: (!is_final).then(tried_again) }
}

/// An agency's people, and how many of them stand in no bridge.
struct Lack<'a> {
    agency: &'a str,
    people: u64,
    missing: u64,
}

/// The agencies some of whose people stand in no bridge, in the snapshots that stand on the business date.
fn lacking<'a>(
    setting: &Setting<'a>,
    store: &Store,
    bridged: &PeopleSet,
) -> Result<Vec<Lack<'a>>, NightError> {
    let shelf = Shelf::open(store)?;
    let contracts = &setting.project.contracts;
    let agencies: BTreeSet<&str> = contracts.keys().map(|dataset| dataset.agency.as_str()).collect();
    let mut lacking = Vec::new();
    for agency in agencies {
        let mut seen = PeopleSet::default();
        for contract in contracts.values().filter(|contract| contract.id.agency == agency) {
            let parts = shelf.resolve(contract, setting.t).parts;
            setting.supply.bring(&parts.iter().map(|part| part.snapshot.data()).collect::<Vec<_>>())?;
            for part in parts {
                for column in contract.columns.iter().filter(|column| column.kind == Kind::Person) {
                    seen.add(&part.snapshot.data(), &column.name)?;
                }
            }
        }
        let people = seen.count();
        let missing = people - seen.found_in(bridged);
        if missing > 0 {
            lacking.push(Lack { agency, people, missing });
        }
    }
    Ok(lacking)
}

fn list(lacking: &[Lack<'_>], zh: bool) -> String {
    let each = lacking.iter().map(|Lack { agency, people, missing }| {
        if zh {
            format!("{agency} {people} 人中 {missing} 人")
        } else {
            format!("{agency}: {missing} of {people} people")
        }
    });
    each.collect::<Vec<_>>().join(if zh { "、" } else { ", " })
}

fn too_few(lacking: &[Lack<'_>], to: &Epoch) -> Verdict {
    verdict(
        "key_epoch",
        Text::new(
            format!("桥表缺人，库未换到密钥期 {}：{}", to.key_id, list(lacking, true)),
            format!(
                "the bridges lack people, so the store did not move on to {}: {}",
                to.key_id,
                list(lacking, false)
            ),
        ),
        Text::new(
            "请这些机构用全部原始文件和正确的旧密钥再做一份桥表：hedui seal rekey",
            "have these agencies make another bridge from all their raw files with the right old key: hedui seal rekey",
        ),
        false,
    )
}

fn pinned(named: &str, to: &Epoch) -> Verdict {
    verdict(
        "key_epoch",
        Text::new(
            format!("桥表已齐，但流程文件写定密钥期 {named}"),
            format!("every bridge is there, but the pipeline names the key epoch {named}"),
        ),
        Text::new(
            format!("在流程文件中把 key_id 改为 {}", to.key_id),
            format!("write key_id: {} into the pipeline's file", to.key_id),
        ),
        false,
    )
}
