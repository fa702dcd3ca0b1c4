//! `manifest.json`: what a run read, what it used, what it wrote, each with its SHA-256. No clock in it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{HeldBack, NightError, RunPlan, RunRecord};
use crate::{model::Digest, threads::on_threads};

/// The file's name.
pub const MANIFEST: &str = "manifest.json";

/// Writes the manifest of a run's folder, with the digest of every file in it; so many threads read them.
pub fn write(plan: &RunPlan, record: &RunRecord, folder: &Path, threads: usize) -> Result<(), NightError> {
    let output = |path: PathBuf| {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        let digest = Digest::of_file(&path).map_err(io("read", &path))?;
        let bytes = std::fs::metadata(&path).map_err(io("read", &path))?.len();
        Ok(json!({"path": name, "bytes": bytes, "sha256": digest.hex()}))
    };
    let outputs = on_threads(threads, files_below(folder)?, output);
    let outputs: Vec<Value> = outputs.into_iter().collect::<Result<_, NightError>>()?;
    let rules: serde_json::Map<String, Value> = record
        .rules
        .iter()
        .map(|(id, rule)| {
            let not_run = rule.not_run.as_ref().map(|text| json!({"zh": text.zh, "en": text.en}));
            let counts = json!({
                "title": {"zh": rule.title.zh, "en": rule.title.en},
                "status": rule.status.as_str(), "population": rule.population, "hit": rule.hit, "clear": rule.clear,
                "insufficient": rule.insufficient, "not_run": not_run,
            });
            (id.clone(), counts)
        })
        .collect();
    let notes: Vec<Value> = record.notes.iter().map(|text| json!({"zh": text.zh, "en": text.en})).collect();
    let held_back: Vec<Value> = record.held_back.iter().map(HeldBack::json).collect();
    let manifest = json!({
        "run": record.run,
        "plan": plan.text,
        "results": {
            "rules": rules, "held_back": held_back, "households": record.households, "lists": record.lists,
            "listed": record.listed, "quarantined": record.quarantined, "missing_figures": record.missing_figures,
            "notes": notes,
        },
        "outputs": outputs,
    });
    let path = folder.join(MANIFEST);
    let text = serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n";
    std::fs::write(&path, text).map_err(io("write", &path))
}

/// Checks every file that the manifest of a sealed run names.
pub fn verify(folder: &Path) -> Result<(), NightError> {
    let path = folder.join(MANIFEST);
    let damaged = |path: &Path, message: &str| NightError::Damaged {
        path: path.to_owned(),
        message: message.to_owned(),
    };
    let text = std::fs::read(&path).map_err(io("read", &path))?;
    let manifest: Value =
        serde_json::from_slice(&text).map_err(|_| damaged(&path, "it is not a manifest any more"))?;
    let outputs = manifest
        .get("outputs")
        .and_then(Value::as_array)
        .ok_or_else(|| damaged(&path, "it names no outputs"))?;
    for output in outputs {
        let word = |key: &str| output.get(key).and_then(Value::as_str).unwrap_or_default();
        let file = folder.join(word("path"));
        let digest = match Digest::of_file(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(damaged(&file, "it is gone"));
            }
            digest => digest.map_err(io("read", &file))?,
        };
        if digest.hex() != word("sha256") {
            return Err(damaged(&file, "its content is not what the manifest says"));
        }
    }
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, NightError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io("read", folder))? {
        let path = entry.map_err(io("read", folder))?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> NightError {
    let path = path.to_owned();
    move |source| NightError::Io { doing, path, source }
}
