//! Fields of a YAML mapping, taken one by one; what is wrong with each is noted and the reading goes on.
//!
//! Never gives up at the first mistake: a missing field is None, and the diagnostics say why.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    str::FromStr,
};

use chrono::NaiveDate;

use super::{
    Code, Diagnostic, Diagnostics, nearest,
    yaml::{Key, Node, Value},
};
use crate::model::Text;

/// A value and its place in the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl<T> At<T> {
    /// A value at a place.
    pub fn new(value: T, span: &Range<usize>) -> Self {
        Self { value, start: span.start, end: span.end }
    }

    /// The place.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// One file that is being read, and what was found wrong with it so far.
#[derive(Debug)]
pub struct Sheet {
    /// The file.
    pub file: PathBuf,
    /// What was found.
    pub found: Diagnostics,
}

impl Sheet {
    /// Nothing found yet.
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), found: Diagnostics::new() }
    }

    /// Reads the file as text and as YAML.
    pub fn open(file: &Path) -> (Self, Option<Node>) {
        let mut sheet = Self::new(file);
        let node = match super::read(file) {
            Ok(text) => super::yaml::parse(&text, 0, file, &mut sheet.found),
            Err(unreadable) => {
                sheet.found.push(*unreadable);
                None
            }
        };
        (sheet, node)
    }

    /// A diagnostic about this file, not yet reported.
    pub fn diagnostic(
        &self,
        code: Code,
        span: Range<usize>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, &self.file, zh, en).at(span)
    }

    /// Reports a mistake at a place.
    pub fn report(&mut self, code: Code, span: Range<usize>, zh: impl Into<String>, en: impl Into<String>) {
        let diagnostic = self.diagnostic(code, span, zh, en);
        self.found.push(diagnostic);
    }

    /// A value of the wrong form.
    pub fn wrong_form(&mut self, node: &Node, zh: &str, en: &str) {
        let (found_zh, found_en) = match &node.value {
            Value::Scalar(text) => (format!("`{text}`"), format!("`{text}`")),
            other => (other.noun().0.to_owned(), other.noun().1.to_owned()),
        };
        let (zh, en) =
            (format!("此处应为{zh}，实为{found_zh}"), format!("{en} is expected here, not {found_en}"));
        self.report(Code::WrongForm, node.span.clone(), zh, en);
    }

    /// The fields of a mapping.
    pub fn fields<'n>(&mut self, node: &'n Node) -> Option<Fields<'n>> {
        match &node.value {
            Value::Map(entries) => Some(Fields { node, entries, known: Vec::new() }),
            Value::Null => Some(Fields { node, entries: &[], known: Vec::new() }),
            _ => {
                self.wrong_form(node, "键值表", "a mapping");
                None
            }
        }
    }

    /// The items of a list.
    pub fn items<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => {
                self.wrong_form(node, "列表", "a list");
                &[]
            }
        }
    }

    /// A text that is not empty.
    pub fn text(&mut self, node: &Node) -> Option<At<String>> {
        match &node.value {
            Value::Scalar(text) if !text.trim().is_empty() => {
                Some(At::new(text.trim_end().to_owned(), &node.span))
            }
            _ => {
                self.wrong_form(node, "文本", "a text");
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn truth(&mut self, node: &Node) -> Option<bool> {
        match &node.value {
            Value::Scalar(text) if text == "true" => Some(true),
            Value::Scalar(text) if text == "false" => Some(false),
            _ => {
                self.wrong_form(node, " true 或 false", "true or false");
                None
            }
        }
    }

    /// `YYYY-MM-DD`.
    pub fn date(&mut self, node: &Node) -> Option<At<NaiveDate>> {
        let read = match &node.value {
            Value::Scalar(text) if text.len() == 10 => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
            _ => None,
        };
        if read.is_none() {
            self.wrong_form(node, "日期（YYYY-MM-DD）", "a date (YYYY-MM-DD)");
        }
        read.map(|day| At::new(day, &node.span))
    }

    /// One of a closed list of words, by its `FromStr`; `words` are shown and searched for the nearest.
    pub fn word<T: FromStr>(&mut self, node: &Node, words: &[&str]) -> Option<T> {
        let text = self.text(node)?;
        let word = text.value.parse().ok();
        if word.is_none() {
            let (list, near) = (words.join(", "), nearest(&text.value, words.iter().copied()));
            let (zh, en) = (
                format!("`{}` 不在 {list} 之中", text.value),
                format!("`{}` is not one of {list}", text.value),
            );
            let unknown = self.diagnostic(Code::UnknownWord, text.span(), zh, en).did_you_mean(near);
            self.found.push(unknown);
        }
        word
    }

    /// `{zh: …, en: …}`, neither of them empty.
    pub fn both(&mut self, node: &Node) -> Option<Text> {
        let mut fields = match &node.value {
            Value::Map(_) => self.fields(node)?,
            _ => {
                let (zh, en) =
                    ("此处应写中英文：{zh: …, en: …}", "both languages are expected here: {zh: …, en: …}");
                self.report(Code::MissingLanguage, node.span.clone(), zh, en);
                return None;
            }
        };
        let mut one = |lang: &'static str, name_zh: &str, name_en: &str| {
            let written = fields.optional(lang);
            match written.map(|node| &node.value) {
                Some(Value::Scalar(text)) if !text.trim().is_empty() => Some(text.trim_end().to_owned()),
                _ => {
                    let span = written.map(|node| node.span.clone()).or_else(|| fields.key(lang));
                    let span = span.unwrap_or_else(|| node.span.clone());
                    let (zh, en) =
                        (format!("缺少{name_zh}（{lang}）"), format!("{name_en} (`{lang}`) is missing"));
                    self.report(Code::MissingLanguage, span, zh, en);
                    None
                }
            }
        };
        let (zh, en) = (one("zh", "中文", "the Chinese text"), one("en", "英文", "the English text"));
        fields.finish(self);
        Some(Text { zh: zh?, en: en? })
    }
}

/// The fields of one mapping; those that nobody asked for are unknown.
#[derive(Debug)]
pub struct Fields<'n> {
    node: &'n Node,
    entries: &'n [(Key, Node)],
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// A field that may be missing; one without a value counts as missing.
    pub fn optional(&mut self, name: &'static str) -> Option<&'n Node> {
        self.known.push(name);
        let found = self.entries.iter().find(|(key, _)| key.name == name);
        found.map(|(_, node)| node).filter(|node| node.value != Value::Null)
    }

    /// A field that must be there.
    pub fn required(&mut self, name: &'static str, sheet: &mut Sheet) -> Option<&'n Node> {
        let written = self.optional(name);
        if written.is_none() {
            let key = self.key(name);
            // The first key of the mapping stands for it: an underlined page of text points nowhere.
            let first = self.entries.first().map(|(key, _)| key.span.clone());
            let span = key.or(first).unwrap_or_else(|| self.node.span.clone());
            sheet.report(Code::MissingKey, span, format!("缺少 `{name}`"), format!("`{name}` is missing"));
        }
        written
    }

    /// Where a key stands, with or without a value.
    pub fn key(&self, name: &str) -> Option<Range<usize>> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(key, _)| key.span.clone())
    }

    /// All entries, for a mapping whose keys are names of the person's own.
    pub fn entries(&self) -> &'n [(Key, Node)] {
        self.entries
    }

    /// Where the mapping stands.
    pub fn span(&self) -> Range<usize> {
        self.node.span.clone()
    }

    /// Reports every key that was never asked for.
    pub fn finish(self, sheet: &mut Sheet) {
        for (key, _) in self.entries {
            if !self.known.contains(&key.name.as_str()) {
                let near = nearest(&key.name, self.known.iter().copied());
                let (zh, en) = (format!("未知的键 `{}`", key.name), format!("unknown key `{}`", key.name));
                let known = self.known.join(", ");
                let unknown = sheet.diagnostic(Code::UnknownKey, key.span.clone(), zh, en);
                let unknown = match near {
                    Some(_) => unknown.did_you_mean(near),
                    None => unknown.help(format!("可用的键：{known}"), format!("known keys: {known}")),
                };
                sheet.found.push(unknown);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::yaml::parse;

    fn sheet(text: &str) -> (Sheet, Node) {
        let mut sheet = Sheet::new(Path::new("a.yaml"));
        let node = parse(text, 0, Path::new("a.yaml"), &mut sheet.found).unwrap();
        (sheet, node)
    }

    fn codes(sheet: &Sheet) -> Vec<Code> {
        sheet.found.iter().map(|one| one.code).collect()
    }

    #[test]
    fn every_mistake_of_a_mapping_is_reported_at_once() {
        let (mut sheet, node) = sheet("titel: x\ngrace: maybe\non: 2026-02-30\n");
        let mut fields = sheet.fields(&node).unwrap();
        assert!(fields.required("title", &mut sheet).is_none());
        assert!(fields.optional("grace").and_then(|node| sheet.truth(node)).is_none());
        assert!(fields.optional("on").and_then(|node| sheet.date(node)).is_none());
        fields.finish(&mut sheet);
        assert_eq!(codes(&sheet), [Code::MissingKey, Code::WrongForm, Code::WrongForm, Code::UnknownKey]);
        let last = sheet.found.iter().last().unwrap();
        assert_eq!(last.help.as_ref().unwrap().en, "did you mean `title`?");
    }

    #[test]
    fn a_text_needs_both_languages() {
        let (mut sheet, node) = sheet("title: {zh: 甲}\n");
        assert_eq!(sheet.both(node.get("title").unwrap()), None);
        assert_eq!(codes(&sheet), [Code::MissingLanguage]);
        let (mut sheet, node) = self::sheet("title: 甲\n");
        assert_eq!(sheet.both(node.get("title").unwrap()), None);
        assert_eq!(codes(&sheet), [Code::MissingLanguage]);
    }

    #[test]
    fn a_word_outside_the_list_finds_its_neighbour() {
        let (mut sheet, node) = sheet("direction: inelligible\n");
        let words = ["ineligible", "missed", "process"];
        let read: Option<crate::model::Direction> = sheet.word(node.get("direction").unwrap(), &words);
        assert_eq!(read, None);
        let one = sheet.found.iter().next().unwrap();
        assert_eq!(one.help.as_ref().unwrap().en, "did you mean `ineligible`?");
    }

    #[test]
    fn a_field_that_is_written_without_a_value_is_missing() {
        let (mut sheet, node) = sheet("id:\nother: 1\n");
        let mut fields = sheet.fields(&node).unwrap();
        assert!(fields.required("id", &mut sheet).is_none());
        assert_eq!(sheet.found.iter().next().unwrap().span, Some(0..2));
    }
}
