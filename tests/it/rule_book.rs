//! `hedui check --book`: the page is whole, carries all it needs in both languages, and is not written where a rule is wrong.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{
    program::{Said, hedui, root, run},
    tree,
};

fn book(lang: &str, dir: &Path) -> Said {
    run(hedui(["check", "--lang", lang, "--book"]).arg(dir))
}

/// The ids of the rules by their files.
fn rule_ids() -> BTreeSet<String> {
    let groups = fs::read_dir(root().join("pipelines/rules")).unwrap().map(|entry| entry.unwrap().path());
    let files = groups.filter(|path| path.is_dir()).flat_map(|dir| fs::read_dir(dir).unwrap());
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(".sql").map(str::to_owned)).collect()
}

/// Every tag of a page with its attributes, after checking that each one that opens closes in its turn.
#[track_caller]
fn tags(page: &str) -> Vec<&str> {
    const VOID: [&str; 4] = ["meta", "input", "br", "!DOCTYPE"];
    // The style is no markup.
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let (mut open, mut all) = (Vec::new(), Vec::new());
    for piece in [before, after] {
        for (at, part) in piece.split('<').enumerate() {
            let Some((tag, text)) = part.split_once('>') else {
                assert_eq!(at, 0, "a tag does not end: {part}");
                continue;
            };
            assert!(!text.contains('>') && !text.contains("& "), "not escaped: {text}");
            assert!(tag.matches('"').count() % 2 == 0, "a quote is open: {tag}");
            let name = tag.split_whitespace().next().unwrap();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "closed out of turn"),
                None if VOID.contains(&name) => {}
                None => open.push(name),
            }
            all.push(tag);
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "left open");
    all
}

#[test]
fn the_book_holds_every_rule_in_both_languages_and_fetches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("public");
    let path = dir.join("rule-book.html");
    book("en", &dir).ends(0).prints(&["no errors", "rule book: ", &path.display().to_string()]);
    let page = fs::read_to_string(&path).unwrap();
    let tags = tags(&page);
    for tag in &tags {
        let name = tag.split_whitespace().next().unwrap();
        assert!(!["script", "link", "img", "iframe", "object", "base"].contains(&name), "<{tag}>");
        assert!(!tag.contains(" src=") && !tag.contains(" style=") && !tag.contains(" on"), "<{tag}>");
        let target = tag.split_once(" href=\"").map(|(_, target)| target);
        assert!(target.is_none_or(|target| target.starts_with('#')), "<{tag}>");
    }
    for outside in ["http://", "https://", "url(", "@import", "@font-face"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let ids = rule_ids();
    assert!(ids.len() >= 62, "{ids:?}");
    for id in &ids {
        assert!(tags.iter().any(|tag| tag.ends_with(&format!(" id=\"{id}\""))), "{id} is not in the book");
    }
    for said in ["从来不是结论", "never a decision", "行政复议", "taken to administrative reconsideration"]
    {
        assert!(page.contains(said), "{said}");
    }
    let english = tags.iter().filter(|tag| **tag == "i lang=\"en\"").count();
    assert_eq!(
        tags.iter().filter(|tag| **tag == "i").count(),
        english,
        "something is said in one language only"
    );
    let first = fs::read(&path).unwrap();
    book("en", &dir).ends(0);
    assert_eq!(fs::read(&path).unwrap(), first, "the same files make another book");
}

#[test]
fn files_with_a_mistake_make_no_book() {
    let folder = tempfile::tempdir().unwrap();
    let (copy, dir) = (folder.path().join("hedui"), folder.path().join("public"));
    for part in ["pipelines", "schemas"] {
        tree::copy(&root().join(part), &copy.join(part));
    }
    let rule = copy.join("pipelines/rules/death/D-01.sql");
    let text = fs::read_to_string(&rule).unwrap();
    let (before, after) = text.split_once("meaning:\n").unwrap();
    let after = after.split_once("direction:").unwrap().1;
    fs::write(&rule, format!("{before}direction:{after}")).unwrap();
    let check = |lang: &str, format: &str| {
        let mut command = hedui(["check", "--lang", lang, "--format", format, "--root"]);
        run(command.arg(&copy).arg("--book").arg(&dir)).ends(2)
    };
    check("en", "text").warns(&["D-01.sql", "`meaning` is missing", "no rule book was written"]);
    check("zh", "text").warns(&["`meaning`", "没有写规则书"]);
    let json: Value = serde_json::from_str(&check("en", "json").out).unwrap();
    assert!(json["book"].is_null() && json["diagnostics"].as_array().unwrap().len() == 1, "{json}");
    assert!(!dir.exists(), "something was written");
}

#[test]
fn a_place_that_cannot_hold_the_book_is_named_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    fs::write(&taken, "a file").unwrap();
    let path = taken.display().to_string();
    book("en", &taken).ends(1).warns(&[
        "the rule book was not written",
        &path,
        "name a folder that can be written to",
    ]);
    book("zh", &taken).ends(1).warns(&["规则书没有写成", &path, "请换一个可以写入的文件夹"]);
    assert_eq!(fs::read_to_string(&taken).unwrap(), "a file");
}

#[test]
fn programs_are_told_where_the_book_is() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(hedui(["check", "--format", "json", "--book"]).arg(folder.path())).ends(0);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert!(Path::new(json["book"].as_str().unwrap()).is_file(), "{json}");
    assert!(json["diagnostics"].is_array());
}
