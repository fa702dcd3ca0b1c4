//! What a statement was made from, as one digest: the same digest, the same rows. So a night can take what an earlier one found.
//!
//! A digest is given only where everything that a statement reads has one. In doubt a statement is run.
//!
//! # Decisions
//!
//! - A fact goes into the digests of what reads it by its rows, not by how it was made: a fact that was derived anew and came
//!   out the same changes nothing after it. Facts of very many rows go in by how they were made.
//! - A rule's digest holds the statements' answers, not its leads: words, tokens, dates and ranks are always made anew.
//! - The digest of the running program is part of every digest: another build believes nothing of this one's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder};

use crate::{
    engine::{self, Engine, Placeholders, TableName},
    model::Digest,
    store::{Reusable, ReuseShelf},
};

/// Changed whenever what lies behind a digest changes its form.
const FORM: &str = "hedui reuse 1";

/// Rows in memory, with their columns.
pub type Rows = (SchemaRef, Vec<RecordBatch>);

/// What this night can take from earlier ones, and what its tables are.
#[derive(Debug)]
pub struct Reuse {
    shelf: Option<(ReuseShelf, Digest)>,
    tables: BTreeMap<TableName, Digest>,
    scratch: PathBuf,
}

/// Everything that some statements were made from.
#[derive(Debug, Clone)]
pub struct Key {
    /// All of it as one digest.
    pub digest: Digest,
    tables: BTreeSet<TableName>,
    placeholders: BTreeSet<String>,
}

impl Key {
    /// Whether a statement reads nothing besides: no other table, no other placeholder.
    pub(super) fn covers(&self, engine: &Engine, sql: &str) -> bool {
        let tables = engine.tables_of(sql).map(|tables| tables.into_iter().all(|table| self.knows(&table)));
        let names = engine.placeholders_of(sql).map(|names| names.is_subset(&self.placeholders));
        matches!((tables, names), (Ok(true), Ok(true)))
    }

    fn knows(&self, table: &TableName) -> bool {
        is_rules_own(table) || self.tables.contains(table)
    }
}

/// The tables that a rule's statements hand to one another.
fn is_rules_own(table: &TableName) -> bool {
    table.schema == "run" && ["candidates", "lead"].contains(&table.table.as_str())
}

impl Reuse {
    /// With the shelf of a store and the digest of the running program, and a folder for what is made; without a shelf
    /// everything is made anew and nothing is kept.
    pub fn new(shelf: Option<(ReuseShelf, Digest)>, scratch: &Path) -> Self {
        Self { shelf, tables: BTreeMap::new(), scratch: scratch.to_owned() }
    }

    /// The night is over.
    pub fn settle(self, run: &str) -> Result<(), crate::store::StoreError> {
        self.shelf.map_or(Ok(()), |(shelf, _)| shelf.settle(run))
    }

    /// Says what a table holds.
    pub fn tell(&mut self, table: TableName, content: Digest) {
        self.tables.insert(table, content);
    }

    /// Says what a table in memory holds.
    pub fn tell_rows(&mut self, table: TableName, schema: &SchemaRef, rows: &[RecordBatch]) {
        if let Ok(digest) = engine::rows_digest(schema, rows) {
            self.tell(table, digest);
        }
    }

    /// The digest of what statements are made from: `about` them, their text, the tables that they read and `tables` besides,
    /// the values of their placeholders and of `placeholders`. None where that is not known of every table.
    pub fn key(
        &self,
        engine: &Engine,
        about: &str,
        texts: &[&str],
        tables: impl IntoIterator<Item = TableName>,
        placeholders: &[&str],
        values: &Placeholders,
    ) -> Option<Key> {
        let (_, program) = self.shelf.as_ref()?;
        let mut tables: BTreeSet<TableName> = tables.into_iter().collect();
        let mut names: BTreeSet<String> = placeholders.iter().map(|name| (*name).to_owned()).collect();
        for text in texts {
            tables.extend(engine.tables_of(text).ok()?.into_iter().filter(|table| !is_rules_own(table)));
            names.extend(engine.placeholders_of(text).ok()?);
        }
        let values: BTreeMap<&str, &str> = values.iter().collect();
        let mut parts = vec![FORM.to_owned(), program.hex(), about.to_owned()];
        for table in &tables {
            parts.push(format!("{table} {}", self.tables.get(table)?));
        }
        for name in &names {
            parts.push(format!("${name} {}", values.get(name.as_str())?));
        }
        // How many there are of each: no list runs into the next.
        parts.push(format!("{} {} {}", tables.len(), names.len(), texts.len()));
        parts.extend(texts.iter().map(|text| (*text).to_owned()));
        let digest = Digest::of_parts(parts.iter().map(String::as_str));
        Some(Key { digest, tables, placeholders: names })
    }

    /// What an earlier night left under a digest; its files are not looked at yet.
    pub(super) fn find(&self, key: &Key) -> Option<Reusable> {
        self.shelf.as_ref()?.0.find(&key.digest)
    }

    /// Where a result may be written: a new folder.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// A folder in it for one result.
    pub(super) fn folder(&self, name: &str) -> std::io::Result<PathBuf> {
        let folder = self.scratch.join(name);
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    /// Takes note of files in a folder. What cannot be noted is not kept, and that is all.
    pub(super) fn made(
        &self,
        key: &Key,
        what: &str,
        content: &Digest,
        folder: &Path,
        files: impl IntoIterator<Item = (PathBuf, u64, Digest)>,
    ) {
        if let Some((shelf, _)) = &self.shelf {
            let _ = shelf.made(key.digest, what, content, folder, files);
        }
    }

    /// The tables that an earlier night left under a digest, if they are whole.
    pub fn recall(&self, key: &Key) -> Option<Vec<Rows>> {
        let found = self.find(key).filter(Reusable::is_whole)?;
        found.files().iter().map(|path| read(path)).collect()
    }

    /// Leaves tables for the next night. What cannot be written is not kept, and that is all.
    pub fn leave(&self, key: &Key, what: &str, tables: &[&Rows]) {
        if self.shelf.is_none() {
            return;
        }
        let Ok(folder) = self.folder(&key.digest.hex()) else { return };
        let mut files = Vec::with_capacity(tables.len());
        for (number, rows) in tables.iter().enumerate() {
            let path = folder.join(format!("{number}.parquet"));
            let Some((bytes, sha256)) = write(&path, rows) else { return };
            files.push((path, bytes, sha256));
        }
        self.made(key, what, &key.digest, &folder, files);
    }
}

fn write(path: &Path, (schema, batches): &Rows) -> Option<(u64, Digest)> {
    let mut writer = ArrowWriter::try_new(fs::File::create(path).ok()?, schema.clone(), None).ok()?;
    for batch in batches {
        writer.write(batch).ok()?;
    }
    writer.close().ok()?;
    Some((fs::metadata(path).ok()?.len(), Digest::of_file(path).ok()?))
}

fn read(path: &Path) -> Option<Rows> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).ok()?).ok()?;
    let schema = reader.schema().clone();
    let batches = reader.build().ok()?.collect::<Result<_, _>>().ok()?;
    Some((schema, batches))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::Limits, store::Store};

    const PROGRAM: Digest = Digest([1; 32]);

    fn reuse(program: Digest) -> Reuse {
        let shelf = ReuseShelf::of(&Store::at("no-such-store"));
        let mut reuse = Reuse::new(Some((shelf, program)), Path::new("no-such-folder"));
        reuse.tell(TableName::new("a", "x"), Digest([2; 32]));
        reuse.tell(TableName::new("a", "y"), Digest([3; 32]));
        reuse
    }

    fn values(t: &str) -> Placeholders {
        let mut values = Placeholders::default();
        values.set("t", t);
        values.set("u", "7");
        values
    }

    #[test]
    fn everything_that_a_statement_is_made_from_changes_its_digest_and_nothing_else_does() {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let none = || std::iter::empty();
        let of = |reuse: &Reuse, sql: &str, t: &str| {
            reuse.key(&engine, "", &[sql], none(), &[], &values(t)).map(|key| key.digest)
        };
        let sql = "SELECT * FROM a.x WHERE d < $t";
        let own = of(&reuse(PROGRAM), sql, "DATE '2026-03-15'").unwrap();
        let mut other_table = reuse(PROGRAM);
        other_table.tell(TableName::new("a", "x"), Digest([4; 32]));
        let mut no_matter = reuse(PROGRAM);
        no_matter.tell(TableName::new("a", "y"), Digest([4; 32]));
        let t = "DATE '2026-03-15'";
        for changed in [
            of(&reuse(Digest([9; 32])), sql, t),
            of(&other_table, sql, t),
            of(&reuse(PROGRAM), "SELECT * FROM a.x WHERE d <= $t", t),
            of(&reuse(PROGRAM), sql, "DATE '2026-03-16'"),
            reuse(PROGRAM)
                .key(&engine, "", &[sql], [TableName::new("a", "y")], &[], &values(t))
                .map(|key| key.digest),
            reuse(PROGRAM).key(&engine, "", &[sql], none(), &["u"], &values(t)).map(|key| key.digest),
            reuse(PROGRAM).key(&engine, "x", &[sql], none(), &[], &values(t)).map(|key| key.digest),
            reuse(PROGRAM)
                .key(&engine, "", &[sql, "SELECT 1"], none(), &[], &values(t))
                .map(|key| key.digest),
        ] {
            assert_ne!(changed, Some(own));
        }
        assert_eq!(of(&reuse(PROGRAM), sql, t), Some(own));
        assert_eq!(of(&no_matter, sql, t), Some(own));
        let free = "SELECT * FROM a.x";
        assert_eq!(of(&reuse(PROGRAM), free, t), of(&reuse(PROGRAM), free, "DATE '2026-03-16'"));
    }

    #[test]
    fn what_reads_an_unknown_table_or_has_no_shelf_has_no_digest() {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let key = |reuse: &Reuse, sql: &str| {
            reuse.key(&engine, "", &[sql], std::iter::empty(), &[], &values("1")).is_some()
        };
        assert!(key(&reuse(PROGRAM), "SELECT * FROM a.x, run.candidates"));
        assert!(!key(&reuse(PROGRAM), "SELECT * FROM a.x, a.z"));
        assert!(!key(&reuse(PROGRAM), "SELECT $nowhere FROM a.x"));
        assert!(!key(&Reuse::new(None, Path::new("x")), "SELECT 1"));
    }

    #[test]
    fn a_statement_that_reads_more_than_was_said_is_noticed() {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let reuse = reuse(PROGRAM);
        let key =
            reuse.key(&engine, "", &["SELECT $t FROM a.x"], std::iter::empty(), &[], &values("1")).unwrap();
        assert!(key.covers(&engine, "SELECT $t FROM a.x, run.candidates"));
        assert!(!key.covers(&engine, "SELECT 1 FROM a.y"));
        assert!(!key.covers(&engine, "SELECT $u FROM a.x"));
    }

    #[test]
    fn tables_come_back_as_they_were_left_also_without_rows() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let ask = |sql: &str| runtime.block_on(engine.collect("x", sql, &Placeholders::default())).unwrap();
        let some = ask("SELECT 1 AS n, 'x' AS word, CAST(1.5 AS DECIMAL(9, 2)) AS d, DATE '2026-03-15' AS t");
        let empty = ask("SELECT 1 AS n, CAST(NULL AS VARCHAR) AS word WHERE false");
        for run in ["first", "second"] {
            let scratch = root.path().join(run);
            fs::create_dir(&scratch).unwrap();
            let reuse = Reuse::new(Some((ReuseShelf::of(&store), PROGRAM)), &scratch);
            let key = reuse
                .key(&engine, "", &["SELECT 1"], std::iter::empty(), &[], &Placeholders::default())
                .unwrap();
            let recalled = reuse.recall(&key);
            assert_eq!(recalled.is_some(), run == "second");
            if let Some(tables) = recalled {
                assert_eq!(tables[0].1, some.1);
                assert_eq!((tables[1].0.fields().len(), tables[1].1.len()), (2, 0));
            }
            reuse.leave(&key, "x", &[&some, &empty]);
            reuse.settle(run).unwrap();
        }
    }
}
