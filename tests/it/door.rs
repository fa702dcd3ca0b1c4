//! Every delivery check made to fail, all in one round; where what was refused lies afterwards; what was known when; and
//! what an agency is told.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::{
    city::{AS_OF, Place, SAMPLE},
    package::Package,
    program::{exists, hedui, run},
    tree,
};

const GOOD: &str = "civil_affairs/grace_periods";

/// Copies the good delivery into a folder of its own, as another delivery of that day, and spoils it.
fn spoil(place: &Place, name: &str, how: impl FnOnce(&mut Package)) {
    let spoilt = place.night.inbox.join("spoilt");
    let number = if spoilt.is_dir() { fs::read_dir(&spoilt).unwrap().count() } else { 0 };
    let folder = spoilt.join(name);
    tree::copy(&place.delivery(GOOD), &folder);
    let mut package = Package::open(folder);
    package.descriptor["hedui"]["sequence"] = json!(number + 2);
    package.sign(&SAMPLE.keys.sign);
    how(&mut package);
}

/// Changes the descriptor and signs it again.
fn restate(how: impl FnOnce(&mut Value)) -> impl FnOnce(&mut Package) {
    |package| {
        how(&mut package.descriptor);
        package.sign(&SAMPLE.keys.sign);
    }
}

fn resource(descriptor: &mut Value) -> &mut Value {
    &mut descriptor["resources"][0]
}

#[test]
fn every_check_has_its_own_code_and_what_is_wrong_for_good_is_moved_aside_whole() {
    let mut place = Place::with(&[GOOD]);
    let folder = place.folder.path().to_owned();
    let mut signers = fs::read_to_string(&SAMPLE.keys.signers).unwrap();
    // Keys that are valid later, no more, for another agency, for another purpose, and one that nobody entered.
    for (name, agency, options) in [
        ("later", "civil_affairs", "namespaces=\"hedui-delivery\",valid-after=\"20260315\""),
        ("expired", "civil_affairs", "namespaces=\"hedui-delivery\",valid-before=\"20260301\""),
        ("housing", "housing", "namespaces=\"hedui-delivery\""),
        ("git", "civil_affairs", "namespaces=\"git\""),
        ("stranger", "", ""),
    ] {
        run(hedui(["seal", "keygen", "--agency", "x", "--sign-key"]).arg(folder.join(name))).ends(0);
        let public = fs::read_to_string(folder.join(format!("{name}.pub"))).unwrap();
        if !agency.is_empty() {
            signers.push_str(&format!("{agency} {options} {public}"));
        }
    }
    place.night.signers = folder.join("signers");
    fs::write(&place.night.signers, signers).unwrap();
    let signed_by = |name: &str| {
        let key = folder.join(name);
        move |package: &mut Package| package.sign(&key)
    };
    let signature = |package: &Package| package.folder.join("datapackage.json.sig");

    spoil(&place, "signature_missing", |package| fs::remove_file(signature(package)).unwrap());
    spoil(&place, "signature_malformed", |package| fs::write(signature(package), "signed!").unwrap());
    spoil(&place, "signature_too_large", |package| {
        fs::write(signature(package), vec![b'x'; 1 << 20]).unwrap()
    });
    spoil(&place, "signature_wrong", |package| {
        let text = serde_json::to_string(&package.descriptor).unwrap();
        fs::write(package.folder.join("datapackage.json"), text).unwrap();
    });
    spoil(&place, "signature_namespace", |package| {
        let text = fs::read(package.folder.join("datapackage.json")).unwrap();
        let key = PrivateKey::read_openssh_file(&SAMPLE.keys.sign).unwrap();
        let signed = key.sign("file", HashAlg::Sha512, &text).unwrap();
        fs::write(signature(package), signed.to_pem(LineEnding::LF).unwrap()).unwrap();
    });
    spoil(&place, "signer_unknown", signed_by("stranger"));
    spoil(&place, "signer_other_agency", signed_by("housing"));
    spoil(&place, "signer_other_namespace", signed_by("git"));
    spoil(&place, "signer_not_yet_valid", signed_by("later"));
    spoil(&place, "signer_expired", signed_by("expired"));
    spoil(&place, "descriptor_invalid", restate(|one| one["hedui"]["agency"] = json!("housing")));
    spoil(&place, "as_of_future", restate(|one| one["hedui"]["as_of"] = json!("2999-01-01")));
    spoil(&place, "contract_version", restate(|one| resource(one)["hedui"]["contract"] = json!("9.0.0")));
    spoil(
        &place,
        "contract_unknown",
        restate(|one| {
            resource(one)["hedui"]["dataset"] = json!("civil_affairs.castles");
        }),
    );
    spoil(&place, "normalisation_unknown", restate(|one| one["hedui"]["normalisation"] = json!(9)));
    spoil(
        &place,
        "supersedes_other",
        restate(|one| one["hedui"]["supersedes"] = json!("cases-2026-01-01-001-x")),
    );
    // What the store holds decides about these: the good delivery is taken in before them.
    spoil(
        &place,
        "key_epoch",
        restate(|one| {
            one["hedui"]["key_id"] = json!("another");
        }),
    );
    spoil(&place, "sequence_taken", restate(|one| one["hedui"]["sequence"] = json!(1)));
    let with_data = |change: fn(&Path)| move |package: &mut Package| change(&package.data());
    spoil(&place, "file_missing", with_data(|data| fs::remove_file(data).unwrap()));
    spoil(
        &place,
        "file_is_link",
        with_data(|data| {
            fs::remove_file(data).unwrap();
            std::os::unix::fs::symlink("/etc/hostname", data).unwrap();
        }),
    );
    spoil(
        &place,
        "file_size",
        with_data(|data| {
            let text = fs::read(data).unwrap();
            fs::write(data, &text[..10]).unwrap();
        }),
    );
    spoil(
        &place,
        "file_digest",
        with_data(|data| {
            let mut text = fs::read(data).unwrap();
            text[0] ^= 1;
            fs::write(data, text).unwrap();
        }),
    );
    spoil(
        &place,
        "rows_differ",
        restate(|one| {
            resource(one)["hedui"]["rows"] = json!(1);
        }),
    );
    let before: BTreeMap<String, BTreeMap<String, Vec<u8>>> = fs::read_dir(place.night.inbox.join("spoilt"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), tree::bytes(&path)))
        .collect();

    let said = run(place.night.accept().args(["--format", "json"])).ends(3);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    let waiting = [
        "signature_missing",
        "signer_unknown",
        "signer_other_agency",
        "signer_other_namespace",
        "signer_not_yet_valid",
        "signer_expired",
        "contract_version",
        "contract_unknown",
        "normalisation_unknown",
        "key_epoch",
        "file_missing",
        "file_size",
    ];
    let mut seen = 0;
    for delivery in json["deliveries"].as_array().unwrap() {
        let Some(code) = delivery["code"].as_str() else {
            assert_eq!(delivery["fate"], "taken_in");
            continue;
        };
        seen += 1;
        let files = &before[code];
        let receipt: Value =
            serde_json::from_slice(&fs::read(delivery["receipt"].as_str().unwrap()).unwrap()).unwrap();
        assert_eq!((&receipt["code"], &receipt["folder"]), (&json!(code), &json!(format!("spoilt/{code}"))));
        for lang in ["zh", "en"] {
            for text in ["what", "what_to_do"] {
                assert!(receipt[text][lang].as_str().is_some_and(|text| !text.is_empty()), "{code}");
            }
            let for_the_agency = &receipt["problems"][0]["for_the_agency"][lang];
            assert!(for_the_agency.as_str().is_some_and(|text| !text.is_empty()), "{code}");
        }
        let lies = match delivery["moved_to"].as_str() {
            Some(folder) => PathBuf::from(folder),
            None => place.night.inbox.join("spoilt").join(code),
        };
        assert_eq!(delivery["moved_to"].is_null(), waiting.contains(&code), "{code}");
        assert_eq!(exists(&place.night.inbox.join("spoilt").join(code)), waiting.contains(&code), "{code}");
        // A link as it was: never followed.
        tree::assert_same(&tree::bytes(&lies), files);
    }
    assert_eq!(seen, before.len(), "{json:#}");
    let snapshots = tree::files(&place.night.store.join("snapshots"));
    assert_eq!(snapshots.keys().filter(|name| name.ends_with("snapshot.json")).count(), 1);

    // The same date again names them all again; and a delivery that was moved can be put back.
    let again = run(place.night.accept().args(["--format", "json"])).ends(3);
    let again: Value = serde_json::from_str(&again.out).unwrap();
    let codes = |json: &Value| {
        let all = json["deliveries"].as_array().unwrap().iter();
        all.filter_map(|one| one["code"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(codes(&again), codes(&json));
}

/// Runs a script in a mount namespace of its own; false where that is not allowed.
fn mounted(place: &Place, script: &str, out: &str) -> bool {
    let may = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        return false;
    }
    let inner = place.night.accept();
    let mut command = Command::new("unshare");
    let script = format!(
        "set -eu; inbox=$1; out=$2; shift 2; mv \"$inbox\" \"$inbox.was\"; mkdir \"$inbox\"
        mount -t tmpfs tmpfs \"$inbox\"; cp -r \"$inbox.was/.\" \"$inbox\"
        {script}
        set +e; \"$@\" >\"$out.out\" 2>\"$out.err\"; echo $? >\"$out.code\"
        cp -rL \"$inbox\" \"$out.inbox\""
    );
    command
        .args(["-m", "bash", "-c", &script, "bash"])
        .arg(&place.night.inbox)
        .arg(place.folder.path().join(out));
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(inner.get_current_dir().unwrap());
    run(&mut command).ends(0);
    true
}

#[test]
fn an_inbox_that_is_read_only_or_on_another_disk_loses_nothing() {
    for (script, is_moved) in [("mount -o remount,ro \"$inbox\"", false), ("", true)] {
        let place = Place::with(&[GOOD]);
        spoil(&place, "bad", |package| {
            let mut text = fs::read(package.data()).unwrap();
            text[0] ^= 1;
            fs::write(package.data(), text).unwrap();
        });
        let bad = tree::bytes(&place.night.inbox.join("spoilt/bad"));
        if !mounted(&place, script, "here") {
            println!("no file system can be mounted here; copying between file systems has a unit test");
            return;
        }
        let read = |end: &str| fs::read_to_string(place.folder.path().join(format!("here.{end}"))).unwrap();
        assert_eq!(read("code").trim(), "3", "{}", read("err"));
        assert!(read("err").contains("[file_digest]"));
        let refused = place.night.store.join("refused");
        let evidence =
            tree::files(&refused).into_keys().find(|name| name.ends_with("delivery/datapackage.json"));
        let left = place.folder.path().join("here.inbox/spoilt/bad");
        assert_eq!((evidence.is_some(), exists(&left)), (is_moved, !is_moved), "{}", read("err"));
        let lies = match evidence {
            Some(name) => refused.join(name).parent().unwrap().to_owned(),
            None => left,
        };
        tree::assert_same(&tree::bytes(&lies), &bad);
        let said = if is_moved { "moved whole to " } else { "it could not be moved aside" };
        assert!(read("err").contains(said), "{}", read("err"));
        assert!(tree::files(&refused).keys().all(|name| !name.contains(".arriving")));
    }
}

#[test]
fn a_past_night_stays_as_it_was_known_unless_another_day_is_asked_for() {
    let place = Place::with(&[GOOD]);
    let date = |date: &str| {
        let mut night = place.night.clone();
        night.date = date.to_owned();
        night
    };
    let night = date("2026-03-15");
    night.run().ends(3);
    let first = night.current();
    let before = tree::bytes(&first);

    // A correction of what that night knew comes a day later.
    let id = place.delivery(GOOD).file_name().unwrap().to_string_lossy().into_owned();
    let raw = crate::program::root().join("sample-data/raw/civil_affairs/grace_periods.csv");
    let text = fs::read(raw).unwrap();
    let fewer = place.folder.path().join("grace_periods.csv");
    fs::write(&fewer, text.split_inclusive(|byte| *byte == b'\n').take(3).collect::<Vec<_>>().concat())
        .unwrap();
    SAMPLE
        .keys
        .seal("civil_affairs.grace_periods", AS_OF, &night.inbox, &[fewer], &["--supersedes", &id])
        .ends(0);
    // A replay takes it in, and does not use it: the store knows of a later night.
    run(&mut date("2026-03-16").accept()).ends(0);
    let said = night.run().ends(3);
    said.warns(&[
        "the same inputs and rules were run before",
        "deliveries about 2026-03-15 or earlier that became known only after 2026-03-15 were not used (1)",
        "--known-on 2026-03-16",
    ]);
    assert_eq!(night.current(), first);
    tree::assert_same(&tree::bytes(&first), &before);

    // Asked for, the past night is run with it; from then on that is what it is repeated with.
    let said = run(night.command().args(["--known-on", "2026-03-16"])).ends(3);
    said.warns(&["with what was known on 2026-03-16"]);
    let second = night.current();
    assert_ne!(second, first);
    let manifest: Value = serde_json::from_slice(&fs::read(second.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["plan"]["known_on"], "2026-03-16");
    night.run().ends(3);
    assert_eq!(night.current(), second);
    tree::assert_same(&tree::bytes(&first), &before);
}

#[test]
fn what_waits_for_its_day_is_named() {
    let mut place = Place::with(&[GOOD]);
    place.night.date = "2026-03-01".to_owned();
    let said = run(&mut place.night.accept()).ends(0);
    said.prints(&["after the business date, waits"]);
    place.night.lang = "zh";
    let said = place.night.run();
    said.warns(&["1 份交付的数据日期晚于业务日期，等到那天再收：grace_periods-2026-03-14-001-"]);
}

#[test]
fn an_agency_is_told_what_was_wrong_and_how_to_mend_it() {
    let place = Place::with(&[GOOD, "housing/rent_subsidies"]);
    let mut package = Package::open(place.delivery(GOOD));
    let text = fs::read_to_string(package.data()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut fields: Vec<String> = lines[2].split(',').map(str::to_owned).collect();
    "2026-02-30".clone_into(&mut fields[1]);
    lines[2] = fields.join(",");
    package.replace_data((lines.join("\n") + "\n").as_bytes());
    package.sign(&SAMPLE.keys.sign);
    let mut data = fs::read(Package::open(place.delivery("housing/rent_subsidies")).data()).unwrap();
    data[0] ^= 1;
    fs::write(Package::open(place.delivery("housing/rent_subsidies")).data(), data).unwrap();
    let said = run(place.night.accept().args(["--format", "json"])).ends(3);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    let find = |fate: &str| {
        let deliveries = json["deliveries"].as_array().unwrap().iter();
        deliveries.clone().find(|one| one["fate"] == fate).unwrap().clone()
    };
    let explain = |receipt: &str, more: &[&str]| {
        let mut command = hedui(["accept", "--explain", receipt, "--store"]);
        run(command.arg(&place.night.store).args(more))
    };
    let id = find("taken_in")["delivery"].as_str().unwrap().to_owned();
    explain(&id, &["--lang", "en"]).ends(0).prints(&[
        "Taken in, but 1 row was set aside",
        "[bad_date]: once",
        "grace_periods.csv line 3",
        "how to mend it: write a date as 2026-03-14",
    ]);
    explain(&id, &["--lang", "zh"]).ends(0).prints(&["有 1 行被搁置", "第 3 行", "怎样改：日期请写成"]);
    let receipt = find("refused")["receipt"].as_str().unwrap().to_owned();
    explain(&receipt, &["--lang", "en"]).ends(0).prints(&[
        "Not taken in",
        "[file_digest]",
        "after sealing, do not open",
    ]);
    let page = place.folder.path().join("reply.html");
    explain(&receipt, &["--out", page.to_str().unwrap()]).ends(0).prints(&["reply.html"]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("没有收下") && page.contains("Not taken in") && !page.contains("<script"));
    let said = explain(&id, &["--format", "json"]).ends(0);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&json["faults"][0]["reason"], &json["faults"][0]["columns"][0]["first"][0]["line"]),
        (&json!("bad_date"), &json!(3))
    );
    explain("no-such-delivery", &["--lang", "en"])
        .ends(2)
        .warns(&["there is no receipt `no-such-delivery`", "help: "]);
    explain(&receipt, &["--lang", "en", "--out", "/no/such/folder/x.html"])
        .ends(1)
        .warns(&["choose another --out"]);
}
