//! The words of an SQL text: names and `$parameters` with their places, comments and quoted text left out.

use std::ops::Range;

/// The values that every statement gets from the run itself; nobody declares them.
const GIVEN: [&str; 9] =
    ["t", "m", "m_no", "term", "term_start", "term_before", "term_before_start", "division", "division_stem"];

/// Whether a `$name` is a value of the run: the business date `t`, its month `m`, the months before it `m_1`, `m_12`, ….
pub fn is_given(name: &str) -> bool {
    let months_back =
        name.strip_prefix("m_").is_some_and(|k| !k.is_empty() && k.bytes().all(|b| b.is_ascii_digit()));
    months_back || GIVEN.contains(&name)
}

/// A name in an SQL text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'s> {
    /// The name, without `$`.
    pub text: &'s str,
    /// Whether it was written with `$`.
    pub dollar: bool,
    /// Whether it stood behind a point, as a column of a table.
    pub behind_point: bool,
    /// The bytes, with the `$`.
    pub span: Range<usize>,
}

/// All names in an SQL text, in order.
pub fn words(sql: &str) -> Vec<Word<'_>> {
    let bytes = sql.as_bytes();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let skip_to =
            |end: &[u8]| rest.windows(end.len()).skip(2).position(|w| w == end).map(|p| p + 2 + end.len());
        match byte {
            b'-' if rest.starts_with(b"--") => {
                at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            }
            b'/' if rest.starts_with(b"/*") => at += skip_to(b"*/").unwrap_or(rest.len()),
            b'\'' => at += 2 + rest.iter().skip(1).position(|b| *b == b'\'').unwrap_or(rest.len()),
            b'$' | b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let dollar = *byte == b'$';
                let start = at + usize::from(dollar);
                let length = bytes.get(start..).unwrap_or_default().iter().take_while(|b| is_name(b)).count();
                let behind_point = at > 0 && bytes.get(at - 1) == Some(&b'.');
                if let Some(text) = sql.get(start..start + length).filter(|text| !text.is_empty()) {
                    found.push(Word { text, dollar, behind_point, span: at..start + length });
                }
                at = start + length;
            }
            b'0'..=b'9' => at += rest.iter().take_while(|b| is_name(b)).count(),
            _ => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_quoted_text_hold_no_words() {
        let sql = "/*--- $a ---*/ SELECT f.death_lag, $t -- $b\n, 'it''s $c' FROM \"x\" WHERE 12e3 > $lag_1";
        let found: Vec<_> = words(sql).iter().map(|w| (w.text, w.dollar, w.behind_point)).collect();
        assert_eq!(
            found,
            [
                ("SELECT", false, false),
                ("f", false, false),
                ("death_lag", false, true),
                ("t", true, false),
                ("FROM", false, false),
                ("x", false, false),
                ("WHERE", false, false),
                ("lag_1", true, false),
            ]
        );
        for word in words(sql) {
            assert!(sql.get(word.span).unwrap().trim_start_matches('$') == word.text);
        }
    }

    #[test]
    fn the_run_gives_its_date_its_months_and_its_division() {
        assert!(["t", "m", "m_1", "m_12", "term_start"].into_iter().all(is_given));
        assert!(!["m_", "m_x", "lag", "M"].into_iter().any(is_given));
    }

    #[test]
    fn an_open_comment_or_quote_ends_with_the_text() {
        assert!(words("/* open $a").is_empty());
        assert!(words("'open $a").is_empty());
    }
}
