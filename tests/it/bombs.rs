//! The program against files that are made to fill the memory or never to end, with little memory and little time.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::program::{Said, hedui, run};

/// The address space that each attempt gets; the program itself maps a few hundred megabytes of it.
const KILOBYTES: u64 = 1_500_000;
const LONGEST: Duration = Duration::from_secs(60);
const HEADER: &str = "person_id,from_on,to_on,monthly_wage\n";

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        let mut keygen = hedui(["seal", "keygen", "--agency", "human_resources", "--hash-key"]);
        run(keygen.arg(bench.path("hash")).arg("--sign-key").arg(bench.path("sign"))).ends(0);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Seals a file with little memory; it must be refused, not be ended from outside, and leave nothing.
    fn refused(&self, file: &Path, words: &[&str]) {
        let program = hedui([""; 0]);
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("ulimit -v {KILOBYTES}; exec \"$0\" \"$@\""))
            .arg(program.get_program());
        command.args(["seal", "--lang", "en", "--contract", "human_resources.public_posts"]);
        command.args(["--as-of", "2026-03-01", "--hash-key"]).arg(self.path("hash"));
        command.arg("--sign-key").arg(self.path("sign")).arg("--out").arg(self.path("inbox")).arg(file);
        if let Some(folder) = program.get_current_dir() {
            command.current_dir(folder);
        }
        let since = Instant::now();
        let said: Said = run(&mut command).ends(1);
        assert!(since.elapsed() < LONGEST, "{} took {:?}", file.display(), since.elapsed());
        said.warns(words);
        let left = self.path("inbox/human_resources");
        assert!(!left.exists() || fs::read_dir(left).unwrap().next().is_none(), "something was left behind");
    }

    fn workbook(&self, name: &str, sheet: &dyn Fn(&mut dyn std::io::Write), strings: &str) -> PathBuf {
        let path = self.path(name);
        let mut archive = ZipWriter::new(File::create(&path).unwrap());
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let relation = |id: u8, kind: &str, to: &str| {
            format!("<Relationship Id=\"r{id}\" Type=\"{main}/{kind}\" Target=\"{to}\"/>")
        };
        for (part, text) in [
            (
                "_rels/.rels",
                format!(
                    "<Relationships>{}</Relationships>",
                    relation(1, "officeDocument", "xl/workbook.xml")
                ),
            ),
            (
                "xl/workbook.xml",
                "<workbook><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
                    .to_owned(),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships>{}</Relationships>",
                    relation(1, "worksheet", "worksheets/sheet1.xml")
                ),
            ),
            ("xl/sharedStrings.xml", strings.to_owned()),
        ] {
            archive.start_file(part, options).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        sheet(&mut archive);
        archive.finish().unwrap();
        path
    }
}

#[test]
fn a_text_file_that_never_ends_its_line_or_is_ten_gigabytes_of_nothing_is_refused() {
    let bench = Bench::new();
    let line = bench.path("line.csv");
    let mut file = File::create(&line).unwrap();
    file.write_all(HEADER.as_bytes()).unwrap();
    for _ in 0..64 {
        file.write_all(&[b'1'; 1 << 20]).unwrap();
    }
    bench.refused(&line, &["line.csv:2: a record is longer than 1048576 bytes"]);
    let nothing = bench.path("nothing.csv");
    let mut file = File::create(&nothing).unwrap();
    file.write_all(HEADER.as_bytes()).unwrap();
    file.set_len(10 << 30).unwrap();
    bench.refused(&nothing, &["nothing.csv:2: a NUL byte at offset 37"]);
}

#[test]
fn a_small_packed_file_that_unpacks_without_end_is_refused() {
    let bench = Bench::new();
    let path = bench.path("bomb.csv.gz");
    let mut packer = GzEncoder::new(File::create(&path).unwrap(), Compression::best());
    packer.write_all(HEADER.as_bytes()).unwrap();
    for _ in 0..32 {
        // Few rows, so that it is the unpacking that ends it.
        packer.write_all(&[&[b' '; 1 << 19], b",,,\n".as_slice()].concat().repeat(2)).unwrap();
    }
    packer.finish().unwrap();
    bench.refused(&path, &["unpacks to more than 250 times its size"]);
}

#[test]
fn workbooks_that_unpack_without_end_or_promise_endless_strings_are_refused() {
    let bench = Bench::new();
    let none = "<sst/>";
    let sheet = |rows: &'static str, times: usize| {
        move |out: &mut dyn std::io::Write| {
            out.write_all(b"<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>").unwrap();
            for _ in 0..times {
                out.write_all(&rows.as_bytes().repeat(1 << 16)).unwrap();
            }
            out.write_all(b"</sheetData></worksheet>").unwrap();
        }
    };
    let text = bench.workbook("text.xlsx", &sheet("                ", 64), none);
    bench.refused(&text, &["the workbook unpacks to more than any register would"]);
    let promise = "<sst uniqueCount=\"18446744073709551615\"></sst>";
    let promise = bench.workbook("promise.xlsx", &sheet("", 1), promise);
    bench.refused(&promise, &["declares entities or room"]);
    let laughs = "<!DOCTYPE s [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><sst><si><t>&b;</t></si></sst>";
    let laughs = bench.workbook("laughs.xlsx", &sheet("", 1), laughs);
    bench.refused(&laughs, &["declares entities"]);
    // A sheet that only says that it is as large as a sheet can be is empty.
    let claims = bench.workbook("claims.xlsx", &sheet("", 1), none);
    bench.refused(&claims, &["the file is empty"]);
}
