//! One ODCS property read as a column, with the places that later checks point at. Sees one column at a time.

use super::{
    Column, Kind, Reference,
    codes::{read_codes, valid_values},
    custom::{customs, needed, two_lines, whole},
    range::{read_pattern, read_range},
    reference,
    types::{check_format, read_kind, read_word},
};
use crate::diagnostic::{
    Code as Mistake,
    form::{At, Fields, Sheet},
    yaml::Node,
};

/// What ODCS v3.1 knows of a property and we do not read.
const IGNORED: &[&str] = &[
    "id",
    "physicalName",
    "unique",
    "partitionKeyPosition",
    "encryptedName",
    "transformSourceObjects",
    "transformLogic",
    "transformDescription",
    "examples",
    "criticalDataElement",
    "authoritativeDefinitions",
    "tags",
];

/// What ODCS v3.1 knows of `logicalTypeOptions` and we do not check: whoever writes it must hear that.
const UNCHECKED_OPTIONS: &[&str] = &["multipleOf", "exclusiveMinimum", "exclusiveMaximum"];

/// The custom properties of a column.
const OURS: &[&str] = &["type", "title", "labels", "foundIn"];

/// A column and where its parts are written.
#[derive(Debug)]
pub(super) struct Written {
    /// The column itself.
    pub(super) column: Column,
    /// Where the name stands.
    pub(super) name: At<String>,
    /// Where the Chinese header stands.
    pub(super) header: At<String>,
    /// Whether it belongs to the key.
    pub(super) primary: bool,
    /// Its place in the key.
    pub(super) position: Option<At<u32>>,
    /// Whether deliveries replace it month by month.
    pub(super) partitioned: bool,
    /// Where its values stand in other datasets.
    pub(super) references: Vec<Reference>,
}

/// Reads one entry of `properties`.
pub(super) fn read(sheet: &mut Sheet, node: &Node) -> Option<Written> {
    let mut fields = sheet.fields(node)?;
    let name = fields.required("name", sheet).and_then(|node| sheet.text(node));
    let header = fields.required("businessName", sheet).and_then(|node| sheet.text(node));
    let about = fields.required("description", sheet).and_then(|node| two_lines(sheet, node));
    let logical = fields.required("logicalType", sheet).and_then(|node| sheet.text(node));
    let physical = fields.required("physicalType", sheet).and_then(|node| sheet.text(node));
    let options =
        fields.optional("logicalTypeOptions").map(|node| read_options(sheet, node)).unwrap_or_default();
    let required = fields.required("required", sheet).and_then(|node| sheet.truth(node));
    let primary = flag(sheet, &mut fields, "primaryKey");
    let position = fields.optional("primaryKeyPosition").and_then(|node| whole(sheet, node));
    let partitioned = flag(sheet, &mut fields, "partitioned");
    let sensitive =
        fields.optional("classification").and_then(|node| read_sensitivity(sheet, node)).unwrap_or(false);
    let valid = fields.optional("quality").and_then(|node| valid_values(sheet, node));
    let related = fields.optional("relationships");
    let custom = customs(sheet, fields.optional("customProperties"), OURS);
    for ignored in IGNORED {
        fields.optional(ignored);
    }
    fields.finish(sheet);

    // The name stands for the column: an underlined page of text points nowhere.
    let place = node.get("name").unwrap_or(node);
    let title = needed(sheet, &custom, "title", place).and_then(|node| sheet.both(node));
    let kind_word = needed(sheet, &custom, "type", place).and_then(|node| read_word(sheet, node));
    let (name, header) = (name?, header?);
    let kind = read_kind(sheet, &kind_word?, &logical?, &physical?)?;
    check_format(sheet, kind, options.format.as_ref(), &name);
    let codes = read_codes(sheet, kind, &custom, valid, &name);
    let range = read_range(sheet, kind, options.minimum, options.maximum);
    let pattern = read_pattern(sheet, kind, options.pattern);
    let mut references = related.map(|node| reference::read(sheet, &name.value, node)).unwrap_or_default();
    references.extend(custom.get("foundIn").and_then(|node| reference::found_in(sheet, &name.value, node)));
    let max_length = options.max_length.map(|at| at.value).or((kind == Kind::Ref).then_some(64));
    let column = Column {
        name: name.value.clone(),
        header_zh: header.value.clone(),
        title: title?,
        about: about?,
        kind,
        required: required?,
        codes,
        sensitive,
        min_length: options.min_length.map(|at| at.value),
        max_length,
        range,
        pattern,
    };
    Some(Written { column, name, header, primary, position, partitioned, references })
}

fn flag(sheet: &mut Sheet, fields: &mut Fields<'_>, name: &'static str) -> bool {
    fields.optional(name).and_then(|node| sheet.truth(node)).unwrap_or(false)
}

#[derive(Default)]
struct Options<'n> {
    format: Option<At<String>>,
    min_length: Option<At<u32>>,
    max_length: Option<At<u32>>,
    minimum: Option<&'n Node>,
    maximum: Option<&'n Node>,
    pattern: Option<&'n Node>,
}

fn read_options<'n>(sheet: &mut Sheet, node: &'n Node) -> Options<'n> {
    let Some(mut fields) = sheet.fields(node) else { return Options::default() };
    let read = Options {
        format: fields.optional("format").and_then(|node| sheet.text(node)),
        min_length: fields.optional("minLength").and_then(|node| whole(sheet, node)),
        max_length: fields.optional("maxLength").and_then(|node| whole(sheet, node)),
        minimum: fields.optional("minimum"),
        maximum: fields.optional("maximum"),
        pattern: fields.optional("pattern"),
    };
    for unchecked in UNCHECKED_OPTIONS {
        if let Some(node) = fields.optional(unchecked) {
            let zh = format!("`{unchecked}` 在此不检查：请改用 `minimum` 或 `maximum`");
            let en = format!("`{unchecked}` is not checked here: write `minimum` or `maximum`");
            sheet.report(Mistake::BadCondition, node.span.clone(), zh, en);
        }
    }
    for ignored in ["timezone", "defaultTimezone"] {
        fields.optional(ignored);
    }
    fields.finish(sheet);
    read
}

/// `sensitive`, or one of the words for what anyone in the exchange may see.
fn read_sensitivity(sheet: &mut Sheet, node: &Node) -> Option<bool> {
    const WORDS: &[&str] = &["sensitive", "internal", "public"];
    let word: String = sheet.text(node)?.value;
    if !WORDS.contains(&word.as_str()) {
        let list = WORDS.join(", ");
        let (zh, en) = (format!("`{word}` 不在 {list} 之中"), format!("`{word}` is not one of {list}"));
        sheet.report(Mistake::UnknownWord, node.span.clone(), zh, en);
        return None;
    }
    Some(word == "sensitive")
}

#[cfg(test)]
mod tests {
    use super::super::sample::mistakes;

    #[test]
    fn sensitivity_is_a_word_of_a_closed_list() {
        let found = mistakes(&[("classification: sensitive", "classification: secret")]);
        assert_eq!(
            found,
            [
                "18: the person column `person_id` needs classification: sensitive",
                "26: `secret` is not one of sensitive, internal, public",
            ]
        );
    }

    #[test]
    fn what_the_standard_knows_is_left_alone_and_what_it_does_not_know_is_refused() {
        let known = (
            "        required: false\n",
            "        required: false\n        unique: false\n        tags: [road]\n",
        );
        assert_eq!(mistakes(&[known]), [""; 0]);
        let unknown = ("        required: false\n", "        required: false\n        nullable: true\n");
        assert_eq!(mistakes(&[unknown]), ["49: unknown key `nullable`"]);
        let option = ("format: yyyy-MM", "format: yyyy-MM, minLenght: 3");
        assert_eq!(mistakes(&[option]), ["34: unknown key `minLenght`"]);
    }
}
