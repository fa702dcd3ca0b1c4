//! What earlier runs had found and known: which leads are new, which come again, and what a night that is repeated knew.

use std::{collections::BTreeMap, fs, path::Path};

use arrow::array::AsArray;
use arrow::datatypes::Date32Type;
use chrono::NaiveDate;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{
    NightError,
    manifest::MANIFEST,
    plan::{KNOWN_ON, day_folder, runs_folder},
};
use crate::{
    model::{Lead, LeadStatus},
    store::{Shelf, Store},
};

/// The file that names the run that stands for a day.
pub(super) const CURRENT: &str = "current";

/// The newest business date of a store: of this night, of any run, of anything that became known.
pub fn newest_night(store: &Store, shelf: &Shelf, t: NaiveDate) -> Result<NaiveDate, NightError> {
    let run = latest_before(&runs_folder(store), NaiveDate::MAX)?;
    Ok(run.max(shelf.newest_known()).max(Some(t)).unwrap_or(t))
}

/// The day as known on which a night for `t` is run, where nobody says. A past night that was run before stays as it was
/// known; every other one knows everything.
pub fn known_on(store: &Store, shelf: &Shelf, t: NaiveDate) -> Result<NaiveDate, NightError> {
    let newest = newest_night(store, shelf, t)?;
    let day = day_folder(store, t);
    if t == newest || !day.join(CURRENT).is_file() {
        return Ok(newest);
    }
    let path = day.join(current(&day)?).join(MANIFEST);
    let damaged =
        || NightError::Damaged { path: path.clone(), message: "it is not a manifest any more".to_owned() };
    let text =
        fs::read(&path).map_err(|source| NightError::Io { doing: "read", path: path.clone(), source })?;
    let manifest: serde_json::Value = serde_json::from_slice(&text).map_err(|_| damaged())?;
    match manifest.get("plan").and_then(|plan| plan.get(KNOWN_ON)) {
        // A night whose plan does not say was run as known on its own date.
        None => Ok(t),
        Some(day) => day.as_str().and_then(|day| day.parse().ok()).ok_or_else(damaged),
    }
}

/// The name of the run that stands for a day.
fn current(day: &Path) -> Result<String, NightError> {
    let path = day.join(CURRENT);
    let name = fs::read_to_string(&path).map_err(|source| NightError::Io { doing: "read", path, source })?;
    Ok(name.trim().to_owned())
}

/// The last run before a date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Its date and name; None: this is the first.
    pub run: Option<(NaiveDate, String)>,
    /// Its leads by id, with the date on which each was first seen.
    pub first_seen: BTreeMap<String, NaiveDate>,
}

impl Earlier {
    /// Finds the run that `current` names on the latest date before `t`.
    pub fn before(store: &Store, t: NaiveDate) -> Result<Self, NightError> {
        let folder = runs_folder(store);
        let Some(date) = latest_before(&folder, t)? else { return Ok(Self::default()) };
        let day = day_folder(store, date);
        let name = current(&day)?;
        let first_seen = read_leads(&day.join(&name).join("leads.parquet"))?;
        Ok(Self { run: Some((date, name)), first_seen })
    }

    /// Marks what is new and what comes again, and carries the first night along.
    pub fn mark(&self, leads: &mut [Lead]) {
        for lead in leads {
            if let Some(date) = self.first_seen.get(&lead.lead_id) {
                lead.first_seen = *date;
                if lead.status == LeadStatus::New {
                    lead.status = LeadStatus::Recurring;
                }
            }
        }
    }
}

fn latest_before(folder: &Path, t: NaiveDate) -> Result<Option<NaiveDate>, NightError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(NightError::Io { doing: "read", path: folder.to_owned(), source }),
    };
    let mut latest = None;
    for entry in entries {
        let entry =
            entry.map_err(|source| NightError::Io { doing: "read", path: folder.to_owned(), source })?;
        let Ok(date) = entry.file_name().to_string_lossy().parse::<NaiveDate>() else { continue };
        if date < t && entry.path().join(CURRENT).is_file() {
            latest = latest.max(Some(date));
        }
    }
    Ok(latest)
}

fn read_leads(path: &Path) -> Result<BTreeMap<String, NaiveDate>, NightError> {
    let damaged = |message: String| NightError::Damaged { path: path.to_owned(), message };
    let file = fs::File::open(path).map_err(|source| NightError::Io {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| damaged(error.to_string()))?;
    let mut first_seen = BTreeMap::new();
    for batch in reader {
        let batch = batch.map_err(|error| damaged(error.to_string()))?;
        let ids = batch.column_by_name("lead_id").and_then(|column| column.as_string_opt::<i32>());
        let dates =
            batch.column_by_name("first_seen").and_then(|column| column.as_primitive_opt::<Date32Type>());
        let (Some(ids), Some(dates)) = (ids, dates) else {
            return Err(damaged("the columns lead_id and first_seen are not as expected".to_owned()));
        };
        for (id, days) in ids.iter().zip(dates.iter()) {
            if let (Some(id), Some(days)) = (id, days)
                && let Some(date) = Date32Type::to_naive_date_opt(days)
            {
                first_seen.insert(id.to_owned(), date);
            }
        }
    }
    Ok(first_seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run that stands for a date, with what its plan says.
    fn put(store: &Store, date: &str, manifest: &str) {
        let day = runs_folder(store).join(date);
        fs::create_dir_all(day.join("run")).unwrap();
        fs::write(day.join(CURRENT), "run\n").unwrap();
        fs::write(day.join("run").join(MANIFEST), manifest).unwrap();
    }

    #[test]
    fn a_night_that_is_repeated_knows_what_it_knew_and_a_first_one_everything() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let known = |t: &str| known_on(&store, &Shelf::default(), day(t)).map(|day| day.to_string()).ok();
        assert_eq!(known("2026-03-15").as_deref(), Some("2026-03-15"));
        put(&store, "2026-03-15", "{\"plan\": {}}");
        put(&store, "2026-03-16", "{\"plan\": {}}");
        for (t, expected) in
            [("2026-03-15", "2026-03-15"), ("2026-03-16", "2026-03-16"), ("2026-03-14", "2026-03-16")]
        {
            assert_eq!(known(t).as_deref(), Some(expected), "{t}");
        }
        // Run again with what was known later: that is what it is repeated with.
        put(&store, "2026-03-15", "{\"plan\": {\"known_on\": \"2026-03-16\"}}");
        assert_eq!(known("2026-03-15").as_deref(), Some("2026-03-16"));
        // A slip of the pen in a date hides nothing from the nights after it.
        put(&store, "2062-03-16", "{\"plan\": {}}");
        assert_eq!(known("2026-03-17").as_deref(), Some("2062-03-16"));
        for damaged in ["{", "{\"plan\": {\"known_on\": 7}}"] {
            put(&store, "2026-03-15", damaged);
            let error = known_on(&store, &Shelf::default(), day("2026-03-15")).unwrap_err();
            assert!(matches!(error, NightError::Damaged { .. }), "{error}");
        }
    }
}
