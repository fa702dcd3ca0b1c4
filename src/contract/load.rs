//! The folder `schemas/` read whole. The only part of this module that touches a disk, and it only reads.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use super::{Contract, dataset, reference};
use crate::{
    diagnostic::{Checked, Code as Mistake, Diagnostic, Diagnostics, Lines, form::Sheet, join, read, yaml},
    model::DatasetId,
};

/// How the name of a contract's file ends.
pub const SUFFIX: &str = ".odcs.yaml";

/// One mistake in a contract, and the line and column where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ContractError {
    /// What is wrong, in both languages, with advice.
    pub diagnostic: Diagnostic,
    /// Line and column from 1; None where the whole file is meant.
    pub place: Option<(usize, usize)>,
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.diagnostic.file.display())?;
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.diagnostic.message.en)?;
        match &self.diagnostic.help {
            Some(help) => write!(f, " ({})", help.en),
            None => Ok(()),
        }
    }
}

impl Contract {
    /// Every contract of a folder, or every mistake of every file.
    pub fn load_dir(dir: &Path) -> Result<BTreeMap<DatasetId, Self>, Vec<ContractError>> {
        let (contracts, mut found) = load(&[dir]);
        if !found.has_errors() {
            return Ok(contracts);
        }
        found.sort();
        Err(found.into_iter().map(place).collect())
    }

    /// One contract from its text; `file` names the dataset and stands in the diagnostics.
    pub fn parse(file: &Path, text: &str) -> Checked<Option<Self>> {
        let mut sheet = Sheet::new(file);
        let contract = named(&mut sheet).and_then(|id| {
            let node = yaml::parse(text, 0, file, &mut sheet.found)?;
            dataset::read(&mut sheet, &node, &id)
        });
        // Some mistakes leave a value standing; a contract with any mistake does not.
        let contract = contract.filter(|_| !sheet.found.has_errors());
        (contract, sheet.found)
    }
}

/// The contracts of some folders that are sound, with every mistake of the others.
pub fn load<P: AsRef<Path>>(dirs: &[P]) -> Checked<BTreeMap<DatasetId, Contract>> {
    let (mut contracts, mut found) = (BTreeMap::new(), Diagnostics::new());
    let mut read_from: BTreeMap<DatasetId, PathBuf> = BTreeMap::new();
    for file in dirs.iter().flat_map(|dir| found.take(files(dir.as_ref()))).collect::<Vec<_>>() {
        match read(&file) {
            Ok(text) => {
                let Some(contract) = found.take(Contract::parse(&file, &text)) else { continue };
                let id = contract.id.clone();
                if let Some(first) = read_from.get(&id) {
                    let (zh, en) = (
                        format!("数据集 `{id}` 已有另一份合约"),
                        format!("the dataset `{id}` has another contract"),
                    );
                    found.push(Diagnostic::in_two_folders(&file, first, zh, en));
                    continue;
                }
                read_from.insert(id.clone(), file);
                contracts.insert(id, contract);
            }
            Err(unreadable) => found.push(*unreadable),
        }
    }
    found.append(reference::check(&contracts, &read_from));
    (contracts, found)
}

/// The contracts of a folder by name. Folders, hidden files and files that are not YAML are left alone.
fn files(dir: &Path) -> Checked<Vec<PathBuf>> {
    let (mut files, mut found) = (Vec::new(), Diagnostics::new());
    let entries = std::fs::read_dir(dir).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<Vec<_>, _>>()
    });
    let names = match entries {
        Ok(names) => names,
        Err(error) => {
            let zh = format!("无法读取合约文件夹：{error}");
            found.push(Diagnostic::new(
                Mistake::Unreadable,
                dir,
                zh,
                format!("cannot read the folder of contracts: {error}"),
            ));
            return (files, found);
        }
    };
    for name in names {
        let lossy = name.to_string_lossy().into_owned();
        let is_yaml = lossy.ends_with(".yaml") || lossy.ends_with(".yml");
        let path = join(dir, &name);
        if is_yaml && !lossy.starts_with('.') && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let help =
            ("每个数据集一个文件：机构.数据集.odcs.yaml", "one file a dataset: agency.dataset.odcs.yaml");
        let none =
            Diagnostic::new(Mistake::BadContract, dir, "文件夹中没有合约", "the folder holds no contract");
        found.push(none.help(help.0, help.1));
    }
    (files, found)
}

/// The dataset that a file is named for.
fn dataset_of(file: &Path) -> Option<DatasetId> {
    file.file_name()?.to_str()?.strip_suffix(SUFFIX)?.parse().ok()
}

/// The same, or a report that the name is none.
fn named(sheet: &mut Sheet) -> Option<DatasetId> {
    let id = dataset_of(&sheet.file);
    if id.is_none() {
        let name = sheet.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (zh, en) =
            (format!("文件名 `{name}` 不是合约的名称"), format!("`{name}` is not the name of a contract"));
        let wrong = Diagnostic::new(Mistake::BadContract, &sheet.file, zh, en);
        let help = (
            "请命名为 机构.数据集.odcs.yaml，例如 civil_affairs.payments.odcs.yaml",
            "name it agency.dataset.odcs.yaml, for example civil_affairs.payments.odcs.yaml",
        );
        sheet.found.push(wrong.help(help.0, help.1));
    }
    id
}

/// Counts the line and the column, reading the file once more: errors are few.
fn place(diagnostic: Diagnostic) -> ContractError {
    let start = diagnostic.span.as_ref().map(|span| span.start);
    let text = start.and_then(|_| read(&diagnostic.file).ok());
    let place = start.zip(text).map(|(start, text)| Lines::of(&text).line_column(start));
    ContractError { diagnostic, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn shipped(name: &str) -> String {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name)).unwrap()
    }

    /// The errors of a folder, each without the folder's own path.
    fn errors(dir: &tempfile::TempDir) -> Vec<String> {
        let prefix = format!("{}/", dir.path().display());
        let errors = Contract::load_dir(dir.path()).unwrap_err();
        errors.iter().map(|error| error.to_string().replace(&prefix, "")).collect()
    }

    #[test]
    fn every_mistake_of_every_file_is_reported_with_line_and_column() {
        let grace = shipped("civil_affairs.grace_periods.odcs.yaml")
            .replace("    unit: d", "    unit: weeks")
            .replace("logicalType: number", "logicalType: money");
        let guardians = shipped("education.guardians.odcs.yaml").replace("version: 1.0.0", "vresion: 1.0.0");
        let dir = folder(&[
            ("civil_affairs.grace_periods.odcs.yaml", &grace),
            ("education.guardians.odcs.yaml", &guardians),
        ]);
        assert_eq!(
            errors(&dir),
            [
                "civil_affairs.grace_periods.odcs.yaml:18:11: `unit` must be `d`, not `weeks`",
                "civil_affairs.grace_periods.odcs.yaml:87:22: a column of type `money` has logicalType number, not `money`",
                "education.guardians.odcs.yaml:2:1: `version` is missing",
                "education.guardians.odcs.yaml:6:1: unknown key `vresion` (did you mean `version`?)",
            ]
        );
    }

    #[test]
    fn sound_contracts_load_beside_a_broken_one() {
        let guardians = shipped("education.guardians.odcs.yaml");
        let dir =
            folder(&[("education.guardians.odcs.yaml", &guardians), ("education.grades.odcs.yaml", "[")]);
        let (contracts, found) = load(&[dir.path()]);
        assert_eq!(contracts.keys().map(ToString::to_string).collect::<Vec<_>>(), ["education.guardians"]);
        assert!(found.has_errors());
    }

    #[test]
    fn a_file_is_named_for_its_dataset() {
        let guardians = shipped("education.guardians.odcs.yaml");
        let dir = folder(&[
            ("guardians.odcs.yaml", &guardians),
            ("education.wards.odcs.yaml", &guardians),
            ("Education.x.yaml", ""),
        ]);
        assert_eq!(
            errors(&dir),
            [
                "Education.x.yaml: `Education.x.yaml` is not the name of a contract (name it agency.dataset.odcs.yaml, for example \
                 civil_affairs.payments.odcs.yaml)",
                "education.wards.odcs.yaml:4:5: `id` must be `education.wards`, not `education.guardians`",
                "education.wards.odcs.yaml:21:11: `name` must be `wards`, not `guardians`",
                "education.wards.odcs.yaml:22:19: `physicalName` must be `education.wards`, not `education.guardians`",
                "guardians.odcs.yaml: `guardians.odcs.yaml` is not the name of a contract (name it agency.dataset.odcs.yaml, for \
                 example civil_affairs.payments.odcs.yaml)",
            ]
        );
    }

    #[test]
    fn a_folder_without_contracts_and_one_that_is_not_there_are_mistakes() {
        let dir = folder(&[("README.md", "#"), (".hidden.yaml", "[")]);
        std::fs::create_dir(dir.path().join("examples.yaml")).unwrap();
        let found = Contract::load_dir(dir.path()).unwrap_err();
        assert!(
            found[0].to_string().contains("the folder holds no contract (one file a dataset"),
            "{}",
            found[0]
        );
        let found = Contract::load_dir(&dir.path().join("nowhere")).unwrap_err();
        assert!(
            found[0].to_string().contains("nowhere: cannot read the folder of contracts"),
            "{}",
            found[0]
        );
    }

    #[test]
    fn a_file_that_is_not_utf_8_is_named() {
        let dir = folder(&[]);
        std::fs::write(dir.path().join("a.b.odcs.yaml"), b"id: \xd6\xd0").unwrap();
        assert_eq!(errors(&dir), ["a.b.odcs.yaml: byte 4 is not UTF-8 text (save the file again as UTF-8)"]);
    }
}
