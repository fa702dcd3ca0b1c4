//! The facts of one night: taken from an earlier night where everything that they are made from is the same, derived where not.
//!
//! A fact that is taken over is held against its digests only when something needs its rows: often nothing does.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{
    facts::{FACTS, facts_in},
    reuse::{Key, Reuse},
};
use crate::{
    engine::{Engine, EngineError, Placeholders, TableName},
    project::Fact,
    store::Reusable,
};

/// The facts of a night, some of which do not stand in the engine yet.
pub struct Facts<'a> {
    engine: &'a Engine,
    values: &'a Placeholders,
    facts: &'a [&'a Fact],
    waiting: BTreeMap<&'a str, (Key, Reusable)>,
    derived: usize,
}

impl<'a> Facts<'a> {
    /// Goes through facts in the order of their SQL: each is found or derived. `each` hears the name of every one before.
    pub async fn derive(
        engine: &'a Engine,
        values: &'a Placeholders,
        facts: &'a [&'a Fact],
        reuse: &mut Reuse,
        mut each: impl FnMut(&str),
    ) -> Result<Self, EngineError> {
        let mut all = Self { engine, values, facts, waiting: BTreeMap::new(), derived: 0 };
        for fact in facts {
            each(&fact.name);
            let key = reuse.key(engine, "", &[&fact.text], [], &[], values);
            let found = key.and_then(|key| reuse.find(&key).map(|found| (key, found)));
            match found {
                Some((key, found)) => {
                    reuse.tell(TableName::new(FACTS, &fact.name), found.content());
                    all.waiting.insert(&fact.name, (key, found));
                }
                None => {
                    all.stand(reads(engine, fact)?, reuse).await?;
                    all.run(fact, reuse).await?;
                }
            }
        }
        Ok(all)
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
            self.run_as(fact, Some(key), reuse).await?;
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
    async fn run(&mut self, fact: &Fact, reuse: &mut Reuse) -> Result<(), EngineError> {
        let key = reuse.key(self.engine, "", &[&fact.text], [], &[], self.values);
        self.run_as(fact, key, reuse).await
    }

    async fn run_as(&mut self, fact: &Fact, key: Option<Key>, reuse: &mut Reuse) -> Result<(), EngineError> {
        self.derived += 1;
        let name = TableName::new(FACTS, &fact.name);
        let what = name.to_string();
        let folder = reuse
            .folder(&fact.name)
            .map_err(|error| EngineError::File { path: what.clone(), message: error.to_string() })?;
        let kept = self.engine.keep(&what, &fact.text, self.values, &folder).await?;
        let files: Vec<&Path> = kept.files.iter().map(|file| file.path.as_path()).collect();
        self.engine.add_parquet(&name, kept.schema, &files, kept.sorted_by.as_deref())?;
        if let Some(key) = key {
            let content = kept.rows.unwrap_or(key.digest);
            reuse.made(
                &key,
                &what,
                &content,
                &folder,
                kept.files.into_iter().map(|file| (file.path, file.bytes, file.sha256)),
            );
            reuse.tell(name, content);
        }
        Ok(())
    }
}

/// The facts that a fact reads.
fn reads(engine: &Engine, fact: &Fact) -> Result<BTreeSet<String>, EngineError> {
    facts_in(engine, &fact.text)
        .map_err(|fault| EngineError::first(&format!("{FACTS}.{}", fact.name), vec![fault]))
}
