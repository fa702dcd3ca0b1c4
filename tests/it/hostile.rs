//! The kept corpora of `fuzz/` and seeded changes of them, thrown at every door in every build. This is the one module that
//! calls into the library.
//!
//! `HEDUI_HOSTILE_ROUNDS` sets how many changed inputs each door gets (default 300); the same number gives the same inputs.

use std::{
    fs,
    io::{Read as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

#[path = "../../fuzz/src/lib.rs"]
#[expect(clippy::expect_used, reason = "a scratch folder that cannot be written ends the test")]
mod doors;

/// No input of a few kilobytes may take longer, on a slow machine that does something else besides.
const LONGEST: Duration = Duration::from_secs(20);

/// Pieces that mean something to one door or another.
const WORDS: &[&[u8]] = &[
    b",",
    b"\"",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xEF\xBF\xBD",
    b"PAR1",
    b"PARE",
    b"PK\x03\x04",
    b"\x1F\x8B\x08",
    b"<row>",
    b"</row>",
    b"<c r=\"A1\">",
    b"<c r=\"XFD1048577\" t=\"s\">",
    b"<v>99999999999</v>",
    b"<!DOCTYPE x>",
    b"&a;",
    b"<mergeCell ref=\"A1:B2\"/>",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"-1",
    b"1e400",
    b"18446744073709551616",
    b"../",
    b"&a [*a, *a]",
    b"? ",
    b"- ",
    b": ",
    b"|\n",
    b"!!binary ",
    b"%YAML 1.2\n---\n",
    b"\xB0\xA1",
    b"\x81\x30\x81\x30",
    b"\xE9\x94\x9F",
    b"-----BEGIN SSH SIGNATURE-----",
    b"AAAA",
    b"\xFF\xFF\xFF\x7F",
    b"\x80\x80\x80\x80\x08",
    b"2026-02-30",
    b"#N/A",
    b"=1+1",
];

/// Numbers that look random and are always the same (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// A few changes of bytes, as fuzzers make them.
fn change(bytes: &mut Vec<u8>, others: &[(String, Vec<u8>)], dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let most = 1 + dice.below(64);
        let length = dice.below(most);
        let end = (at + length).min(bytes.len());
        match dice.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, b' ', b'"'][dice.below(7)],
            2 => drop(bytes.drain(at..end)),
            3 => {
                let again = bytes[at..end].repeat(1 + dice.below(4));
                bytes.splice(at..at, again).for_each(drop);
            }
            4 => bytes.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied()).for_each(drop),
            5 => {
                let other = &others[dice.below(others.len())].1;
                let from = dice.below(other.len() + 1);
                let piece = other[from..(from + length * 4).min(other.len())].to_vec();
                bytes.splice(at..end, piece).for_each(drop);
            }
            6 if at + 4 <= bytes.len() => {
                let number = [0_u32, 1, 0x7FFF_FFFF, 0x8000_0000, u32::MAX][dice.below(5)];
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            7 if dice.below(8) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
}

/// Changes what is packed inside, where the door unpacks it: changed from outside, a checksum would stop nearly every one.
fn change_inside(door: &str, bytes: &[u8], others: &[(String, Vec<u8>)], dice: &mut Dice) -> Option<Vec<u8>> {
    match door {
        "gzip" => {
            let mut inside = Vec::new();
            MultiGzDecoder::new(bytes).read_to_end(&mut inside).ok()?;
            change(&mut inside, others, dice);
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(&inside).unwrap();
            Some(packer.finish().unwrap())
        }
        "xlsx" => {
            let mut archive = ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
            let chosen = dice.below(archive.len());
            let mut packer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for n in 0..archive.len() {
                let mut part = archive.by_index(n).ok()?;
                let mut inside = Vec::new();
                part.read_to_end(&mut inside).ok()?;
                if n == chosen {
                    change(&mut inside, others, dice);
                }
                let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
                packer.start_file(part.name().ok()?.into_owned(), options).ok()?;
                packer.write_all(&inside).unwrap();
            }
            Some(packer.finish().unwrap().into_inner())
        }
        _ => None,
    }
}

fn corpus(door: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(door);
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 3, "{} holds too little", folder.display());
    files
}

/// Throws one input; where it stops the program, it is kept.
fn throw(door: &str, run: fn(&[u8]), what: &str, bytes: &[u8]) {
    let since = Instant::now();
    let stopped = catch_unwind(AssertUnwindSafe(|| run(bytes))).is_err();
    if stopped || since.elapsed() > LONGEST {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{door}"));
        fs::write(&kept, bytes).unwrap();
        panic!(
            "{door}, {what}: {} after {:?}; kept as {}",
            if stopped { "stopped" } else { "too slow" },
            since.elapsed(),
            kept.display()
        );
    }
}

fn try_door(door: &str) {
    let (_, run) = *doors::TARGETS.iter().find(|(name, _)| *name == door).unwrap();
    let files = corpus(door);
    for (name, bytes) in &files {
        throw(door, run, name, bytes);
    }
    #[expect(clippy::disallowed_methods, reason = "how long to try is the builder's to say")]
    let rounds = std::env::var("HEDUI_HOSTILE_ROUNDS").map_or(300, |text| text.parse().unwrap());
    let mut dice = Dice(door.bytes().map(u64::from).sum());
    for round in 0..rounds {
        let (name, bytes) = &files[dice.below(files.len())];
        let inside = dice.below(3) > 0;
        let changed = inside.then(|| change_inside(door, bytes, &files, &mut dice)).flatten();
        let changed = changed.unwrap_or_else(|| {
            let mut bytes = bytes.clone();
            change(&mut bytes, &files, &mut dice);
            bytes
        });
        throw(door, run, &format!("round {round} from {name}"), &changed);
    }
}

#[test]
fn no_text_file_stops_the_reader() {
    try_door("decode");
    try_door("gzip");
}

#[test]
fn no_workbook_stops_the_reader() {
    try_door("xlsx");
}

#[test]
fn no_parquet_file_stops_the_reader() {
    try_door("parquet");
}

#[test]
fn no_package_or_signature_stops_the_door() {
    try_door("package");
    try_door("signature");
}

#[test]
fn no_yaml_stops_the_project() {
    try_door("yaml");
}
