//! Deliveries changed after they were sealed, and signed again: what another program, or a mistake, could send.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// A delivery's folder with its descriptor.
pub struct Package {
    pub folder: PathBuf,
    pub descriptor: Value,
}

impl Package {
    pub fn open(folder: PathBuf) -> Self {
        let descriptor = serde_json::from_slice(&fs::read(folder.join("datapackage.json")).unwrap()).unwrap();
        Self { folder, descriptor }
    }

    /// Its only data file.
    pub fn data(&self) -> PathBuf {
        self.folder.join(self.descriptor["resources"][0]["path"].as_str().unwrap())
    }

    /// Replaces the data file; size and digest follow, rows and totals stay what they were.
    pub fn replace_data(&mut self, bytes: &[u8]) {
        fs::write(self.data(), bytes).unwrap();
        let resource = &mut self.descriptor["resources"][0];
        resource["bytes"] = bytes.len().into();
        resource["hash"] = format!("sha256:{}", hex(&Sha256::digest(bytes))).into();
    }

    /// Writes the descriptor and signs it as the agency would.
    pub fn sign(&self, key: &Path) {
        let text = serde_json::to_string_pretty(&self.descriptor).unwrap();
        fs::write(self.folder.join("datapackage.json"), &text).unwrap();
        let key = PrivateKey::read_openssh_file(key).unwrap();
        let signature = key.sign("hedui-delivery", HashAlg::Sha512, text.as_bytes()).unwrap();
        fs::write(self.folder.join("datapackage.json.sig"), signature.to_pem(LineEnding::LF).unwrap())
            .unwrap();
    }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
