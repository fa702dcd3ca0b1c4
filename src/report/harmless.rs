//! Makes a cell harmless: what came from outside must never become a formula in someone's spreadsheet.

/// The text with control characters taken out and, if a spreadsheet could take it for a formula, an apostrophe before it.
///
/// Full-width forms count too, because Chinese editions of spreadsheets accept `＝` as `=`.
pub fn harmless(text: &str) -> String {
    let is_strange = |c: char| is_invisible(c) || (c.is_control() && c != '\n');
    // In most texts there is nothing to take out.
    let cleaned = text.contains(is_strange).then(|| without_strange(text));
    let clean = cleaned.as_deref().unwrap_or(text).trim();
    match clean.chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%') => format!("'{clean}"),
        _ => clean.to_owned(),
    }
}

fn without_strange(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect()
}

/// Characters that show nothing but can hide what a cell begins with, or turn the reading direction around.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_is_made_harmless() {
        for bad in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\u{1}=1",
            " =1",
            "\n=1",
            "＝1",
            "\u{feff}=1",
            "\u{200b}@x",
            "=HYPERLINK(\"http://x\")",
            "\u{202e}=1",
        ] {
            let cell = harmless(bad);
            assert!(cell.starts_with('\''), "{bad:?} became {cell:?}");
        }
    }

    #[test]
    fn control_characters_go_and_line_breaks_stay() {
        assert_eq!(harmless("a\tb\r\nc\u{7}d\re\n"), "a b\nc d e");
        assert_eq!(harmless("户 H-1 = 2"), "户 H-1 = 2");
        assert_eq!(harmless("\u{0}"), "");
    }
}
