//! The front matter of a `.sql` file: a leading block comment `/*--- … ---*/` that holds YAML.

use std::ops::Range;

use crate::diagnostic::{
    Code,
    form::Sheet,
    yaml::{self, Node},
};

const OPEN: &str = "/*---";
const CLOSE: &str = "---*/";

/// Where the YAML stands in the file; None when the file does not begin with front matter, Err when it does not end.
fn block(text: &str) -> Option<Result<Range<usize>, Range<usize>>> {
    let start = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    let rest = text.get(start..)?.strip_prefix(OPEN)?;
    let from = start + OPEN.len();
    Some(match rest.find(CLOSE) {
        Some(length) => Ok(from..from + length),
        None => Err(start..from),
    })
}

/// Reads the front matter of a file, places counted from the head of the file. `must` says whether it has to be there.
pub(super) fn read(text: &str, must: bool, sheet: &mut Sheet) -> Option<Node> {
    match block(text) {
        Some(Ok(range)) => {
            let yaml = text.get(range.clone())?;
            yaml::parse(yaml, range.start, &sheet.file.clone(), &mut sheet.found)
        }
        Some(Err(open)) => {
            let (zh, en) = ("文件头没有以 `---*/` 结束", "the front matter is not closed by `---*/`");
            sheet.report(Code::NoFrontMatter, open, zh, en);
            None
        }
        None if must => {
            let (zh, en) = (
                "文件开头没有 `/*--- … ---*/` 文件头",
                "the file does not begin with front matter `/*--- … ---*/`",
            );
            sheet.report(Code::NoFrontMatter, 0..0, zh, en);
            None
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn places_in_front_matter_are_places_in_the_file() {
        let text = "\u{feff}/*---\nid: D-01\n---*/\nSELECT 1";
        let mut sheet = Sheet::new(Path::new("D-01.sql"));
        let node = read(text, true, &mut sheet).unwrap();
        assert_eq!(text.get(node.outline()["id"].clone()), Some("D-01"));
    }

    #[test]
    fn front_matter_that_is_missing_or_open_is_reported() {
        for text in ["SELECT 1", "/* plain */ SELECT 1", "/*---\nid: x\n*/ SELECT 1"] {
            let mut sheet = Sheet::new(Path::new("D-01.sql"));
            assert!(read(text, true, &mut sheet).is_none());
            assert_eq!(sheet.found.iter().next().unwrap().code, Code::NoFrontMatter);
        }
        let mut sheet = Sheet::new(Path::new("fact.sql"));
        assert!(read("SELECT 1", false, &mut sheet).is_none());
        assert!(sheet.found.is_empty());
    }
}
