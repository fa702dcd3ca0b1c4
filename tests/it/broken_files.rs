//! The agency's side with files, keys and arguments that are not right: `hedui seal` says so and leaves nothing behind.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    city::{AS_OF, Keys, SAMPLE},
    program::{Said, hedui, root, run},
    tree,
};

const HEADER: &str = "case_id,start_on,end_on,amount";

struct Desk {
    folder: tempfile::TempDir,
    inbox: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inbox = folder.path().join("inbox");
        Self { folder, inbox }
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("grace.csv");
        fs::write(&path, text).unwrap();
        path
    }

    fn seal(&self, text: &str) -> Said {
        SAMPLE.keys.seal("civil_affairs.grace_periods", AS_OF, &self.inbox, &[self.file(text)], &[])
    }

    /// Neither a delivery nor a half of one.
    #[track_caller]
    fn holds_nothing(&self) {
        let left: Vec<String> =
            if self.inbox.exists() { tree::files(&self.inbox).into_keys().collect() } else { Vec::new() };
        assert_eq!(left, Vec::<String>::new());
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let desk = Desk::new();
    let file = desk.folder.path().join("nowhere.csv");
    let said = SAMPLE.keys.seal("civil_affairs.grace_periods", AS_OF, &desk.inbox, &[file], &[]).ends(1);
    said.warns(&["error: nothing was sealed", "nowhere.csv", "No such file"]);
    desk.holds_nothing();
}

#[test]
fn a_column_that_the_contract_does_not_know_is_named_with_the_nearest() {
    let desk = Desk::new();
    let said = desk.seal("case_id,start_on,end_on,amuont\nC1,2026-01-01,2026-06-01,100.00\n").ends(1);
    said.warns(&[
        "grace.csv:1: the contract knows no column `amuont`; did you mean `amount`?",
        "help: name the columns",
    ]);
    desk.holds_nothing();
}

#[test]
fn a_column_that_must_be_there_is_asked_for_by_both_its_names() {
    let desk = Desk::new();
    let said = desk.seal("start_on,end_on,amount\n2026-01-01,2026-06-01,100.00\n").ends(1);
    said.warns(&["grace.csv:1: the column `case_id` (", "is missing"]);
    desk.holds_nothing();
}

#[test]
fn an_empty_file_is_refused_and_says_that_a_header_is_wanted() {
    let desk = Desk::new();
    desk.seal("").ends(1).warns(&["grace.csv: the file is empty", "the first row must be the header"]);
    desk.holds_nothing();
}

#[test]
fn a_raw_file_cut_off_inside_a_quoted_field_is_not_delivered_as_if_it_were_whole() {
    let desk = Desk::new();
    let said = desk.seal(&format!("{HEADER}\nC1,2026-01-01,2026-06-01,100.00\n\"C2,2026-01-01,2026-0"));
    // The whole row goes on, the cut one is set aside with its line; code 3 asks a person to look.
    let said = said.ends(3).prints(&["2 rows read = 1 sealed + 1 set aside"]);
    said.warns(&["grace.csv:3", "a quote is never closed; the file may be cut off"]);
}

#[test]
fn a_hash_key_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let keys = Keys { hash: desk.folder.path().join("open.hashkey"), ..SAMPLE.keys.clone() };
    fs::copy(&SAMPLE.keys.hash, &keys.hash).unwrap();
    fs::set_permissions(&keys.hash, fs::Permissions::from_mode(0o644)).unwrap();
    let file = desk.file(&format!("{HEADER}\n"));
    let said = keys.seal("civil_affairs.grace_periods", AS_OF, &desk.inbox, &[file], &[]).ends(2);
    let said = said.warns(&["the hash key cannot be used", "others can read it (mode 644)", "chmod 600"]);
    assert!(!said.err.contains(fs::read_to_string(&keys.hash).unwrap().trim()), "the key was printed");
    desk.holds_nothing();
}

#[test]
fn a_key_file_that_is_missing_or_no_key_is_named_and_never_shown() {
    let desk = Desk::new();
    let nowhere = Keys { hash: desk.folder.path().join("nowhere.hashkey"), ..SAMPLE.keys.clone() };
    let file = desk.file(&format!("{HEADER}\n"));
    let seal = |keys: &Keys| {
        keys.seal("civil_affairs.grace_periods", AS_OF, &desk.inbox, std::slice::from_ref(&file), &[])
    };
    seal(&nowhere).ends(2).warns(&["nowhere.hashkey", "No such file"]);
    let nonsense = Keys { hash: desk.folder.path().join("nonsense.hashkey"), ..SAMPLE.keys.clone() };
    fs::write(&nonsense.hash, "not-hex-but-secret-all-the-same").unwrap();
    crate::city::owner_only(&nonsense.hash);
    let said = seal(&nonsense)
        .ends(2)
        .warns(&["it holds 31 characters instead of 64 hex characters", "openssl rand -hex 32"]);
    assert!(!said.err.contains("secret-all-the-same"), "the key was printed");
    desk.holds_nothing();
}

#[test]
fn a_dataset_that_has_no_contract_is_answered_with_the_nearest_name() {
    let desk = Desk::new();
    let file = desk.file(&format!("{HEADER}\n"));
    let said = SAMPLE.keys.seal("civil_affairs.grace_period", AS_OF, &desk.inbox, &[file], &[]).ends(2);
    said.warns(&[
        "there is no dataset `civil_affairs.grace_period`",
        "did you mean civil_affairs.grace_periods?",
    ]);
    desk.holds_nothing();
}

#[test]
fn new_keys_never_replace_old_ones() {
    let desk = Desk::new();
    let (hash, sign) = (desk.folder.path().join("h"), desk.folder.path().join("s"));
    let keygen = || {
        let mut command = hedui(["seal", "keygen", "--lang", "en", "--agency", "housing"]);
        run(command.arg("--hash-key").arg(&hash).arg("--sign-key").arg(&sign))
    };
    keygen().ends(0).prints(&["epoch k", "namespaces=\"hedui-delivery\" ssh-ed25519 "]);
    let before = tree::bytes(desk.folder.path());
    let said = keygen();
    assert!(matches!(said.code, Some(1 | 2)), "{said:?}");
    said.warns(&["already exists and is not overwritten", "choose another name"]);
    tree::assert_same(&before, &tree::bytes(desk.folder.path()));
    assert_eq!(mode(&hash) & 0o077, 0);
    assert_eq!(mode(&sign) & 0o077, 0);
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode()
}

#[test]
fn sealing_the_same_file_twice_gives_the_same_delivery() {
    let desk = Desk::new();
    let text = format!("{HEADER}\nC1,2026-01-01,2026-06-01,100.00\n");
    desk.seal(&text).ends(0);
    let before = tree::bytes(&desk.inbox);
    desk.seal(&text).ends(0);
    tree::assert_same(&before, &tree::bytes(&desk.inbox));
}

#[test]
fn a_command_that_is_not_understood_ends_with_code_2_and_a_city_cannot_be_made_over_a_file() {
    run(&mut hedui(["rum", "night"])).ends(2).warns(&["rum", "run"]);
    run(&mut hedui(["run"])).ends(2);
    run(&mut hedui(["run", "night", "--date", "2026-02-30"])).ends(2).warns(&["2026-02-30"]);
    let desk = Desk::new();
    let taken = desk.file("a file");
    let said = run(hedui(["synth", "--lang", "en", "--persons", "50", "--out"]).arg(&taken)).ends(1);
    said.warns(&["the city was not made", "grace.csv"]);
    assert_eq!(fs::read_to_string(&taken).unwrap(), "a file");
    run(hedui(["check", "--lang", "en", "--root"]).arg(root().join("tests")))
        .ends(2)
        .warns(&["pipelines and schemas"]);
}
