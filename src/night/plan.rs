//! What a run will do, decided before it does it: which snapshots, rules, facts and figures. Pure, printable, hashed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{HeldBack, NightError, Order, approval, drift, history::Earlier};
use crate::{
    compare::{Feed, Volume, volume_drop},
    contract::Delivery,
    engine::Engine,
    model::{DatasetId, Digest, Lang, Month},
    store::{Resolved, Shelf, Store},
};

/// A run before it happens.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// The business date.
    pub t: NaiveDate,
    /// What became known after this business date is not used.
    pub known_on: NaiveDate,
    /// Every dataset as known then, at t.
    pub inputs: BTreeMap<DatasetId, Resolved>,
    /// How fresh each is.
    pub feeds: BTreeMap<DatasetId, Feed>,
    /// The last run before this date, for what is new.
    pub earlier: Earlier,
    /// The files that hold live rules back from the lists.
    pub held_back: Vec<HeldBack>,
    /// The plan as it stands in the manifest.
    pub text: Value,
    /// The run's name: a digest of the plan.
    pub run: String,
}

impl RunPlan {
    /// Where the run's folder is, or will be.
    pub fn folder(&self, store: &Store) -> PathBuf {
        day_folder(store, self.t).join(&self.run)
    }
}

/// The folder of one business date.
pub(super) fn day_folder(store: &Store, t: NaiveDate) -> PathBuf {
    runs_folder(store).join(t.format("%Y-%m-%d").to_string())
}

/// The folder of all runs.
pub(super) fn runs_folder(store: &Store) -> PathBuf {
    store.root().join("runs")
}

/// Where a plan says what it knew, if that is not what was known on the business date.
pub(super) const KNOWN_ON: &str = "known_on";

/// Decides what to run, with a shelf as known on a business date.
pub fn plan(
    order: &Order<'_>,
    shelf: &Shelf,
    known_on: NaiveDate,
    store: &Store,
) -> Result<RunPlan, NightError> {
    let (project, t) = (order.project, order.t);
    let drop = volume_drop(&project.parameters, &project.pipeline.division.value, t);
    let mut inputs = BTreeMap::new();
    let mut feeds = BTreeMap::new();
    for contract in project.contracts.values() {
        let resolved = shelf.resolve(contract, t);
        let held_months = match contract.delivery {
            Delivery::ByMonth { .. } => Some(resolved.held_months.clone()),
            Delivery::Full | Delivery::Upsert => None,
        };
        let volume = Volume::of(&shelf.sizes(contract, t), drop);
        feeds.insert(
            contract.id.clone(),
            Feed {
                as_of: resolved.as_of,
                fresh_days: contract.fresh_days,
                held_months,
                volume,
                drift: Vec::new(),
            },
        );
        inputs.insert(contract.id.clone(), resolved);
    }
    for contract in project.contracts.values() {
        let drift = drift::of(contract, &project.contracts, shelf, &inputs, t, order.supply)?;
        if let Some(feed) = feeds.get_mut(&contract.id) {
            feed.drift = drift;
        }
    }
    let earlier = Earlier::before(store, t)?;
    let held_back = approval::held_back(&Engine::new(order.limits)?, project)
        .map_err(|fault| NightError::Fact(fault.to_string()))?;
    let mut text = describe(order, &inputs, &feeds, &earlier, &held_back)?;
    if known_on != t
        && let Some(text) = text.as_object_mut()
    {
        text.insert(KNOWN_ON.to_owned(), json!(known_on.to_string()));
    }
    let digest = Digest::of(text.to_string().as_bytes()).hex();
    let run = digest.get(..16).unwrap_or(&digest).to_owned();
    Ok(RunPlan { t, known_on, inputs, feeds, earlier, held_back, text, run })
}

fn describe(
    order: &Order<'_>,
    inputs: &BTreeMap<DatasetId, Resolved>,
    feeds: &BTreeMap<DatasetId, Feed>,
    earlier: &Earlier,
    held_back: &[HeldBack],
) -> Result<Value, NightError> {
    let project = order.project;
    let inputs: Vec<Value> = inputs
        .iter()
        .flat_map(|(dataset, resolved)| resolved.parts.iter().map(move |part| (dataset, part)))
        .map(|(dataset, part)| {
            let record = &part.snapshot.record;
            json!({
                "dataset": dataset.to_string(),
                "delivery": record.delivery,
                "as_of": record.as_of.to_string(),
                "sequence": record.sequence,
                "months": part.months.as_ref().map(|months| months.iter().map(Month::to_string).collect::<Vec<_>>()),
                "rows": record.counts.accepted,
                "sha256": record.sha256.hex(),
                "package_sha256": record.package_sha256.hex(),
            })
        })
        .collect();
    let volumes = feeds.iter().filter_map(|(dataset, feed)| Some((dataset, feed.volume.as_ref()?)));
    let sizes: Vec<Value> = volumes
        .map(|(dataset, volume)| {
            let (now, usual) = (volume.now.to_string(), volume.usual.to_string());
            json!({
                "dataset": dataset.to_string(), "now": now, "usual": usual,
                "deliveries": volume.deliveries, "is_small": volume.is_small,
            })
        })
        .collect();
    let drifted =
        feeds.iter().flat_map(|(dataset, feed)| feed.drift.iter().map(move |drift| (dataset, drift)));
    let drift: Vec<Value> = drifted
        .map(|(dataset, drift)| {
            let (now, usual) = (drift.now.to_string(), drift.usual.to_string());
            let text = drift.text();
            json!({
                "dataset": dataset.to_string(), "what": {"zh": text.zh, "en": text.en}, "now": now, "usual": usual,
                "deliveries": drift.deliveries,
            })
        })
        .collect();
    let rules: Vec<Value> = project
        .rules
        .values()
        .map(|rule| json!({"id": rule.id, "status": rule.status.as_str(), "sha256": rule.digest.hex()}))
        .collect();
    let facts: Vec<Value> =
        project.facts.values().map(|fact| json!({"name": fact.name, "sha256": fact.digest.hex()})).collect();
    let approvals = project
        .approvals
        .digest
        .map(|digest| json!({"file": name_of(&project.approvals.file), "sha256": digest.hex()}));
    Ok(json!({
        "program": {"name": "hedui", "version": env!("CARGO_PKG_VERSION")},
        "engine": {"name": "datafusion", "version": crate::engine::VERSION},
        "business_date": order.t.to_string(),
        "division": project.pipeline.division.value,
        "language": match order.lang { Lang::Zh => "zh", Lang::En => "en" },
        "pipeline": file_digest(&project.pipeline.file)?,
        "earlier_run": earlier.run.as_ref().map(|(date, run)| format!("{date}/{run}")),
        "inputs": inputs,
        // What earlier deliveries, which are no inputs any more, say about tonight's: sizes in ten-millionths of a row.
        "sizes": sizes,
        // And what they say about its content: shares in ten-millionths.
        "drift": drift,
        "rules": rules,
        "facts": facts,
        "approvals": approvals,
        "held_back": held_back.iter().map(HeldBack::json).collect::<Vec<_>>(),
        "parameters": digests_in(&project.pipeline.parameters, &project.pipeline.file)?,
        "contracts": digests_in(&project.pipeline.contracts, &project.pipeline.file)?,
        "reference": folder_digests(&project.pipeline.reference)?,
        "reference_over_it": order.reference.map(reference_digests).transpose()?,
    }))
}

fn file_digest(path: &Path) -> Result<Value, NightError> {
    let digest = Digest::of_file(path).map_err(|source| NightError::Io {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    Ok(json!({"file": name_of(path), "sha256": digest.hex()}))
}

fn digests_of(files: &[PathBuf]) -> Result<Vec<Value>, NightError> {
    files.iter().map(|path| file_digest(path)).collect()
}

/// The files of several folders. Two folders may hold files of one name: those of a later folder carry their path, as seen
/// from the pipeline's file.
fn digests_in(folders: &[PathBuf], pipeline: &Path) -> Result<Vec<Value>, NightError> {
    let base = pipeline.parent().unwrap_or(Path::new(""));
    let mut all = Vec::new();
    for (at, folder) in folders.iter().enumerate() {
        let mut digests = folder_digests(folder)?;
        if at > 0 {
            let inside = folder.strip_prefix(base).unwrap_or(folder);
            for digest in &mut digests {
                if let Some(file) = digest.get_mut("file") {
                    *file = json!(format!("{}/{}", inside.display(), file.as_str().unwrap_or_default()));
                }
            }
        }
        all.append(&mut digests);
    }
    Ok(all)
}

fn folder_digests(folder: &Path) -> Result<Vec<Value>, NightError> {
    let failed = |source| NightError::Io { doing: "read", path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    digests_of(&files)
}

/// Of a reference folder given for one run only its tables matter.
fn reference_digests(folder: &Path) -> Result<Vec<Value>, NightError> {
    let tables = ["divisions.csv", "standards.csv"].map(|name| folder.join(name));
    let there: Vec<PathBuf> = tables.into_iter().filter(|path| path.is_file()).collect();
    digests_of(&there)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
