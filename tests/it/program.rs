//! The program under test, started as a process of its own.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// The checkout: pipelines, schemas and the sample city lie in it.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a finished program left on its two outputs.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Asserts the exit code; shows everything when it is another.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    /// Asserts that the errors and notes hold these words.
    #[track_caller]
    pub fn warns(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in standard error:\n{}", self.err);
        }
        self
    }

    /// Asserts that the result holds these words.
    #[track_caller]
    pub fn prints(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.out.contains(word), "no `{word}` in standard output:\n{}", self.out);
        }
        self
    }
}

/// The program with nothing of the tester's language in its environment.
pub fn hedui<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedui"));
    command.current_dir(root()).env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG");
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Starts a command and waits for it.
pub fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What a night is run with; `night` turns it into a command.
#[derive(Debug, Clone)]
pub struct Night {
    pub root: PathBuf,
    pub pipeline: String,
    pub date: String,
    pub store: PathBuf,
    pub inbox: PathBuf,
    pub signers: PathBuf,
    pub reference: Option<PathBuf>,
    pub lang: &'static str,
    pub threads: usize,
}

impl Night {
    /// `hedui run …`
    pub fn command(&self) -> Command {
        let mut command = self.start("run");
        if let Some(reference) = &self.reference {
            command.arg("--reference").arg(reference);
        }
        command
    }

    /// `hedui accept …`: taking in only.
    pub fn accept(&self) -> Command {
        self.start("accept")
    }

    fn start(&self, verb: &str) -> Command {
        let mut command = hedui([verb, &self.pipeline, "--lang", self.lang, "--date", &self.date]);
        command.arg("--root").arg(&self.root).arg("--threads").arg(self.threads.to_string());
        command
            .arg("--store")
            .arg(&self.store)
            .arg("--inbox")
            .arg(&self.inbox)
            .arg("--signers")
            .arg(&self.signers);
        command
    }

    /// Runs it.
    pub fn run(&self) -> Said {
        run(&mut self.command())
    }

    /// The folder that `runs/<date>/current` names.
    #[track_caller]
    pub fn current(&self) -> PathBuf {
        let day = self.store.join("runs").join(&self.date);
        let name = std::fs::read_to_string(day.join("current")).unwrap();
        day.join(name.trim())
    }
}

/// A program that is running, with the lines of its standard error as they come.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    out: JoinHandle<String>,
    seen: Vec<String>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut output = child.stdout.take().unwrap();
        let out = std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).unwrap();
            text
        });
        Self { child, lines, out, seen: Vec::new() }
    }

    /// Waits until a line of standard error holds this; false when the program ends first.
    pub fn says(&mut self, words: &str) -> bool {
        self.line(words).is_some()
    }

    /// The same, and the whole line.
    pub fn line(&mut self, words: &str) -> Option<String> {
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(300)) {
            self.seen.push(line.clone());
            if line.contains(words) {
                return Some(line);
            }
        }
        None
    }

    /// What it wrote to standard error so far.
    #[cfg(all(feature = "cluster", feature = "s3"))]
    pub fn heard(&mut self) -> String {
        self.seen.extend(self.lines.try_iter());
        self.seen.join("\n")
    }

    /// Sends a signal by its name, as `kill` knows it.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(status.success(), "kill -s {name} {id}");
    }

    /// Waits for the end, and tells how long that took.
    pub fn end(mut self) -> (ExitStatus, Duration, Said) {
        let since = Instant::now();
        let status = self.child.wait().unwrap();
        let took = since.elapsed();
        self.seen.extend(self.lines.iter());
        let said = Said { code: status.code(), out: self.out.join().unwrap(), err: self.seen.join("\n") };
        (status, took, said)
    }
}

/// Whether anything stands where nothing should.
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
