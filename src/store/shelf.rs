//! The snapshots that a store holds. It lists records; data files are not opened.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

use super::{
    PART_FILE, RECORD_FILE, Resolved, SnapshotRecord, Store, StoreError,
    resolve::{self, resolve},
    volume,
};
use crate::{contract::Contract, model::DatasetId};

/// A sealed snapshot and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its folder.
    pub folder: PathBuf,
    /// What it says about itself.
    pub record: SnapshotRecord,
}

impl Snapshot {
    /// Its data.
    pub fn data(&self) -> PathBuf {
        self.folder.join(PART_FILE)
    }
}

/// Every snapshot by dataset, each dataset's in the order of (as_of, sequence, delivery).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    snapshots: BTreeMap<DatasetId, Vec<Snapshot>>,
}

impl Shelf {
    /// Reads the records of every sealed snapshot.
    pub fn open(store: &Store) -> Result<Self, StoreError> {
        let mut found = Vec::new();
        for agency in folders(&store.snapshots())? {
            for dataset in folders(&agency)? {
                for as_of in folders(&dataset)? {
                    for delivery in folders(&as_of)? {
                        found.push(read(store, delivery)?);
                    }
                }
            }
        }
        Ok(Self::of(found))
    }

    /// A shelf of these snapshots, for plans and tests.
    pub fn of(snapshots: impl IntoIterator<Item = Snapshot>) -> Self {
        let mut shelf = Self::default();
        for snapshot in snapshots {
            shelf.snapshots.entry(snapshot.record.dataset.clone()).or_default().push(snapshot);
        }
        for of_dataset in shelf.snapshots.values_mut() {
            of_dataset.sort_unstable_by(|a, b| order(&a.record).cmp(&order(&b.record)));
        }
        shelf
    }

    /// The datasets of which anything was ever delivered.
    pub fn datasets(&self) -> impl Iterator<Item = &DatasetId> {
        self.snapshots.keys()
    }

    /// The snapshots of a dataset in the order of (as_of, sequence, delivery).
    pub fn snapshots(&self, dataset: &DatasetId) -> &[Snapshot] {
        self.snapshots.get(dataset).map_or(&[], Vec::as_slice)
    }

    /// The shelf as it stood on a business date: without what became known only later.
    pub fn as_known_on(&self, day: NaiveDate) -> Self {
        let known = |snapshot: &&Snapshot| snapshot.record.known_since() <= day;
        Self::of(self.snapshots.values().flatten().filter(known).cloned())
    }

    /// The newest business date on which anything became known.
    pub fn newest_known(&self) -> Option<NaiveDate> {
        self.snapshots.values().flatten().map(|snapshot| snapshot.record.known_since()).max()
    }

    /// How many deliveries about the day `t` or earlier became known only after the day `known_on`, and the last such day.
    pub fn known_later(&self, t: NaiveDate, known_on: NaiveDate) -> Option<(usize, NaiveDate)> {
        let about = self.snapshots.values().flatten().filter(|snapshot| snapshot.record.as_of <= t);
        let later: Vec<NaiveDate> =
            about.map(|snapshot| snapshot.record.known_since()).filter(|day| *day > known_on).collect();
        Some((later.len(), later.into_iter().max()?))
    }

    /// The dataset on the day `t`.
    pub fn resolve(&self, contract: &Contract, t: NaiveDate) -> Resolved {
        resolve(&contract.delivery, self.snapshots(&contract.id), t)
    }

    /// The dataset's deliveries up to the day `t` that no other corrects, oldest first.
    pub fn standing(&self, contract: &Contract, t: NaiveDate) -> Vec<&Snapshot> {
        resolve::standing(self.snapshots(&contract.id), t)
    }

    /// How large the dataset's deliveries up to the day `t` are, oldest first, where that can be compared.
    pub fn sizes(&self, contract: &Contract, t: NaiveDate) -> Vec<u64> {
        volume::sizes(&contract.delivery, self.snapshots(&contract.id), t)
    }
}

/// What makes one delivery newer than another.
fn order(record: &SnapshotRecord) -> (NaiveDate, u32, &str) {
    (record.as_of, record.sequence, &record.delivery)
}

fn read(store: &Store, folder: PathBuf) -> Result<Snapshot, StoreError> {
    let record = SnapshotRecord::read(&folder)?;
    if store.snapshot(&record.dataset, record.as_of, &record.delivery) != folder {
        let said = format!("{} {} {}", record.dataset, record.as_of, record.delivery);
        return Err(StoreError::Misplaced { path: folder.join(RECORD_FILE), said });
    }
    Ok(Snapshot { folder, record })
}

pub(super) fn folders(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("read", path)(error)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(StoreError::io("read", path))?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort_unstable();
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::resolve::tests::snapshot;

    fn put(store: &Store, snapshot: &Snapshot) -> PathBuf {
        let record = &snapshot.record;
        let folder = store.snapshot(&record.dataset, record.as_of, &record.delivery);
        fs::create_dir_all(&folder).unwrap();
        record.write(&folder).unwrap();
        folder
    }

    #[test]
    fn a_shelf_lists_what_was_sealed_oldest_first() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        assert_eq!(Shelf::open(&store).unwrap(), Shelf::default());
        for (delivery, as_of, sequence) in
            [("c", "2026-03-01", 1), ("a", "2026-02-01", 2), ("b", "2026-02-01", 1)]
        {
            put(&store, &snapshot(delivery, as_of, sequence, None, &["2026-01"]));
        }
        let shelf = Shelf::open(&store).unwrap();
        let dataset = shelf.datasets().next().unwrap().clone();
        let order: Vec<_> = shelf.snapshots(&dataset).iter().map(|s| s.record.delivery.as_str()).collect();
        assert_eq!(order, ["b", "a", "c"]);
        assert!(shelf.snapshots(&DatasetId::new("no", "such")).is_empty());
    }

    #[test]
    fn a_record_from_before_empty_values_were_counted_is_read() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let mut counted = snapshot("a", "2026-02-01", 1, None, &[]);
        let nulls = || Some(BTreeMap::from([("to_on".to_owned(), 0)]));
        counted.record.nulls = nulls();
        let path = put(&store, &counted).join(RECORD_FILE);
        let nulls_on_shelf = || {
            let shelf = Shelf::open(&store).unwrap();
            shelf.snapshots(&counted.record.dataset)[0].record.nulls.clone()
        };
        assert_eq!(nulls_on_shelf(), nulls());
        let text = fs::read_to_string(&path).unwrap();
        let before = text.replace("  \"nulls\": {\n    \"to_on\": 0\n  },\n", "");
        assert_ne!(before, text);
        fs::write(&path, before).unwrap();
        assert_eq!(nulls_on_shelf(), None);
        fs::write(&path, text.replace("\"to_on\": 0", "\"to_on\": 1")).unwrap();
        let error = Shelf::open(&store).unwrap_err();
        assert!(error.to_string().contains("more empty values than rows"), "{error}");
    }

    #[test]
    fn a_record_that_was_changed_or_moved_is_found() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let folder = put(&store, &snapshot("a", "2026-02-01", 1, None, &[]));
        let path = folder.join(RECORD_FILE);
        let text = fs::read_to_string(&path).unwrap();
        let changes = [
            ("\"delivery\": \"a\"", "\"delivery\": \"b\""),
            ("\"rows\": 0", "\"rows\": 1"),
            ("2026-02-01", "2026-02-31"),
            ("\"sequence\": 1", "\"sequence\": \"1\""),
        ];
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            fs::write(&path, text.replace(from, to)).unwrap();
            let error = Shelf::open(&store).unwrap_err();
            assert!(matches!(error, StoreError::Misplaced { .. } | StoreError::BadRecord { .. }), "{error}");
        }
        fs::write(&path, text).unwrap();
        assert!(Shelf::open(&store).is_ok());
    }

    #[test]
    fn what_became_known_later_is_not_on_the_shelf_of_an_earlier_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let old = snapshot("of an older version", "2026-02-01", 1, None, &[]);
        let mut late = snapshot("late", "2026-02-03", 1, None, &[]);
        late.record.known_on = Some(day("2026-02-20"));
        put(&store, &late);
        let folder = put(&store, &old);
        assert!(!fs::read_to_string(folder.join(RECORD_FILE)).unwrap().contains("known_on"));
        let shelf = Shelf::open(&store).unwrap();
        assert_eq!(shelf.newest_known(), Some(day("2026-02-20")));
        let dataset = &old.record.dataset;
        let names = |known_on: &str| {
            let shelf = shelf.as_known_on(day(known_on));
            shelf.snapshots(dataset).iter().map(|one| one.record.delivery.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names("2026-02-20"), ["of an older version", "late"]);
        assert_eq!(names("2026-02-19"), ["of an older version"]);
        assert!(names("2026-01-31").is_empty());
        assert_eq!(shelf.known_later(day("2026-02-10"), day("2026-02-10")), Some((1, day("2026-02-20"))));
        assert_eq!(shelf.known_later(day("2026-02-02"), day("2026-02-10")), None);
        assert_eq!(shelf.known_later(day("2026-02-10"), day("2026-02-20")), None);
    }
}
