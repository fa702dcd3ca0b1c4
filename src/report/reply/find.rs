//! Finding a receipt: by its path, or by a delivery's id or the beginning of one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{accept::is_plain_name, model::Text};

/// Why nothing can be said about a delivery.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say what each one is")]
pub enum ReplyError {
    #[error("{}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: not a receipt: {reason}", path.display())]
    NotAReceipt { path: PathBuf, reason: String },
    #[error("there is no receipt `{name}` in {}", store.display())]
    Unknown { name: String, store: PathBuf },
    #[error("`{name}` begins several deliveries: {}", ids.join(", "))]
    Several { name: String, ids: Vec<String> },
    #[error("{}: the rows that were set aside cannot be read: {reason}", path.display())]
    Quarantine { path: PathBuf, reason: String },
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl ReplyError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<Text> {
        let (zh, en) = match self {
            Self::Unknown { .. } => (
                "写回执文件的路径，或交付编号（hedui accept 打印的那个）；库不在 ./store 时加 --store",
                "give the path of a receipt, or a delivery's id as hedui accept prints it; add --store if the store is not ./store",
            ),
            Self::Several { .. } => ("把编号写全", "write the whole id"),
            Self::NotAReceipt { .. } => (
                "回执在 store/receipts/部门/交付.json 和 store/refused/部门/交付/receipt.json",
                "receipts are store/receipts/AGENCY/DELIVERY.json and store/refused/AGENCY/DELIVERY/receipt.json",
            ),
            _ => return None,
        };
        Some(Text::new(zh, en))
    }
}

/// The receipt that is meant. Of a delivery that was refused and taken in later, the acceptance is the newer word.
pub fn find(store: &Path, named: &str) -> Result<PathBuf, ReplyError> {
    let path = Path::new(named);
    if path.is_dir() {
        return Ok(path.join("receipt.json"));
    }
    if path.is_file() || !is_plain_name(named, 128) {
        return Ok(path.to_owned());
    }
    let mut found = Vec::new();
    for agency in below(&store.join("refused"))? {
        for slot in below(&agency)? {
            found.push((name_of(&slot), slot.join("receipt.json")));
        }
    }
    for agency in below(&store.join("receipts"))? {
        for receipt in below(&agency)? {
            if let Some(id) = name_of(&receipt).strip_suffix(".json") {
                found.push((id.to_owned(), receipt.clone()));
            }
        }
    }
    if let Some((_, path)) = found.iter().rev().find(|(id, _)| id == named) {
        return Ok(path.clone());
    }
    found.retain(|(id, _)| id.starts_with(named));
    match &found[..] {
        [] => Err(ReplyError::Unknown { name: named.to_owned(), store: store.to_owned() }),
        [(_, path)] => Ok(path.clone()),
        several => {
            let mut ids: Vec<String> = several.iter().map(|(id, _)| id.clone()).collect();
            ids.sort();
            ids.dedup();
            Err(ReplyError::Several { name: named.to_owned(), ids })
        }
    }
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, ReplyError> {
    let failed = |source| ReplyError::Io { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
