//! Keys from outside: which hash makes the tokens, where a key may come from, and that no word of the program shows one.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    city::{Keys, Place, SAMPLE, owner_only},
    program::{Said, hedui, root, run},
    small_city::{County, SmallCity, number},
    table::Table,
    tree,
};

const RAW: &str = "sample-data/raw/civil_affairs/grace_periods.csv";

/// A raw file with one person in it, in a folder of its own.
struct Agency {
    folder: tempfile::TempDir,
    raw: PathBuf,
}

impl Agency {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let raw = folder.path().join("posts.csv");
        let row = format!("{},2020-01-01,,1.00", number("somebody"));
        fs::write(&raw, format!("person_id,from_on,to_on,monthly_wage\n{row}\n")).unwrap();
        Self { folder, raw }
    }

    fn inbox(&self) -> PathBuf {
        self.folder.path().join("inbox")
    }

    /// `hedui seal` with a hash key named in this way.
    fn seal(&self, hash_key: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = hedui(["seal", "-v", "--lang", "en", "--contract", "human_resources.public_posts"]);
        command.args(["--as-of", "2026-03-14", "--hash-key"]).arg(hash_key);
        command.arg("--sign-key").arg(&SAMPLE.keys.sign).arg("--out").arg(self.inbox()).arg(&self.raw);
        command
    }

    /// The token of its one person.
    fn token(&self) -> String {
        let files = tree::files(&self.inbox());
        let data = files.values().find(|path| path.ends_with("public_posts.csv")).unwrap();
        let text = fs::read_to_string(data).unwrap();
        text.lines().nth(1).unwrap().split(',').next().unwrap().to_owned()
    }

    fn key(&self, hex: &str) -> PathBuf {
        let path = self.folder.path().join("own.hashkey");
        fs::write(&path, hex).unwrap();
        owner_only(&path);
        path
    }
}

fn openssl(hash: &str, key: &Path, message: &str) -> Option<String> {
    let hex = fs::read_to_string(key).unwrap();
    let mut child = Command::new("openssl")
        .args(["dgst", hash, "-mac", "HMAC", "-macopt", &format!("hexkey:{}", hex.trim())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    said.split_whitespace().last().map(str::to_owned)
}

#[test]
fn a_token_of_either_hash_is_what_openssl_makes_of_the_number() {
    for (hash, option) in [("hmac-sha256", "-sha256"), ("hmac-sm3", "-sm3")] {
        let agency = Agency::open();
        run(agency.seal(&SAMPLE.keys.hash).args(["--hash", hash])).ends(0);
        let Some(made) = openssl(option, &SAMPLE.keys.hash, &number("somebody")) else { return };
        assert_eq!(agency.token(), made, "{hash}");
    }
}

#[test]
fn a_store_of_one_hash_refuses_the_deliveries_of_the_other_and_runs_with_its_own() {
    let place = Place::with(&[]);
    let mut city = SmallCity::new();
    city.household("lives", County::Here, 0);
    city.household("dies", County::Here, 0);
    city.dies_and_is_paid("dies", "dies");
    city.paid("lives", "lives");
    for dataset in ["persons", "cases", "household_members", "deaths", "payments"] {
        city.seal(&format!("civil_affairs.{dataset}"), &["--hash", "hmac-sm3"], &place.night.inbox);
    }
    run(&mut place.night.accept()).ends(0).prints(&["persons-2026-02-08-001-"]);
    let epoch = fs::read_to_string(place.night.store.join("epoch.json")).unwrap();
    assert!(epoch.contains("hmac-sm3"), "{epoch}");
    city.seal("civil_affairs.authorisations", &["--hash", "hmac-sha256"], &place.night.inbox);
    place.night.run().ends(3).warns(&[
        "[hash_algorithm]",
        "its tokens are hmac-sha256, the store's are hmac-sm3",
        "--hash hmac-sm3",
    ]);
    // The dead man who is still paid is found under his token of this hash.
    let leads = Table::read(&place.night.current().join("leads.parquet"));
    let found: Vec<_> =
        leads.select(["rule_id", "person_id"]).into_iter().filter(|row| row[0] == "D-01").collect();
    let [[_, person]] = found[..] else { panic!("{found:?}") };
    let Some(made) = openssl("-sm3", &SAMPLE.keys.hash, &number("dies")) else { return };
    assert_eq!(person, made);
}

#[test]
fn a_hash_that_is_not_known_is_named_with_the_two_that_are() {
    let agency = Agency::open();
    run(agency.seal(&SAMPLE.keys.hash).args(["--hash", "sm3"])).ends(2).warns(&["hmac-sha256 or hmac-sm3"]);
}

#[test]
fn a_key_comes_from_standard_input_a_descriptor_or_a_systemd_credential() {
    let expected = {
        let agency = Agency::open();
        run(&mut agency.seal(&SAMPLE.keys.hash)).ends(0);
        agency.token()
    };
    let key = || fs::File::open(&SAMPLE.keys.hash).unwrap();
    let agency = Agency::open();
    run(agency.seal("-").stdin(key())).ends(0);
    assert_eq!(agency.token(), expected);

    let agency = Agency::open();
    run(agency.seal("fd:0").stdin(key())).ends(0);
    assert_eq!(agency.token(), expected);

    let agency = Agency::open();
    let credentials = agency.folder.path().join("credentials");
    fs::create_dir(&credentials).unwrap();
    fs::copy(&SAMPLE.keys.hash, credentials.join("hashkey")).unwrap();
    run(&mut agency.seal("credential:hashkey"))
        .ends(2)
        .warns(&["CREDENTIALS_DIRECTORY", "LoadCredential=hashkey:"]);
    run(agency.seal("credential:hashkey").env("CREDENTIALS_DIRECTORY", &credentials)).ends(0);
    assert_eq!(agency.token(), expected);
}

#[test]
fn a_key_on_the_command_line_is_not_used_and_not_repeated() {
    let hex = fs::read_to_string(&SAMPLE.keys.hash).unwrap().trim().to_owned();
    let agency = Agency::open();
    let attempts: [Box<dyn Fn() -> Command>; 5] = [
        Box::new(|| agency.seal(&hex)),
        Box::new(|| agency.seal(format!("hexkey:{hex}"))),
        Box::new(|| {
            let mut command = agency.seal(&SAMPLE.keys.hash);
            command.args(["--key-id", &hex]);
            command
        }),
        Box::new(|| hedui(["seal", "--lang", "en", &format!("--hash-key={hex}")])),
        Box::new(|| hedui(["--lang", "en", "seal", "keygen", "--hash-key", &hex])),
    ];
    for attempt in attempts {
        let said = run(&mut attempt()).ends(2);
        let said = said.warns(&["a key stands on the command line", "every user of this machine can see it"]);
        silent(&said, &hex);
    }
    assert!(!agency.inbox().exists());
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_command_to_type_in_both_languages() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let agency = Agency::open();
    let key = agency.key(&"ab".repeat(32));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let link = agency.folder.path().join("link");
    symlink(&key, &link).unwrap();
    let sign = agency.folder.path().join("sign");
    fs::copy(&SAMPLE.keys.sign, &sign).unwrap();
    fs::set_permissions(&sign, fs::Permissions::from_mode(0o604)).unwrap();
    for (path, mut command) in [(&key, agency.seal(&key)), (&link, agency.seal(&link))] {
        let typed = format!("chmod 600 {}", path.display());
        run(&mut command).ends(2).warns(&["others can read it (mode 640)", "他人可读", &typed]);
    }
    let mut command = agency.seal(&SAMPLE.keys.hash);
    run(command.arg("--sign-key").arg(&sign)).ends(2);
    let mut command = hedui(["seal", "--lang", "zh", "--contract", "human_resources.public_posts"]);
    command.args(["--as-of", "2026-03-14"]).arg("--hash-key").arg(&SAMPLE.keys.hash);
    command.arg("--sign-key").arg(&sign).arg("--out").arg(agency.inbox()).arg(&agency.raw);
    let typed = format!("chmod 600 {}", sign.display());
    run(&mut command).ends(2).warns(&["签名密钥不能用", "权限 604", &typed]);
}

#[test]
fn nothing_that_sealing_says_or_writes_shows_a_key() {
    let hex = "c0ffee11".repeat(8);
    let agency = Agency::open();
    let mut said = Vec::new();
    let key = agency.key(&hex);
    said.push(run(&mut agency.seal(&key)).ends(0));
    said.push(run(agency.seal(&key).args(["--format", "json"])).ends(0));
    said.push(run(agency.seal(&key).args(["--contract", "civil_affairs.nothing"])));
    for (text, words) in [
        (format!("{hex}{hex}"), "it holds 128 characters instead of 64"),
        (format!("{}\n", &hex[..60]), "it holds 60 characters"),
        (format!("{}\n{}\n", &hex[..32], &hex[32..]), "it holds more than one line"),
        (format!("{}zz", &hex[..62]), "no hex digits"),
        (hex.repeat(3), "too long"),
        (String::new(), "it is empty"),
    ] {
        let key = agency.key(&text);
        said.push(run(&mut agency.seal(&key)).ends(2).warns(&[words]));
    }
    // A key where a signing key belongs, and the other way round.
    let mut swapped = agency.seal(&SAMPLE.keys.sign);
    said.push(run(&mut swapped).ends(2));
    let secret = fs::read_to_string(&SAMPLE.keys.sign).unwrap();
    let line = secret.lines().nth(2).unwrap();
    for said in &said {
        silent(said, &hex);
        silent(said, line);
    }
    for (name, bytes) in tree::bytes(&agency.inbox()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&hex[..16]) && !text.contains(line), "{name} shows a key");
    }
}

/// Not even a piece of a secret is said.
#[track_caller]
fn silent(said: &Said, secret: &str) {
    for piece in [&secret[..16], &secret[secret.len() - 16..]] {
        assert!(!said.out.contains(piece) && !said.err.contains(piece), "{}\n{}", said.out, said.err);
    }
}

#[test]
fn a_new_key_can_seal_with_sm3_at_once() {
    let agency = Agency::open();
    let key = agency.folder.path().join("new.hashkey");
    run(hedui(["--lang", "en", "seal", "keygen", "--hash-key"]).arg(&key)).ends(0).prints(&["epoch k"]);
    let keys = Keys { hash: key.clone(), ..SAMPLE.keys.clone() };
    let raw = root().join(RAW);
    keys.seal("civil_affairs.grace_periods", "2026-03-14", &agency.inbox(), &[raw], &["--hash", "hmac-sm3"])
        .ends(0);
    run(agency.seal(&key).args(["--hash", "hmac-sm3"])).ends(0);
    assert_eq!(agency.token().len(), 64);
}
