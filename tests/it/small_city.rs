//! A city of a few households, written as the agencies' raw files: each household lives in a township of its own, so that
//! a count by division is the outcome of one household, or of its only member.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::city::SAMPLE;

/// The township of a household, by its place in the city. Those of 3304 have no standard.
#[derive(Debug, Clone, Copy)]
pub enum County {
    /// In the division of the run.
    Here,
    /// Another city's: no standard is known for it.
    NoStandard,
}
use County::Here;

/// One delivery's raw rows.
struct Sheet {
    header: &'static str,
    as_of: &'static str,
    rows: Vec<String>,
}

/// Seven days before the business date, and thirty-five: the last on which a delivery is fresh.
const WEEKS_OLD: &str = "2026-03-08";
const MONTH_OLD: &str = "2026-02-08";

const SHEETS: [(&str, &str, &str); 14] = [
    (
        "civil_affairs.persons",
        MONTH_OLD,
        "person_id,id_kind,id_valid,sex,birth_month,hukou_division,hukou_kind",
    ),
    (
        "civil_affairs.cases",
        WEEKS_OLD,
        "case_id,household_id,person_id,programme,category,status,division,hukou_kind,applied_on,start_month,end_month,monthly_amount,declared_annual_income,counted_members,recheck_class,last_recheck_on,deleted",
    ),
    (
        "civil_affairs.household_members",
        WEEKS_OLD,
        "household_id,version,person_id,relationship,counted,exclusion_reason,labour_capable,valid_from,valid_to",
    ),
    (
        "civil_affairs.payments",
        MONTH_OLD,
        "case_id,person_id,programme,item,pay_month,sequence,amount,division",
    ),
    ("civil_affairs.grace_periods", WEEKS_OLD, "case_id,start_on,end_on,amount"),
    (
        "civil_affairs.authorisations",
        WEEKS_OLD,
        "household_id,household_version,person_id,signed_on,ended_on,state",
    ),
    ("civil_affairs.disability_certificates", MONTH_OLD, "person_id,kind,grade,issued_on,valid_to,state"),
    ("civil_affairs.children_in_need", MONTH_OLD, "person_id,kind,start_month,end_month,status"),
    ("civil_affairs.deaths", WEEKS_OLD, "record_id,person_id,died_on,cremated_on,source,deleted"),
    (
        "human_resources.contributions",
        MONTH_OLD,
        "person_id,insurance,month,sequence,base,employer_id,paid,paid_by",
    ),
    ("human_resources.pension_payments", MONTH_OLD, "person_id,scheme,month,amount,basic_amount"),
    ("human_resources.unemployment_benefits", MONTH_OLD, "person_id,month,amount,state"),
    ("human_resources.injury_care", MONTH_OLD, "person_id,month,amount"),
    ("human_resources.public_posts", MONTH_OLD, "person_id,from_on,to_on,monthly_wage"),
];

/// The raw files of the city.
pub struct SmallCity {
    sheets: BTreeMap<&'static str, Sheet>,
    townships: BTreeMap<String, String>,
}

impl SmallCity {
    /// Without anybody in it, but with a row in every dataset that is about somebody who is never asked about.
    pub fn new() -> Self {
        let sheets =
            SHEETS.map(|(dataset, as_of, header)| (dataset, Sheet { header, as_of, rows: Vec::new() }));
        let mut city = Self { sheets: sheets.into_iter().collect(), townships: BTreeMap::new() };
        let other = number("other");
        city.row("civil_affairs.children_in_need", format!("{other},left_behind,2024-03,,stopped"));
        city.row("human_resources.pension_payments", format!("{other},employee,2026-02,0.00,0.00"));
        city.row("human_resources.unemployment_benefits", format!("{other},2026-02,0.00,held"));
        // The month before the business date is stated where the city is sealed: held, without a row.
        city.row("human_resources.injury_care", format!("{other},2026-01,0.00"));
        city.row("human_resources.public_posts", format!("{other},2020-01-01,2020-02-01,1.00"));
        city
    }

    pub fn row(&mut self, dataset: &str, row: String) {
        self.sheets.get_mut(dataset).unwrap().rows.push(row);
    }

    /// The township of a household.
    pub fn township(&self, household: &str) -> &str {
        &self.townships[household]
    }

    /// A new township.
    pub fn settle(&mut self, household: &str, county: County) -> String {
        let place = self.townships.len() + 1;
        let county = if matches!(county, Here) { "330302" } else { "330402" };
        let township = format!("{county}{place:03}");
        self.townships.insert(household.to_owned(), township.clone());
        township
    }

    /// A dibao household with its one member, who is on record, 45 years old and has signed.
    pub fn household(&mut self, name: &str, county: County, declared: u32) {
        self.unsigned(name, county, declared);
        self.signs(name, name, "1", "2024-02-01,,valid");
    }

    /// The same without the signature.
    pub fn unsigned(&mut self, name: &str, county: County, declared: u32) {
        self.bare(name, county, declared);
        self.person(name, "1", "1980-06");
    }

    /// The same without a record of the person.
    pub fn bare(&mut self, name: &str, county: County, declared: u32) {
        let township = self.settle(name, county);
        self.case(name, name, "", "dibao,household,active", &township, declared);
        self.member(name, "1", name, true);
    }

    /// A case: `what` is programme, category and status, `person` empty for the household as a whole.
    pub fn case(
        &mut self,
        id: &str,
        household: &str,
        person: &str,
        what: &str,
        township: &str,
        declared: u32,
    ) {
        let person = if person.is_empty() { String::new() } else { number(person) };
        let row = format!(
            "{id},{household},{person},{what},{township},urban,2024-02-01,2024-03,,500.00,{declared}.00,1,A,2026-02-01,"
        );
        self.row("civil_affairs.cases", row);
    }

    pub fn member(&mut self, household: &str, version: &str, person: &str, counted: bool) {
        let person = number(person);
        let row = format!("{household},{version},{person},01,{counted},,true,2024-03-01,");
        self.row("civil_affairs.household_members", row);
    }

    pub fn person(&mut self, person: &str, sex: &str, birth_month: &str) {
        let person = number(person);
        self.row(
            "civil_affairs.persons",
            format!("{person},resident,true,{sex},{birth_month},330302001,urban"),
        );
    }

    /// An authorisation: `what` is signed_on, ended_on and state.
    pub fn signs(&mut self, household: &str, person: &str, version: &str, what: &str) {
        let person = number(person);
        self.row("civil_affairs.authorisations", format!("{household},{version},{person},{what}"));
    }

    /// Three employer contributions of the last half year.
    pub fn works(&mut self, person: &str) {
        let person = number(person);
        for month in ["2025-11", "2025-12", "2026-01"] {
            let row = format!("{person},110,{month},1,4000.00,E1,true,employer");
            self.row("human_resources.contributions", row);
        }
    }

    /// Died in December, with dibao paid in January and February.
    pub fn dies_and_is_paid(&mut self, case: &str, person: &str) {
        let record = format!("R-{person},{},2025-12-03,,cremation,", number(person));
        self.row("civil_affairs.deaths", record);
        self.paid(case, person);
    }

    pub fn paid(&mut self, case: &str, person: &str) {
        let person = number(person);
        for month in ["2026-01", "2026-02"] {
            let row = format!("{case},{person},dibao,basic,{month},1,500.00,330302001");
            self.row("civil_affairs.payments", row);
        }
    }

    /// Seals one dataset into an inbox. `months` are stated besides those of the rows.
    pub fn seal(&self, dataset: &str, months: &[&str], inbox: &Path) {
        let sheet = &self.sheets[dataset];
        self.seal_rows(dataset, sheet.as_of, &sheet.rows, months, inbox);
    }

    /// Seals other rows of a dataset as another delivery of it.
    pub fn seal_rows(&self, dataset: &str, as_of: &str, rows: &[String], months: &[&str], inbox: &Path) {
        let folder = tempfile::tempdir().unwrap();
        let file = self.write(dataset, rows, folder.path());
        SAMPLE.keys.seal(dataset, as_of, inbox, &[file], months).ends(0);
    }

    /// Writes rows of a dataset as the agency's raw file.
    fn write(&self, dataset: &str, rows: &[String], folder: &Path) -> PathBuf {
        let file: PathBuf = folder.join(format!("{dataset}.csv"));
        fs::write(&file, format!("{}\n{}\n", self.sheets[dataset].header, rows.join("\n"))).unwrap();
        file
    }

    /// Writes every dataset as a raw file; their names, and the days that they are about.
    pub fn write_all(&self, folder: &Path) -> Vec<(&'static str, &'static str, PathBuf)> {
        let each = self
            .sheets
            .iter()
            .map(|(dataset, sheet)| (*dataset, sheet.as_of, self.write(dataset, &sheet.rows, folder)));
        each.collect()
    }

    /// Seals everything but what is left out; injury care states that it speaks for February too, if it may.
    pub fn seal_all(&self, without: &[&str], february: bool, inbox: &Path) {
        for dataset in self.sheets.keys().filter(|dataset| !without.contains(dataset)) {
            let states = february && *dataset == "human_resources.injury_care";
            self.seal(dataset, if states { &["--months", "2026-02..2026-02"] } else { &[] }, inbox);
        }
    }
}

/// A valid identity number for a name, the same every time.
pub fn number(name: &str) -> String {
    let mut hash: u64 = 7;
    for byte in name.bytes() {
        hash = hash.wrapping_mul(131).wrapping_add(u64::from(byte));
    }
    // A birth date and an order number out of the name: two names of one test do not share them.
    let (year, month, day) = (1950 + hash % 50, hash / 50 % 12 + 1, hash / 600 % 28 + 1);
    let order = hash / 16_800 % 990 + 1;
    let body = format!("330302{year:04}{month:02}{day:02}{order:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432"[usize::try_from(sum % 11).unwrap()];
    format!("{body}{}", char::from(check))
}
