//! `rules/survivors.yaml`: wrong changes to rules and facts that no test can notice, each with the reason why.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    diagnostic::{
        Checked, Diagnostics,
        form::{At, Sheet},
    },
    model::Text,
};

/// A change that makes no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survivor {
    /// The change as `hedui test --mutants` prints it.
    pub change: At<String>,
    /// Why nobody could tell.
    pub why: Text,
}

/// Reads the file of every folder of rules that has one: survivors by what they are changes of, a rule's id or `facts.` and
/// a fact's name.
pub fn survivors(folders: &[PathBuf]) -> Checked<BTreeMap<String, Vec<Survivor>>> {
    let (mut survivors, mut found) = (BTreeMap::new(), Diagnostics::new());
    for file in folders.iter().map(|folder| folder.join("survivors.yaml")).filter(|file| file.is_file()) {
        found.append(read(&file, &mut survivors));
    }
    (survivors, found)
}

fn read(file: &Path, survivors: &mut BTreeMap<String, Vec<Survivor>>) -> Diagnostics {
    let (mut sheet, node) = Sheet::open(file);
    let fields = node.as_ref().and_then(|node| sheet.fields(node));
    for (of, list) in fields.map(|fields| fields.entries()).unwrap_or_default() {
        let mut known = Vec::new();
        for item in sheet.items(list) {
            let Some(mut fields) = sheet.fields(item) else { continue };
            let change = fields.required("change", &mut sheet).and_then(|node| sheet.text(node));
            let why = fields.required("why", &mut sheet).and_then(|node| sheet.both(node));
            fields.finish(&mut sheet);
            if let (Some(change), Some(why)) = (change, why) {
                known.push(Survivor { change, why });
            }
        }
        survivors.entry(of.name.clone()).or_default().append(&mut known);
    }
    sheet.found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn every_survivor_has_its_change_and_its_reason_in_both_languages() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("survivors.yaml");
        let text = "D-01:\n  - change: a → b\n    why: {zh: 甲, en: A}\n  - change: c → d\n    why: {zh: 乙}\nD-02:\n  - {chang: x}\n";
        std::fs::write(&file, text).unwrap();
        let (read, found) = survivors(&[folder.path().to_owned()]);
        assert_eq!(read["D-01"].len(), 1);
        assert_eq!(read["D-01"][0].why, Text::new("甲", "A"));
        let codes: Vec<Code> = found.iter().map(|one| one.code).collect();
        assert_eq!(
            codes,
            [Code::MissingLanguage, Code::MissingKey, Code::MissingKey, Code::UnknownKey],
            "{codes:?}"
        );
        assert!(survivors(&[folder.path().join("none")]).0.is_empty());
    }
}
