//! `hedui seal rekey`: an agency's bridge from the old key to the new one.

use std::path::PathBuf;

use serde_json::json;

use super::{Exit, args, failure::Failure, output::Output, places::must_be_folder, seal as sealing};
use crate::{
    contract::Contract,
    model::DatasetId,
    seal::{self, KeyInUse, RekeyRequest},
};

/// Makes a bridge.
pub fn run(global: &args::Global, request: &args::Rekey, output: &Output) -> Result<Exit, Failure> {
    must_be_folder(&request.out, "--out")?;
    let contracts = sealing::contracts(global, request.pipeline.as_deref(), output)?;
    let mut files: Vec<(&Contract, PathBuf)> = Vec::new();
    for given in &request.files {
        let (dataset, path) = dataset_and_file(given)?;
        let contract = contracts
            .get(&dataset)
            .ok_or_else(|| sealing::unknown(&contracts, &dataset, request.pipeline.is_none()))?;
        files.push((contract, path));
    }
    let (old, new) = (sealing::hash_key(&request.hash_key)?, sealing::hash_key(&request.to_hash_key)?);
    let sign_key = sealing::sign_key(&request.sign_key)?;
    let made = seal::rekey(&RekeyRequest {
        files: &files,
        as_of: request.as_of,
        from: KeyInUse { key: &old, hash: request.hash, key_id: request.key_id.clone() },
        to: KeyInUse {
            key: &new,
            hash: request.to_hash.unwrap_or(request.hash),
            key_id: request.to_key_id.clone(),
        },
        sign_key: &sign_key,
        out: &request.out,
        supersedes: request.supersedes.clone(),
        gzip: request.gzip,
    })
    .map_err(|error| sealing::failure(&error))?;
    let (folder, people, rows, aside) =
        (made.folder.display(), made.people, made.rows_read, made.set_aside.rows);
    output.line(output.say(
        &format!("{folder}：{rows} 行中 {people} 人的新旧令牌；{aside} 行有不能用的号码"),
        &format!("{folder}: {people} people in {rows} rows, old and new token of each; {aside} rows with a number that fails"),
    ));
    output.note(
        "桥表把新令牌和旧令牌连起来：与密钥一样保管，收件方收下后删去副本。",
        "a bridge ties new tokens to old ones: guard it as you guard a key, and delete your copy when it was taken in.",
    );
    output.json(&json!({
        "delivery": made.delivery, "folder": made.folder, "already_there": made.already_there, "people": people,
        "rows_read": rows, "set_aside": aside, "from_key_id": made.package.key_id,
        "to_key_id": made.package.bridge_to.as_ref().map(|to| &to.key_id),
    }));
    Ok(if aside > 0 { Exit::LookAt } else { Exit::Done })
}

/// `civil_affairs.persons=persons.csv`
fn dataset_and_file(given: &str) -> Result<(DatasetId, PathBuf), Failure> {
    let parts = given.split_once('=').filter(|(_, file)| !file.is_empty());
    let parts = parts.and_then(|(dataset, file)| Some((dataset.parse().ok()?, PathBuf::from(file))));
    parts.ok_or_else(|| {
        Failure::usage(
            format!("`{given}` 没有说明是哪个数据集的文件"),
            format!("`{given}` does not say which dataset the file is of"),
        )
        .hint("写成 civil_affairs.persons=persons.csv", "write civil_affairs.persons=persons.csv")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_with_its_dataset() {
        let (dataset, file) = dataset_and_file("civil_affairs.persons=a/b=c.csv").unwrap();
        assert_eq!((dataset.to_string().as_str(), file), ("civil_affairs.persons", "a/b=c.csv".into()));
        for bad in ["persons.csv", "persons=persons.csv", "civil_affairs.persons=", "=x.csv", ""] {
            assert!(dataset_and_file(bad).is_err(), "{bad}");
        }
    }
}
