//! Every way in which a delivery can be wrong, made to happen on disk.

use std::{cell::RefCell, fs, os::unix::fs::symlink, path::Path, sync::OnceLock};

use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;

use super::*;
use crate::model::{Digest, Fen, Month};

struct Office {
    dir: TempDir,
    key: SignKey,
    signers: String,
    key_id: Option<String>,
    today: NaiveDate,
    business_date: Option<NaiveDate>,
    acquired: RefCell<BTreeSet<String>>,
    /// Where below its usual place the inbox lies.
    deep: PathBuf,
}

/// The contracts that ship, read once.
fn contracts() -> &'static BTreeMap<DatasetId, Contract> {
    static CONTRACTS: OnceLock<BTreeMap<DatasetId, Contract>> = OnceLock::new();
    CONTRACTS
        .get_or_init(|| Contract::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap())
}

/// Every file below a folder with its bytes; a link with where it leads.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (kind, path) = (entry.file_type().unwrap(), entry.path());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_symlink() {
                let target = fs::read_link(&path).unwrap().to_string_lossy().into_owned().into_bytes();
                files.insert(path, target);
            } else {
                let bytes = fs::read(&path).unwrap();
                files.insert(path, bytes);
            }
        }
    }
    files
}

impl Office {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("inbox")).unwrap();
        let key = SignKey::generate(&dir.path().join("key"), "test").unwrap();
        let signers = key.allowed_signers_line("civil_affairs,housing");
        let today = "2026-03-02".parse().unwrap();
        let (acquired, deep) = (RefCell::default(), PathBuf::new());
        Self { dir, key, signers, key_id: None, today, business_date: None, acquired, deep }
    }

    fn inbox(&self) -> PathBuf {
        let inbox = self.dir.path().join("inbox");
        if self.deep.as_os_str().is_empty() { inbox } else { inbox.join(&self.deep) }
    }

    fn store(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    /// Lays a delivery into the inbox, signed over whatever `change` made of its package.
    fn lay(&self, folder: &str, change: impl FnOnce(&mut Package)) -> PathBuf {
        let data = "case_id,person_id\n1,2\n";
        let dataset: DatasetId = "civil_affairs.payments".parse().unwrap();
        let mut package = Package {
            name: "payments".to_owned(),
            created: None,
            agency: "civil_affairs".to_owned(),
            dataset: dataset.clone(),
            as_of: "2026-03-01".parse().unwrap(),
            key_id: "k1".to_owned(),
            hash: HashName::HmacSha256,
            normalisation: NORMALISATION,
            bridge_to: None,
            sequence: 1,
            supersedes: None,
            months: vec!["2026-02".parse().unwrap()],
            resources: vec![Resource {
                name: "payments".to_owned(),
                path: "payments.csv".to_owned(),
                format: DataFormat::Csv,
                sheet: None,
                dataset,
                contract: Some("1.0.0".to_owned()),
                bytes: data.len() as u64,
                sha256: Digest::of(data.as_bytes()),
                encoding: "utf-8".to_owned(),
                rows: 1,
                totals: BTreeMap::from([("amount".to_owned(), Fen(100))]),
                set_aside: 0,
            }],
        };
        change(&mut package);
        let any = contracts().get(&"civil_affairs.payments".parse().unwrap()).unwrap();
        let contract = contracts().get(&package.dataset).unwrap_or(any);
        let folder = self.inbox().join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(&package.resources[0].path), data).unwrap();
        self.sign(&folder, &package.to_json(contract));
        folder
    }

    fn sign(&self, folder: &Path, descriptor: &str) {
        fs::write(folder.join(PACKAGE_FILE), descriptor).unwrap();
        fs::write(folder.join(SIGNATURE_FILE), self.key.sign(descriptor.as_bytes()).unwrap()).unwrap();
    }

    fn run(&self) -> Result<Vec<Outcome>, AcceptError> {
        let signers = AllowedSigners::parse(&self.signers, Path::new("signers")).unwrap();
        accept_inbox(&Desk {
            inbox: &self.inbox(),
            store: &self.store(),
            signers: &signers,
            contracts: contracts(),
            key_id: self.key_id.as_deref(),
            business_date: self.business_date.unwrap_or(self.today),
            today: self.today,
            known_on: self.today,
            acquired: &|_, delivery| self.acquired.borrow().contains(delivery),
        })
    }

    /// The one outcome, which must be a refusal; its receipt stands in the store and says the same, and the delivery lies
    /// where the receipt says, whole.
    fn refused(&self) -> Refused {
        let before = tree(&self.inbox());
        let outcomes = self.run().unwrap();
        let [Outcome::Refused(refused)] = &outcomes[..] else { panic!("{outcomes:?}") };
        let receipt: serde_json::Value =
            serde_json::from_slice(&fs::read(&refused.receipt).unwrap()).unwrap();
        assert_eq!(receipt["code"], refused.verdict.code());
        assert!(refused.receipt.starts_with(self.store().join("refused")));
        let [fault] = &refused.verdict.faults[..] else { panic!("{refused:?}") };
        for text in [&fault.what, &fault.what_to_do, &fault.for_the_agency] {
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{fault:?}");
        }
        let lay = |path: &Path| path.strip_prefix(&refused.folder).ok().map(Path::to_owned);
        match &refused.kept {
            Kept::Aside(folder) => {
                let before = before.iter().filter_map(|(path, bytes)| Some((folder.join(lay(path)?), bytes)));
                assert!(before.eq(tree(folder).iter().map(|(path, bytes)| (path.clone(), bytes))));
                assert!(fs::symlink_metadata(&refused.folder).is_err(), "it is still in the inbox");
                assert_eq!(receipt["still_in_the_inbox"], serde_json::Value::Null);
            }
            Kept::Inbox(why) => {
                assert_eq!(tree(&self.inbox()), before);
                assert_eq!(receipt["still_in_the_inbox"]["en"], why.en.as_str());
            }
        }
        refused.clone()
    }

    /// The code of the one refusal, of a delivery that was moved aside.
    fn aside(&self) -> String {
        let refused = self.refused();
        assert!(matches!(refused.kept, Kept::Aside(_)), "{refused:?}");
        refused.verdict.code()
    }

    /// The code of the one refusal, of a delivery that waits in the inbox.
    fn waits(&self) -> String {
        let refused = self.refused();
        assert!(matches!(refused.kept, Kept::Inbox(_)), "{refused:?}");
        refused.verdict.code()
    }

    fn words(&self) -> Vec<String> {
        let word = |outcome: Outcome| match outcome {
            Outcome::Accepted { .. } => "accepted".to_owned(),
            Outcome::Known(_) => "known".to_owned(),
            Outcome::NotYet(_) => "not yet".to_owned(),
            Outcome::Refused(refused) => refused.verdict.code(),
        };
        self.run().unwrap().into_iter().map(word).collect()
    }
}

#[test]
fn a_good_delivery_is_accepted_once_and_then_known() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/first", |_| {});
    let outcomes = office.run().unwrap();
    let [Outcome::Accepted { accepted, receipt, notes }] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(notes.is_empty() && accepted.folder == folder);
    assert_eq!(accepted.delivery.get(..24), Some("payments-2026-03-01-001-"));
    assert_eq!(*receipt, office.store().join(format!("receipts/civil_affairs/{}.json", accepted.delivery)));
    let written: Receipt = serde_json::from_slice(&fs::read(receipt).unwrap()).unwrap();
    assert_eq!((written.outcome.as_str(), written.key_id.as_str()), ("accepted", "k1"));
    assert!(written.signer.starts_with("SHA256:"));
    // Accepted but not in the store: the run was cut off, so it is taken again, under the same receipt.
    let before = fs::read(receipt).unwrap();
    assert_eq!(office.words(), ["accepted"]);
    office.acquired.borrow_mut().insert(accepted.delivery.clone());
    assert_eq!(office.words(), ["known"]);
    assert_eq!(fs::read(receipt).unwrap(), before);
}

#[test]
fn the_same_delivery_in_two_folders_is_taken_once() {
    let office = Office::open();
    office.lay("civil_affairs/a", |_| {});
    office.lay("civil_affairs/b", |_| {});
    assert_eq!(office.words(), ["accepted", "known"]);
}

#[test]
fn a_file_that_is_still_arriving_is_refused_and_taken_in_when_it_is_whole() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let whole = fs::read(folder.join("payments.csv")).unwrap();
    let (descriptor, signature) = (folder.join(PACKAGE_FILE), folder.join(SIGNATURE_FILE));
    let (text, armour) = (fs::read(&descriptor).unwrap(), fs::read(&signature).unwrap());
    let part = |path: &Path, bytes: &[u8]| fs::write(path, bytes).unwrap();
    // In the order in which they may arrive, the best one last.
    fs::remove_file(&descriptor).unwrap();
    assert_eq!(office.waits(), "descriptor_missing");
    for end in [0, 1, text.len() / 2, text.len() - 2] {
        part(&descriptor, &text[..end]);
        assert_eq!(office.waits(), "descriptor_cut_off");
    }
    part(&descriptor, &text);
    fs::remove_file(&signature).unwrap();
    assert_eq!(office.waits(), "signature_missing");
    for end in [0, 10, 40, armour.len() / 2, armour.len() - 10] {
        part(&signature, &armour[..end]);
        assert_eq!(office.waits(), "signature_cut_off");
    }
    part(&signature, &armour);
    fs::remove_file(folder.join("payments.csv")).unwrap();
    assert_eq!(office.waits(), "file_missing");
    part(&folder.join("payments.csv"), &whole[..5]);
    assert_eq!(office.waits(), "file_size");
    part(&folder.join("payments.csv"), &whole);
    assert_eq!(office.words(), ["accepted"]);
    let left = tree(&office.store().join("refused"));
    assert!(left.is_empty(), "the refusals are taken back: {left:?}");
}

#[test]
fn a_tampered_file_is_refused_and_moved_aside_whole() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let good = fs::read(folder.join("payments.csv")).unwrap();
    fs::write(folder.join("payments.csv"), "case_id,person_id\n1,23\n").unwrap();
    let first = office.refused();
    assert_eq!(
        first.verdict,
        Refusal::FileSize { path: "payments.csv".into(), stated: 22, found: 23 }.verdict()
    );
    assert_eq!(first.kept, Kept::Aside(first.receipt.with_file_name("delivery")));
    let evidence = tree(&office.store().join("refused"));

    // The same night says it again; the next one has nothing to say.
    let mut office = office;
    let again = office.run().unwrap();
    assert_eq!(again, [Outcome::Refused(first.clone())]);
    office.today = "2026-03-03".parse().unwrap();
    assert!(office.run().unwrap().is_empty());

    // The very same bytes come again, as a mirror sends them: the evidence stands once.
    office.lay("civil_affairs/x", |_| {});
    fs::write(folder.join("payments.csv"), "case_id,person_id\n1,23\n").unwrap();
    assert_eq!(office.aside(), "file_size");
    let receipt = fs::read_to_string(&first.receipt).unwrap();
    assert!(
        receipt.contains("\"refused_on\": \"2026-03-02\"")
            && receipt.contains("\"again_on\": \"2026-03-03\"")
    );

    // The same delivery, tampered with in another way, is other evidence.
    office.lay("civil_affairs/x", |_| {});
    fs::write(folder.join("payments.csv"), "case_id,person_id\n1,24\n").unwrap();
    let second = office.run().unwrap().into_iter().find_map(|outcome| match outcome {
        Outcome::Refused(refused) if refused.receipt != first.receipt => Some(refused),
        _ => None,
    });
    let second = second.unwrap();
    assert_eq!(second.delivery, first.delivery);
    assert!(second.receipt.parent().unwrap().to_str().unwrap().ends_with(".2"), "{second:?}");

    // And the good one under the same id is taken in. The evidence stands.
    office.lay("civil_affairs/x", |_| {});
    assert_eq!(fs::read(folder.join("payments.csv")).unwrap(), good);
    assert!(office.words().contains(&"accepted".to_owned()));
    let now = tree(&office.store().join("refused"));
    assert_eq!(now.len(), 2 * evidence.len());
    let is_kept = |(path, bytes): (&PathBuf, &Vec<u8>)| path.ends_with("receipt.json") || now[path] == *bytes;
    assert!(evidence.iter().all(is_kept));
}

#[test]
fn a_killed_move_is_done_again() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    fs::write(folder.join("payments.csv"), "case_id,person_id\n1,23\n").unwrap();
    let model = tree(&office.inbox());
    let first = office.refused();
    let slot = first.receipt.parent().unwrap().to_owned();
    // Killed after the receipt was written, before the rename.
    fs::rename(slot.join("delivery"), &folder).unwrap();
    assert_eq!(tree(&office.inbox()), model);
    assert_eq!(office.aside(), "file_size");
    // Killed between copying it to another file system and taking it out of the inbox.
    office.lay("civil_affairs/x", |_| {});
    fs::write(folder.join("payments.csv"), "case_id,person_id\n1,23\n").unwrap();
    assert_eq!(office.aside(), "file_size");
    assert_eq!(fs::read_dir(slot.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_moved_stays_and_the_receipt_says_why() {
    let office = Office::open();
    // A shelf of deliveries with a stray descriptor on it: moving it would move the good one as well.
    office.lay("civil_affairs/good", |_| {});
    fs::write(office.inbox().join("civil_affairs").join(PACKAGE_FILE), "[]").unwrap();
    let refused = office.refused();
    assert!(matches!(&refused.kept, Kept::Inbox(why) if why.en.contains("another delivery lies inside it")));
    fs::remove_file(office.inbox().join("civil_affairs").join(PACKAGE_FILE)).unwrap();
    assert_eq!(office.words(), ["accepted"]);

    // The inbox itself is never moved.
    let office = Office::open();
    fs::write(office.inbox().join(PACKAGE_FILE), "[]").unwrap();
    let refused = office.refused();
    assert!(matches!(&refused.kept, Kept::Inbox(why) if why.en.contains("it is the inbox itself")));
}

#[test]
fn what_is_no_plain_file_is_refused_in_every_place_and_never_followed_or_waited_for() {
    let pipe = |path: &Path| {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    let link = |path: &Path| symlink("/etc/hostname", path).unwrap();
    let dangling = |path: &Path| symlink("nowhere", path).unwrap();
    let device = |path: &Path| symlink("/dev/zero", path).unwrap();
    let folder = |path: &Path| fs::create_dir(path).unwrap();
    let socket = |path: &Path| drop(std::os::unix::net::UnixListener::bind(path).unwrap());
    let kinds: [&dyn Fn(&Path); 6] = [&pipe, &link, &dangling, &device, &folder, &socket];
    for name in ["payments.csv", PACKAGE_FILE, SIGNATURE_FILE] {
        for put in kinds {
            let office = Office::open();
            let path = office.lay("civil_affairs/x", |_| {}).join(name);
            fs::remove_file(&path).unwrap();
            put(&path);
            let refused = office.run().unwrap().remove(0);
            let Outcome::Refused(refused) = refused else { panic!("{refused:?}") };
            assert_eq!(refused.verdict, Refusal::FileIsLink { path: name.into() }.verdict());
            assert!(matches!(refused.kept, Kept::Aside(_)) && fs::symlink_metadata(path).is_err());
        }
    }
}

#[test]
fn a_link_in_place_of_a_folder_is_refused_and_stays() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    fs::rename(&folder, office.dir.path().join("real")).unwrap();
    symlink(office.dir.path().join("real"), &folder).unwrap();
    assert_eq!(office.waits(), "folder_is_link");
    // Nor does a link inside lead out.
    fs::remove_file(&folder).unwrap();
    office.lay("civil_affairs/x", |package| package.resources[0].path = "data.csv".into());
    let text = fs::read_to_string(folder.join(PACKAGE_FILE)).unwrap();
    office.sign(&folder, &text.replace("\"data.csv\"", "\"sub/payments.csv\""));
    symlink(office.dir.path().join("real"), folder.join("sub")).unwrap();
    assert_eq!(office.aside(), "file_is_link");
    assert_eq!(tree(&office.dir.path().join("real")).len(), 3, "what the link led to is untouched");
}

#[test]
fn a_changed_descriptor_or_a_foreign_signature_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let text = fs::read_to_string(folder.join(PACKAGE_FILE)).unwrap();
    fs::write(folder.join(PACKAGE_FILE), text.replace("\"rows\": 1", "\"rows\": 9")).unwrap();
    assert_eq!(office.aside(), "signature_wrong");
    let signatures: [(&[u8], &str); 4] = [
        (b"hello", "signature_malformed"),
        (b"-----BEGIN SSH SIGNATURE-----\n\0\0\n-----END SSH SIGNATURE-----\n", "signature_malformed"),
        (b"\0\0\0\0", "signature_malformed"),
        (&[b'-'; 1 << 17], "signature_too_large"),
    ];
    for (armour, code) in signatures {
        let office = Office::open();
        let folder = office.lay("civil_affairs/x", |_| {});
        fs::write(folder.join(SIGNATURE_FILE), armour).unwrap();
        assert_eq!(office.aside(), code);
    }
}

#[test]
fn who_signed_must_be_allowed_to_for_that_agency_and_day() {
    let mut office = Office::open();
    office.lay("civil_affairs/x", |_| {});
    let line = office.key.allowed_signers_line("civil_affairs");
    let with = |old: &str, new: &str| line.replace(old, new);
    for (signers, code) in [
        (String::new(), "signer_unknown"),
        (with("civil_affairs ", "housing "), "signer_other_agency"),
        (with("hedui-delivery", "git"), "signer_other_namespace"),
        (with(" ssh-", ",valid-after=\"20260302\" ssh-"), "signer_not_yet_valid"),
        (with(" ssh-", ",valid-before=\"20260228\" ssh-"), "signer_expired"),
    ] {
        office.signers = signers;
        assert_eq!(office.waits(), code);
    }
    office.signers = line;
    assert_eq!(office.words(), ["accepted"]);
}

/// What a descriptor comes to, whatever it says: the code of the refusal.
fn refused_descriptor(descriptor: &[u8]) -> Refused {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    fs::write(folder.join(PACKAGE_FILE), descriptor).unwrap();
    fs::write(folder.join(SIGNATURE_FILE), office.key.sign(descriptor).unwrap()).unwrap();
    office.refused()
}

#[test]
fn a_descriptor_that_is_broken_huge_deep_or_leads_out_of_its_folder_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let text = fs::read_to_string(folder.join(PACKAGE_FILE)).unwrap();
    for path in [
        "../x/payments.csv",
        "/etc/passwd.csv",
        "a/../../payments.csv",
        "payments\\u0000.csv",
        "\\u001b[2J.csv",
    ] {
        let refused = refused_descriptor(text.replace("\"payments.csv\"", &format!("\"{path}\"")).as_bytes());
        let what = refused.verdict.what().en;
        assert!(what.contains("resources[0].path") && !what.contains(char::is_control), "{path}: {what}");
    }
    let deep = ["[".repeat(1 << 20), "{\"a\":".repeat(1 << 20), format!("{{\"x\":{}", "[".repeat(1 << 20))];
    for text in deep {
        assert!(refused_descriptor(text.as_bytes()).verdict.code().starts_with("descriptor_"));
    }
    let long = "x".repeat(3 << 20);
    for bad in [
        "{]".to_owned(),
        "\0".repeat(100),
        format!("{{\"hedui\": {{\"{long}\": 1}}}}"),
        text.replace("civil_affairs.payments", &format!("civil_affairs.{long}")),
        text.replace("\"civil_affairs\"", &format!("\"\\u001b[2J{long}\"")),
        text.replace("\"amount\": \"1.00\"", &format!("\"{long}\": \"x\"")),
        text.replace("\"rows\": 1", &format!("\"rows\": {}", u64::MAX)),
        text.replace("\"2026-02\"", &format!("\"x\"{}", ",\"x\"".repeat(1 << 18))),
        text.replace("2026-03-01", "+12026-03-01"),
    ] {
        assert_ne!(bad, text);
        let refused = refused_descriptor(bad.as_bytes());
        assert_eq!(refused.verdict.code(), "descriptor_invalid");
        assert!(matches!(refused.kept, Kept::Aside(_)));
        let (zh, en) = (refused.verdict.what().zh, refused.verdict.what().en);
        assert!(zh.len() < 10_000 && en.len() < 10_000, "the refusal is as long as its cause");
        assert!(!en.contains(char::is_control) && !zh.contains(char::is_control), "{en}");
    }
    assert_eq!(refused_descriptor(&vec![b' '; 5 << 20]).verdict.code(), "descriptor_too_large");
}

#[test]
fn no_mangled_descriptor_or_signature_gets_in_or_stops_the_round() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let (text, armour) =
        (fs::read(folder.join(PACKAGE_FILE)).unwrap(), fs::read(folder.join(SIGNATURE_FILE)).unwrap());
    let mut dice = rand_chacha::ChaCha8Rng::from_seed([7; 32]);
    let mut mangle = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        for _ in 0..dice.random_range(1..4) {
            let at = dice.random_range(0..bytes.len().max(1));
            match dice.random_range(0..4) {
                _ if bytes.len() < 2 => bytes.push(dice.random()),
                0 => bytes[at] = dice.random(),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, dice.random()),
                _ => bytes.truncate(at.max(2)),
            }
        }
        bytes
    };
    let signers = AllowedSigners::parse(&office.signers, Path::new("signers")).unwrap();
    let good = verify(&text, &armour).unwrap();
    for _ in 0..3_000 {
        let (bad_text, bad_armour) = (mangle(&text), mangle(&armour));
        let _ = Package::parse(&bad_text, Path::new("d"));
        assert!(bad_text == text || verify(&bad_text, &armour) == Err(BadSignature::Wrong));
        // A change that only touches how the armour is wrapped is no change of the signature.
        assert!(
            verify(&text, &bad_armour).is_ok_and(|key| key == good) || verify(&text, &bad_armour).is_err()
        );
        let _ = AllowedSigners::parse(
            &String::from_utf8_lossy(&mangle(office.signers.as_bytes())),
            Path::new("s"),
        );
    }
    assert!(signers.allow(&good, "civil_affairs", office.today).is_ok());
}

#[test]
fn a_dataset_or_version_that_no_contract_describes_is_refused() {
    let office = Office::open();
    let folder = office.lay("housing/x", |package| {
        package.agency = "housing".into();
        package.dataset = "housing.castles".parse().unwrap();
        package.resources[0].dataset = package.dataset.clone();
    });
    assert_eq!(office.waits(), "contract_unknown");
    fs::remove_dir_all(folder).unwrap();
    office.lay("x", |package| package.resources[0].contract = Some("2.0.0".into()));
    assert_eq!(office.waits(), "contract_version");
}

#[test]
fn the_first_delivery_fixes_the_key_epoch_and_another_one_is_refused() {
    let mut office = Office::open();
    office.lay("a", |package| package.as_of = "2026-02-01".parse().unwrap());
    office.lay("b", |package| package.key_id = "k2".into());
    office.lay("c", |package| package.hash = HashName::HmacSm3);
    office.lay("d", |package| package.normalisation = 2);
    assert_eq!(office.words(), ["accepted", "key_epoch", "hash_algorithm", "normalisation_unknown"]);
    let epoch: Vec<Epoch> =
        serde_json::from_slice(&fs::read(office.store().join("epoch.json")).unwrap()).unwrap();
    assert_eq!(epoch, [Epoch { key_id: "k1".into(), hash: HashName::HmacSha256, normalisation: 1 }]);
    // As it was written before keys could change.
    fs::write(office.store().join("epoch.json"), serde_json::to_string(&epoch[0]).unwrap()).unwrap();
    assert_eq!(epochs(&office.store()).unwrap(), epoch);
    office.key_id = Some("k2".into());
    assert!(matches!(office.run(), Err(AcceptError::EpochConflict { .. })));
    fs::write(office.store().join("epoch.json"), "{").unwrap();
    assert!(matches!(office.run(), Err(AcceptError::EpochDamaged { .. })));
}

#[test]
fn the_epoch_that_the_pipeline_names_holds_from_the_first_delivery() {
    let mut office = Office::open();
    office.key_id = Some("k2".into());
    office.lay("a", |_| {});
    let refused = office.refused();
    assert_eq!(refused.verdict, Refusal::KeyEpoch { stated: "k1".into(), ours: "k2".into() }.verdict());
    assert!(matches!(refused.kept, Kept::Inbox(_)));
    assert!(!office.store().join("epoch.json").exists(), "a refused delivery fixes nothing");
}

#[test]
fn data_from_after_the_business_date_waits() {
    let mut office = Office::open();
    office.today = "2026-03-03".parse().unwrap();
    office.business_date = Some("2026-03-02".parse().unwrap());
    office.lay("a", |package| package.as_of = "2026-03-03".parse().unwrap());
    assert_eq!(office.words(), ["not yet"]);
    assert!(!office.store().exists());
    office.business_date = Some(office.today);
    assert_eq!(office.words(), ["accepted"]);
}

#[test]
fn data_of_a_day_that_has_not_come_is_refused_and_moved_aside() {
    let mut office = Office::open();
    let lay = |office: &Office| office.lay("a", |package| package.as_of = "2026-03-03".parse().unwrap());
    lay(&office);
    assert_eq!(office.aside(), "as_of_future");
    // On that day it would be good.
    office.today = "2026-03-03".parse().unwrap();
    assert!(office.run().unwrap().is_empty());
    lay(&office);
    assert_eq!(office.words(), ["accepted"]);
    // Who gives a business date has said which day it is.
    let mut office = Office::open();
    office.business_date = Some("2026-03-03".parse().unwrap());
    lay(&office);
    assert_eq!(office.words(), ["accepted"]);
}

#[test]
fn two_deliveries_under_one_number_must_speak_of_different_months() {
    let office = Office::open();
    let month = |text: &str| text.parse::<Month>().unwrap();
    office.lay("a", |_| {});
    office.lay("b", |package| package.resources[0].rows = 2);
    office.lay("c", |package| package.months = vec![month("2026-01")]);
    office.lay("d", |package| package.sequence = 2);
    assert_eq!(office.words(), ["accepted", "sequence_taken", "accepted", "accepted"]);
}

#[test]
fn a_delivery_corrects_only_its_own_dataset_and_nothing_newer() {
    for (n, (id, outcome)) in [
        ("payments-2026-03-01-001-00000000", "accepted"),
        ("payments-2026-03-02-001-00000000", "supersedes_other"),
        ("cases-2026-03-01-001-00000000", "supersedes_other"),
        ("payments", "supersedes_other"),
    ]
    .into_iter()
    .enumerate()
    {
        let office = Office::open();
        office.lay("x", |package| {
            package.sequence = 2 + n as u32;
            package.supersedes = Some(id.into());
        });
        assert_eq!(office.words(), [outcome], "{id}");
    }
}

#[test]
fn what_else_lies_in_the_folder_is_noted() {
    let office = Office::open();
    let folder = office.lay("x", |package| package.resources[0].set_aside = 3);
    fs::write(folder.join("raw.csv"), "").unwrap();
    let outcomes = office.run().unwrap();
    let [Outcome::Accepted { notes, .. }] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(notes[0].en.contains("raw.csv") && notes[1].en.contains("3 rows"), "{notes:?}");
}

#[test]
fn what_stays_in_the_inbox_is_not_changed_and_two_rounds_write_the_same_bytes() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/bad", |_| {});
    fs::write(folder.join("payments.csv"), "").unwrap();
    office.lay("civil_affairs/good", |package| package.sequence = 2);
    let inbox = tree(&office.inbox());
    office.run().unwrap();
    let store = tree(&office.store());
    office.run().unwrap();
    assert_eq!(tree(&office.inbox()), inbox);
    assert_eq!(tree(&office.store()), store);
}

#[test]
fn an_inbox_that_is_not_there_is_an_error_with_a_hint() {
    let office = Office::open();
    fs::remove_dir(office.inbox()).unwrap();
    let error = office.run().unwrap_err();
    assert!(matches!(error, AcceptError::Inbox { .. }));
}

#[test]
fn a_delivery_whose_rows_were_refused_is_taken_back_and_its_number_is_free_again() {
    let office = Office::open();
    office.lay("a", |_| {});
    let outcomes = office.run().unwrap();
    let [Outcome::Accepted { accepted, receipt, .. }] = &outcomes[..] else { panic!("{outcomes:?}") };
    let why = |is_final: bool| {
        let fault = Fault {
            code: "rows_differ".into(),
            what: Text::new("行数不符", "rows differ"),
            what_to_do: Text::default(),
            for_the_agency: Text::default(),
        };
        Verdict { faults: vec![fault], stays: (!is_final).then(tried_again) }
    };
    let take_back = |is_final| {
        take_back(&office.inbox(), &office.store(), accepted, why(is_final), office.today).unwrap()
    };
    let refused = take_back(false);
    assert!(!receipt.exists() && fs::read_to_string(&refused.receipt).unwrap().contains("rows_differ"));
    assert!(matches!(refused.kept, Kept::Inbox(_)) && accepted.folder.is_dir());
    let refused = take_back(true);
    let Kept::Aside(folder) = &refused.kept else { panic!("{refused:?}") };
    assert!(folder.join("payments.csv").is_file() && !accepted.folder.exists());
    office.lay("b", |package| package.resources[0].rows = 2);
    assert!(office.words().contains(&"accepted".to_owned()));
}

#[test]
fn a_delivery_whose_descriptor_holds_an_identity_number_is_never_moved_into_the_store() {
    let office = Office::open();
    office.lay("x", |package| package.name = "户主 110105-19491231-002x".into());
    let outcomes = office.run().unwrap();
    let [Outcome::Refused(refused)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!(refused.verdict.code(), "descriptor_invalid");
    assert!(
        matches!(&refused.kept, Kept::Inbox(why) if why.en.contains("never enter the store")),
        "{refused:?}"
    );
    assert!(!format!("{refused:?}").contains("19491231"));
}

#[test]
fn a_folder_or_file_that_is_called_by_an_identity_number_is_refused_and_its_name_shown_nowhere() {
    for (folder, file) in [
        ("civil_affairs/11010519491231002X", None),
        ("张三 110105 19491231 002x/a", None),
        ("civil_affairs/a", Some("11010519491231002X.csv")),
        ("civil_affairs/a", Some("deeper/110105491231002")),
    ] {
        let office = Office::open();
        let folder = office.lay(folder, |_| {});
        if let Some(file) = file {
            fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
            fs::write(folder.join(file), "").unwrap();
        }
        // Also where something else is wrong for good.
        for is_broken in [false, true] {
            if is_broken {
                fs::write(folder.join(PACKAGE_FILE), "{]").unwrap();
            }
            let outcomes = office.run().unwrap();
            let [Outcome::Refused(refused)] = &outcomes[..] else { panic!("{outcomes:?}") };
            assert_eq!(refused.verdict.code(), "name_holds_number");
            assert!(matches!(&refused.kept, Kept::Inbox(why) if why.en.contains("never enter the store")));
            assert!(folder.exists() && refused.receipt.exists());
            for (path, bytes) in tree(&office.store()) {
                let seen = format!("{} {}", path.display(), String::from_utf8_lossy(&bytes));
                assert!(!seen.contains("491231"), "{seen}");
            }
            assert!(!format!("{outcomes:?}").contains("491231"), "{outcomes:?}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_listed_is_refused_and_the_others_are_taken_in() {
    // A path longer than the system reads cannot be listed by anybody, whatever the permissions.
    let mut office = Office::open();
    while office.inbox().as_os_str().len() < 3_800 {
        office.deep.push("d".repeat(100));
    }
    fs::create_dir_all(office.inbox()).unwrap();
    office.lay("civil_affairs/good", |_| {});
    let make = format!("cd \"$0\" && mkdir civil_affairs/{}", "x".repeat(250));
    let made = std::process::Command::new("sh").arg("-c").arg(make).arg(office.inbox()).status().unwrap();
    assert!(made.success());
    let outcomes = office.run().unwrap();
    let [Outcome::Accepted { .. }, Outcome::Refused(refused)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!(refused.verdict.code(), "folder_unreadable");
    assert!(matches!(&refused.kept, Kept::Inbox(why) if *why == tried_again()));
    let fault = &refused.verdict.faults[0];
    assert!(fault.what.zh.contains("读不出") && fault.what_to_do.en.contains("permissions"), "{fault:?}");
}

#[test]
fn a_delivery_that_is_lost_from_the_store_is_read_again_after_a_change_of_key_and_no_other_of_the_old_key() {
    let office = Office::open();
    office.lay("civil_affairs/first", |_| {});
    assert_eq!(office.words(), ["accepted"]);
    let next = Epoch { key_id: "k2".into(), hash: HashName::HmacSm3, normalisation: NORMALISATION };
    move_on(&office.store(), &next).unwrap();
    // Its receipt is there and its snapshot is not.
    assert_eq!(office.words(), ["accepted"]);
    office.lay("civil_affairs/second", |package| package.sequence = 2);
    assert_eq!(office.words(), ["accepted", "key_epoch"]);
}
