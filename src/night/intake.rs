//! Taking in what lies in the inbox: every delivery verified, its rows typed and sealed as a snapshot.
//!
//! A delivery that is refused changes nothing but where it lies and its receipt; the others go on.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::{NightError, Watch, history};
use crate::{
    accept::{AllowedSigners, Desk, Fault, Outcome, Refused, Verdict, accept_inbox, take_back},
    acquire::{AcquireError, Means, Refusal, acquire},
    engine::Limits,
    model::{DatasetId, Text},
    project::Project,
    store::{Counts, Dictionary, GrowingDictionary, Shelf, Store, StoreLock},
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

/// Takes in the inbox.
pub fn take_in(setting: &Setting<'_>, watch: &dyn Watch) -> Result<Intaken, NightError> {
    let store = Store::at(setting.store);
    let lock = store.lock()?;
    let signers = AllowedSigners::load(setting.signers)?;
    let shelf = Shelf::open(&store)?;
    let acquired = |dataset: &DatasetId, delivery: &str| {
        shelf.snapshots(dataset).iter().any(|snapshot| snapshot.record.delivery == delivery)
    };
    let outcomes = accept_inbox(&Desk {
        inbox: setting.inbox,
        store: setting.store,
        signers: &signers,
        contracts: &setting.project.contracts,
        key_id: setting.project.pipeline.key_id.as_deref(),
        business_date: setting.t,
        today: setting.today,
        known_on: history::newest_night(&store, &shelf, setting.t)?,
        acquired: &acquired,
    })?;
    let waiting = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Accepted { .. })).count();
    watch.stage(&Text::new("收取交付", "taking in deliveries"), u64::try_from(waiting).unwrap_or_default());
    let mut dictionary = GrowingDictionary::load(lock)?;
    let mut deliveries = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        deliveries.push(fate(setting, &mut dictionary, outcome, watch)?);
    }
    let (dictionary, lock) = dictionary.finish();
    Ok(Intaken { intake: Intake { deliveries }, dictionary, lock })
}

fn fate(
    setting: &Setting<'_>,
    dictionary: &mut GrowingDictionary,
    outcome: Outcome,
    watch: &dyn Watch,
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
    let Some(contract) = setting.project.contracts.get(&accepted.package.dataset) else {
        return Err(NightError::NoContract(accepted.package.dataset.clone()));
    };
    watch.step(&accepted.delivery);
    match acquire(&accepted, contract, dictionary, means(setting.limits)) {
        Ok(acquired) => Ok(of(Fate::TakenIn(acquired.snapshot.record.counts))),
        Err(AcquireError::Refused { refusals, .. }) => {
            let verdict = verdict(&refusals);
            let refused = take_back(setting.inbox, setting.store, &accepted, verdict, setting.t)?;
            Ok(DeliveryFate::refused(refused))
        }
        Err(error) => Err(error.into()),
    }
}

/// Everything that is wrong with a delivery's content. What can be done about it is the agency's to do.
fn verdict(refusals: &[Refusal]) -> Verdict {
    let fault = |refusal: &Refusal| {
        let hint = refusal.hint().unwrap_or_default();
        Fault {
            code: refusal.code().to_owned(),
            what: refusal.text(),
            what_to_do: hint.clone(),
            for_the_agency: hint,
        }
    };
    Verdict { faults: refusals.iter().map(fault).collect(), is_final: refusals.iter().all(Refusal::is_final) }
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
