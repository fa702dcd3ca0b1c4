//! Where a key is read from: a file, standard input, a descriptor or a systemd credential; never the command line.
//!
//! # Decisions
//!
//! - What is typed stands in the shell's history and in the list of processes, where every user of the machine reads it.
//!   So a key that was typed is not used even if it is right, and no message repeats it: it is taken out of the arguments
//!   before anything else looks at them.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use clap::ValueEnum as _;

use super::{args::LangArg, failure::Failure};
use crate::identity::KeySource;

/// What an argument that held a key is called afterwards.
const TAKEN_OUT: &str = "(a key)";

/// What `--hash-key` or `--sign-key` names: `FILE`, `-`, `fd:3`, `credential:NAME`.
pub fn named(given: &Path) -> Result<KeySource, Failure> {
    let Some(text) = given.to_str() else { return Ok(given.into()) };
    if text == "-" {
        return Ok(KeySource::Stdin);
    }
    if let Some(number) = text.strip_prefix("fd:") {
        return number.parse().map(KeySource::Descriptor).map_err(|_| {
            Failure::usage(format!("`{text}` 不是文件描述符"), format!("`{text}` is no file descriptor"))
                .hint("写成 fd:3，并以 3<文件 打开", "write fd:3, and open it with 3<FILE")
        });
    }
    match text.strip_prefix("credential:") {
        Some(name) => credential(name, credentials_folder()),
        None => Ok(given.into()),
    }
}

fn credential(name: &str, folder: Option<PathBuf>) -> Result<KeySource, Failure> {
    if name.is_empty() || name.starts_with('.') || name.contains('/') {
        return Err(Failure::usage(
            format!("`{name}` 不是 systemd 凭据的名称"),
            format!("`{name}` is no name of a systemd credential"),
        )
        .hint("写成 credential:名称", "write credential:NAME"));
    }
    let Some(folder) = folder else {
        return Err(Failure::usage(
            "没有 systemd 凭据：环境中没有 CREDENTIALS_DIRECTORY",
            "there are no systemd credentials: CREDENTIALS_DIRECTORY is not in the environment",
        )
        .hint(
            format!("在服务单元中写 LoadCredential={name}:/密钥文件，由 systemd 启动"),
            format!(
                "write LoadCredential={name}:/KEY/FILE into the service's unit and have systemd start it"
            ),
        ));
    };
    Ok(KeySource::Credential(folder.join(name)))
}

#[expect(clippy::disallowed_methods, reason = "the command line is the door to the environment")]
fn credentials_folder() -> Option<PathBuf> {
    std::env::var("CREDENTIALS_DIRECTORY").ok().filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Takes keys out of the arguments of `hedui seal`; whether there was one.
pub fn take_out(arguments: &mut [OsString]) -> bool {
    if !arguments.iter().any(|argument| argument == "seal") {
        return false;
    }
    let mut found = false;
    for argument in arguments.iter_mut().filter(|argument| is_key(argument)) {
        *argument = OsString::from(TAKEN_OUT);
        found = true;
    }
    found
}

/// The language that is asked for, when the arguments as a whole cannot be read.
pub fn lang(arguments: &[OsString]) -> Option<LangArg> {
    let mut after = arguments.iter().skip_while(|argument| *argument != "--lang").skip(1);
    LangArg::from_str(after.next()?.to_str()?, true).ok()
}

/// The end of a command that was given a key.
pub fn typed() -> Failure {
    Failure::usage("命令行中有密钥，未使用", "a key stands on the command line; it was not used").hint(
        "命令行会留在历史记录里，本机其他用户也看得到：视为已泄露，请用 hedui seal keygen 生成新密钥；密钥写在文件里（--hash-key 文件），或用 -、fd:3、credential:名称",
        "a command line stays in the shell's history and every user of this machine can see it: treat the key as leaked and make a new one with hedui seal keygen; give its file (--hash-key FILE), or -, fd:3, credential:NAME",
    )
}

/// 64 hex characters, alone or after `--flag=` or a prefix as other programs want it; or the text of a private key.
fn is_key(argument: &OsStr) -> bool {
    let text = argument.to_string_lossy();
    let value = text.rsplit(['=', ':']).next().unwrap_or_default().trim();
    let value = value.strip_prefix("0x").unwrap_or(value);
    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()) || text.contains("PRIVATE KEY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_named_in_one_of_four_ways() {
        let of = |text: &str| named(Path::new(text)).map_err(|failure| failure.what.en);
        assert_eq!(of("keys/exchange.key"), Ok(KeySource::File("keys/exchange.key".into())));
        assert_eq!(of("-"), Ok(KeySource::Stdin));
        assert_eq!(of("fd:3"), Ok(KeySource::Descriptor(3)));
        for bad in ["fd:", "fd:x", "fd:-1", "credential:", "credential:../x", "credential:.x"] {
            assert!(of(bad).is_err(), "{bad}");
        }
        let source = credential("hashkey", Some("/run/credentials/x".into())).unwrap();
        assert_eq!(source, KeySource::Credential("/run/credentials/x/hashkey".into()));
        let failure = credential("hashkey", None).unwrap_err();
        assert!(failure.hint.unwrap().en.contains("LoadCredential=hashkey:"));
    }

    #[test]
    fn a_key_among_the_arguments_is_taken_out_wherever_it_stands() {
        let key = "aB".repeat(32);
        for typed in [
            key.clone(),
            format!("--hash-key={key}"),
            format!("--hash-key=0x{key}"),
            format!("hexkey:{key}"),
            format!(" {key}\n"),
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc".to_owned(),
        ] {
            let mut arguments = ["hedui", "seal", "--hash-key", &typed].map(OsString::from);
            assert!(take_out(&mut arguments), "{typed}");
            assert_eq!(arguments[3], TAKEN_OUT);
        }
        for fine in ["ab".repeat(31), "k".repeat(64), "--hash-key=exchange.key".to_owned()] {
            let mut arguments = ["hedui", "seal", "--hash-key", &fine].map(OsString::from);
            assert!(!take_out(&mut arguments) && arguments[3] == *fine, "{fine}");
        }
        // Elsewhere such a text is a person's token or a digest.
        assert!(!take_out(&mut ["hedui", "audit", &key].map(OsString::from)));
    }
}
