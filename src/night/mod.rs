//! The night: deliveries in, leads out, in the order of the procedure; the only orchestrator.
//!
//! ```text
//! inbox ─► accept ─► acquire ─► shelf (as known at t) ─► plan ─► compare ─► report ─► runs/<date>/<run>
//! ```
//!
//! A night never leaves half a result: it writes into a draft that is renamed whole, then points `current` at it.
//! It reads no clock: the business date is given.
//!
//! # Decisions
//!
//! - The name of a run is the digest of its plan (inputs, rules, facts, approvals, parameters, contracts, program version, earlier
//!   run). The same plan is the same run: it is not computed twice, its files are checked against their digests instead.
//! - A live rule runs as live only as approved: its file and every fact that it reads. Otherwise it runs in the shadow, like a
//!   pilot, and the run ends with code 3. This is decided in the plan, so that the same approvals give the same run.
//! - Both times are kept: the day that data is about (`as_of`), and the business date since which it is known (`known_on`, in
//!   the snapshot's record). A past night that is repeated stays as it was known; `Order::known_on` asks for another day.
//!   A night that is run for the first time, whatever its date, knows everything.
//! - What a night computed, the next one uses again where everything that it is made from is the same, proved by digests: facts,
//!   what was asked for each rule, references (see [`crate::compare`], [`crate::store`]). The result is the same to the byte; what
//!   is kept for that is no part of it, and `Order::program` turns it off.
//! - A mistake in a rule or fact is found before the night begins, and nothing is run (`check_sql`). What happens to a rule
//!   later, such as data that overflows a decimal, does not stop the others: the run says so and ends with code 3.

mod approval;
mod approve;
#[cfg(test)]
mod arrivals;
mod check;
mod drift;
mod execute;
mod history;
mod households;
mod intake;
mod manifest;
mod memory;
mod plan;
mod record;
mod rekey;
mod retell;
pub mod trial;
mod words;
mod workshop;

use std::{
    error::Error as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::NaiveDate;

pub use approval::{Cause, HeldBack, check_approvals};
pub use approve::{ApproveError, Choice, Done, Tested};
pub use check::check_sql;
pub use execute::TakenOver;
pub use intake::{DeliveryFate, Fate, Intake, Intaken, Setting, take_in};
pub use plan::RunPlan;
pub use record::{NightError, RuleRecord, RunRecord};
pub use workshop::{Workshop, WorkshopError};

use crate::{
    compare::Reuse,
    engine::{Cluster, Limits},
    model::{Digest, Lang, Text},
    project::Project,
    store::{Loading, ReuseShelf, Share, Shelf, Store, StoreError, Supply},
    threads::free_aside,
};

/// Hears how the work goes. Never influences it.
pub trait Watch: Sync {
    /// A stage begins, with so many steps.
    fn stage(&self, name: &Text, steps: u64);
    /// A step is done or begins.
    fn step(&self, what: &str);
    /// So much of the stage is done, of so much: rows, rules, lists. Heard often, and by whoever shows it as it changes.
    fn reached(&self, done: u64, of: u64, unit: &Text);
    /// Something that whoever started the night should know now.
    fn notice(&self, text: &Text);
    /// Work that is no stage of its own goes on, of unknown length.
    fn meanwhile(&self, name: &Text);
}

/// What one night is asked to do.
pub struct Order<'a> {
    /// Contracts, facts, rules, parameters.
    pub project: &'a Project,
    /// The business date.
    pub t: NaiveDate,
    /// The day that the command line takes for today: data of a later day is a mistake.
    pub today: NaiveDate,
    /// As known on this business date; None: see [`self`].
    pub known_on: Option<NaiveDate>,
    /// The store's folder.
    pub store: &'a Path,
    /// Brings files of the store that are not on this machine yet.
    pub supply: &'a dyn Supply,
    /// The inbox.
    pub inbox: &'a Path,
    /// The allowed_signers file.
    pub signers: &'a Path,
    /// A reference folder that was put over the pipeline's own, for the plan.
    pub reference: Option<&'a Path>,
    /// What the engine may use.
    pub limits: Limits,
    /// Nothing that an earlier night of the same program computed from the same is used again, and nothing is kept for the next.
    pub fresh: bool,
    /// The cluster on which facts and rules are computed; None: this machine. The results are the same.
    pub cluster: Option<&'a Cluster>,
    /// Puts files of the store where the cluster reads them; None: it reads them where this machine does.
    pub share: Option<Arc<dyn Share>>,
    /// The language of the lists.
    pub lang: Lang,
}

/// Does a whole night: plans every fact and rule, takes in what lies in the inbox, runs the rules, writes the run's folder.
pub async fn run(order: &Order<'_>, watch: &dyn Watch) -> Result<RunRecord, NightError> {
    let store = Store::at(order.store);
    // The program's own file is some hundred megabytes: it is digested meanwhile.
    let program = (!order.fresh).then(|| tokio::task::spawn_blocking(program));
    // Whom the store knows is read while the rules are planned. A store that is not there yet is not made for wrong ones.
    let threads = order.limits.threads;
    let known = if store.root().exists() { Some(Loading::begin(store.lock()?, threads)?) } else { None };
    let found = check_sql(order.project, order.limits).await;
    if found.has_errors() {
        return Err(NightError::Mistakes(found));
    }
    let known = match known {
        Some(known) => known,
        None => Loading::begin(store.lock()?, threads)?,
    };
    let setting = Setting {
        project: order.project,
        t: order.t,
        today: order.today,
        store: order.store,
        supply: order.supply,
        inbox: order.inbox,
        signers: order.signers,
        limits: order.limits,
    };
    let Intaken { intake, dictionary, lock } = intake::take_in(&setting, known, watch)?;
    if let Some(text) = memory::too_little(order.limits.memory, dictionary.len()) {
        watch.notice(&text);
    }
    let shelf = Shelf::open(&store)?;
    let known_on = match order.known_on {
        Some(day) => day,
        None => history::known_on(&store, &shelf, order.t)?,
    };
    let plan = plan::plan(order, &shelf.as_known_on(known_on), known_on, &store)?;
    let known_later = shelf.known_later(order.t, known_on);
    let folder = plan.folder(&store);
    if folder.exists() {
        manifest::verify(&folder)?;
        let record = RunRecord { known_later, ..record::reopen(&plan, intake, folder.clone())? };
        point_current(&folder)?;
        return Ok(record);
    }
    let parts = plan.inputs.values().flat_map(|resolved| &resolved.parts);
    let parts: Vec<PathBuf> = parts.map(|part| part.snapshot.data()).collect();
    match &order.share {
        // Nobody reads them here.
        Some(share) => drop(share.share(&parts).await?),
        None => order.supply.bring(&parts)?,
    }
    let draft = lock.draft()?;
    let scratch = lock.draft()?;
    let program = match program {
        Some(program) => program.await.ok().flatten(),
        None => None,
    };
    let shelf = program.map(|program| (ReuseShelf::of(&store), program));
    let mut reuse = Reuse::new(shelf, scratch.path());
    let executed = execute::execute(order, &plan, &dictionary, &mut reuse, draft.path(), watch).await?;
    free_aside(dictionary);
    watch.stage(&Text::new("写清单和报告", "writing lists and report"), 1);
    let record = retell::write(order, &plan, &intake, executed, draft.path(), folder.clone(), watch)?;
    watch.step("manifest.json");
    draft.seal(&folder)?;
    point_current(&folder)?;
    // The night is done: what the next one could have saved is no reason to say otherwise.
    let not_kept = reuse.settle(&plan.run).err();
    let with_cause = |error: StoreError| match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    Ok(RunRecord { known_later, not_kept: not_kept.map(with_cause), ..record })
}

/// The digest of this program's own file; None where it cannot be read: then nothing of an earlier night is used.
fn program() -> Option<Digest> {
    Digest::of_file(&std::env::current_exe().ok()?).ok()
}

/// Makes `runs/<date>/current` name the run. Written aside and renamed, so that it names one run or the other.
fn point_current(folder: &Path) -> Result<(), NightError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| NightError::Io { doing: "write", path, source }
    };
    let (Some(day), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(()) };
    let current: PathBuf = day.join(history::CURRENT);
    let file = tempfile::NamedTempFile::new_in(day).map_err(failed(&current))?;
    std::fs::write(file.path(), format!("{}\n", name.to_string_lossy())).map_err(failed(&current))?;
    file.as_file().sync_all().map_err(failed(&current))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let readable = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(file.path(), readable).map_err(failed(&current))?;
    }
    file.persist(&current).map_err(|error| NightError::Io {
        doing: "write",
        path: current,
        source: error.error,
    })?;
    Ok(())
}
