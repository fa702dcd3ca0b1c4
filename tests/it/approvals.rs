//! Which rules reach a list: live ones whose file and facts are approved as they stand. All others say why they did not.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    city::{FEW, Place, undisturbed},
    package::hex,
    program::{Said, hedui, root, run},
    table::Table,
    tree,
};

/// How our own approvals are made.
const OURS: &str = "hedui check --approve all --by \"示例城市 · the sample city\"";

/// An installation of its own and a night of the sample city in it.
struct Office {
    place: Place,
    root: PathBuf,
}

impl Office {
    fn new() -> Self {
        undisturbed();
        Self::of(Place::with_city())
    }

    /// With the deliveries of these datasets only.
    fn with(datasets: &[&str]) -> Self {
        Self::of(Place::with(datasets))
    }

    fn of(mut place: Place) -> Self {
        let copy = place.folder.path().join("hedui");
        for part in ["pipelines", "schemas"] {
            tree::copy(&root().join(part), &copy.join(part));
        }
        place.night.root.clone_from(&copy);
        Self { place, root: copy }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root.join("pipelines").join(file)
    }

    #[track_caller]
    fn edit(&self, file: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(old), "no `{old}` in {file}");
        fs::write(self.path(file), text.replacen(old, new, 1)).unwrap();
    }

    /// Appends a byte that changes no meaning.
    fn touch(&self, file: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        fs::write(self.path(file), text + "\n").unwrap();
    }

    fn hedui(&self, arguments: &[&str]) -> Said {
        run(hedui(arguments).arg("--root").arg(&self.root))
    }

    fn approve(&self, rules: &str, lang: &str) -> Said {
        self.hedui(&["check", "--approve", rules, "--by", "某局 · an office", "--lang", lang])
    }

    fn approvals(&self) -> String {
        fs::read_to_string(self.path("approvals.yaml")).unwrap()
    }

    fn manifest(&self) -> Value {
        serde_json::from_slice(&fs::read(self.place.night.current().join("manifest.json")).unwrap()).unwrap()
    }
}

/// `listed` of every lead, by rule.
fn listed(run: &std::path::Path) -> BTreeMap<String, Vec<bool>> {
    let mut listed: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for [rule, is_listed] in Table::read(&run.join("leads.parquet")).select(["rule_id", "listed"]) {
        listed.entry(rule.to_owned()).or_default().push(is_listed == "true");
    }
    listed
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[test]
fn our_own_approvals_are_of_our_rules_and_facts_as_they_stand() {
    let pipelines = root().join("pipelines");
    let text = fs::read_to_string(pipelines.join("approvals.yaml")).unwrap();
    let mut wrong = Vec::new();
    for (name, path) in tree::files(&pipelines) {
        let is_ours = name.starts_with("rules/") || name.starts_with("facts/");
        if !is_ours || !name.ends_with(".sql") {
            continue;
        }
        let line = format!("\n{name}: {{sha256: {}, ", sha256(&fs::read(path).unwrap()));
        let status = fs::read_to_string(pipelines.join(&name)).unwrap();
        if !text.contains(&line) && (name.starts_with("facts/") || status.contains("\nstatus: live\n")) {
            wrong.push(name);
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "changed since they were approved; after reading them: {OURS}");
    let said = run(&mut hedui(["check", "--lang", "en"])).ends(0);
    for code in ["HD704", "HD705", "HD706"] {
        assert!(!said.err.contains(code), "after reading the rules: {OURS}\n{}", said.err);
    }
}

#[test]
fn each_status_and_each_lost_approval_is_acted_on_and_said() {
    let office = Office::new();
    office.edit("rules/death/D-01.sql", "\nstatus: live\n", "\nstatus: pilot\n");
    office.edit("rules/death/D-02.sql", "\nstatus: live\n", "\nstatus: draft\n");
    office.edit("rules/death/D-03.sql", "\nstatus: live\n", "\nstatus: suspended\n");
    office.edit("rules/death/D-04.sql", "\nstatus: live\n", "\nstatus: retired\n");
    office.touch("rules/death/D-05.sql");
    office.touch("facts/pupils.sql");
    office
        .approve("D-01", "en")
        .ends(2)
        .warns(&["its status is pilot", "write status: live in D-01.sql first"]);

    let said = office.place.night.run().ends(3);
    let said =
        said.prints(&["(pilot: on no list)", "D-03    not run: suspended", "(not approved: on no list)"]);
    assert!(!said.out.contains("\nD-02") && !said.out.contains("\nD-04"), "{}", said.out);
    let said = said.warns(&[
        "rules/death/D-05.sql was changed after it was approved; live rules that therefore ran in the shadow, on no list: 1: D-05",
        "facts/pupils.sql was changed after it was approved",
        "help: have them approved: hedui check --approve D-05,",
    ]);
    assert_eq!(said.err.matches("was changed after it was approved").count(), 2, "{}", said.err);

    // The manifest says it, in the plan and in the results.
    let manifest = office.manifest();
    let held = manifest["results"]["held_back"].as_array().unwrap();
    assert_eq!(manifest["plan"]["held_back"], manifest["results"]["held_back"]);
    let files: Vec<&str> = held.iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["facts/pupils.sql", "rules/death/D-05.sql"]);
    let readers: Vec<&str> =
        held[0]["rules"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(readers.len() > 1 && !readers.contains(&"D-05"), "{readers:?}");
    let approvals = sha256(office.approvals().as_bytes());
    assert_eq!(manifest["plan"]["approvals"]["sha256"], approvals.as_str());
    for (rule, status) in
        [("D-01", "pilot"), ("D-02", "draft"), ("D-03", "suspended"), ("D-04", "retired"), ("D-05", "live")]
    {
        assert_eq!(manifest["results"]["rules"][rule]["status"], status);
    }

    // Shadow rules are counted and their leads recorded, none of them listed; the others left no trace.
    let (run, before) = (office.place.night.current(), undisturbed());
    let (now, then) = (listed(&run), listed(&before));
    let of = |rule: &str, run: &std::path::Path| -> Vec<Vec<String>> {
        let columns = ["rule_id", "division", "population", "hit", "clear", "insufficient", "reason"];
        let table = Table::read(&run.join("coverage.parquet"));
        let rows = table.select(columns).into_iter().filter(|row| row[0] == rule);
        rows.map(|row| row.map(str::to_owned).to_vec()).collect()
    };
    for rule in ["D-01", "D-05"].iter().chain(&readers) {
        assert_eq!(of(rule, &run), of(rule, &before), "{rule} is not counted as it was when it was live");
        assert_eq!(now.get(*rule).map(Vec::len), then.get(*rule).map(Vec::len), "{rule}");
        assert!(now.get(*rule).is_none_or(|leads| !leads.contains(&true)), "{rule} is on a list");
    }
    for rule in ["D-02", "D-03", "D-04"] {
        assert!(then.contains_key(rule), "the sample city has leads of {rule}");
        assert!(of(rule, &run).is_empty() && !now.contains_key(rule), "{rule} was run");
    }
    assert!(now["D-06"].contains(&true), "other rules are listed as before");

    // On the lists there is no difference between a rule in the shadow and one that does not run.
    let report = fs::read_to_string(run.join("report.html")).unwrap();
    for words in
        ["没有正式运行的规则", "facts/pupils.sql 批准后被改动", "it is suspended for a time", "it is a pilot"]
    {
        assert!(report.contains(words), "the report does not say `{words}`");
    }
    let lists = tree::bytes(&run.join("lists"));
    let without = Office::new();
    for rule in ["D-01", "D-02", "D-03", "D-04", "D-05"].iter().chain(&readers) {
        let files = tree::files(&without.path("rules"));
        let file = files.keys().find(|name| name.ends_with(&format!("/{rule}.sql"))).unwrap();
        without.edit(&format!("rules/{file}"), "\nstatus: live\n", "\nstatus: suspended\n");
    }
    let said = without.place.night.run().ends(3).prints(&["D-05    not run: suspended"]);
    assert!(
        !said.err.contains("approved"),
        "rows of the sample city are set aside, no rule is: {}",
        said.err
    );
    tree::assert_same(&lists, &tree::bytes(&without.place.night.current().join("lists")));
}

#[test]
fn without_approvals_nothing_is_listed_and_that_is_said_once() {
    let mut office = Office::with(&FEW);
    // Every rule that was approved, but for the one that is suspended here.
    let live = office.approvals().lines().filter(|line| line.starts_with("rules/")).count() - 1;
    fs::remove_file(office.path("approvals.yaml")).unwrap();
    office.edit("rules/death/D-03.sql", "\nstatus: live\n", "\nstatus: suspended\n");
    let check = office.hedui(&["check", "--lang", "en"]).ends(0).warns(&["there is no approvals.yaml"]);
    assert_eq!(check.err.matches("warning[HD704]").count(), 1, "{}", check.err);
    office
        .hedui(&["check", "--lang", "zh"])
        .ends(0)
        .warns(&["警告[HD704]", "没有 approvals.yaml，没有任何批准"]);
    let said = office.place.night.run().ends(3).prints(&[": 0 leads on 0 review lists"]);
    let said = said.warns(&[
        &format!("note: there is no approvals.yaml: nothing is approved; live rules that therefore ran in the shadow, on no list: {live}\n"),
        "help: have them approved: hedui check --approve all --by \"OFFICE\"",
    ]);
    assert_eq!(said.err.matches("approvals.yaml").count(), 1, "{}", said.err);
    let leads = listed(&office.place.night.current());
    assert!(!leads.is_empty() && leads.values().flatten().all(|listed| !listed), "{leads:?}");
    assert!(office.manifest()["plan"]["approvals"].is_null());
    let shadow = office.place.night.current();

    // The same night again is the same run, and says the same, in the other language too.
    office.place.night.lang = "zh";
    let said =
        office.place.night.run().ends(3).prints(&["D-03    未运行：规则已暂停", "（没有批准：不上清单）"]);
    let shadowed = format!("没有 approvals.yaml，没有任何批准；{live} 条正式规则因此只试行、不上清单");
    said.warns(&[&shadowed, "办法: 审核后批准"]);
    office.place.night.lang = "en";
    office
        .place
        .night
        .run()
        .ends(3)
        .warns(&["the same inputs and rules were run before", "there is no approvals.yaml"]);
    assert_eq!(office.place.night.current(), shadow);

    // With the approvals back it is another run.
    fs::copy(root().join("pipelines/approvals.yaml"), office.path("approvals.yaml")).unwrap();
    let said = office.place.night.run().ends(3);
    assert!(!said.err.contains("approved"), "{}", said.err);
    assert_ne!(office.place.night.current(), shadow);
}

#[test]
fn a_rule_is_approved_by_name_with_its_facts_after_its_tests_have_passed() {
    let office = Office::with(&[]);
    let ours = office.approvals();
    office.touch("rules/property/P-06.sql");
    office.touch("facts/open_presales.sql");
    let check = office.hedui(&["check", "--lang", "en"]).ends(0).warns(&[
        "warning[HD705]: rules/property/P-06.sql was changed after it was approved",
        "warning[HD705]: facts/open_presales.sql was changed after it was approved",
        "hedui check --approve P-06 --by",
    ]);
    let line = 1 + ours.lines().position(|line| line.starts_with("rules/property/P-06.sql:")).unwrap();
    let place = format!("{}:{line}:1", office.path("approvals.yaml").display());
    let check = check.warns(&[&place]);
    assert_eq!(check.err.matches("warning[").count(), 2, "{}", check.err);

    let said = office.approve("P-06", "en").ends(0).prints(&["approved "]);
    let now = office.approvals();
    for file in ["rules/property/P-06.sql", "facts/open_presales.sql"] {
        let digest = sha256(&fs::read(office.path(file)).unwrap());
        assert!(said.out.contains(&format!("{digest}  {file}\n")), "{}", said.out);
        let line = now.lines().find(|line| line.starts_with(&format!("{file}: "))).unwrap();
        assert!(line.contains(&digest) && line.ends_with("by: \"某局 · an office\"}"), "{line}");
    }
    // Others keep the approval that they had, and the comments at the head stay.
    let other = |text: &str| {
        text.lines().filter(|line| line.starts_with('#') || line.starts_with("rules/income/")).count()
    };
    assert_eq!(other(&now), other(&ours));
    for line in ours.lines().filter(|line| line.starts_with('#') || line.starts_with("rules/income/")) {
        assert!(now.contains(line), "{line}");
    }
    assert!(!office.hedui(&["check", "--lang", "en"]).ends(0).err.contains("warning["));
    // Once more changes nothing.
    office.approve("P-06", "zh").ends(0).prints(&["批准 0 个文件"]);
    assert_eq!(office.approvals(), now);
}

#[test]
fn what_fails_its_tests_or_is_wrong_is_not_approved() {
    let office = Office::with(&[]);
    let ours = office.approvals();
    let unchanged = |what: &str| assert_eq!(office.approvals(), ours, "{what}");

    // P-03 itself is as it was and was not named, but the fact beneath it lost every row.
    office.touch("rules/property/P-06.sql");
    office.edit("facts/open_presales.sql", "WHERE signed_on <= $t", "WHERE 1 = 0 AND signed_on <= $t");
    let said = office.approve("P-06", "en").ends(1).prints(&["FAILED[HD606]  P-03"]);
    said.warns(&["error: nothing was approved", "a fact is approved for every rule that reads it"]);
    unchanged("a rule whose tests fail");

    fs::remove_file(office.path("rules/property/P-06.test.yaml")).unwrap();
    office.approve("P-06", "zh").ends(1).warns(&["没有批准任何文件", "先为每条规则写单元测试"]);
    unchanged("a rule without tests");

    office.approve("P-6", "en").ends(2).warns(&["failed to find the rule P-6", "did you mean P-"]);
    office.hedui(&["check", "--approve", "P-06", "--lang", "en"]).ends(2).warns(&["--by"]);
    office
        .hedui(&["check", "--approve", "P-06", "--by", " ", "--lang", "en"])
        .ends(2)
        .warns(&["must name the office"]);
    office.edit("rules/property/P-06.sql", "severity: S", "severity: T");
    office.approve("P-06", "en").ends(2).warns(&["error[HD008]", "there are errors: nothing was approved"]);
    unchanged("a mistake");
}

#[test]
fn approvals_with_mistakes_in_them_stop_the_night_and_gone_files_are_forgotten() {
    let office = Office::with(&FEW);
    let ours = office.approvals();
    let entry = "rules/death/D-99.sql: {sha256: 00, date: 2026-02-30, by: x, hash: y}\n";
    fs::write(office.path("approvals.yaml"), format!("{ours}{entry}")).unwrap();
    let line = ours.lines().count() + 1;
    let place = |column: usize| format!("{}:{line}:{column}", office.path("approvals.yaml").display());
    let said = office.hedui(&["check", "--lang", "en"]).ends(2);
    said.warns(&[
        "64 lower-case hex",
        "a date",
        "unknown key `hash`",
        "there is no such file",
        &place(1),
        &place(32),
    ]);
    office.place.night.run().ends(2).warns(&["64 lower-case hex", "nothing was run"]);

    let entry = format!("rules/death/D-99.sql: {{sha256: {}, date: 2026-02-28, by: x}}\n", "0".repeat(64));
    fs::write(office.path("approvals.yaml"), format!("{ours}{entry}")).unwrap();
    office.hedui(&["check", "--lang", "en"]).ends(0).warns(&["warning[HD706]", &place(1)]);
    let said =
        office.hedui(&["check", "--approve", "all", "--by", "示例城市 · the sample city", "--lang", "en"]);
    said.ends(0).prints(&["removed, the file is gone: rules/death/D-99.sql", "approved 0 files"]);
    assert_eq!(office.approvals(), ours);
}
