//! Keys and tokens tried: published vectors, the `openssl` program, every file that is no key.

use std::{
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use super::*;
use crate::identity::normalise;

fn hmac(hash: HashName, key: &[u8], message: &[u8]) -> [u8; 32] {
    match hash {
        HashName::HmacSha256 => finish(<Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap(), message),
        HashName::HmacSm3 => finish(<Hmac<Sm3> as KeyInit>::new_from_slice(key).unwrap(), message),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().map(|digit| nibble(digit).unwrap()).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn write(path: &Path, text: &str, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn every_vector_of_wycheproof_is_judged_as_it_says() {
    let files = [
        (HashName::HmacSha256, include_str!("../../../tests/vectors/hmac_sha256.csv")),
        (HashName::HmacSm3, include_str!("../../../tests/vectors/hmac_sm3.csv")),
    ];
    for (hash, text) in files {
        let (mut valid, mut invalid, mut as_our_key) = (0, 0, 0);
        for line in text.lines().filter(|line| !line.starts_with(['#', 'i'])) {
            let fields: Vec<&str> = line.split(',').collect();
            let [id, tag_bits, result, key, message, tag] = fields[..] else { panic!("{line}") };
            let (key, message, tag) = (bytes(key), bytes(message), bytes(tag));
            assert_eq!(tag.len() * 8, tag_bits.parse::<usize>().unwrap(), "{id}");
            let mut made = vec![hmac(hash, &key, &message)];
            if let Ok(key) = <[u8; 32]>::try_from(&key[..]) {
                made.push(HashKey::new(key).tokeniser(hash).of_bytes(&message).0);
                as_our_key += 1;
            }
            for made in made {
                assert_eq!(made[..tag.len()] == tag, result == "valid", "{hash} {id}");
            }
            *if result == "valid" { &mut valid } else { &mut invalid } += 1;
        }
        // As the collection counts them.
        assert_eq!((valid, invalid, as_our_key), (66, 108, 162), "{hash}");
    }
}

#[test]
fn openssl_makes_the_same_token_with_both_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let key = HashKey::generate(&path).unwrap();
    let (number, _) = normalise("110105491231002", chrono::NaiveDate::MAX).unwrap();
    let hex = std::fs::read_to_string(&path).unwrap();
    std::fs::write(folder.path().join("number"), "11010519491231002X").unwrap();
    for (hash, option) in [(HashName::HmacSha256, "-sha256"), (HashName::HmacSm3, "-sm3")] {
        let output = Command::new("openssl")
            .args(["dgst", option, "-mac", "HMAC", "-macopt", &format!("hexkey:{}", hex.trim())])
            .arg(folder.path().join("number"))
            .stderr(Stdio::null())
            .output();
        let Ok(output) = output else { return };
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.trim().ends_with(&key.tokeniser(hash).token(&number).to_string()), "{hash}: {said}");
    }
}

#[test]
fn one_key_gives_other_tokens_with_the_other_hash_under_the_same_name() {
    let key = HashKey::new([7; 32]);
    let (number, _) = normalise("11010519491231002X", chrono::NaiveDate::MAX).unwrap();
    let [sha256, sm3] = HashName::ALL.map(|hash| key.tokeniser(hash).token(&number));
    assert_ne!(sha256, sm3);
    assert_eq!(key.default_id(), HashKey::new([7; 32]).default_id());
}

#[test]
fn a_key_is_read_back_and_its_name_follows_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let made = HashKey::generate(&path).unwrap();
    let read = HashKey::load(&*path).unwrap();
    assert_eq!(made.0, read.0);
    assert_eq!(made.default_id(), read.default_id());
    assert_eq!(made.default_id().len(), 9);
    assert_ne!(made.default_id(), HashKey::new([0; 32]).default_id());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_new_key_never_overwrites_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    write(&path, "precious", 0o600);
    assert!(matches!(HashKey::generate(&path), Err(KeyError::Exists { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn a_file_that_is_no_key_is_refused_with_what_is_wrong_and_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    for (text, expected) in [
        (String::new(), FormFault::Empty),
        (" \r\n".to_owned(), FormFault::Empty),
        ("ab".to_owned(), FormFault::Length(Some(2))),
        ("ab".repeat(31), FormFault::Length(Some(62))),
        ("ab".repeat(33), FormFault::Length(Some(66))),
        ("ab".repeat(500), FormFault::Length(None)),
        (format!("{}{}x", "ab".repeat(32), " ".repeat(64)), FormFault::Length(None)),
        ("zz".repeat(32), FormFault::Character),
        (format!("{}é", "ab".repeat(31)), FormFault::Character),
        (format!("{}\n{}\n", "ab".repeat(30), "ab"), FormFault::Lines),
    ] {
        write(&path, &text, 0o600);
        let error = HashKey::load(&*path).unwrap_err();
        assert!(matches!(error, KeyError::Form { fault, .. } if fault == expected), "{error}");
        let said = format!("{error} {error:?} {:?} {:?}", error.text(), error.hint());
        let start: String = text.trim().chars().take(8).collect();
        assert!(start.len() < 8 || !said.contains(&start), "{said}");
        assert!(error.text().zh.contains("密钥文件") && error.hint().is_some());
    }
    for text in ["\r\n", "\n", "", "\n\n  "].map(|end| format!("{}{end}", "AB".repeat(32))) {
        write(&path, &text, 0o600);
        assert_eq!(*HashKey::load(&*path).unwrap().0, [0xab; 32]);
    }
    assert!(matches!(HashKey::load(&*folder.path().join("none")), Err(KeyError::Io { .. })));
}

#[test]
fn a_key_prints_as_nothing() {
    let key = HashKey::new([7; 32]);
    let printed = HashName::ALL.map(|hash| format!("{key:?} {:?}", key.tokeniser(hash)));
    assert_eq!(printed, ["HashKey(hidden) Tokeniser(hidden)"; 2]);
}

#[test]
fn a_key_and_all_that_is_made_of_it_is_wiped_when_dropped() {
    // That the libraries wipe is a feature of theirs: without it this does not compile.
    fn is_wiped<T: ZeroizeOnDrop>() {}
    is_wiped::<HashKey>();
    is_wiped::<<Sha256 as hmac::EagerHash>::Core>();
    is_wiped::<<Sm3 as hmac::EagerHash>::Core>();
    is_wiped::<Zeroizing<Vec<u8>>>();
    let mut key = HashKey::new([7; 32]);
    key.zeroize();
    assert_eq!(*key.0, [0; 32]);
}
