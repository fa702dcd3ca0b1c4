//! The facts of one night: taken from an earlier night where everything that they are made from is the same, derived where not.
//!
//! A fact that is taken over is held against its digests only when something needs its rows: often nothing does.
//!
//! # Decisions
//!
//! - Two facts are derived side by side: those of three million people within 4.2 to 4.5 s instead of 4.6 to 5.0 s (two threads,
//!   in turn, three times).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use futures::{StreamExt, stream::FuturesUnordered};

use super::{
    facts::{FACTS, facts_in},
    reuse::{Key, Reuse},
};
use crate::{
    engine::{Engine, EngineError, KeptRows, Placeholders, TableName},
    project::Fact,
    store::Reusable,
};

/// Facts that are derived side by side at the most: while one is planned or ends, on one thread, the other goes on. Memory is shared.
const AT_ONCE: usize = 2;

/// The facts of a night, some of which do not stand in the engine yet.
pub struct Facts<'a> {
    engine: &'a Engine,
    values: &'a Placeholders,
    facts: &'a [&'a Fact],
    waiting: BTreeMap<&'a str, (Key, Reusable)>,
    derived: usize,
}

impl<'a> Facts<'a> {
    /// Goes through facts, each after those that it reads: it is found or derived. `each` hears the name of every one before.
    pub async fn derive(
        engine: &'a Engine,
        values: &'a Placeholders,
        facts: &'a [&'a Fact],
        reuse: &mut Reuse,
        mut each: impl FnMut(&str),
    ) -> Result<Self, EngineError> {
        let mut all = Self { engine, values, facts, waiting: BTreeMap::new(), derived: 0 };
        let mut todo: Vec<(&Fact, BTreeSet<String>)> = Vec::with_capacity(facts.len());
        for fact in facts {
            todo.push((*fact, reads(engine, fact)?));
        }
        let mut unknown: BTreeSet<&str> = facts.iter().map(|fact| fact.name.as_str()).collect();
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < AT_ONCE.min(engine.threads()) {
                let is_ready = |(_, reads): &(&Fact, BTreeSet<String>)| {
                    !reads.iter().any(|name| unknown.contains(name.as_str()))
                };
                let Some(next) = todo.iter().position(is_ready) else { break };
                let (fact, reads) = todo.remove(next);
                each(&fact.name);
                let key = reuse.key(engine, "", &[&fact.text], [], &[], values);
                let found = key.and_then(|key| reuse.find(&key).map(|found| (key, found)));
                if let Some((key, found)) = found {
                    reuse.tell(TableName::new(FACTS, &fact.name), found.content());
                    all.waiting.insert(&fact.name, (key, found));
                    unknown.remove(fact.name.as_str());
                    continue;
                }
                all.stand(reads, reuse).await?;
                // Those that it reads may be others than were found.
                let key = reuse.key(engine, "", &[&fact.text], [], &[], values);
                under_way.push(all.begin(fact, key, reuse)?);
            }
            let Some(made) = under_way.next().await else { return Ok(all) };
            let made = made?;
            unknown.remove(made.fact.name.as_str());
            all.end(made, reuse)?;
        }
    }

    /// Makes some facts stand in the engine. One that is not what its record says is derived after all.
    pub async fn stand(
        &mut self,
        names: impl IntoIterator<Item = String>,
        reuse: &mut Reuse,
    ) -> Result<(), EngineError> {
        let mut wanted: BTreeSet<String> = names.into_iter().collect();
        let mut damaged = Vec::new();
        // From the last to the first: deriving one may need those before it.
        for fact in self.facts.iter().rev() {
            let Some((key, found)) =
                wanted.contains(&fact.name).then(|| self.waiting.remove(fact.name.as_str())).flatten()
            else {
                continue;
            };
            if !(found.is_whole() && self.add(fact, &found).is_ok()) {
                wanted.extend(reads(self.engine, fact)?);
                damaged.push((*fact, key));
            }
        }
        for (fact, key) in damaged.into_iter().rev() {
            let made = self.begin(fact, Some(key), reuse)?.await?;
            self.end(made, reuse)?;
        }
        Ok(())
    }

    /// How many were derived tonight.
    pub fn derived(&self) -> usize {
        self.derived
    }

    fn add(&self, fact: &Fact, found: &Reusable) -> Result<(), EngineError> {
        let files = found.files();
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        self.engine.add_kept(&TableName::new(FACTS, &fact.name), &files)
    }

    /// Runs a fact's statement; everything that it reads stands.
    fn begin(
        &mut self,
        fact: &'a Fact,
        key: Option<Key>,
        reuse: &Reuse,
    ) -> Result<impl Future<Output = Result<Made<'a>, EngineError>> + use<'a>, EngineError> {
        self.derived += 1;
        let (engine, values) = (self.engine, self.values);
        let what = TableName::new(FACTS, &fact.name).to_string();
        let folder = reuse
            .folder(&fact.name)
            .map_err(|error| EngineError::File { path: what.clone(), message: error.to_string() })?;
        Ok(async move {
            let kept = engine.keep(&what, &fact.text, values, &folder).await?;
            Ok(Made { fact, key, folder, kept })
        })
    }

    /// Makes the rows of a fact stand in the engine, and leaves them for the next night.
    fn end(&self, made: Made<'_>, reuse: &mut Reuse) -> Result<(), EngineError> {
        let Made { fact, key, folder, kept } = made;
        let name = TableName::new(FACTS, &fact.name);
        let files: Vec<&Path> = kept.files.iter().map(|file| file.path.as_path()).collect();
        self.engine.add_parquet(&name, kept.schema, &files, kept.sorted_by.as_deref())?;
        if let Some(key) = key {
            let content = kept.rows.unwrap_or(key.digest);
            reuse.made(
                &key,
                &name.to_string(),
                &content,
                &folder,
                kept.files.into_iter().map(|file| (file.path, file.bytes, file.sha256)),
            );
            reuse.tell(name, content);
        }
        Ok(())
    }
}

/// A fact that was derived and does not stand yet.
struct Made<'a> {
    fact: &'a Fact,
    key: Option<Key>,
    folder: PathBuf,
    kept: KeptRows,
}

/// The facts that a fact reads.
fn reads(engine: &Engine, fact: &Fact) -> Result<BTreeSet<String>, EngineError> {
    facts_in(engine, &fact.text)
        .map_err(|fault| EngineError::first(&format!("{FACTS}.{}", fact.name), vec![fault]))
}
