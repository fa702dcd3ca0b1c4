//! Object storage for tests: a server that others wrote (see `tests/object_storage`), a folder that it serves, and the settings
//! under which the program finds it.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use crate::{program::root, tree};

/// The keys, of which the second must never be seen anywhere.
pub const ID: &str = "TESTONLYID";
pub const SECRET: &str = "test-only-secret-that-nobody-may-print";
/// The bucket.
pub const BUCKET: &str = "city-night";

/// The server, built once beside the program; Cargo keeps it for the next time.
static SERVER: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("object-storage");
    let manifest = root().join("tests/object_storage/Cargo.toml");
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo.args(["build", "--locked", "--quiet", "--manifest-path"]).arg(manifest);
    // What Cargo says to tests would be taken for an instruction to build otherwise.
    let built = cargo.arg("--target-dir").arg(&target).env_remove("RUSTFLAGS").status().unwrap();
    assert!(built.success(), "the server for the tests was not built");
    target.join("debug/object-storage")
});

/// A server and the folder that it serves.
pub struct Storage {
    folder: tempfile::TempDir,
    port: String,
    server: Option<Child>,
}

impl Storage {
    /// Running, with one empty bucket.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut storage = Self { folder, port: "0".to_owned(), server: None };
        storage.serve(None);
        storage
    }

    /// Starts the server again at the same address; it may be gone with the last of so many requests.
    pub fn serve(&mut self, requests: Option<u64>) {
        self.serve_with(requests.map(|requests| requests.to_string()));
    }

    /// Starts it again as a server that ignores the conditions of writes.
    pub fn serve_carelessly(&mut self) {
        self.serve_with(Some("careless".to_owned()));
    }

    fn serve_with(&mut self, more: Option<String>) {
        self.stop();
        let mut command = Command::new(&*SERVER);
        command.arg(self.folder.path()).args([&self.port, ID, SECRET]);
        command.args(more);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
        self.port = address.trim().rsplit(':').next().unwrap().to_owned();
        self.server = Some(server);
    }

    /// Ends the server.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It may be gone already.
            let _ = server.kill();
            server.wait().unwrap();
        }
    }

    /// Where it is.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Gives a command the settings, with a folder of working copies.
    pub fn reach<'a>(&self, command: &'a mut Command, cache: &Path) -> &'a mut Command {
        self.tell(command.arg("--cache").arg(cache))
    }

    /// Gives a command the settings alone.
    pub fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        command
            .env("AWS_ACCESS_KEY_ID", ID)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("NO_PROXY", "127.0.0.1")
    }

    /// Where the object of this prefix and name lies as a file of the server.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(name)
    }

    /// The objects below a prefix but our own three.
    pub fn objects(&self, prefix: &str) -> BTreeMap<String, Vec<u8>> {
        let mut objects = tree::bytes(&self.path(prefix));
        objects.retain(|name, _| !matches!(name.as_str(), ".lock" | ".published.json" | ".publishing.json"));
        objects
    }

    /// Has the server look at its files anew to tell their versions.
    #[cfg(feature = "cluster")]
    pub fn forget_versions(&self) {
        for (name, path) in tree::files(self.folder.path()) {
            if name.ends_with(".internal.json") {
                fs::remove_file(path).unwrap();
            }
        }
    }

    /// Everything below the folder that it serves, its own notes too.
    pub fn everything(&self) -> BTreeMap<String, Vec<u8>> {
        tree::bytes(self.folder.path())
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An address in the bucket.
pub fn s3(prefix: &str) -> PathBuf {
    PathBuf::from(format!("s3://{BUCKET}/{prefix}"))
}
