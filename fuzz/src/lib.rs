//! The doors that bytes from outside come through, one function each: whatever comes, it is read or refused with words for
//! people. Nothing here may panic, hang or fill the memory; what is read must hold together.
//!
//! cargo-fuzz runs these functions, and so does `tests/it/hostile.rs` in every build.

use std::{fs, path::Path};

use hedui::{
    accept::{AllowedSigners, Package, verify},
    acquire::{
        Repairs, clean,
        text::{self, TextError},
        value,
    },
    contract::Contract,
    model::Text,
    parameter::ParameterBook,
    project::Pipeline,
};

/// A door and its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every door, by the name of its folder in `corpus`.
pub const TARGETS: &[Target] = &[
    ("decode", decode),
    ("gzip", gzip),
    ("xlsx", xlsx),
    ("parquet", parquet),
    ("package", package),
    ("signature", signature),
    ("yaml", yaml),
];

/// A `.csv` file.
pub fn decode(bytes: &[u8]) {
    table("a.csv", bytes);
}

/// A `.csv.gz` file.
pub fn gzip(bytes: &[u8]) {
    table("a.csv.gz", bytes);
}

/// An `.xlsx` file.
pub fn xlsx(bytes: &[u8]) {
    table("a.xlsx", bytes);
}

/// A `.parquet` file.
pub fn parquet(bytes: &[u8]) {
    table("a.parquet", bytes);
}

/// A `datapackage.json`.
pub fn package(bytes: &[u8]) {
    match Package::parse(bytes, Path::new("datapackage.json")) {
        Ok(package) => {
            assert!(!package.resources.is_empty());
            for resource in &package.resources {
                assert!(
                    !resource.path.starts_with('/') && !resource.path.split('/').any(|part| part == "..")
                );
            }
        }
        Err(error) => {
            assert!(!error.problems.is_empty());
            error.problems.iter().for_each(|problem| said(&problem.what));
        }
    }
}

/// A signature, and a list of signers.
pub fn signature(bytes: &[u8]) {
    // No signature is of a descriptor that nobody has signed.
    assert!(verify(b"never signed by anyone", bytes).is_err());
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = AllowedSigners::parse(text, Path::new("allowed_signers"));
    }
}

/// A contract, a pipeline and parameters: the three kinds of files that people write.
pub fn yaml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (contract, found) = Contract::parse(Path::new("agency.dataset.odcs.yaml"), text);
    assert!(contract.is_some() || found.has_errors());
    in_folder(|root| {
        let pipelines = root.join("pipelines");
        let parameters = root.join("parameters");
        for folder in [&pipelines, &parameters] {
            fs::create_dir_all(folder).expect("a folder in a scratch folder");
        }
        fs::write(pipelines.join("p.yaml"), bytes).expect("a scratch file");
        fs::write(parameters.join("catalogue.yaml"), bytes).expect("a scratch file");
        let (pipeline, found) = Pipeline::open(root, "p");
        assert!(pipeline.is_some() || found.has_errors());
        let _ = ParameterBook::load(&[&parameters]);
    });
}

/// Reads a file to its end, as the intake does, and every value as every kind of value.
fn table(name: &str, bytes: &[u8]) {
    in_folder(|folder| {
        let path = folder.join(name);
        fs::write(&path, bytes).expect("a scratch file");
        match text::open(&path).and_then(rows) {
            Ok(_) => {}
            Err(error) => {
                said(&error.text());
                said(&error.hint());
                assert!(!error.code().is_empty());
            }
        }
    });
}

fn rows(mut table: text::TextTable) -> Result<u64, TextError> {
    let (mut count, mut last, mut wide) = (0, table.header_line, String::new());
    let width = table.header.len();
    let (mut repairs, mut replaced) = (Repairs::default(), false);
    while let Some(row) = table.next_row()? {
        assert!(row.line > last, "lines go up");
        assert!(row.fault.is_some() || row.fields.len() == width, "a row without a fault fits its header");
        last = row.line;
        count += 1;
        for raw in row.fields.iter() {
            replaced |= raw.contains('\u{FFFD}');
            let text = clean(raw, &mut wide, &mut repairs);
            let _ = (value::date(text), value::month(text), value::money(text), value::decimal(text, 10, 2));
            let _ = (value::int(text), value::bool(text), value::division(text));
            let _ = (value::reference(text), value::text(text), value::damage(text));
        }
    }
    // Rows come before what is wrong further down; it is the file that is refused.
    assert!(!replaced, "no character of a file that was read had been replaced");
    Ok(count)
}

fn said(text: &Text) {
    assert!(!text.zh.is_empty() && !text.en.is_empty(), "words in both languages");
}

fn in_folder(run: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    run(folder.path());
}
