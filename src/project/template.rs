//! Sentences with values of the case in them: `{dead_on}死亡，其后发放 {months} 个月。`.

use std::fmt::Write as _;

/// A template in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Column(String),
}

/// A template whose braces do not pair or enclose no column name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{en}")]
pub struct BadTemplate {
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
    /// The byte in the template where it is wrong.
    pub at: usize,
}

impl Template {
    /// Reads a template; `{{` and `}}` are braces themselves.
    pub fn parse(text: &str) -> Result<Self, BadTemplate> {
        let bad = |zh: String, en: String, at: usize| Err(BadTemplate { zh, en, at });
        let (mut pieces, mut plain) = (Vec::new(), String::new());
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(brace) = ["{{", "}}"].into_iter().find(|brace| rest.starts_with(brace)) {
                plain.extend(brace.chars().next());
                at += 2;
            } else if let Some(inside) = rest.strip_prefix('{') {
                let Some(length) = inside.find('}') else {
                    return bad("花括号没有结束".into(), "a brace is not closed".into(), at);
                };
                let name = inside.get(..length).unwrap_or_default();
                let word = name.starts_with(|c: char| c.is_ascii_lowercase())
                    && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                if !word {
                    return bad(
                        format!("`{{{name}}}` 不是列名"),
                        format!("`{{{name}}}` is not a column name"),
                        at,
                    );
                }
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Column(name.to_owned()));
                at += length + 2;
            } else if rest.starts_with('}') {
                return bad("多余的右花括号".into(), "a brace closes that was not opened".into(), at);
            } else {
                let next = rest.chars().next().unwrap_or_default();
                plain.push(next);
                at += next.len_utf8();
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// The columns it shows, in order, some perhaps more than once.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Column(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The sentence with the values filled in; a value that is not known becomes a dash.
    pub fn fill<'v>(&self, value: impl Fn(&str) -> Option<std::borrow::Cow<'v, str>>) -> String {
        let mut sentence = String::new();
        for piece in &self.pieces {
            // Writing to a String cannot fail.
            let _ = match piece {
                Piece::Text(text) => write!(sentence, "{text}"),
                Piece::Column(name) => write!(sentence, "{}", value(name).as_deref().unwrap_or("—")),
            };
        }
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_their_columns_stood() {
        let template = Template::parse("{dead_on}死亡，{{共}} {total} 元。").unwrap();
        assert_eq!(template.columns().collect::<Vec<_>>(), ["dead_on", "total"]);
        let filled = template.fill(|name| (name == "total").then(|| "12.00".into()));
        assert_eq!(filled, "—死亡，{共} 12.00 元。");
    }

    #[test]
    fn braces_that_do_not_pair_are_found_at_their_place() {
        for (text, at) in
            [("共 {total 元", 4), ("共 total} 元", 9), ("{}", 0), ("x{金额}", 1), ("{a b}", 0), ("{{a}", 3)]
        {
            assert_eq!(Template::parse(text).unwrap_err().at, at, "{text}");
        }
    }
}
