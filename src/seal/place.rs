//! Where a delivery is put together, and the moment it appears in the inbox: whole, under its own name.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::SealError;
use crate::{
    accept::{PACKAGE_FILE, Package, SIGNATURE_FILE, SignKey},
    model::Digest,
};

/// A hidden folder beside the deliveries of an agency; gone again if sealing fails.
pub(super) struct Workshop {
    agency: PathBuf,
    bench: TempDir,
}

/// Where the delivery stands.
pub(super) struct Placed {
    pub(super) delivery: String,
    pub(super) folder: PathBuf,
    pub(super) already_there: bool,
    pub(super) package: Package,
}

impl Workshop {
    pub(super) fn open(out: &Path, agency: &str) -> Result<Self, SealError> {
        let agency = out.join(agency);
        fs::create_dir_all(&agency).map_err(SealError::io(&agency))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".sealing-");
        // The usual permissions of a new folder: who reads the inbox may be another user.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let bench = builder.tempdir_in(&agency).map_err(SealError::io(&agency))?;
        Ok(Self { agency, bench })
    }

    /// Where data files are written.
    pub(super) fn folder(&self) -> &Path {
        self.bench.path()
    }

    /// Writes descriptor and signature and gives the delivery its name; its number if none is given.
    pub(super) fn place(
        self,
        mut package: Package,
        describe: impl Fn(&Package) -> String,
        sign_key: &SignKey,
        sequence: Option<u32>,
    ) -> Result<Placed, SealError> {
        let (descriptor, delivery) = loop {
            let descriptor = describe(&package);
            let delivery = package.delivery_id(&Digest::of(descriptor.as_bytes()));
            let folder = self.agency.join(&delivery);
            if folder.join(PACKAGE_FILE).exists() {
                return Ok(Placed { delivery, folder, already_there: true, package });
            }
            if sequence.is_some() || !self.is_taken(&package)? {
                break (descriptor, delivery);
            }
            package.sequence += 1;
        };
        let signature = sign_key.sign(descriptor.as_bytes())?;
        for (name, text) in [(PACKAGE_FILE, descriptor), (SIGNATURE_FILE, signature)] {
            let path = self.bench.path().join(name);
            let mut file = File::create_new(&path).map_err(SealError::io(&path))?;
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(SealError::io(&path))?;
        }
        let folder = self.agency.join(&delivery);
        fs::rename(self.bench.path(), &folder).map_err(SealError::io(&folder))?;
        // The folder has moved away from under its guard; there is nothing left to remove.
        drop(self.bench.keep());
        Ok(Placed { delivery, folder, already_there: false, package })
    }

    /// Whether a delivery of this dataset, day and sequence lies there already.
    fn is_taken(&self, package: &Package) -> Result<bool, SealError> {
        let start = format!("{}-{}-{:03}-", package.dataset.dataset, package.as_of, package.sequence);
        for entry in fs::read_dir(&self.agency).map_err(SealError::io(&self.agency))? {
            let entry = entry.map_err(SealError::io(&self.agency))?;
            if entry.file_name().to_string_lossy().starts_with(&start) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
