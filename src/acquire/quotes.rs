//! Quotation marks in a CSV text that stand where none may: a row that holds one may have been cut at the wrong commas.
//! It follows the same rules as the reader of the records and changes nothing.
//!
//! # Decisions
//!
//! - A mark opens a field only at its beginning and closes it only before a comma or the line's end. The reader takes anything
//!   else as it comes (`a"b"`, `"a"b`, `"a\"b"`), and the pieces may even be as many as the header's: such a row is named.

use std::collections::VecDeque;

/// The lines, from 0, of a text that begins with a record, on which a mark stands where none may.
pub(super) fn stray_lines(text: &[u8]) -> VecDeque<u64> {
    let mut lines = VecDeque::new();
    if memchr::memchr(b'"', text).is_none() {
        return lines;
    }
    let (mut line, mut seen) = (0, 0);
    QuoteWatch::new().see(text, |at| {
        line += memchr::memchr_iter(b'\n', text.get(seen..at).unwrap_or_default()).count() as u64;
        seen = at;
        if lines.back() != Some(&line) {
            lines.push_back(line);
        }
    });
    lines
}

/// Follows the marks as text passes.
#[derive(Debug)]
struct QuoteWatch {
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A field begins.
    Begin,
    /// In a field without marks.
    Plain,
    /// Between marks.
    Inside,
    /// After a mark between marks: the next byte says what it was.
    After,
}

impl QuoteWatch {
    fn new() -> Self {
        Self { state: State::Begin }
    }

    /// Looks at the next piece of the text and tells where, in it, marks stand that may not.
    fn see(&mut self, piece: &[u8], mut stray: impl FnMut(usize)) {
        let mut at = 0;
        while let Some((&first, rest)) = piece.get(at..).and_then(<[u8]>::split_first) {
            at += match (self.state, first) {
                (State::Begin, b'"') => self.turn(State::Inside),
                (State::Begin, _) => {
                    self.state = State::Plain;
                    0
                }
                (State::After, b'"') => self.turn(State::Inside),
                (State::After, b',' | b'\n') => self.turn(State::Begin),
                (State::After, _) => {
                    stray(at);
                    self.turn(State::Plain)
                }
                (State::Inside, _) => {
                    let Some(mark) = next_mark(first, rest) else { return };
                    self.turn(State::After) + mark
                }
                (State::Plain, _) => {
                    let mark = next_mark(first, rest);
                    let before = match mark {
                        Some(mark) => (at + mark).checked_sub(1).and_then(|before| piece.get(before)),
                        None => piece.last(),
                    };
                    let begins = matches!(before, Some(b',' | b'\n'));
                    let Some(mark) = mark else {
                        self.state = if begins { State::Begin } else { State::Plain };
                        return;
                    };
                    if begins {
                        self.turn(State::Inside) + mark
                    } else {
                        stray(at + mark);
                        mark + 1
                    }
                }
            };
        }
    }

    /// Goes on after one byte.
    fn turn(&mut self, state: State) -> usize {
        self.state = state;
        1
    }
}

fn next_mark(first: u8, rest: &[u8]) -> Option<usize> {
    match first {
        b'"' => Some(0),
        _ => memchr::memchr(b'"', rest).map(|at| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strays(text: &str) -> Vec<usize> {
        let mut whole = Vec::new();
        QuoteWatch::new().see(text.as_bytes(), |at| whole.push(at));
        // However the text is cut, the same is found.
        for cut in 0..=text.len() {
            let (mut watch, mut found) = (QuoteWatch::new(), Vec::new());
            watch.see(&text.as_bytes()[..cut], |at| found.push(at));
            watch.see(&text.as_bytes()[cut..], |at| found.push(at + cut));
            assert_eq!(found, whole, "{text} cut at {cut}");
        }
        whole
    }

    #[test]
    fn marks_around_whole_fields_are_where_they_belong() {
        for text in [
            "a,b\n",
            "\"a\",\"b\"\n",
            "a,\"\",\"b\"\"c\"\n\"\n\",d",
            "\"a,b\n\"\"\n\"\n\"x\"",
            "",
            "\"",
            "a,\"b",
        ] {
            assert_eq!(strays(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn marks_inside_fields_and_text_after_closing_marks_are_stray() {
        for (text, expected) in [
            ("a\"b,c\n", vec![1]),
            ("a, \"b\"\n", vec![3, 5]),
            ("\"a\"b,\"c\"\n", vec![3]),
            ("\"a\\\"b\",c\n", vec![4, 5]),
            ("a,\"b\"\"\"c\n", vec![7]),
        ] {
            assert_eq!(strays(text), expected, "{text}");
        }
    }
}
