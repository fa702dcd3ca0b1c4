//! Columns whose values stand in a column of another dataset: told by a contract, checked against the other contract.
//!
//! # Decisions
//!
//! * `relationships` is the standard's word for "every value of this column stands there": what is not found is counted and
//!   told, and no row is set aside for it, because the other register may simply be a day behind.
//! * The custom property `foundIn` names a dataset in which many, but never all, of a column's people are found: only a change
//!   of their share is told.

use std::{collections::BTreeMap, path::PathBuf};

use super::{Contract, Kind, SUFFIX};
use crate::{
    diagnostic::{
        Code as Mistake, Diagnostic, Diagnostics,
        form::{At, Sheet},
        nearest,
        yaml::Node,
    },
    model::DatasetId,
};

/// A column whose values stand in a column of another dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The column.
    pub column: String,
    /// The other dataset.
    pub dataset: DatasetId,
    /// Its column.
    pub target: String,
    /// Whether every value should stand there; else only the share that does is watched.
    pub every: bool,
    /// Where the contract says so.
    pub written: At<String>,
}

const FORM: &str = "agency.dataset.odcs.yaml#/schema/dataset/properties/column";

/// Reads a column's `relationships`.
pub(super) fn read(sheet: &mut Sheet, column: &str, node: &Node) -> Vec<Reference> {
    let mut references = Vec::new();
    for item in sheet.items(node) {
        let Some(mut fields) = sheet.fields(item) else { continue };
        let to = fields.required("to", sheet).and_then(|node| sheet.text(node));
        for ignored in ["type", "customProperties"] {
            fields.optional(ignored);
        }
        fields.finish(sheet);
        let Some(written) = to else { continue };
        let Some((dataset, target)) = target(&written.value) else {
            let (zh, en) = (
                format!("`{}` 不是对另一数据集的引用", written.value),
                format!("`{}` is not a reference to another dataset", written.value),
            );
            let wrong = sheet.diagnostic(Mistake::BadReference, written.span(), zh, en);
            sheet.found.push(wrong.help(format!("请写 {FORM}"), format!("write {FORM}")));
            continue;
        };
        references.push(Reference { column: column.to_owned(), dataset, target, every: true, written });
    }
    references
}

/// Reads a column's `foundIn`: `agency.dataset.column`.
pub(super) fn found_in(sheet: &mut Sheet, column: &str, node: &Node) -> Option<Reference> {
    let written = sheet.text(node)?;
    let Some((id, target)) = written.value.rsplit_once('.') else {
        sheet.wrong_form(node, " 机构.数据集.列", "agency.dataset.column");
        return None;
    };
    let Ok(dataset) = id.parse() else {
        sheet.wrong_form(node, " 机构.数据集.列", "agency.dataset.column");
        return None;
    };
    let target = target.to_owned();
    Some(Reference { column: column.to_owned(), dataset, target, every: false, written })
}

/// The dataset and column that a reference of the standard's long form names.
fn target(text: &str) -> Option<(DatasetId, String)> {
    let (file, path) = text.split_once('#')?;
    let dataset: DatasetId = file.strip_suffix(SUFFIX)?.parse().ok()?;
    match path.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice() {
        ["schema", object, "properties", column] if *object == dataset.dataset => {
            Some((dataset, (*column).to_owned()))
        }
        _ => None,
    }
}

/// References to a column that is not there, or is of another kind. `files` names the file of every contract.
pub(super) fn check(
    contracts: &BTreeMap<DatasetId, Contract>,
    files: &BTreeMap<DatasetId, PathBuf>,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (id, contract) in contracts {
        let Some(file) = files.get(id) else { continue };
        for reference in &contract.references {
            let wrong = |zh: String, en: String| {
                Diagnostic::new(Mistake::BadReference, file, zh, en).at(reference.written.span())
            };
            let other = contracts.get(&reference.dataset);
            let target =
                other.and_then(|other| other.columns.iter().find(|column| column.name == reference.target));
            let own = contract.columns.iter().find(|column| column.name == reference.column);
            let (to, column) = (&reference.dataset, &reference.target);
            match (other, target, own) {
                // A project need not have every dataset; there is nothing to count then. But a name that is nearly
                // another one's is misspelt.
                (None, _, _) => {
                    if let Some(near) = nearest_dataset(to, contracts) {
                        let unknown =
                            wrong(format!("没有数据集 `{to}`"), format!("there is no dataset `{to}`"));
                        found.push(unknown.did_you_mean(Some(&near)));
                    }
                }
                (Some(other), None, _) => {
                    let near = nearest(column, other.columns.iter().map(|column| column.name.as_str()));
                    let unknown = wrong(
                        format!("`{to}` 没有列 `{column}`"),
                        format!("`{to}` has no column `{column}`"),
                    );
                    found.push(unknown.did_you_mean(near));
                }
                (Some(_), Some(target), Some(own)) if target.kind != own.kind => found.push(wrong(
                    format!("`{}` 与 `{to}.{column}` 类型不同", own.name),
                    format!("`{}` and `{to}.{column}` are of different types", own.name),
                )),
                (Some(_), Some(target), _) if !reference.every && target.kind != Kind::Person => {
                    found.push(wrong(
                        format!("foundIn 只用于人员列，`{to}.{column}` 不是"),
                        format!("`foundIn` is about people, and `{to}.{column}` holds none"),
                    ))
                }
                _ => {}
            }
        }
    }
    found
}

/// The dataset that a misspelt name most likely stands for. Agency and dataset are compared each by itself: in the whole name
/// the agency's letters would make different datasets look alike.
fn nearest_dataset(written: &DatasetId, contracts: &BTreeMap<DatasetId, Contract>) -> Option<String> {
    let agency = nearest(&written.agency, contracts.keys().map(|id| id.agency.as_str()))?;
    let of_agency = contracts.keys().filter(|id| id.agency == agency);
    let dataset = nearest(&written.dataset, of_agency.map(|id| id.dataset.as_str()))?;
    Some(format!("{agency}.{dataset}"))
}

#[cfg(test)]
mod tests {
    use super::super::{
        load,
        sample::{SAMPLE, mistakes},
    };
    use crate::diagnostic::Lines;

    const OWNER: &str = "          - { property: title, value: { zh: 车主, en: Owner } }\n";

    /// What is said of the sample, whose person column has these lines more, beside the contract of persons.
    fn found(lines: &str) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let persons = include_str!("../../schemas/civil_affairs.persons.odcs.yaml");
        std::fs::write(dir.path().join("civil_affairs.persons.odcs.yaml"), persons).unwrap();
        let text = SAMPLE.replacen(OWNER, &format!("{OWNER}{lines}"), 1);
        std::fs::write(dir.path().join("transport.tolls.odcs.yaml"), text).unwrap();
        let (_, found) = load(&[dir.path()]);
        found.iter().map(|one| one.message.en.clone()).collect()
    }

    fn relation(to: &str) -> String {
        format!("        relationships:\n          - {{ to: '{to}' }}\n")
    }

    #[test]
    fn a_reference_leads_to_a_column_of_the_same_type() {
        let to = |object: &str, column: &str| {
            relation(&format!("civil_affairs.{object}.odcs.yaml#/schema/{object}/properties/{column}"))
        };
        let found_in = |value: &str| format!("          - {{ property: foundIn, value: {value} }}\n");
        for (lines, said) in [
            (to("persons", "person_id"), None),
            (found_in("civil_affairs.persons.person_id"), None),
            (to("person", "person_id"), Some("there is no dataset `civil_affairs.person`")),
            (found_in("civil_afairs.persons.person_id"), Some("there is no dataset `civil_afairs.persons`")),
            (to("payments", "case_id"), None),
            (to("persons", "person"), Some("`civil_affairs.persons` has no column `person`")),
            (
                to("persons", "sex"),
                Some("`person_id` and `civil_affairs.persons.sex` are of different types"),
            ),
            (
                found_in("civil_affairs.persons.person"),
                Some("`civil_affairs.persons` has no column `person`"),
            ),
            (
                found_in("civil_affairs.persons.sex"),
                Some("`person_id` and `civil_affairs.persons.sex` are of different types"),
            ),
        ] {
            assert_eq!(found(&lines), said.into_iter().collect::<Vec<_>>(), "{lines}");
        }
    }

    #[test]
    fn a_misspelt_dataset_is_named_with_its_place_and_the_nearest_one() {
        let dir = tempfile::tempdir().unwrap();
        let persons = include_str!("../../schemas/civil_affairs.persons.odcs.yaml");
        std::fs::write(dir.path().join("civil_affairs.persons.odcs.yaml"), persons).unwrap();
        let lines = relation("civil_affair.person.odcs.yaml#/schema/person/properties/person_id");
        let text = SAMPLE.replacen(OWNER, &format!("{OWNER}{lines}"), 1);
        std::fs::write(dir.path().join("transport.tolls.odcs.yaml"), &text).unwrap();
        let (_, found) = load(&[dir.path()]);
        let one = found.iter().next().unwrap();
        assert_eq!((found.len(), one.code.as_str()), (1, "HD103"));
        assert_eq!(one.help.as_ref().unwrap().en, "did you mean `civil_affairs.persons`?");
        let (line, _) = Lines::of(&text).line_column(one.span.as_ref().unwrap().start);
        assert_eq!((line, one.file.ends_with("transport.tolls.odcs.yaml")), (31, true));
    }

    #[test]
    fn a_dataset_that_a_project_does_not_have_is_not_taken_for_a_misspelt_one() {
        let schemas = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let (all, _) = load(&[schemas.as_path()]);
        for absent in all.keys() {
            let others = all.iter().filter(|(id, _)| *id != absent);
            let others = others.map(|(id, contract)| (id.clone(), contract.clone())).collect();
            assert_eq!(super::nearest_dataset(absent, &others), None, "{absent}");
        }
    }

    #[test]
    fn found_in_is_about_people() {
        let class = "          - { property: title, value: { zh: 车型, en: Class } }\n";
        let dir = tempfile::tempdir().unwrap();
        let line = "          - { property: foundIn, value: transport.tolls.class }\n";
        let text = SAMPLE.replacen(class, &format!("{class}{line}"), 1);
        std::fs::write(dir.path().join("transport.tolls.odcs.yaml"), text).unwrap();
        let (_, found) = load(&[dir.path()]);
        let said: Vec<_> = found.iter().map(|one| one.message.en.as_str()).collect();
        assert_eq!(said, ["`foundIn` is about people, and `transport.tolls.class` holds none"]);
    }

    #[test]
    fn a_reference_is_written_in_the_long_form_of_the_standard() {
        for to in [
            "guardians.person_id",
            "education.guardians.odcs.yaml#/schema/wards/properties/person_id",
            "guardians.yaml#/schema/x/properties/y",
        ] {
            let text = format!("{OWNER}{}", relation(to));
            assert_eq!(
                mistakes(&[(OWNER, &text)]),
                [format!("31: `{to}` is not a reference to another dataset")]
            );
        }
        let short = format!("{OWNER}          - {{ property: foundIn, value: persons }}\n");
        assert_eq!(
            mistakes(&[(OWNER, &short)]),
            ["30: agency.dataset.column is expected here, not `persons`"]
        );
    }
}
