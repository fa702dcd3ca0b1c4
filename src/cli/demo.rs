//! `hedui demo`: a whole night on the sample city, from raw agency files to review lists.
//!
//! It plays both sides: the agencies that seal, and the office that takes in and compares.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Exit, args, failure::Failure, open, output::Output, places::must_be_folder, run as night_run,
    seal::failure as seal_failure,
};
use crate::{
    accept::SignKey,
    identity::HashKey,
    model::{HashName, Month},
    night::Order,
    project::Project,
    seal::{self, SealRequest},
    store::InPlace,
    synth::{self, Manifest, Spec},
};

/// Runs the demo.
pub async fn run(global: &args::Global, demo: &args::Demo, output: &Output) -> Result<Exit, Failure> {
    let mut project = open::open(global, Path::new("night"), None, output)?;
    let dir = &demo.dir;
    must_be_folder(dir, "--dir")?;
    make_folder(dir)?;
    let (city, manifest) = city(global, demo, &project, output)?;
    // The city brings the names of its made-up townships.
    let found = project.use_reference(&city);
    if found.has_errors() {
        open::show(&found, output);
        return Err(broken("divisions.csv"));
    }
    let keys = Keys::ready(&dir.join("keys"), &manifest)?;
    let inbox = dir.join("inbox");
    let (rows, aside) = seal_all(&city, &manifest, &project, &keys, &inbox, output)?;
    output.line(output.say(
        &format!("部门端：{} 个数据集、{rows} 行原始数据，身份证件号码换成令牌并签名，搁置 {aside} 行。", manifest.deliveries.len()),
        &format!(
            "agencies: {} datasets, {rows} raw rows; identity numbers became tokens, every delivery is signed, {aside} rows were set aside.",
            manifest.deliveries.len()
        ),
    ));
    let t = manifest.business_date.parse().map_err(|_| broken("business_date"))?;
    let store = dir.join("store");
    let signers = dir.join("keys").join("allowed_signers");
    let order = Order {
        project: &project,
        t,
        today: night_run::today(),
        known_on: None,
        store: &store,
        supply: &InPlace,
        share: None,
        inbox: &inbox,
        signers: &signers,
        reference: Some(&city),
        limits: global.limits(),
        fresh: false,
        cluster: None,
        lang: global.lang(),
    };
    // Rows set aside are part of the story here, not a reason to end with another code.
    night_run::night(&order, output).await?;
    Ok(Exit::Done)
}

/// The committed sample city, or one of the size asked for.
fn city(
    global: &args::Global,
    demo: &args::Demo,
    project: &Project,
    output: &Output,
) -> Result<(PathBuf, Manifest), Failure> {
    let sample = project.root.join("sample-data");
    let folder = match demo.persons {
        None if sample.join(synth::MANIFEST).is_file() => sample,
        persons => {
            let folder = demo.dir.join("city");
            let mut spec = Spec::sample(folder.clone());
            spec.seed = demo.seed;
            spec.threads = global.threads();
            if let Some(persons) = persons {
                spec.persons = u32::try_from(persons)
                    .map_err(|_| Failure::usage("人口太多", "that is too many people"))?;
            }
            output.note("生成城市", "making the city");
            synth::make(&spec, &project.contracts, &mut |_| {})
                .map_err(|error| Failure::failed("城市没有生成", "the city was not made", &error))?;
            folder
        }
    };
    let path = folder.join(synth::MANIFEST);
    let text = fs::read(&path)
        .map_err(|error| Failure::failed("读不到示例城市", "the sample city cannot be read", &error))?;
    let manifest = serde_json::from_slice(&text).map_err(|error| {
        Failure::failed("示例城市的清单读不懂", "the sample city's manifest cannot be read", &error)
    })?;
    Ok((folder, manifest))
}

/// The keys of all parties, which the demo holds in one folder.
struct Keys {
    hash: HashKey,
    sign: Vec<(String, SignKey)>,
}

impl Keys {
    fn ready(folder: &Path, manifest: &Manifest) -> Result<Self, Failure> {
        make_folder(folder)?;
        let hash_path = folder.join("exchange.hashkey");
        let hash = if hash_path.exists() {
            HashKey::load(&*hash_path)
        } else {
            HashKey::generate(&hash_path).and_then(|_| HashKey::load(&*hash_path))
        };
        let hash =
            hash.map_err(|error| Failure::failed("散列密钥不能用", "the hash key cannot be used", &error))?;
        let mut agencies: Vec<&str> =
            manifest.deliveries.iter().filter_map(|delivery| delivery.dataset.split('.').next()).collect();
        agencies.sort_unstable();
        agencies.dedup();
        let mut sign = Vec::new();
        let mut lines = String::new();
        for agency in agencies {
            let path = folder.join(format!("{agency}.signkey"));
            let key = if path.exists() { SignKey::load(&*path) } else { SignKey::generate(&path, agency) };
            let key = key.map_err(|error| {
                Failure::failed("签名密钥不能用", "the signing key cannot be used", &error)
            })?;
            lines.push_str(&key.allowed_signers_line(agency));
            lines.push('\n');
            sign.push((agency.to_owned(), key));
        }
        let path = folder.join("allowed_signers");
        fs::write(&path, lines).map_err(|error| {
            Failure::failed("写不下 allowed_signers", "allowed_signers cannot be written", &error)
        })?;
        Ok(Self { hash, sign })
    }

    fn of(&self, agency: &str) -> Result<&SignKey, Failure> {
        self.sign.iter().find(|(name, _)| name == agency).map(|(_, key)| key).ok_or_else(|| broken("dataset"))
    }
}

fn seal_all(
    city: &Path,
    manifest: &Manifest,
    project: &Project,
    keys: &Keys,
    inbox: &Path,
    output: &Output,
) -> Result<(u64, u64), Failure> {
    output.note("部门封装交付", "agencies seal their deliveries");
    let (mut rows, mut aside) = (0, 0);
    for delivery in &manifest.deliveries {
        let dataset = delivery.dataset.parse().map_err(|_| broken("dataset"))?;
        let contract = project.contracts.get(&dataset).ok_or_else(|| broken("dataset"))?;
        let files: Vec<PathBuf> = delivery.files.iter().map(|name| city.join(name)).collect();
        let months: Result<Vec<Month>, _> = delivery.months.iter().map(|month| month.parse()).collect();
        let sealed = seal::seal(&SealRequest {
            contract,
            as_of: delivery.as_of.parse().map_err(|_| broken("as_of"))?,
            hash_key: &keys.hash,
            hash: HashName::default(),
            key_id: None,
            sign_key: keys.of(&dataset.agency)?,
            files: &files,
            sheet: None,
            out: inbox,
            sequence: None,
            supersedes: None,
            months: &months.map_err(|_| broken("months"))?,
            gzip: false,
            set_aside: None,
            created: None,
            progress: &|_| {},
        })
        .map_err(|error| seal_failure(&error))?;
        output.detail(&format!("  {}", sealed.folder.display()));
        rows += sealed.rows_read;
        aside += sealed.set_aside.rows;
    }
    Ok((rows, aside))
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| {
        Failure::failed("建不了文件夹", "a folder cannot be made", &error).hint(
            format!("{}：换一个 --dir", path.display()),
            format!("{}: choose another --dir", path.display()),
        )
    })
}

fn broken(field: &str) -> Failure {
    Failure::usage(
        format!("示例城市的清单中 {field} 不对"),
        format!("the sample city's manifest has a wrong {field}"),
    )
}
