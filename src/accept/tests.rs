//! Every way in which a delivery can be wrong, made to happen on disk.

use std::{cell::RefCell, fs, os::unix::fs::symlink, path::Path, sync::OnceLock};

use tempfile::TempDir;

use super::*;
use crate::model::{Fen, Month};

struct Office {
    dir: TempDir,
    key: SignKey,
    signers: String,
    key_id: Option<String>,
    today: NaiveDate,
    acquired: RefCell<BTreeSet<String>>,
}

/// The contracts that ship, read once.
fn contracts() -> &'static BTreeMap<DatasetId, Contract> {
    static CONTRACTS: OnceLock<BTreeMap<DatasetId, Contract>> = OnceLock::new();
    CONTRACTS
        .get_or_init(|| Contract::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap())
}

impl Office {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("inbox")).unwrap();
        let key = SignKey::generate(&dir.path().join("key"), "test").unwrap();
        let signers = key.allowed_signers_line("civil_affairs,housing");
        let today = "2026-03-02".parse().unwrap();
        Self { dir, key, signers, key_id: None, today, acquired: RefCell::default() }
    }

    fn inbox(&self) -> PathBuf {
        self.dir.path().join("inbox")
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
            business_date: self.today,
            acquired: &|_, delivery| self.acquired.borrow().contains(delivery),
        })
    }

    /// The one outcome, which must be a refusal; its receipt stands in the store and says the same.
    fn refusal(&self) -> Refusal {
        let outcomes = self.run().unwrap();
        let [Outcome::Refused(refused)] = &outcomes[..] else { panic!("{outcomes:?}") };
        let receipt: serde_json::Value =
            serde_json::from_slice(&fs::read(&refused.receipt).unwrap()).unwrap();
        assert_eq!(receipt["code"], refused.refusal.code());
        assert!(refused.receipt.starts_with(self.store().join("refused")));
        let (what, hint) = (refused.refusal.text(), refused.refusal.hint());
        assert!([what.zh, what.en, hint.zh, hint.en].iter().all(|text| !text.is_empty()));
        refused.refusal.clone()
    }

    fn words(&self) -> Vec<String> {
        let word = |outcome: Outcome| match outcome {
            Outcome::Accepted { .. } => "accepted".to_owned(),
            Outcome::Known(_) => "known".to_owned(),
            Outcome::NotYet(_) => "not yet".to_owned(),
            Outcome::Refused(refused) => refused.refusal.code().to_owned(),
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
fn a_truncated_file_is_refused_and_taken_in_when_it_is_whole() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let whole = fs::read(folder.join("payments.csv")).unwrap();
    fs::write(folder.join("payments.csv"), &whole[..5]).unwrap();
    assert_eq!(office.refusal(), Refusal::FileSize { path: "payments.csv".into(), stated: 22, found: 5 });
    fs::write(folder.join("payments.csv"), whole).unwrap();
    assert_eq!(office.words(), ["accepted"]);
    let left: Vec<_> = fs::read_dir(office.store().join("refused/civil_affairs")).unwrap().collect();
    assert!(left.is_empty(), "the refusal is taken back: {left:?}");
}

#[test]
fn a_tampered_file_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    fs::write(folder.join("payments.csv"), "case_id,person_id\n1,3\n").unwrap();
    assert_eq!(office.refusal(), Refusal::FileDigest { path: "payments.csv".into() });
}

#[test]
fn a_missing_file_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    fs::remove_file(folder.join("payments.csv")).unwrap();
    assert_eq!(office.refusal(), Refusal::FileMissing { path: "payments.csv".into() });
}

#[test]
fn a_link_in_place_of_a_file_or_folder_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    fs::rename(folder.join("payments.csv"), office.dir.path().join("elsewhere.csv")).unwrap();
    symlink(office.dir.path().join("elsewhere.csv"), folder.join("payments.csv")).unwrap();
    assert_eq!(office.refusal(), Refusal::FileIsLink { path: "payments.csv".into() });
    fs::rename(&folder, office.dir.path().join("real")).unwrap();
    symlink(office.dir.path().join("real"), &folder).unwrap();
    assert_eq!(office.refusal(), Refusal::FolderIsLink);
}

#[test]
fn a_delivery_without_signature_or_descriptor_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    fs::remove_file(folder.join(SIGNATURE_FILE)).unwrap();
    assert_eq!(office.refusal(), Refusal::SignatureMissing);
    fs::remove_file(folder.join(PACKAGE_FILE)).unwrap();
    assert_eq!(office.refusal(), Refusal::DescriptorMissing);
}

#[test]
fn a_changed_descriptor_or_a_foreign_signature_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let text = fs::read_to_string(folder.join(PACKAGE_FILE)).unwrap();
    fs::write(folder.join(PACKAGE_FILE), text.replace("\"rows\": 1", "\"rows\": 9")).unwrap();
    assert_eq!(office.refusal(), Refusal::SignatureWrong);
    fs::write(folder.join(SIGNATURE_FILE), "hello").unwrap();
    assert!(matches!(office.refusal(), Refusal::SignatureMalformed { .. }));
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
        assert_eq!(office.refusal().code(), code);
    }
    office.signers = line;
    assert_eq!(office.words(), ["accepted"]);
}

#[test]
fn a_descriptor_that_is_broken_or_leads_out_of_its_folder_is_refused() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/x", |_| {});
    let text = fs::read_to_string(folder.join(PACKAGE_FILE)).unwrap();
    office.sign(&folder, &text.replace("\"payments.csv\"", "\"../x/payments.csv\""));
    let refusal = office.refusal();
    assert!(refusal.text().en.contains("resources[0].path"), "{refusal:?}");
    office.sign(&folder, "{");
    assert_eq!(office.refusal().code(), "descriptor_invalid");
    fs::write(folder.join(PACKAGE_FILE), vec![b' '; 5 << 20]).unwrap();
    assert_eq!(office.refusal().code(), "descriptor_too_large");
}

#[test]
fn a_dataset_or_version_that_no_contract_describes_is_refused() {
    let office = Office::open();
    let folder = office.lay("housing/x", |package| {
        package.agency = "housing".into();
        package.dataset = "housing.castles".parse().unwrap();
        package.resources[0].dataset = package.dataset.clone();
    });
    assert_eq!(office.refusal().code(), "contract_unknown");
    fs::remove_dir_all(folder).unwrap();
    office.lay("x", |package| package.resources[0].contract = Some("2.0.0".into()));
    assert_eq!(office.refusal().code(), "contract_version");
}

#[test]
fn the_first_delivery_fixes_the_key_epoch_and_another_one_is_refused() {
    let mut office = Office::open();
    office.lay("a", |package| package.as_of = "2026-02-01".parse().unwrap());
    office.lay("b", |package| package.key_id = "k2".into());
    office.lay("c", |package| package.hash = HashName::HmacSm3);
    office.lay("d", |package| package.normalisation = 2);
    assert_eq!(office.words(), ["accepted", "key_epoch", "hash_algorithm", "normalisation_unknown"]);
    let epoch: Epoch = serde_json::from_slice(&fs::read(office.store().join("epoch.json")).unwrap()).unwrap();
    assert_eq!(epoch, Epoch { key_id: "k1".into(), hash: HashName::HmacSha256, normalisation: 1 });
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
    assert_eq!(office.refusal(), Refusal::KeyEpoch { stated: "k1".into(), ours: "k2".into() });
    assert!(!office.store().join("epoch.json").exists(), "a refused delivery fixes nothing");
}

#[test]
fn data_from_after_the_business_date_waits() {
    let mut office = Office::open();
    office.lay("a", |package| package.as_of = "2026-03-03".parse().unwrap());
    assert_eq!(office.words(), ["not yet"]);
    assert!(!office.store().exists());
    office.today = "2026-03-03".parse().unwrap();
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
    let office = Office::open();
    for (n, (id, outcome)) in [
        ("payments-2026-03-01-001-00000000", "accepted"),
        ("payments-2026-03-02-001-00000000", "supersedes_other"),
        ("cases-2026-03-01-001-00000000", "supersedes_other"),
        ("payments", "supersedes_other"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = office.lay("x", |package| {
            package.sequence = 2 + n as u32;
            package.supersedes = Some(id.into());
        });
        assert_eq!(office.words(), [outcome], "{id}");
        fs::remove_dir_all(folder).unwrap();
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
fn nothing_in_the_inbox_is_changed_and_two_rounds_write_the_same_bytes() {
    let office = Office::open();
    let folder = office.lay("civil_affairs/bad", |_| {});
    fs::write(folder.join("payments.csv"), "").unwrap();
    office.lay("civil_affairs/good", |package| package.sequence = 2);
    let read = |root: PathBuf| {
        let mut files = BTreeMap::new();
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => drop(files.insert(entry.path(), fs::read(entry.path()).unwrap())),
                }
            }
        }
        files
    };
    let inbox = read(office.inbox());
    office.run().unwrap();
    let store = read(office.store());
    office.run().unwrap();
    assert_eq!(read(office.inbox()), inbox);
    assert_eq!(read(office.store()), store);
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
    let why = LateRefusal {
        code: "rows_differ".into(),
        what: Text::new("行数不符", "rows differ"),
        hint: Text::default(),
    };
    let refused = take_back(&office.store(), accepted, &why, office.today).unwrap();
    assert!(!receipt.exists() && fs::read_to_string(refused).unwrap().contains("rows_differ"));
    fs::remove_dir_all(office.inbox().join("a")).unwrap();
    office.lay("b", |package| package.resources[0].rows = 2);
    assert_eq!(office.words(), ["accepted"]);
}
