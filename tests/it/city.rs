//! The sample city, sealed once with the test keys, and one night of it: what most tests begin from.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::Value;

use crate::{
    program::{Night, Said, hedui, root, run},
    tree,
};

/// The business date of the sample city.
pub const DATE: &str = "2026-03-15";
/// The business date after it.
pub const NEXT_DAY: &str = "2026-03-16";
/// A small inbox: rules without their data are counted as not run, which is quicker than a whole city.
pub const FEW: [&str; 5] = [
    "civil_affairs/cases",
    "civil_affairs/grace_periods",
    "civil_affairs/household_members",
    "civil_affairs/persons",
    "civil_affairs/children_in_need",
];
/// The day that its deliveries are about.
pub const AS_OF: &str = "2026-03-14";

/// Keys with the modes that the program asks for, which git does not keep.
#[derive(Debug, Clone)]
pub struct Keys {
    pub hash: PathBuf,
    pub sign: PathBuf,
    pub signers: PathBuf,
}

impl Keys {
    fn copy_to(folder: &Path) -> Self {
        let committed = root().join("tests/golden/keys");
        tree::copy(&committed, folder);
        let keys = Self {
            hash: folder.join("TEST-ONLY.hashkey"),
            sign: folder.join("TEST-ONLY.signkey"),
            signers: folder.join("allowed_signers"),
        };
        owner_only(&keys.hash);
        owner_only(&keys.sign);
        keys
    }

    /// `hedui seal` of these files with these keys.
    pub fn seal(&self, dataset: &str, as_of: &str, out: &Path, files: &[PathBuf], more: &[&str]) -> Said {
        let mut command = hedui(["seal", "--lang", "en", "--contract", dataset, "--as-of", as_of]);
        command.arg("--hash-key").arg(&self.hash).arg("--sign-key").arg(&self.sign).arg("--out").arg(out);
        run(command.args(more).args(files))
    }
}

/// Makes a file readable by its owner alone.
pub fn owner_only(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The sample city's deliveries in an inbox, and what a night of them is run with: two threads, in English.
pub struct Sample {
    pub keys: Keys,
    pub inbox: PathBuf,
    pub night: Night,
}

/// Made once for all tests; never written to afterwards.
pub static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let folder = shared();
    let keys = Keys::copy_to(&folder.join("keys"));
    let inbox = folder.join("inbox");
    seal_all(&keys, &inbox);
    // A copy: what is edited while the tests run does not come between two nights that must be equal.
    let installation = folder.join("hedui");
    for part in ["pipelines", "schemas", "sample-data"] {
        tree::copy(&root().join(part), &installation.join(part));
    }
    let night = Night {
        // The city's own townships, as the demo takes them.
        reference: Some(installation.join("sample-data")),
        root: installation,
        pipeline: "night".to_owned(),
        date: DATE.to_owned(),
        store: folder.join("store"),
        inbox: inbox.clone(),
        signers: keys.signers.clone(),
        lang: "en",
        threads: 2,
    };
    Sample { keys, inbox, night }
});

/// One undisturbed night of the sample city, in the store that `SAMPLE` names.
static NIGHT: LazyLock<Said> = LazyLock::new(|| SAMPLE.night.run());

/// A folder of this process below Cargo's folder for tests; those of dead processes are swept.
pub fn shared() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let above = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::create_dir_all(above).unwrap();
        for entry in fs::read_dir(above).unwrap().map(Result::unwrap) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let process = name.strip_prefix("city-").and_then(|id| id.parse::<u32>().ok());
            if process.is_some_and(|id| !Path::new("/proc").join(id.to_string()).exists()) {
                // Another test process may be sweeping as well.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let folder = above.join(format!("city-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    });
    FOLDER.clone()
}

/// The run of that undisturbed night.
pub fn undisturbed() -> PathBuf {
    // The dirt of the city is set aside: code 3 says so.
    assert_eq!(NIGHT.code, Some(3), "{}", NIGHT.err);
    SAMPLE.night.current()
}

/// The datasets of the sample city, from its `deliveries.json`.
pub fn deliveries() -> Vec<Value> {
    let text = fs::read(root().join("sample-data/deliveries.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    manifest["deliveries"].as_array().unwrap().clone()
}

fn seal_all(keys: &Keys, inbox: &Path) {
    let deliveries = deliveries();
    let half = deliveries.len().div_ceil(2);
    std::thread::scope(|scope| {
        for part in deliveries.chunks(half) {
            scope.spawn(move || part.iter().for_each(|delivery| seal_one(keys, delivery, inbox)));
        }
    });
}

fn seal_one(keys: &Keys, delivery: &Value, inbox: &Path) {
    let word = |key: &str| delivery[key].as_str().unwrap();
    let files = delivery["files"].as_array().unwrap().iter();
    let files: Vec<PathBuf> =
        files.map(|file| root().join("sample-data").join(file.as_str().unwrap())).collect();
    let months = delivery["months"].as_array().unwrap();
    let range = months.first().zip(months.last());
    let range = range.map(|(from, to)| format!("{}..{}", from.as_str().unwrap(), to.as_str().unwrap()));
    let more: Vec<&str> = range.as_deref().map(|range| vec!["--months", range]).unwrap_or_default();
    let said = keys.seal(word("dataset"), word("as_of"), inbox, &files, &more);
    // The dirt is in places set aside already by the agency: code 3 says so.
    assert!(matches!(said.code, Some(0 | 3)), "{}: {}", word("dataset"), said.err);
    let rows = format!("{} rows read", delivery["rows"]);
    assert!(said.out.contains(&rows), "{}: no `{rows}` in {}", word("dataset"), said.out);
}

/// A folder of a test's own with a store that does not exist yet and a copy of the whole inbox.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub night: Night,
}

impl Place {
    /// With every delivery of the sample city.
    pub fn with_city() -> Self {
        let place = Self::with(&[]);
        tree::copy(&SAMPLE.inbox, &place.night.inbox);
        place
    }

    /// With the deliveries of these datasets (`agency/dataset`) only.
    pub fn with(datasets: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut night = SAMPLE.night.clone();
        night.store = folder.path().join("store");
        night.inbox = folder.path().join("inbox");
        fs::create_dir_all(&night.inbox).unwrap();
        for dataset in datasets {
            let name = sealed(&SAMPLE.inbox, dataset);
            tree::copy(&SAMPLE.inbox.join(&name), &night.inbox.join(&name));
        }
        Self { folder, night }
    }

    /// The folder of an agency's delivery in this inbox whose name begins so.
    pub fn delivery_of(&self, agency: &str, start: &str) -> PathBuf {
        let entries = fs::read_dir(self.night.inbox.join(agency)).unwrap().map(|entry| entry.unwrap().path());
        let begins = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(start);
        entries.into_iter().find(begins).unwrap()
    }

    /// The folder of a dataset's delivery in this inbox.
    pub fn delivery(&self, dataset: &str) -> PathBuf {
        self.night.inbox.join(sealed(&self.night.inbox, dataset))
    }
}

/// The path inside an inbox of the delivery of `agency/dataset`.
fn sealed(inbox: &Path, dataset: &str) -> String {
    let (agency, name) = dataset.split_once('/').unwrap();
    let entries = fs::read_dir(inbox.join(agency)).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names = entries.map(|entry| entry.to_string_lossy().into_owned());
    let start = format!("{name}-20");
    let folder = names.find(|folder| folder.starts_with(&start)).unwrap();
    format!("{agency}/{folder}")
}
