//! Disks that are full, runs that were changed after they were sealed, two nights at once: what stood before still stands.

use std::{fs, path::Path, process::Command};

use crate::{
    city::{DATE, FEW, NEXT_DAY, Place, SAMPLE, undisturbed},
    program::{Running, exists, run},
    table::Table,
    tree,
};

#[test]
fn a_rule_whose_data_was_never_delivered_is_not_run_and_code_3_says_so() {
    let place = Place::with(&FEW);
    let said = place.night.run().ends(3);
    said.prints(&["D-01    not run: civil_affairs.payments was never delivered", "S-01            "]);
    let coverage = Table::read(&place.night.current().join("coverage.parquet"));
    assert!(coverage.select(["rule_id"]).iter().all(|[rule]| *rule != "D-01"));
}

#[test]
fn a_sealed_run_that_was_changed_is_not_trusted_again() {
    let place = Place::with(&FEW);
    place.night.run().ends(3);
    let run = place.night.current();
    for name in ["leads.parquet", "report.html"] {
        let path = run.join(name);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&path, &bad).unwrap();
        let said = place.night.run().ends(4);
        said.warns(&[
            "failed to trust",
            name,
            "its content is not what the manifest says",
            "restore its folder from the backup",
        ]);
        fs::remove_file(&path).unwrap();
        place.night.run().ends(4).warns(&[name]);
        fs::write(&path, &good).unwrap();
        place.night.run().ends(3);
    }
    let path = run.join("manifest.json");
    let good = fs::read(&path).unwrap();
    fs::write(&path, "not a manifest").unwrap();
    place.night.run().ends(4).warns(&["manifest.json", "it is not a manifest any more"]);
    fs::write(&path, good).unwrap();
    place.night.run().ends(3);
}

/// Everything of a store but its receipts and drafts.
fn kept(store: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = tree::bytes(store);
    files.retain(|name, _| !name.starts_with(".drafts/"));
    files
}

#[test]
fn when_no_more_can_be_written_the_night_fails_by_name_and_yesterday_still_stands() {
    let place = Place::with(&FEW);
    place.night.run().ends(3);
    let (yesterday, before) = (place.night.current(), kept(&place.night.store));
    let mut tomorrow = place.night.clone();
    tomorrow.date = NEXT_DAY.to_owned();
    // No file may grow beyond 24 KiB: writing fails as on a full disk, on any machine and for any user.
    let inner = tomorrow.command();
    let mut limited = Command::new("bash");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 24; exec \"$@\"", "bash"]).arg(inner.get_program());
    limited.args(inner.get_args()).current_dir(inner.get_current_dir().unwrap());
    let said = run(&mut limited).ends(1);
    let said = said
        .warns(&["error: the night did not finish; the store holds what it held before", "File too large"]);
    let names_a_file = said.err.contains(".drafts/")
        && (said.err.contains("could not be written") || said.err.contains("failed to use"));
    assert!(names_a_file, "the file is not named: {}", said.err);
    assert_eq!(place.night.current(), yesterday);
    tree::assert_same(&before, &kept(&place.night.store));
    assert!(!exists(&place.night.store.join("runs").join(NEXT_DAY).join("current")));

    // With room again the night is as if nothing had been.
    tomorrow.run().ends(3);
    place.night.run().ends(3);
    assert_eq!(place.night.current(), yesterday);
}

#[test]
fn a_disk_that_fills_up_during_intake_leaves_no_half_snapshot() {
    undisturbed();
    // A file system of two MiB in a mount namespace of its own, where that is allowed.
    let may_mount = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !may_mount.is_ok_and(|output| output.status.success()) {
        println!("no file system can be mounted here; the limit on file sizes is tried by the test above");
        return;
    }
    let place = Place::with_city();
    fs::create_dir_all(&place.night.store).unwrap();
    let inner = place.night.command();
    let script = "set -u; store=$1; out=$2; shift 2
        mount -t tmpfs -o size=700k tmpfs \"$store\"
        \"$@\" >\"$out/full.out\" 2>\"$out/full.err\"; echo $? >\"$out/full.code\"
        cp -r \"$store\" \"$out/full\"
        mount -o remount,size=64m \"$store\"
        \"$@\" >\"$out/room.out\" 2>\"$out/room.err\"; echo $? >\"$out/room.code\"
        cp -r \"$store\" \"$out/room\"";
    let mut mounted = Command::new("unshare");
    mounted.args(["-m", "bash", "-c", script, "bash"]).arg(&place.night.store).arg(place.folder.path());
    mounted.arg(inner.get_program()).args(inner.get_args()).current_dir(inner.get_current_dir().unwrap());
    run(&mut mounted).ends(0);
    let read = |name: &str| fs::read_to_string(place.folder.path().join(name)).unwrap();
    let errors = read("full.err");
    assert_eq!(read("full.code").trim(), "1", "{errors}");
    assert!(errors.contains("No space left on device") && errors.contains("store"), "{errors}");
    let full = place.folder.path().join("full");
    assert!(!exists(&full.join("runs")), "a run was begun");
    // Every snapshot that is there can be read whole and is the one that an undisturbed night makes.
    let (snapshots, sound) = (full.join("snapshots"), tree::bytes(&SAMPLE.night.store.join("snapshots")));
    let taken = if snapshots.exists() { tree::bytes(&snapshots) } else { Default::default() };
    for (name, bytes) in &taken {
        assert!(sound.get(name) == Some(bytes), "{name} is not whole");
    }
    assert!(taken.len() < sound.len(), "the disk was not full");
    assert_eq!(read("room.code").trim(), "3", "{}", read("room.err"));
    let room = place.folder.path().join("room");
    for part in ["snapshots", "quarantine"] {
        tree::assert_same(&tree::bytes(&room.join(part)), &tree::bytes(&SAMPLE.night.store.join(part)));
    }
    let name = undisturbed();
    let name = name.file_name().unwrap();
    tree::assert_same(&tree::bytes(&room.join("runs").join(DATE).join(name)), &tree::bytes(&undisturbed()));
}

#[test]
fn two_nights_do_not_write_to_one_store_at_once() {
    let place = Place::with(&FEW);
    let mut first = Running::start(&mut place.night.command());
    assert!(first.says("running rules"));
    first.signal("STOP");
    let said = place.night.run().ends(1);
    first.signal("CONT");
    said.warns(&["another process is writing to", "wait until it is done"]);
    let (_, _, said) = first.end();
    said.ends(3);
}

#[test]
fn an_inbox_or_a_list_of_signers_that_is_not_there_is_named() {
    let mut place = Place::with(&[]);
    place.night.inbox = place.folder.path().join("no-inbox");
    place.night.run().ends(2).warns(&["no-inbox", "No such file or directory", "help: "]);
    let mut place = Place::with(&[]);
    place.night.signers = place.folder.path().join("no-signers");
    place.night.run().ends(2).warns(&["no-signers", "No such file or directory", "help: "]);
}

#[test]
fn a_store_that_cannot_be_written_is_named() {
    let mut place = Place::with(&FEW);
    let file = place.folder.path().join("a-file");
    fs::write(&file, "no folder").unwrap();
    place.night.store = file.join("store");
    place.night.run().ends(1).warns(&["a-file/store", "Not a directory"]);
}
