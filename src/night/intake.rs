//! Taking in what lies in the inbox: every delivery verified, its rows typed and sealed as a snapshot.
//!
//! A delivery that is refused changes nothing but where it lies and its receipt; the others go on.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use chrono::NaiveDate;

use super::{
    NightError, Watch, history,
    rekey::{self, Move},
};
use crate::{
    accept::{
        self, Accepted, AllowedSigners, Desk, Fault, Kept, Outcome, Refused, Verdict, accept_inbox,
        never_stored, take_back, tried_again,
    },
    acquire::{AcquireError, Means, Refusal, acquire_watched},
    engine::Limits,
    model::{DatasetId, Text},
    project::Project,
    store::{Counts, Dictionary, GrowingDictionary, Loading, Shelf, Store, StoreLock, Supply},
};

/// What intake works with.
pub struct Setting<'a> {
    /// Contracts and the key epoch.
    pub project: &'a Project,
    /// The business date.
    pub t: NaiveDate,
    /// The day that the command line takes for today: data of a later day is a mistake.
    pub today: NaiveDate,
    /// The store's folder.
    pub store: &'a Path,
    /// Brings files of the store that are not on this machine yet.
    pub supply: &'a dyn Supply,
    /// The inbox.
    pub inbox: &'a Path,
    /// The allowed_signers file.
    pub signers: &'a Path,
    /// What reading the deliveries may use.
    pub limits: Limits,
}

/// Of what a night may hold in memory, reading deliveries takes a quarter: the dictionary and the pieces being read are
/// there besides.
fn means(limits: Limits) -> Means {
    let usual = Means::default();
    Means { threads: limits.threads, memory: limits.memory.map_or(usual.memory, |memory| memory / 4) }
}

/// What became of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryFate {
    /// Where it lies.
    pub folder: PathBuf,
    /// Its id, or its folder's name.
    pub delivery: String,
    /// The agency: as stated, else the folder it lies in.
    pub agency: String,
    /// Its dataset, if that could be read.
    pub dataset: Option<DatasetId>,
    /// Taken in tonight, with what became of its rows; or why not: code, what, what to do.
    pub fate: Fate,
}

/// The ways a delivery can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Taken in tonight.
    TakenIn(Counts),
    /// A bridge to another key, taken in tonight: for how many people.
    Bridge(u64),
    /// Taken in before.
    Known,
    /// About a day after the business date.
    NotYet,
    /// Refused: why, the receipt, and where the delivery is now.
    Refused(Box<Refused>),
}

/// All deliveries of the inbox, sorted by folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// One entry a delivery.
    pub deliveries: Vec<DeliveryFate>,
    /// What became of the key epoch, if anything did.
    pub notes: Vec<Text>,
}

impl Intake {
    /// The refused ones.
    pub fn refused(&self) -> impl Iterator<Item = &DeliveryFate> {
        self.deliveries.iter().filter(|delivery| matches!(delivery.fate, Fate::Refused(_)))
    }
}

/// Intake done: the account of it, and what the run goes on with.
pub struct Intaken {
    /// What became of each delivery.
    pub intake: Intake,
    /// Every token ever seen.
    pub dictionary: Dictionary,
    /// The right to write to the store.
    pub lock: StoreLock,
}

/// How far the rows of all deliveries have come, for whoever watches. A row is read and then written: half done, and done.
struct RowsDone<'a> {
    watch: &'a dyn Watch,
    /// Rows read and rows written.
    done: AtomicU64,
    /// Twice the rows of all deliveries, as their packages state them.
    of: AtomicU64,
    /// What `done` is when the delivery at hand is over, however it ends.
    then: AtomicU64,
}

impl<'a> RowsDone<'a> {
    fn new(watch: &'a dyn Watch) -> Self {
        Self { watch, done: AtomicU64::new(0), of: AtomicU64::new(0), then: AtomicU64::new(0) }
    }

    /// These are taken in next.
    fn expect(&self, outcomes: &[Outcome]) {
        let accepted = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Accepted { accepted, .. } => Some(rows_of(accepted)),
            _ => None,
        });
        let rows = accepted.fold(0_u64, u64::saturating_add);
        self.of.fetch_add(rows.saturating_mul(2), Ordering::Relaxed);
        self.tell();
    }

    fn add(&self, rows: u64) {
        self.done.fetch_add(rows, Ordering::Relaxed);
        self.tell();
    }

    /// A delivery is over; what it did not come to is over too.
    fn end(&self, accepted: &Accepted) {
        let then = self.then.load(Ordering::Relaxed).saturating_add(rows_of(accepted).saturating_mul(2));
        self.then.store(then, Ordering::Relaxed);
        self.done.store(then, Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        let of = self.of.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed).min(of);
        self.watch.reached(done / 2, of / 2, &Text::new("行", "rows"));
    }
}

/// The rows of a delivery, as its package states them.
fn rows_of(accepted: &Accepted) -> u64 {
    // A bridge holds rows of another kind, read at once.
    let is_bridge = accepted.package.bridge_to.is_some();
    let rows = accepted.package.resources.iter().filter(|_| !is_bridge).map(|resource| resource.rows);
    rows.fold(0, u64::saturating_add)
}

/// What became of each, by folder and id: what was refused and moved aside may be followed by another of the same folder.
pub(super) type Fates = BTreeMap<(PathBuf, String), DeliveryFate>;

/// Takes in the inbox of the locked store whose dictionary is being read.
pub fn take_in(setting: &Setting<'_>, dictionary: Loading, watch: &dyn Watch) -> Result<Intaken, NightError> {
    let store = Store::at(setting.store);
    let signers = AllowedSigners::load(setting.signers)?;
    watch.meanwhile(&Text::new("核对签名和摘要", "checking signatures and digests"));
    let mut outcomes = accept(setting, &store, &signers)?;
    let waiting = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Accepted { .. })).count();
    watch.stage(&Text::new("收取交付", "taking in deliveries"), u64::try_from(waiting).unwrap_or_default());
    let mut dictionary = dictionary.ready()?;
    let rows = RowsDone::new(watch);
    let mut fates = Fates::new();
    let mut notes = Vec::new();
    // A bridge may let in what was refused a moment ago: then the inbox is gone through once more.
    loop {
        let ready = rekey::ready(&outcomes);
        rows.expect(&outcomes);
        let (mut has_bridge, mut has_data, mut made_room) = (false, false, false);
        for outcome in outcomes {
            let is_accepted = matches!(outcome, Outcome::Accepted { .. });
            let fate = fate(setting, &mut dictionary, outcome, &rows)?;
            has_bridge |= matches!(fate.fate, Fate::Bridge(_));
            has_data |= matches!(fate.fate, Fate::TakenIn(_));
            let is_gone = |refused: &Refused| matches!(refused.kept, Kept::Aside(_));
            made_room |= is_accepted && matches!(&fate.fate, Fate::Refused(refused) if is_gone(refused));
            let is_settled =
                |before: &DeliveryFate| matches!(before.fate, Fate::TakenIn(_) | Fate::Bridge(_));
            let name = (fate.folder.clone(), fate.delivery.clone());
            if !fates.get(&name).is_some_and(is_settled) {
                fates.insert(name, fate);
            }
        }
        // What was taken in a moment ago may be the first of an agency that has sent no bridge: it is looked at once more.
        // And what turned out not to be what was signed may have stood in the way of the one that was.
        let is_settled = !has_bridge && !made_room && (!has_data || ready.is_empty());
        if is_settled {
            match rekey::move_on(setting, &mut dictionary, &ready)? {
                Move::On(said) => notes.extend(said),
                Move::Held(why) => {
                    rekey::hold(&ready, &why, &mut fates)?;
                    break;
                }
                Move::Nowhere => break,
            }
        }
        outcomes = accept(setting, &store, &signers)?;
    }
    let (dictionary, lock) = dictionary.finish();
    let deliveries = fates.into_values().collect();
    Ok(Intaken { intake: Intake { deliveries, notes }, dictionary, lock })
}

/// One round of accepting.
fn accept(
    setting: &Setting<'_>,
    store: &Store,
    signers: &AllowedSigners,
) -> Result<Vec<Outcome>, NightError> {
    let shelf = Shelf::open(store)?;
    let acquired = |dataset: &DatasetId, delivery: &str| {
        store.bridge(&dataset.agency, delivery).exists()
            || shelf.snapshots(dataset).iter().any(|snapshot| snapshot.record.delivery == delivery)
    };
    Ok(accept_inbox(&Desk {
        inbox: setting.inbox,
        store: setting.store,
        signers,
        contracts: &setting.project.contracts,
        key_id: setting.project.pipeline.key_id.as_deref(),
        business_date: setting.t,
        today: setting.today,
        known_on: history::newest_night(store, &shelf, setting.t)?,
        acquired: &acquired,
    })?)
}

fn fate(
    setting: &Setting<'_>,
    dictionary: &mut GrowingDictionary,
    outcome: Outcome,
    rows: &RowsDone<'_>,
) -> Result<DeliveryFate, NightError> {
    let (accepted, known) = match outcome {
        Outcome::Accepted { accepted, .. } => (accepted, None),
        Outcome::Known(accepted) => (accepted, Some(Fate::Known)),
        Outcome::NotYet(accepted) => (accepted, Some(Fate::NotYet)),
        Outcome::Refused(refused) => return Ok(DeliveryFate::refused(refused)),
    };
    let of = |fate: Fate| DeliveryFate {
        folder: accepted.folder.clone(),
        delivery: accepted.delivery.clone(),
        agency: accepted.package.agency.clone(),
        dataset: Some(accepted.package.dataset.clone()),
        fate,
    };
    if let Some(fate) = known {
        return Ok(of(fate));
    }
    let refuse = |verdict: Verdict| -> Result<DeliveryFate, NightError> {
        let refused = take_back(setting.inbox, setting.store, &accepted, verdict, setting.t)?;
        Ok(DeliveryFate::refused(refused))
    };
    if accepted.package.bridge_to.is_some() {
        rows.watch.step(&accepted.delivery);
        return match rekey::take(&accepted, dictionary.lock())? {
            Ok(people) => Ok(of(Fate::Bridge(people))),
            Err(verdict) => refuse(verdict),
        };
    }
    let Some(contract) = setting.project.contracts.get(&accepted.package.dataset) else {
        return Err(NightError::NoContract(accepted.package.dataset.clone()));
    };
    rows.watch.step(&accepted.delivery);
    let acquired =
        acquire_watched(&accepted, contract, dictionary, means(setting.limits), &|more| rows.add(more));
    rows.end(&accepted);
    match acquired {
        Ok(acquired) => Ok(of(Fate::TakenIn(acquired.snapshot.record.counts))),
        Err(AcquireError::Refused { refusals, .. }) => {
            let changed = refusals.iter().find_map(Refusal::changed);
            refuse(changed.map_or_else(|| verdict(&refusals), |path| not_as_signed(&accepted, path)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A file of a delivery is not the one that was signed.
pub(super) fn not_as_signed(accepted: &Accepted, path: &Path) -> Verdict {
    let path = path.strip_prefix(&accepted.folder).unwrap_or(path);
    accept::Refusal::FileDigest { path: path.to_string_lossy().into_owned() }.verdict()
}

/// Everything that is wrong with a delivery's content. What can be done about it is the agency's to do.
fn verdict(refusals: &[Refusal]) -> Verdict {
    let fault = |refusal: &Refusal| {
        let hint = refusal.hint();
        Fault {
            code: refusal.code().to_owned(),
            what: refusal.text(),
            what_to_do: hint.clone(),
            for_the_agency: hint,
        }
    };
    let stays = if refusals.iter().any(|refusal| matches!(refusal, Refusal::RawNumbers { .. })) {
        Some(never_stored())
    } else {
        (!refusals.iter().all(Refusal::is_final)).then(tried_again)
    };
    Verdict { faults: refusals.iter().map(fault).collect(), stays }
}

impl DeliveryFate {
    fn refused(refused: Refused) -> Self {
        Self {
            folder: refused.folder.clone(),
            delivery: refused.delivery.clone(),
            agency: refused.agency.clone(),
            dataset: refused.dataset.clone(),
            fate: Fate::Refused(Box::new(refused)),
        }
    }
}
