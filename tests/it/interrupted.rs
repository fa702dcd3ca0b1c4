//! Nights that are stopped in the middle, politely and not, or are short of room: they leave nothing half done, and the next one makes good.

use std::{fs, path::Path, process::Command, time::Duration};

use crate::{
    city::{DATE, Place, SAMPLE, undisturbed},
    program::{Running, exists, hedui},
    tree,
};

/// How soon a polite interruption must be over.
const SOON: Duration = Duration::from_secs(2);

/// No run that stands for the date and nobody holding the lock. Drafts may be left: nobody sees them.
#[track_caller]
fn assert_no_half_run(store: &Path) {
    let day = store.join("runs").join(DATE);
    assert!(!exists(&day) || tree::files(&day).is_empty(), "{:?}", tree::files(&day));
    let lock = fs::File::open(store.join(".lock")).unwrap();
    lock.try_lock().unwrap();
}

/// The next night is as if nothing had been: the same bytes everywhere.
#[track_caller]
fn assert_next_night_makes_good(place: &Place) {
    undisturbed();
    place.night.run().ends(3);
    tree::assert_same(&tree::bytes(&place.night.current()), &tree::bytes(&undisturbed()));
    for part in ["snapshots", "quarantine", "receipts"] {
        tree::assert_same(
            &tree::bytes(&place.night.store.join(part)),
            &tree::bytes(&SAMPLE.night.store.join(part)),
        );
    }
    let drafts = place.night.store.join(".drafts");
    assert!(!exists(&drafts) || tree::files(&drafts).is_empty(), "drafts were not swept");
}

#[test]
fn ctrl_c_ends_a_night_within_two_seconds_wherever_it_is() {
    undisturbed();
    let place = Place::with_city();
    for stage in ["taking in deliveries", "deriving facts", "running rules"] {
        let mut running = Running::start(&mut place.night.command());
        assert!(running.says(stage), "it never said `{stage}`");
        running.signal("INT");
        let (status, took, said) = running.end();
        assert!(took < SOON, "{stage}: {took:?}");
        assert!(!status.success(), "{stage}: it went on to the end");
        let said = said.ends(1).warns(&["interrupted; nothing was left half done"]);
        assert!(!said.out.contains("Leads, never decisions"), "{stage}: {}", said.out);
        assert_no_half_run(&place.night.store);
    }
    assert_next_night_makes_good(&place);
}

#[test]
fn ctrl_c_ends_commands_that_only_compute_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = hedui(["synth", "--lang", "en", "--persons", "2000000", "--out"]);
    let running = Running::start(command.arg(folder.path().join("city")));
    std::thread::sleep(Duration::from_millis(700));
    running.signal("INT");
    let (_, took, said) = running.end();
    assert!(took < SOON, "{took:?}");
    said.ends(1).warns(&["interrupted"]);
}

#[test]
fn a_night_that_is_killed_anywhere_is_made_good_by_the_next() {
    undisturbed();
    let place = Place::with_city();
    // With -v every delivery, fact and rule is named as it is reached.
    for step in [
        "property_units-2026",
        "contributions-2026",
        "deriving facts",
        "M-01",
        "writing lists",
        "manifest.json",
    ] {
        let mut running = Running::start(place.night.command().arg("-v"));
        assert!(running.says(step), "it never came to `{step}`");
        running.signal("KILL");
        let (status, _, _) = running.end();
        if status.success() {
            continue;
        }
        let current = place.night.store.join("runs").join(DATE).join("current");
        if exists(&current) {
            // It was killed after its last step: then the run that stands is whole.
            tree::assert_same(&tree::bytes(&place.night.current()), &tree::bytes(&undisturbed()));
        }
    }
    assert_next_night_makes_good(&place);
}

#[test]
fn a_reader_that_goes_away_does_not_stop_the_night() {
    let place = Place::with(&["civil_affairs/grace_periods", "civil_affairs/cases"]);
    let inner = place.night.command();
    let mut piped = Command::new("bash");
    piped.args(["-c", "set -o pipefail; \"$@\" | head -n 1; echo ${PIPESTATUS[0]}", "bash"]);
    piped.arg(inner.get_program()).args(inner.get_args()).current_dir(inner.get_current_dir().unwrap());
    let said = crate::program::run(&mut piped);
    assert!(said.out.trim_end().ends_with('3'), "{said:?}");
    assert!(place.night.current().join("manifest.json").is_file());
}

#[test]
#[cfg(target_os = "linux")]
fn who_says_no_memory_gets_three_quarters_of_what_there_is() {
    let place = Place::with(&["civil_affairs/grace_periods"]);
    let inner = place.night.command();
    for (more, expected) in
        [(&["-v"][..], "--memory 1536 MiB"), (&["-v", "--memory", "1GiB"], "--memory 1024 MiB")]
    {
        let mut limited = Command::new("bash");
        limited.args(["-c", &format!("ulimit -v {}; exec \"$@\"", 2 << 20), "bash"]);
        limited.arg(inner.get_program()).args(inner.get_args()).args(more);
        limited.current_dir(inner.get_current_dir().unwrap());
        crate::program::run(&mut limited).ends(3).warns(&[expected]);
    }
}

/// Where the address space is limited (`ulimit -v`), what threads set aside without using it counts as well.
#[test]
fn a_night_sets_little_address_space_aside() {
    undisturbed();
    let place = Place::with_city();
    let inner = place.night.command();
    // The program itself is 300 MiB in a build for tests; threads and what is set aside for each grow with the processors.
    let processors = std::thread::available_parallelism().unwrap().get();
    let limit = (512 + 256 * processors) << 10;
    let mut limited = Command::new("bash");
    limited.args(["-c", &format!("ulimit -v {limit}; exec \"$@\""), "bash"]);
    limited.arg(inner.get_program()).args(inner.get_args()).current_dir(inner.get_current_dir().unwrap());
    crate::program::run(&mut limited).ends(3);
    tree::assert_same(&tree::bytes(&place.night.current()), &tree::bytes(&undisturbed()));
}
