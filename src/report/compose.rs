//! From one night's findings to the bytes of everything that people and programs read of it.
//!
//! Pure: no disk, no clock, no order that depends on a hash map.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{
    model::Text,
    threads::{beside, on_threads},
};

use super::{
    HouseholdCase, ReportInput, TableError, case, csv_list, line, list_page, run_page, sheet_head, table,
    witness, xlsx,
};

/// Everything that is written for a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Composed {
    /// Path inside the run's folder, with `/`, → the file's bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The household cases, worst first.
    pub cases: Vec<HouseholdCase>,
    /// Divisions that have a list → households on it.
    pub lists: BTreeMap<String, usize>,
    /// What the reader must know, for example that a year's holidays are not known.
    pub notes: Vec<Text>,
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A workbook.
    #[error("the workbook of {division} could not be made")]
    Workbook {
        /// Whose list it is.
        division: String,
        /// What the writer said.
        source: rust_xlsxwriter::XlsxError,
    },
    /// A CSV list.
    #[error("the CSV list of {division} could not be made")]
    Csv {
        /// Whose list it is.
        division: String,
        /// What the writer said.
        source: csv::Error,
    },
    /// A division that cannot be a folder's name.
    #[error("`{0}` is no division code, so it cannot name a folder of lists")]
    Division(String),
    /// A file that could not be written.
    #[error("{path} could not be written")]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Gathers, ranks and writes out everything, in memory. `each` hears how many lists are done, and of how many. With one thread
/// or many the files are the same.
pub fn compose(
    input: &ReportInput,
    threads: usize,
    each: &(dyn Fn(usize, usize) + Sync),
) -> Result<Composed, ReportError> {
    // The evidence takes longest, and needs nothing that is gathered.
    let (evidence, composed) =
        beside(threads, || table::evidence(&input.evidence), || all_but_evidence(input, threads, each));
    let mut composed = composed?;
    composed.files.insert("evidence.parquet".to_owned(), evidence?);
    Ok(composed)
}

fn all_but_evidence(
    input: &ReportInput,
    threads: usize,
    each: &(dyn Fn(usize, usize) + Sync),
) -> Result<Composed, ReportError> {
    let gathered = case::gather(input);
    let mut notes = input.notes.clone();
    if !gathered.guessed_years.is_empty() {
        let years: Vec<String> = gathered.guessed_years.iter().map(ToString::to_string).collect();
        notes.push(Text::new(
            format!("没有 {} 年的放假安排：跨入该年的办结期限只扣除了周末。", years.join("、")),
            format!(
                "The holidays of {} are not known: deadlines that reach into it count weekends only.",
                years.join(", ")
            ),
        ));
    }
    let rows = witness::rows(input);
    let townships: Vec<(&str, Vec<&HouseholdCase>)> =
        case::by_township(&gathered.cases).into_iter().collect();
    let strange = |division: &str| division.is_empty() || !division.bytes().all(|b| b.is_ascii_digit());
    if let Some((division, _)) = townships.iter().find(|(division, _)| strange(division)) {
        return Err(ReportError::Division((*division).to_owned()));
    }
    each(0, townships.len());
    let done = AtomicUsize::new(0);
    let list = |(division, cases): &(&str, Vec<&HouseholdCase>)| {
        let made = list(input, division, cases, &rows);
        each(done.fetch_add(1, Ordering::Relaxed) + 1, townships.len());
        made
    };
    let table = |name: &str, bytes: Result<Vec<u8>, TableError>| Ok(vec![(name.to_owned(), bytes?)]);
    let mut work: Vec<Box<dyn FnOnce() -> Made + Send + '_>> = vec![
        Box::new(|| table("leads.parquet", table::leads(&gathered.cases))),
        Box::new(|| table("cases.parquet", table::cases(&gathered.cases))),
        Box::new(|| table("coverage.parquet", table::coverage(&input.coverage))),
    ];
    for township in &townships {
        work.push(Box::new(|| list(township)));
    }
    let mut files = BTreeMap::new();
    // A workbook is written out by threads of its own, for which the one that asked for it waits: others go on meanwhile.
    for made in on_threads(if threads < 2 { threads } else { 2 * threads }, work, |piece| piece()) {
        files.extend(made?);
    }
    let lists = townships.iter().map(|(division, cases)| ((*division).to_owned(), cases.len())).collect();
    files.insert(
        "report.html".to_owned(),
        run_page::page(input, &gathered.cases, &lists, &notes).into_bytes(),
    );
    Ok(Composed { files, cases: gathered.cases, lists, notes })
}

/// Paths inside the run's folder, and the bytes of these files.
type Made = Result<Vec<(String, Vec<u8>)>, ReportError>;

/// The list of one township, in each of its forms.
fn list(input: &ReportInput, division: &str, cases: &[&HouseholdCase], rows: &witness::Rows<'_>) -> Made {
    let leads = cases.iter().flat_map(|case| case.listed()).map(|ranked| &ranked.lead);
    let witnesses = witness::of_leads(input, rows, leads, input.lang);
    let lines = line::lines(input, cases, &witnesses, input.lang);
    let head = sheet_head::head(input, division, cases, input.lang);
    let of = || division.to_owned();
    let workbook = xlsx::workbook(&head, &lines, input.lang)
        .map_err(|source| ReportError::Workbook { division: of(), source })?;
    let sheet =
        csv_list::bytes(&lines, input.lang).map_err(|source| ReportError::Csv { division: of(), source })?;
    let page = list_page::page(&head, &lines, input.lang).into_bytes();
    let file = |kind: &str| format!("lists/{division}/review.{kind}");
    Ok(vec![(file("xlsx"), workbook), (file("csv"), sheet), (file("html"), page)])
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{model::Severity, report::sample};

    fn night() -> ReportInput {
        let mut input = sample::input();
        input.leads = vec![
            sample::full_lead("a", "D-01", Severity::S1, "H-1"),
            sample::full_lead("b", "M-01", Severity::M1, "H-2"),
        ];
        input.leads[1].division = "330304".to_owned();
        input.evidence = vec![sample::evidence("a", "payments", "p.csv:7", "amount", Some("1190.00"))];
        input
    }

    #[test]
    fn every_file_of_a_run_is_there_and_the_same_input_gives_the_same_bytes() {
        let composed = compose(&night(), 1, &|_, _| {}).unwrap();
        let names: Vec<&str> = composed.files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "cases.parquet",
                "coverage.parquet",
                "evidence.parquet",
                "leads.parquet",
                "lists/330302001/review.csv",
                "lists/330302001/review.html",
                "lists/330302001/review.xlsx",
                "lists/330304/review.csv",
                "lists/330304/review.html",
                "lists/330304/review.xlsx",
                "report.html",
            ]
        );
        let mut shuffled = night();
        shuffled.leads.reverse();
        for threads in [1, 2, 5] {
            assert_eq!(composed, compose(&shuffled, threads, &|_, _| {}).unwrap());
        }
    }

    #[test]
    fn lists_are_counted_and_nothing_else() {
        for threads in [1, 3] {
            let told = Mutex::new(Vec::new());
            compose(&night(), threads, &|done, of| told.lock().unwrap().push((done, of))).unwrap();
            let mut told = told.into_inner().unwrap();
            told.sort_unstable();
            assert_eq!(told, [(0, 2), (1, 2), (2, 2)]);
        }
    }

    #[test]
    fn a_deadline_in_a_year_without_holidays_is_said_to_be_a_guess() {
        let mut input = night();
        for lead in &mut input.leads {
            lead.first_seen = "2026-12-30".parse().unwrap();
        }
        let composed = compose(&input, 1, &|_, _| {}).unwrap();
        assert_eq!(composed.notes.len(), 1);
        assert!(composed.notes[0].zh.contains("2027"), "{:?}", composed.notes);
        let page = String::from_utf8(composed.files["report.html"].clone()).unwrap();
        assert!(page.contains(&composed.notes[0].zh));
    }

    #[test]
    fn a_division_that_is_no_code_never_becomes_a_path() {
        let mut input = night();
        input.leads[0].division = "../../etc".to_owned();
        assert!(matches!(compose(&input, 1, &|_, _| {}), Err(ReportError::Division(_))));
    }
}
