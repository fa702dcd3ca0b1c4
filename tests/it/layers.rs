//! The layers of the house: a module names only modules above it, read from its own `crate::…` paths.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// From the top down. A module may name those before it, and itself.
const ORDER: &[&str] = &[
    "model",
    "threads",
    "diagnostic",
    "identity",
    "contract",
    "parameter",
    "project",
    "store",
    "accept",
    "acquire",
    "engine",
    "compare",
    "report",
    "book",
    "night",
    "seal",
    "synth",
    "cli",
];

/// Paths that go against the order on purpose, each with its reason.
const ALLOWED: &[(&str, &str, &str)] = &[];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The modules that a source names as `crate::module`, also inside `use crate::{a::…, b}`.
fn named(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in source.match_indices("crate::") {
        let before = source[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &source[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(std::mem::take(&mut word)),
                    _ if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            names.push(word);
        } else {
            names.push(rest.to_owned());
        }
    }
    names
        .into_iter()
        .map(|name| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| ORDER.contains(&name.as_str()))
        .collect()
}

#[test]
fn a_module_names_only_modules_above_it() {
    let place: BTreeMap<&str, usize> = ORDER.iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in sources(&root) {
        let inside = file.strip_prefix(&root).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        let Some(own) = place.get(module.as_str()) else { continue };
        let source = fs::read_to_string(&file).unwrap();
        for name in named(&source) {
            seen += 1;
            let is_allowed = ALLOWED.iter().any(|(from, to, _)| *from == module && *to == name);
            if place[name.as_str()] > *own && !is_allowed {
                wrong.push(format!("{} names {name}", inside.display()));
            }
        }
    }
    assert!(seen > 100, "the test reads no paths any more");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_module_of_the_crate_has_a_place_in_the_order() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut modules: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let mut order = ORDER.to_vec();
    modules.sort_unstable();
    order.sort_unstable();
    assert_eq!(modules, order);
}

#[test]
fn only_the_engine_names_datafusion_and_ballista() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&root) {
        if !file.starts_with(root.join("engine")) {
            let source = fs::read_to_string(&file).unwrap();
            for name in ["datafusion::", "ballista_"] {
                assert!(!source.contains(name), "{} names {name}", file.display());
            }
        }
    }
}

#[test]
fn every_source_file_says_first_what_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests"] {
        for file in sources(&root.join(folder)) {
            let source = fs::read_to_string(&file).unwrap();
            assert!(source.starts_with("//!"), "{} does not open with //!", file.display());
        }
    }
}

#[test]
fn only_the_store_s_bucket_names_the_client_of_object_storage() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut named = 0;
    for file in sources(&root) {
        // What the engine calls the list of its stores is not the client.
        let source = fs::read_to_string(&file).unwrap().replace("execution::object_store::", "");
        let names_it = source.contains("object_store::") || source.contains("use object_store");
        let is_allowed = file.starts_with(root.join("store/bucket"));
        assert!(!names_it || is_allowed, "{} names object_store", file.display());
        named += usize::from(names_it);
    }
    assert!(named > 2, "the test reads nothing any more");
}
