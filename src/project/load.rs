//! The whole project from its folders, with every diagnostic of every file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{
    Approvals, Fact, Pipeline, Rule, RuleTests, approvals, fact, folder, group, known, rule_read, test_read,
    test_rows::{self, Defaults},
};
use crate::{
    contract::{self, Contract},
    diagnostic::{Checked, Code, Diagnostic, Diagnostics},
    model::{DatasetId, Text},
    parameter::{Divisions, ParameterBook},
};

/// A pipeline with everything that it names.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder that holds `pipelines/` and `schemas/`.
    pub root: PathBuf,
    /// The pipeline.
    pub pipeline: Pipeline,
    /// Every dataset that has a contract.
    pub contracts: BTreeMap<DatasetId, Contract>,
    /// The datasets whose contract did not read.
    pub(super) broken: BTreeSet<DatasetId>,
    /// The facts, by name.
    pub facts: BTreeMap<String, Fact>,
    /// The groups of rules and their titles, in the order of `groups.yaml`.
    pub groups: Vec<(String, Text)>,
    /// The rules, by id.
    pub rules: BTreeMap<String, Rule>,
    /// The rules' unit tests, by the rule's id.
    pub tests: BTreeMap<String, RuleTests>,
    /// The figures.
    pub parameters: ParameterBook,
    /// What was approved to run as live.
    pub approvals: Approvals,
    /// The divisions, provinces to counties.
    pub divisions: Divisions,
    /// The ids that have a test file, even one that does not read.
    pub(super) test_files: BTreeSet<String>,
    /// Whether some rule's file did not read.
    unread_rules: bool,
}

impl Project {
    /// Loads a pipeline by name or path. None when there is no such file; otherwise whatever could be read is there, and the
    /// diagnostics say what could not. A field of the pipeline that did not read holds a stand-in, so that the other files
    /// are checked all the same: a project whose diagnostics have errors is never run.
    pub fn load(root: &Path, pipeline: &str) -> Checked<Option<Self>> {
        let (pipeline, mut found) = Pipeline::open(root, pipeline);
        let project = pipeline.map(|pipeline| Self::with(root, pipeline, &mut found));
        found.sort();
        (project, found)
    }

    fn with(root: &Path, pipeline: Pipeline, found: &mut Diagnostics) -> Self {
        let (contracts, wrong) = contract::load(&pipeline.contracts);
        let broken = known::broken(&wrong);
        found.append(wrong);
        let facts = facts(&pipeline.facts, found);
        let parameters = found.take(ParameterBook::load(&pipeline.parameters));
        let divisions = found.take(Divisions::load(&pipeline.reference.join("divisions.csv")));
        let approvals = found.take(approvals::load(&pipeline.approvals));
        let groups = group::load_all(&pipeline.rules, found);
        let mut project = Self {
            root: root.to_owned(),
            pipeline,
            contracts,
            broken,
            facts,
            groups,
            rules: BTreeMap::new(),
            tests: BTreeMap::new(),
            parameters,
            approvals,
            divisions,
            test_files: BTreeSet::new(),
            unread_rules: false,
        };
        project.load_rules(found);
        let standards = project.pipeline.reference.join("standards.csv");
        if standards.is_file() {
            found.append(project.parameters.standards(&standards));
        }
        found.append(project.check());
        found.append(project.check_scopes());
        project
    }

    /// Takes the tables of another reference folder: its `standards.csv` over the parameters of the names that it holds,
    /// its `divisions.csv` in place of the pipeline's.
    pub fn use_reference(&mut self, dir: &Path) -> Diagnostics {
        let mut found = Diagnostics::new();
        if !dir.is_dir() {
            let (zh, en) = ("参考表文件夹不存在", "the reference folder does not exist");
            found.push(Diagnostic::new(Code::Unreadable, dir, zh, en));
            return found;
        }
        let (divisions, standards) = (dir.join("divisions.csv"), dir.join("standards.csv"));
        if divisions.is_file() {
            self.divisions = found.take(Divisions::load(&divisions));
        }
        if standards.is_file() {
            found.append(self.parameters.standards(&standards));
        }
        found.append(self.check_scopes());
        found.sort();
        found
    }

    /// Divisions that do not exist and parameters without a value for the pipeline's division.
    fn check_scopes(&self) -> Diagnostics {
        let mut found = self.parameters.check_divisions(&self.divisions);
        let (division, file) = (&self.pipeline.division, &self.pipeline.file);
        let unknown = self.divisions.complaint(&division.value, None, file);
        let gone = self.divisions.dissolved(&division.value, file);
        let is_unknown = unknown.is_some();
        found.extend(unknown.or(gone).map(|wrong| wrong.at(division.span())));
        if !is_unknown {
            found.append(self.parameters.check_gaps(&division.value, &self.divisions));
        }
        for tests in self.tests.values() {
            found.append(tests.check_divisions(&self.divisions));
        }
        found
    }

    fn load_rules(&mut self, found: &mut Diagnostics) {
        let defaults = self.shared_defaults(found);
        let mut read: BTreeMap<String, PathBuf> = BTreeMap::new();
        let mut test_paths: Vec<(String, PathBuf)> = Vec::new();
        let groups: Vec<PathBuf> = self
            .pipeline
            .rules
            .iter()
            .flat_map(|dir| list(dir, found))
            .filter(|path| path.is_dir())
            .collect();
        for dir in groups {
            let group = folder::name(&dir);
            // Without groups.yaml there is one mistake, not one for every folder.
            if !self.groups.is_empty() && !self.groups.iter().any(|(known, _)| *known == group) {
                found.push(self.unknown_group(&group, &dir));
            }
            for file in list(&dir, found) {
                if let Some(id) = folder::stem(&file, ".test.yaml") {
                    test_paths.push((id, file));
                } else if let Some(id) = folder::stem(&file, ".sql") {
                    let rule = found.take(rule_read::load(&file, &group));
                    if let Some(first) = read.insert(id, file.clone()) {
                        found.push(duplicate(&file, &first, rule.as_ref()));
                    } else if let Some(rule) = rule {
                        self.rules.insert(rule.id.clone(), rule);
                    } else {
                        self.unread_rules = true;
                    }
                }
            }
        }
        for (id, file) in test_paths {
            if !read.contains_key(&id) {
                let (zh, en) = (format!("没有规则 `{id}`"), format!("there is no rule `{id}`"));
                found.push(Diagnostic::new(Code::OrphanTest, &file, zh, en));
            }
            let tests = found.take(test_read::load(&file, &id, self.known(), &self.parameters, &defaults));
            if let Some(tests) = tests {
                self.tests.insert(id.clone(), tests);
            }
            self.test_files.insert(id);
        }
    }

    /// What the rows of every test take for columns they do not write, from the folders of rules that say so.
    fn shared_defaults(&self, found: &mut Diagnostics) -> Defaults {
        let mut all = Defaults::new();
        let mut read_from: BTreeMap<DatasetId, PathBuf> = BTreeMap::new();
        for file in
            self.pipeline.rules.iter().map(|dir| dir.join("defaults.yaml")).filter(|file| file.is_file())
        {
            for (id, columns) in found.take(test_rows::shared_defaults(&file, self.known())) {
                if let Some(first) = read_from.get(&id) {
                    let (zh, en) = (
                        format!("数据集 `{id}` 已有另一处默认值"),
                        format!("the dataset `{id}` has defaults elsewhere"),
                    );
                    found.push(Diagnostic::in_two_folders(&file, first, zh, en));
                } else {
                    read_from.insert(id.clone(), file.clone());
                    all.insert(id, columns);
                }
            }
        }
        all
    }

    fn unknown_group(&self, group: &str, dir: &Path) -> Diagnostic {
        let (zh, en) = (
            format!("groups.yaml 中没有规则分组 `{group}`"),
            format!("groups.yaml does not name the group `{group}`"),
        );
        let near = crate::diagnostic::nearest(group, self.groups.iter().map(|(known, _)| known.as_str()));
        Diagnostic::new(Code::UnknownGroup, dir, zh, en).did_you_mean(near)
    }

    /// The datasets whose contract did not read: what they hold is not known.
    pub fn broken(&self) -> impl Iterator<Item = &DatasetId> {
        self.broken.iter()
    }

    /// Whether some rule's file did not read, so that what the rules use as a whole is not known.
    pub fn has_unread_rules(&self) -> bool {
        self.unread_rules
    }

    /// A diagnostic for a dataset that no contract describes, as the rules' checks give it.
    pub fn unknown_dataset(
        &self,
        id: &DatasetId,
        file: &Path,
        span: std::ops::Range<usize>,
    ) -> Option<Diagnostic> {
        self.known().unknown_dataset(id, file, span)
    }
}

fn facts(dirs: &[PathBuf], found: &mut Diagnostics) -> BTreeMap<String, Fact> {
    let mut facts: BTreeMap<String, Fact> = BTreeMap::new();
    for file in dirs.iter().flat_map(|dir| list(dir, found)).collect::<Vec<_>>() {
        if folder::stem(&file, ".sql").is_none() {
            continue;
        }
        let Some(fact) = found.take(fact::load(&file)) else { continue };
        if let Some(first) = facts.get(&fact.name) {
            let name = &fact.name;
            let (zh, en) =
                (format!("事实 `{name}` 已有另一个文件"), format!("the fact `{name}` has another file"));
            found.push(Diagnostic::in_two_folders(&file, &first.file, zh, en));
        } else {
            facts.insert(fact.name.clone(), fact);
        }
    }
    facts
}

fn list(dir: &Path, found: &mut Diagnostics) -> Vec<PathBuf> {
    folder::entries(dir).unwrap_or_else(|unreadable| {
        found.push(*unreadable);
        Vec::new()
    })
}

fn duplicate(file: &Path, first: &Path, rule: Option<&Rule>) -> Diagnostic {
    let id = folder::stem(file, ".sql").unwrap_or_default();
    let (zh, en) = (format!("规则 `{id}` 已有另一个文件"), format!("the rule `{id}` has another file"));
    let other = first.display();
    let twice = Diagnostic::new(Code::DuplicateRule, file, zh, en).at_some(rule.map(|rule| rule.place("id")));
    twice.note(format!("另一个是 {other}"), format!("the other is {other}"))
}
