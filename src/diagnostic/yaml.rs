//! YAML as a tree that knows the place of every node. Knows nothing of what the keys mean.
//!
//! Scalars stay text: whoever reads a figure parses the digits that were written, so `0.10` never passes through a float.

use std::{ops::Range, path::Path};

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span};

use super::{Code, Diagnostic, Diagnostics};

/// Deeper nesting than any file of ours; a file that nests deeper is refused before it can exhaust the stack.
const DEEPEST: usize = 32;

/// A node and its place in bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands.
    pub span: Range<usize>,
}

/// What a node can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// A text as written, without its quotes.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Where it stands.
    pub span: Range<usize>,
}

impl Value {
    /// What it is called in a message.
    pub fn noun(&self) -> (&'static str, &'static str) {
        match self {
            Self::Null => ("空值", "nothing"),
            Self::Scalar(_) => ("文本", "a text"),
            Self::List(_) => ("列表", "a list"),
            Self::Map(_) => ("键值表", "a mapping"),
        }
    }
}

impl Node {
    /// The value under a key, if this is a mapping that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The place of every node below this one, by its path: `reason.zh`, `evidence.0.from`.
    pub fn outline(&self) -> std::collections::BTreeMap<String, Range<usize>> {
        let mut places = std::collections::BTreeMap::new();
        self.outline_into("", &mut places);
        places
    }

    fn outline_into(&self, prefix: &str, places: &mut std::collections::BTreeMap<String, Range<usize>>) {
        let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        let children: Vec<(String, &Self)> = match &self.value {
            Value::Null | Value::Scalar(_) => Vec::new(),
            Value::List(items) => {
                items.iter().enumerate().map(|(at, item)| (join(&at.to_string()), item)).collect()
            }
            Value::Map(entries) => entries.iter().map(|(key, node)| (join(&key.name), node)).collect(),
        };
        for (path, node) in children {
            node.outline_into(&path, places);
            places.insert(path, node.span.clone());
        }
    }
}

/// Reads one document. `base` is where `text` begins in the file, as for a block comment at the head of a `.sql`.
///
/// An empty document is an empty mapping. Duplicate keys, aliases and second documents are reported.
pub fn parse(text: &str, base: usize, file: &Path, found: &mut Diagnostics) -> Option<Node> {
    let mut tree = Tree { text, base, file, found, open: Vec::new(), root: None };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                let place = tree.place(&span);
                tree.take(event, place)?;
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                tree.wrong(
                    at + base..at + base,
                    format!("YAML 语法错误：{}", error.info()),
                    format!("YAML: {}", error.info()),
                );
                return None;
            }
        }
    }
    let empty = || Node { value: Value::Map(Vec::new()), span: base..base };
    match tree.root.take() {
        Some(Node { value: Value::Null, .. }) | None => Some(empty()),
        root => root,
    }
}

/// A mapping or list that is being filled.
enum Open {
    List(Vec<Node>, usize),
    Map(Vec<(Key, Node)>, Option<Key>, usize),
}

struct Tree<'t> {
    text: &'t str,
    base: usize,
    file: &'t Path,
    found: &'t mut Diagnostics,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Tree<'_> {
    fn place(&self, span: &Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(0..0);
        // A block scalar's span runs over the line break that ends it; the mark would run on to the next line.
        let written = self.text.get(range.clone()).unwrap_or_default().trim_end().len();
        range.start + self.base..range.start + written + self.base
    }

    fn wrong(&mut self, span: Range<usize>, zh: String, en: String) {
        self.found.push(Diagnostic::new(Code::BadYaml, self.file, zh, en).at(span));
    }

    /// Takes one event; None gives the document up.
    fn take(&mut self, event: Event<'_>, place: Range<usize>) -> Option<()> {
        match event {
            Event::Scalar(text, style, _, _) => {
                let plain = style == ScalarStyle::Plain;
                let value = match text.as_ref() {
                    "" | "~" | "null" if plain => Value::Null,
                    text => Value::Scalar(text.to_owned()),
                };
                self.add(Node { value, span: place })
            }
            Event::SequenceStart(..) => self.deepen(Open::List(Vec::new(), place.start), place),
            Event::MappingStart(..) => self.deepen(Open::Map(Vec::new(), None, place.start), place),
            Event::SequenceEnd | Event::MappingEnd => {
                let (value, start) = match self.open.pop()? {
                    Open::List(items, start) => (Value::List(items), start),
                    Open::Map(entries, _, start) => (Value::Map(entries), start),
                };
                // The end of a block collection is where the next one starts: keep to what it holds.
                let last = match &value {
                    Value::List(items) => items.last().map(|node| node.span.end),
                    Value::Map(entries) => entries.last().map(|(_, node)| node.span.end),
                    _ => None,
                };
                let end = if place.is_empty() { last.unwrap_or(start) } else { place.end };
                self.add(Node { value, span: start..end.max(start) })
            }
            Event::Alias(_) => {
                self.wrong(
                    place,
                    "不支持 YAML 别名（*）".into(),
                    "aliases (*) are not read: write the value out".into(),
                );
                None
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                self.wrong(
                    place,
                    "一个文件只能有一个 YAML 文档".into(),
                    "a file holds one YAML document".into(),
                );
                None
            }
            _ => Some(()),
        }
    }

    fn deepen(&mut self, open: Open, place: Range<usize>) -> Option<()> {
        if self.open.len() >= DEEPEST {
            self.wrong(
                place,
                format!("嵌套超过 {DEEPEST} 层"),
                format!("nested deeper than {DEEPEST} levels"),
            );
            return None;
        }
        self.open.push(open);
        Some(())
    }

    fn add(&mut self, node: Node) -> Option<()> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(items, _)) => items.push(node),
            Some(Open::Map(entries, key @ None, _)) => match node.value {
                Value::Scalar(name) => {
                    let first = entries.iter().find(|(known, _)| known.name == name);
                    if first.is_some() {
                        let (zh, en) =
                            (format!("键 `{name}` 重复"), format!("the key `{name}` is written twice"));
                        let twice = Diagnostic::new(Code::DuplicateKey, self.file, zh, en);
                        self.found.push(twice.at(node.span.clone()));
                    }
                    *key = Some(Key { name, span: node.span });
                }
                _ => {
                    self.wrong(node.span, "键必须是文本".into(), "a key must be a text".into());
                    return None;
                }
            },
            Some(Open::Map(entries, key, _)) => {
                if let Some(key) = key.take() {
                    entries.push((key, node));
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Node>, Diagnostics) {
        let mut found = Diagnostics::new();
        let node = parse(text, 0, Path::new("a.yaml"), &mut found);
        (node, found)
    }

    #[test]
    fn every_node_knows_its_bytes() {
        let text = "标题: {zh: 甲, en: \"a b\"}\nlist:\n  - 0.10\n  - ~\n";
        let (node, found) = read(text);
        assert!(found.is_empty(), "{found:?}");
        let node = node.unwrap();
        let places = node.outline();
        let written = |path: &str| text.get(places[path].clone()).unwrap();
        assert_eq!(written("标题.zh"), "甲");
        assert_eq!(written("标题.en"), "\"a b\"");
        assert_eq!(written("标题"), "{zh: 甲, en: \"a b\"}");
        assert_eq!(written("list.0"), "0.10");
        assert_eq!(node.get("标题").unwrap().get("en").unwrap().value, Value::Scalar("a b".into()));
        assert_eq!(written("list"), "- 0.10\n  - ~");
    }

    #[test]
    fn places_count_from_the_head_of_the_file() {
        let mut found = Diagnostics::new();
        let node = parse("a: 1\n", 100, Path::new("a.sql"), &mut found).unwrap();
        assert_eq!(node.outline()["a"], 103..104);
    }

    #[test]
    fn a_key_written_twice_is_reported_at_the_second() {
        let (_, found) = read("a: 1\nb: 2\na: 3\n");
        let first = found.iter().next().unwrap();
        assert_eq!((first.code, first.span.clone()), (Code::DuplicateKey, Some(10..11)));
    }

    #[test]
    fn what_does_not_parse_is_reported_with_its_place() {
        for (text, line) in [
            ("a: [1, 2\nb: 3\n", 2),
            ("a: 'x\n", 2),
            ("a: *b\n", 1),
            ("a: 1\n---\nb: 2\n", 2),
            ("{a: 1}: 2\n", 1),
        ] {
            let (node, found) = read(text);
            assert!(node.is_none(), "{text}");
            let one = found.iter().next().unwrap();
            assert_eq!(one.code, Code::BadYaml, "{text}");
            let place = crate::diagnostic::Lines::of(text).line_column(one.span.clone().unwrap().start);
            assert_eq!(place.0, line, "{text}: {place:?}");
        }
    }

    #[test]
    fn a_file_that_nests_without_end_is_refused() {
        let (node, found) = read(&"[".repeat(100_000));
        assert!(node.is_none());
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn an_empty_file_is_an_empty_mapping() {
        assert_eq!(read("# nothing\n").0.unwrap().value, Value::Map(Vec::new()));
        assert_eq!(read("").0.unwrap().value, Value::Map(Vec::new()));
    }
}
