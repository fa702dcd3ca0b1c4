//! Diagnostics as text with an excerpt, as one line each, and as JSON.
//!
//! Reads nothing but the source it is given; prints nothing, it returns the text.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use annotate_snippets::{AnnotationKind, Group, Level as Mark, Origin, Renderer as Drawer, Snippet};
use serde_json::{Value, json as object};

use super::{Diagnostic, Diagnostics, Level, Lines};
use crate::model::Lang;

/// Where the renderer gets a file's text from.
pub type Sources<'a> = dyn Fn(&Path) -> Option<String> + 'a;

/// Files as they are on disk now.
pub fn from_disk(path: &Path) -> Option<String> {
    std::fs::read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

/// How diagnostics are shown to a person.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renderer {
    /// The language of the messages.
    pub lang: Lang,
    /// Colours, for a terminal.
    pub color: bool,
}

impl Renderer {
    /// `file:line:column: error[CODE]: message`, as editors and grep read it.
    pub fn line(&self, found: &Diagnostic, source: Option<&str>) -> String {
        let (level, message) = (self.level(found.level), printable(found.message.in_lang(self.lang)));
        format!("{}: {level}[{}]: {message}", place(found, source), found.code)
    }

    /// The message, the excerpt with the place underlined, notes and help.
    pub fn text(&self, found: &Diagnostic, source: Option<&str>) -> String {
        let mark = match found.level {
            Level::Error => Mark::ERROR,
            Level::Warning => Mark::WARNING,
        };
        let title = mark
            .with_name(self.level(found.level))
            .primary_title(printable(found.message.in_lang(self.lang)))
            .id(found.code.as_str());
        let path = found.file.display().to_string();
        let mut group: Group<'_> = match (source, &found.span) {
            (Some(source), Some(span)) => {
                let span = span.start.min(source.len())..span.end.min(source.len());
                let snippet = Snippet::source(source).annotation(AnnotationKind::Primary.span(span));
                match found.cell {
                    // A spreadsheet user counts rows and columns; the excerpt below still shows the line.
                    Some(cell) => Group::with_title(title)
                        .element(Origin::path(path).line(cell.row).char_column(cell.column))
                        .element(snippet),
                    None => Group::with_title(title).element(snippet.path(path)),
                }
            }
            _ => Group::with_title(title).element(origin(found, path)),
        };
        let (note, help) = match self.lang {
            Lang::Zh => ("说明", "建议"),
            Lang::En => ("note", "help"),
        };
        for text in &found.notes {
            group = group.element(Mark::NOTE.with_name(note).message(printable(text.in_lang(self.lang))));
        }
        if let Some(text) = &found.help {
            group = group.element(Mark::HELP.with_name(help).message(printable(text.in_lang(self.lang))));
        }
        let drawer = if self.color { Drawer::styled() } else { Drawer::plain() };
        drawer.render(&[group])
    }

    /// All of them as text, an empty line between two.
    pub fn all(&self, found: &Diagnostics, sources: &Sources<'_>) -> String {
        let texts = with_sources(found, sources, |one, source| self.text(one, source));
        texts.join("\n\n")
    }

    /// All of them, one line each.
    pub fn lines(&self, found: &Diagnostics, sources: &Sources<'_>) -> String {
        with_sources(found, sources, |one, source| self.line(one, source)).join("\n")
    }

    fn level(&self, level: Level) -> &'static str {
        match (self.lang, level) {
            (Lang::En, level) => level.as_str(),
            (Lang::Zh, Level::Error) => "错误",
            (Lang::Zh, Level::Warning) => "警告",
        }
    }
}

/// All of them as a JSON array, for programs: places in bytes and in lines and columns, both languages.
pub fn json(found: &Diagnostics, sources: &Sources<'_>) -> Value {
    Value::Array(with_sources(found, sources, |one, source| {
        let (line, column) = line_column(one, source).unzip();
        object!({
            "code": one.code.as_str(),
            "level": one.level.as_str(),
            "file": one.file.display().to_string(),
            "line": line,
            "column": column,
            "start": one.span.as_ref().map(|span| span.start),
            "end": one.span.as_ref().map(|span| span.end),
            "message": one.message,
            "notes": one.notes,
            "help": one.help,
        })
    }))
}

/// Without control characters: a message quotes what a file holds, and a file must not steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Calls `each` with the text of its file, reading every file once.
fn with_sources<T>(
    found: &Diagnostics,
    sources: &Sources<'_>,
    each: impl Fn(&Diagnostic, Option<&str>) -> T,
) -> Vec<T> {
    let mut texts: BTreeMap<&PathBuf, Option<String>> = BTreeMap::new();
    let mut rendered = Vec::with_capacity(found.len());
    for one in found {
        let text = texts.entry(&one.file).or_insert_with(|| sources(&one.file));
        rendered.push(each(one, text.as_deref()));
    }
    rendered
}

fn line_column(found: &Diagnostic, source: Option<&str>) -> Option<(usize, usize)> {
    match (found.cell, &found.span, source) {
        (Some(cell), _, _) => Some((cell.row, cell.column)),
        (None, Some(span), Some(source)) => Some(Lines::of(source).line_column(span.start)),
        _ => None,
    }
}

fn place(found: &Diagnostic, source: Option<&str>) -> String {
    match line_column(found, source) {
        Some((line, column)) => format!("{}:{line}:{column}", found.file.display()),
        None => found.file.display().to_string(),
    }
}

fn origin<'a>(found: &Diagnostic, path: String) -> Origin<'a> {
    match found.cell {
        Some(cell) => Origin::path(path).line(cell.row).char_column(cell.column),
        None => Origin::path(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    const SOURCE: &str = "低保标准: x\nvalue: 一千\n";

    fn found() -> Diagnostic {
        let at = SOURCE.find("一千").unwrap();
        Diagnostic::new(Code::BadFigure, Path::new("a.yaml"), "`一千` 不是金额", "`一千` is not an amount")
            .at(at..at + "一千".len())
            .note("只写数字", "digits only")
            .help("写成 1000", "write 1000")
    }

    #[test]
    fn one_line_says_file_line_and_column() {
        let renderer = Renderer { lang: Lang::En, color: false };
        assert_eq!(
            renderer.line(&found(), Some(SOURCE)),
            "a.yaml:2:8: error[HD203]: `一千` is not an amount"
        );
        assert_eq!(
            renderer.line(&found().in_cell(7, 3), None),
            "a.yaml:7:3: error[HD203]: `一千` is not an amount"
        );
    }

    #[test]
    fn the_mark_stands_under_wide_characters() {
        let text = Renderer::default().text(&found(), Some(SOURCE));
        let expected = "错误[HD203]: `一千` 不是金额\n --> a.yaml:2:8\n  |\n2 | value: 一千\n  |        ^^^^\n  |\n  = 说明: 只写数字\n  = 建议: 写成 1000";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_table_shows_row_and_field() {
        let text = Renderer { lang: Lang::En, color: false }.text(&found().in_cell(2, 5), Some(SOURCE));
        assert!(text.contains("--> a.yaml:2:5"), "{text}");
        assert!(text.contains("^^^^"), "{text}");
    }

    #[test]
    fn without_the_source_the_file_is_still_named() {
        let text = Renderer { lang: Lang::En, color: false }.text(&found(), None);
        assert!(text.starts_with("error[HD203]: `一千` is not an amount\n--> a.yaml"), "{text}");
    }

    #[test]
    fn a_span_behind_the_end_of_a_changed_file_does_no_harm() {
        let text = Renderer::default().text(&found().at(500..600), Some("短"));
        assert!(text.contains("a.yaml"), "{text}");
    }

    #[test]
    fn what_a_message_quotes_cannot_steer_the_terminal() {
        let found =
            Diagnostic::new(Code::UnknownKey, Path::new("a.yaml"), "键 `\u{1b}[2J`", "key `\u{1b}[2J`");
        assert!(!Renderer::default().text(&found, None).contains('\u{1b}'));
        assert!(!Renderer::default().line(&found, None).contains('\u{1b}'));
    }

    #[test]
    fn json_carries_both_languages_and_the_place() {
        let mut list = Diagnostics::new();
        list.push(found());
        let value = json(&list, &|_| Some(SOURCE.to_owned()));
        assert_eq!(value[0]["code"], "HD203");
        assert_eq!(value[0]["line"], 2);
        assert_eq!(value[0]["message"]["zh"], "`一千` 不是金额");
    }
}
