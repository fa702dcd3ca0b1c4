//! The values of a theme file: scope, date, figure, source, each checked against the catalogue.

use std::path::{Path, PathBuf};

use super::{
    HUKOU_KINDS, Parameter, ParameterBook, Place, Value,
    complaint::{bounds, disorder, no_source, wrong_unit},
};
use crate::diagnostic::{form::Sheet, yaml::Node};

impl ParameterBook {
    /// Reads a file of values by parameter.
    pub(super) fn read(&mut self, node: &Node, sheet: &mut Sheet) {
        if self.catalogue.is_empty() {
            // The catalogue did not read: that is one mistake, not one for every name.
            return;
        }
        let Some(fields) = sheet.fields(node) else { return };
        for (key, node) in fields.entries() {
            let Some(parameter) = self.catalogue.get(&key.name) else {
                sheet.found.push(self.unknown(&key.name, &sheet.file).at(key.span.clone()));
                continue;
            };
            let Some(mut fields) = sheet.fields(node) else { continue };
            if let Some(unit) = fields.required("unit", sheet).and_then(|node| sheet.text(node))
                && !parameter.has_unit(&unit.value)
            {
                sheet.found.push(wrong_unit(parameter, &unit.value, &sheet.file).at(unit.span()));
            }
            let items = fields.required("values", sheet).map(|node| sheet.items(node)).unwrap_or_default();
            let values: Vec<Value> = items.iter().filter_map(|node| value(parameter, node, sheet)).collect();
            sheet.found.extend(disorder(&values));
            self.values.entry(key.name.clone()).or_default().extend(values);
            fields.finish(sheet);
        }
    }
}

/// The `.yaml` files of a folder except the catalogue, sorted; an unreadable folder shows as a missing catalogue.
pub(super) fn yaml_files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let is_theme = |path: &PathBuf| {
        path.extension().is_some_and(|ext| ext == "yaml")
            && path.file_name().is_some_and(|name| name != "catalogue.yaml")
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_theme).collect();
    files.sort();
    files
}

/// Reads one entry of `values`.
fn value(parameter: &Parameter, node: &Node, sheet: &mut Sheet) -> Option<Value> {
    let mut fields = sheet.fields(node)?;
    let division = fields.required("division", sheet).and_then(|node| sheet.text(node));
    let hukou_kind = fields.optional("hukou_kind").map(|node| sheet.word::<HukouKind>(node, &HUKOU_KINDS));
    let from = fields.required("from", sheet).and_then(|node| sheet.date(node));
    let written = fields.required("value", sheet);
    let figure = written.and_then(|node| parameter.figure(node, sheet));
    let source = fields.optional("source").and_then(|node| sheet.text(node));
    let verified = fields.required("verified", sheet).and_then(|node| sheet.truth(node));
    fields.finish(sheet);
    if let (Some(node), Some(figure)) = (written, &figure) {
        let bounds = bounds(parameter, figure, &sheet.file).map(|wrong| wrong.at(node.span.clone()));
        sheet.found.extend(bounds);
    }
    if source.is_none() {
        let place = written.map_or_else(|| node.span.clone(), |node| node.span.clone());
        sheet.found.push(no_source(parameter, verified == Some(true), &sheet.file).at(place));
    }
    let division = division?;
    let span = written.map_or_else(|| node.span.clone(), |node| node.span.clone());
    let place =
        Place { file: sheet.file.clone(), span, division: division.span(), cell: None, division_cell: None };
    Some(Value {
        division: division.value,
        // A hukou kind that does not parse must not turn into "any".
        hukou_kind: match hukou_kind {
            None => None,
            Some(kind) => Some(kind?.0),
        },
        from: from?.value,
        figure: figure?,
        source: source.map(|text| text.value).unwrap_or_default(),
        verified: verified?,
        place,
    })
}

/// A hukou kind, read as a word.
struct HukouKind(String);

impl std::str::FromStr for HukouKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        HUKOU_KINDS.contains(&text).then(|| Self(text.to_owned())).ok_or(())
    }
}
