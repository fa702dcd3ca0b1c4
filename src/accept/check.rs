//! The checks of one delivery, in the order of their cost: descriptor, signature, contract and epoch, files.
//!
//! Nothing is written here: a check decides, and the round acts. It reads no data: whether a file has the stated SHA-256 is found
//! while its rows are read, so that nobody can change it in between, and a large one is read once.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read},
    path::Path,
};

use chrono::NaiveDate;

use super::{
    Accepted, Desk, Receipt, Refusal,
    epoch::EpochGate,
    names,
    package::{PACKAGE_FILE, PACKAGE_MAX_BYTES, Package, Resource, SIGNATURE_FILE},
    signature::{self, BadSignature, SIGNATURE_MAX_BYTES, fingerprint},
    signers::NotAllowed,
};
use crate::{
    contract::{Contract, Delivery},
    model::{Digest, Month, Text, is_no_plain_file, open_unlinked_file, printable},
};

/// How many files beside the package are named.
const OTHERS_SHOWN: usize = 20;

/// What a delivery that passed all checks leaves to write down.
pub(super) struct Passed {
    /// The fingerprint of its signer.
    pub(super) signer: String,
    /// What a person may want to know.
    pub(super) notes: Vec<Text>,
}

/// Reads and parses the descriptor in a folder. What it says is not verified yet.
pub(super) fn read_descriptor(folder: &Path, known_on: NaiveDate) -> Result<(Accepted, Vec<u8>), Refusal> {
    let path = folder.join(PACKAGE_FILE);
    let unreadable = |error: io::Error| Refusal::DescriptorUnreadable { reason: error.to_string() };
    let file = open_unlinked_file(&path).map_err(|error| match is_no_plain_file(&error) {
        true => Refusal::FileIsLink { path: PACKAGE_FILE.to_owned() },
        false => unreadable(error),
    })?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length > PACKAGE_MAX_BYTES {
        return Err(Refusal::DescriptorTooLarge { bytes: length });
    }
    let bytes = read_up_to(file, PACKAGE_MAX_BYTES).map_err(unreadable)?;
    let package = Package::parse(&bytes, &path).map_err(|error| match error.is_cut_off {
        true => Refusal::DescriptorCutOff(error),
        false => Refusal::DescriptorInvalid(error),
    })?;
    let package_sha256 = Digest::of(&bytes);
    let delivery = package.delivery_id(&package_sha256);
    Ok((Accepted { delivery, folder: folder.to_owned(), package, package_sha256, known_on }, bytes))
}

/// Whether no name in a delivery's folder holds an identity number: what is moved aside is moved with all that lies in it.
pub(super) fn check_names(folder: &Path) -> Result<(), Refusal> {
    match names::in_folder(folder) {
        Ok(false) => Ok(()),
        Ok(true) => Err(Refusal::NameHoldsNumber),
        Err(error) => Err(Refusal::FolderUnreadable { reason: error.to_string() }),
    }
}

/// All checks of a delivery whose descriptor could be read; `is_known`: it was accepted before, and is lost.
pub(super) fn check(
    desk: &Desk<'_>,
    epoch: &EpochGate,
    rivals: &[Receipt],
    candidate: &Accepted,
    descriptor: &[u8],
    is_known: bool,
) -> Result<Passed, Refusal> {
    let package = &candidate.package;
    check_names(&candidate.folder)?;
    let signer = check_signature(desk, candidate, descriptor)?;
    if package.as_of > desk.business_date {
        return Err(Refusal::AsOfFuture { as_of: package.as_of });
    }
    if package.bridge_to.is_some() {
        epoch.check(package)?;
        check_supersedes(package)?;
        for resource in &package.resources {
            check_file(&candidate.folder, resource)?;
        }
        return Ok(Passed { signer, notes: Vec::new() });
    }
    let contract = desk
        .contracts
        .get(&package.dataset)
        .ok_or_else(|| Refusal::ContractUnknown { dataset: package.dataset.clone() })?;
    for resource in &package.resources {
        check_version(resource, contract)?;
    }
    if !(is_known && epoch.had(package)) {
        epoch.check(package)?;
    }
    check_sequence(package, contract, rivals)?;
    check_supersedes(package)?;
    for resource in &package.resources {
        check_file(&candidate.folder, resource)?;
    }
    Ok(Passed { signer, notes: notes(candidate, contract) })
}

fn check_signature(desk: &Desk<'_>, candidate: &Accepted, descriptor: &[u8]) -> Result<String, Refusal> {
    let path = candidate.folder.join(SIGNATURE_FILE);
    let unreadable = |error: io::Error| Refusal::SignatureUnreadable { reason: error.to_string() };
    let file = open_unlinked_file(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::SignatureMissing,
        _ if is_no_plain_file(&error) => Refusal::FileIsLink { path: SIGNATURE_FILE.to_owned() },
        _ => unreadable(error),
    })?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length > SIGNATURE_MAX_BYTES {
        return Err(Refusal::SignatureTooLarge { bytes: length });
    }
    let armour = read_up_to(file, SIGNATURE_MAX_BYTES).map_err(unreadable)?;
    let key = signature::verify(descriptor, &armour).map_err(|bad| match bad {
        BadSignature::Malformed(_) if is_cut_off(&armour) => Refusal::SignatureCutOff,
        BadSignature::Malformed(reason) => Refusal::SignatureMalformed { reason },
        BadSignature::Kind(found) => Refusal::SignatureKind { found },
        BadSignature::Namespace(found) => Refusal::SignatureNamespace { found },
        BadSignature::Wrong => Refusal::SignatureWrong,
    })?;
    let Package { agency, as_of, .. } = &candidate.package;
    let (fingerprint, as_of) = (fingerprint(&key), *as_of);
    match desk.signers.allow(&key, agency, as_of) {
        Ok(()) => Ok(fingerprint),
        Err(NotAllowed::UnknownKey) => Err(Refusal::SignerUnknown { fingerprint }),
        Err(NotAllowed::OtherAgency) => {
            Err(Refusal::SignerOtherAgency { fingerprint, agency: agency.clone() })
        }
        Err(NotAllowed::OtherNamespace) => Err(Refusal::SignerOtherNamespace { fingerprint }),
        Err(NotAllowed::NotYetValid) => Err(Refusal::SignerNotYetValid { fingerprint, as_of }),
        Err(NotAllowed::Expired) => Err(Refusal::SignerExpired { fingerprint, as_of }),
    }
}

/// Whether an armour begins as one should and has no end: it may still be on its way.
fn is_cut_off(armour: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----";
    const END: &[u8] = b"-----END SSH SIGNATURE-----";
    let armour = armour.trim_ascii();
    let begins = armour.starts_with(BEGIN) || BEGIN.starts_with(armour);
    begins && !armour.windows(END.len()).any(|part| part == END)
}

/// A change of the first number of a version breaks what was written to the old one.
fn check_version(resource: &Resource, contract: &Contract) -> Result<(), Refusal> {
    let major = |version: &str| version.trim_start_matches('v').split('.').next().map(str::to_owned);
    match &resource.contract {
        Some(stated) if major(stated) != major(&contract.version) => {
            Err(Refusal::ContractVersion { stated: stated.clone(), ours: contract.version.clone() })
        }
        _ => Ok(()),
    }
}

/// Two different deliveries under one number leave open which one is right, unless they speak of different months.
fn check_sequence(package: &Package, contract: &Contract, rivals: &[Receipt]) -> Result<(), Refusal> {
    let ours: BTreeSet<String> = package.months.iter().map(Month::to_string).collect();
    let by_month = matches!(contract.delivery, Delivery::ByMonth { .. });
    let apart = |rival: &Receipt| {
        by_month
            && (ours.is_empty()
                || rival.months.is_empty()
                || rival.months.iter().all(|month| !ours.contains(month)))
    };
    match rivals.iter().find(|rival| !apart(rival)) {
        Some(rival) => Err(Refusal::SequenceTaken { by: rival.delivery.clone() }),
        None => Ok(()),
    }
}

/// A delivery can only correct one of its own dataset that is not newer. Whether that one ever came does not matter.
fn check_supersedes(package: &Package) -> Result<(), Refusal> {
    let Some(id) = &package.supersedes else { return Ok(()) };
    let day = id
        .strip_prefix(&package.dataset.dataset)
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| rest.get(..10))
        .and_then(|day| day.parse::<NaiveDate>().ok());
    match day {
        Some(day) if day <= package.as_of => Ok(()),
        _ => Err(Refusal::SupersedesOther { id: id.clone(), dataset: package.dataset.clone() }),
    }
}

fn check_file(folder: &Path, resource: &Resource) -> Result<(), Refusal> {
    let path = || resource.path.clone();
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Refusal::FileMissing { path: path() },
        _ if is_no_plain_file(&error) => Refusal::FileIsLink { path: path() },
        _ => Refusal::FileUnreadable { path: path(), reason: error.to_string() },
    };
    let mut place = folder.to_owned();
    let mut metadata = None;
    // Each part on the way is looked at, so that no link leads out of the delivery.
    for part in resource.path.split('/') {
        place.push(part);
        let here = fs::symlink_metadata(&place).map_err(unreadable)?;
        if here.is_symlink() {
            return Err(Refusal::FileIsLink { path: path() });
        }
        metadata = Some(here);
    }
    let Some(metadata) = metadata.filter(fs::Metadata::is_file) else {
        return Err(Refusal::FileIsLink { path: path() });
    };
    if metadata.len() != resource.bytes {
        return Err(Refusal::FileSize { path: path(), stated: resource.bytes, found: metadata.len() });
    }
    Ok(())
}

fn notes(candidate: &Accepted, contract: &Contract) -> Vec<Text> {
    let mut notes = Vec::new();
    let package = &candidate.package;
    let known: BTreeSet<&str> = package
        .resources
        .iter()
        .filter_map(|resource| resource.path.split('/').next())
        .chain([PACKAGE_FILE, SIGNATURE_FILE])
        .collect();
    let mut others: Vec<String> = fs::read_dir(&candidate.folder)
        .map(|entries| {
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        })
        .unwrap_or_default();
    others.retain(|name| !known.contains(name.as_str()));
    others.sort();
    for name in others.iter().take(OTHERS_SHOWN) {
        let name = printable(name, 120);
        notes.push(Text::new(
            format!("文件夹中的 {name} 不在数据包内，未读取"),
            format!("{name} lies in the folder but is not part of the package; it was not read"),
        ));
    }
    if let more @ 1.. = others.len().saturating_sub(OTHERS_SHOWN) {
        notes.push(Text::new(
            format!("文件夹中另有 {more} 个不在数据包内的文件，未读取"),
            format!("{more} more files in the folder are not part of the package; they were not read"),
        ));
    }
    let set_aside: u64 = package.resources.iter().map(|resource| resource.set_aside).sum();
    if set_aside > 0 {
        notes.push(Text::new(
            format!("机构封装时搁置了 {set_aside} 行"),
            format!("the agency's own sealing set {set_aside} rows aside"),
        ));
    }
    if !package.months.is_empty() && !matches!(contract.delivery, Delivery::ByMonth { .. }) {
        notes.push(Text::new(
            "声明了月份，但该数据集不是按月交付，已忽略",
            "it names months, but the dataset is not delivered by month; they are ignored",
        ));
    }
    notes
}

fn read_up_to(file: fs::File, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(longest).read_to_end(&mut bytes)?;
    Ok(bytes)
}
