//! A bridge on its way in: two columns of tokens, sorted, each token once → pairs. No token ever stands in a message.

use std::path::Path;

use super::{
    Signed,
    text::{self, TextError},
};
use crate::{
    accept::{Accepted, BRIDGE_COLUMNS, Resource},
    model::{Text, Token},
    store::{Bridge, StoreError, contradictions, turned},
};

/// Why a bridge is refused.
#[derive(Debug)]
pub enum BridgeFault {
    /// The file cannot be read.
    Unreadable(TextError),
    /// Its header is another one.
    Header {
        /// The file.
        file: String,
    },
    /// A row is not two tokens, or does not come after the one before it.
    Row {
        /// The file.
        file: String,
        /// The row's line.
        line: u64,
    },
    /// It has another number of rows than stated.
    RowsDiffer {
        /// The file.
        file: String,
        /// As stated.
        stated: u64,
        /// As found.
        found: u64,
    },
    /// It contradicts itself or other bridges: whose, and for how many people.
    Conflict(Vec<(String, u64)>),
}

impl BridgeFault {
    /// The reason's name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "bridge_unreadable",
            Self::Header { .. } | Self::Row { .. } => "bridge_malformed",
            Self::RowsDiffer { .. } => "rows_differ",
            Self::Conflict(_) => "bridge_conflict",
        }
    }

    /// The file whose content is not the one that was signed, if that is what is wrong.
    pub fn changed(&self) -> Option<&Path> {
        match self {
            Self::Unreadable(TextError::Changed { path }) => Some(path),
            _ => None,
        }
    }

    /// Whether waiting cannot mend it. Of two bridges that disagree either may be the wrong one.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Unreadable(error) => error.is_final(),
            Self::Conflict(_) => false,
            Self::Header { .. } | Self::Row { .. } | Self::RowsDiffer { .. } => true,
        }
    }

    /// What is wrong.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable(error) => error.text(),
            Self::Header { file } => Text::new(
                format!("{file}:1：表头应为 {}", BRIDGE_COLUMNS.join(",")),
                format!("{file}:1: the header must be {}", BRIDGE_COLUMNS.join(",")),
            ),
            Self::Row { file, line } => Text::new(
                format!("{file}:{line}：应为两个令牌，按第一个令牌排序且不重复"),
                format!(
                    "{file}:{line}: two tokens are expected, in the order of the first and none of them twice"
                ),
            ),
            Self::RowsDiffer { file, stated, found } => Text::new(
                format!("{file}：应有 {stated} 行，实有 {found} 行"),
                format!("{file}: {found} rows instead of the {stated} that are stated"),
            ),
            Self::Conflict(others) => {
                let list = |zh: bool| -> Vec<String> {
                    let each = others.iter().map(|(agency, people)| {
                        if zh {
                            format!("{agency} {people} 人")
                        } else {
                            format!("{agency}: {people} people")
                        }
                    });
                    each.collect()
                };
                Text::new(
                    format!("与以下机构的桥表矛盾（同一令牌对应两个令牌）：{}", list(true).join("、")),
                    format!(
                        "it contradicts the bridges of these agencies (one token stands for two): {}",
                        list(false).join(", ")
                    ),
                )
            }
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Text {
        match self {
            Self::Unreadable(error) if !error.is_final() => error.hint(),
            Self::Conflict(_) => Text::new(
                "有一方用错了旧密钥或新密钥：请各机构核对两把密钥；错的一方用 hedui seal rekey --supersedes 错的桥表 重做，其余自动收下",
                "one of them used a wrong old or new key: have the agencies compare both keys; whoever was wrong makes it again with hedui seal rekey --supersedes BRIDGE, and the others are then taken in by themselves",
            ),
            _ => Text::new(
                "请机构用 hedui seal rekey 重做",
                "ask the agency to make it again with hedui seal rekey",
            ),
        }
    }
}

/// Reads a bridge whose signature and digest are good; its pairs are sorted by the first token. `room` is as in [`Signed`].
pub fn read_bridge(accepted: &Accepted, room: &Path) -> Result<Vec<(Token, Token)>, BridgeFault> {
    let mut pairs: Vec<(Token, Token)> = Vec::new();
    for resource in &accepted.package.resources {
        let path = accepted.folder.join(&resource.path);
        let signed = Signed { bytes: resource.bytes, sha256: resource.sha256, room };
        read_file(resource, &path, signed, &mut pairs).map_err(|fault| {
            let is_changed = signed.is_changed(&path);
            if is_changed { BridgeFault::Unreadable(TextError::Changed { path }) } else { fault }
        })?;
    }
    let twice =
        turned(&pairs).windows(2).filter(|two| two.first().map(|p| p.0) == two.last().map(|p| p.0)).count();
    if twice > 0 {
        return Err(BridgeFault::Conflict(vec![(accepted.package.agency.clone(), twice as u64)]));
    }
    Ok(pairs)
}

fn read_file(
    resource: &Resource,
    path: &Path,
    signed: Signed<'_>,
    pairs: &mut Vec<(Token, Token)>,
) -> Result<(), BridgeFault> {
    let file = || resource.path.clone();
    let mut table = text::open_signed(path, None, signed).map_err(BridgeFault::Unreadable)?;
    if table.header != BRIDGE_COLUMNS {
        return Err(BridgeFault::Header { file: file() });
    }
    let mut found = 0;
    while let Some(row) = table.next_row().map_err(BridgeFault::Unreadable)? {
        found += 1;
        let token = |at: usize| row.fields.get(at).and_then(|text| text.parse::<Token>().ok());
        match (row.fault, token(0), token(1)) {
            (None, Some(from), Some(to)) if pairs.last().is_none_or(|last| last.0 < from) => {
                pairs.push((from, to));
            }
            _ => return Err(BridgeFault::Row { file: file(), line: row.line }),
        }
    }
    if found != resource.rows {
        return Err(BridgeFault::RowsDiffer { file: file(), stated: resource.rows, found });
    }
    Ok(())
}

/// Whether the pairs agree with the bridges between the same epochs that are in the store.
pub fn check_against(
    pairs: &[(Token, Token)],
    others: &[&Bridge],
) -> Result<Option<BridgeFault>, StoreError> {
    let mut against: Vec<(String, u64)> = Vec::new();
    for other in others {
        let people = contradictions(pairs, &other.pairs()?);
        if people > 0 {
            against.push((other.record.agency.clone(), people));
        }
    }
    Ok((!against.is_empty()).then_some(BridgeFault::Conflict(against)))
}
