//! The 31 datasets as row types, written once: column names are those of the contracts.
//!
//! Never a Chinese header: those come from the contracts.

use chrono::NaiveDate;

use super::{
    calendar::Term,
    number::{IdNumber, Ref},
    sheet::{Sheet, Style},
};
use crate::model::{DatasetId, Fen, Month};

/// A row of one dataset.
pub trait Row {
    /// Its dataset.
    const TABLE: Table;
    /// Writes its fields in the order of the dataset's columns.
    fn write(&self, sheet: &mut Sheet);
}

/// A word of a closed list.
pub type Code = &'static str;
/// A division code as a number; none begins with a zero.
pub type Division = u64;

macro_rules! tables {
    ($($Name:ident $rows:ident = $agency:literal $dataset:literal { $($column:ident: $kind:ty,)+ })+) => {
        /// The datasets.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Table { $(
            #[doc = concat!("`", $agency, ".", $dataset, "`")]
            $Name
        ),+ }

        impl Table {
            /// All of them, in the order of the specification.
            pub const ALL: [Self; 31] = [$(Self::$Name),+];

            /// Agency and dataset.
            pub fn names(self) -> (&'static str, &'static str) {
                match self { $(Self::$Name => ($agency, $dataset)),+ }
            }

            /// Column names in the order of the file; `use_` stands for `use`, which is a word of Rust.
            pub fn columns(self) -> &'static [&'static str] {
                match self { $(Self::$Name => &[$(stringify!($column)),+]),+ }
            }
        }

        $(
            #[doc = concat!("One row of `", $agency, ".", $dataset, "`; the fields are its columns.")]
            #[derive(Debug, Clone)]
            pub struct $Name { $(pub $column: $kind),+ }

            impl Row for $Name {
                const TABLE: Table = Table::$Name;
                fn write(&self, sheet: &mut Sheet) {
                    sheet.row(|row| { $(row.field(&self.$column);)+ });
                }
            }
        )+

        /// Rows of every dataset that can still be changed: the planted part of the city.
        #[derive(Debug, Clone, Default)]
        pub struct Rows { $(pub $rows: Vec<$Name>),+ }

        impl Rows {
            /// Writes all rows, dataset by dataset.
            pub fn write(&self, sheets: &mut Sheets) {
                $(self.$rows.iter().for_each(|row| sheets.add(row));)+
            }
        }
    };
}

tables! {
    Person persons = "civil_affairs" "persons" {
        person_id: IdNumber, id_kind: Code, id_valid: bool, sex: Code, birth_month: Option<Month>,
        hukou_division: Division, hukou_kind: Code,
    }
    Case cases = "civil_affairs" "cases" {
        case_id: Ref, household_id: Ref, person_id: Option<IdNumber>, programme: Code, category: Code, status: Code,
        division: Division, hukou_kind: Code, applied_on: Option<NaiveDate>, start_month: Option<Month>,
        end_month: Option<Month>, monthly_amount: Fen, declared_annual_income: Option<Fen>, counted_members: i32,
        recheck_class: Option<Code>, last_recheck_on: Option<NaiveDate>, deleted: Option<bool>,
    }
    Member household_members = "civil_affairs" "household_members" {
        household_id: Ref, version: i32, person_id: IdNumber, relationship: Code, counted: bool,
        exclusion_reason: Option<Code>, labour_capable: bool, valid_from: NaiveDate, valid_to: Option<NaiveDate>,
    }
    Payment payments = "civil_affairs" "payments" {
        case_id: Ref, person_id: IdNumber, programme: Code, item: Code, pay_month: Month, sequence: i32, amount: Fen,
        division: Division,
    }
    Grace grace_periods = "civil_affairs" "grace_periods" {
        case_id: Ref, start_on: NaiveDate, end_on: NaiveDate, amount: Fen,
    }
    Authorisation authorisations = "civil_affairs" "authorisations" {
        household_id: Ref, household_version: i32, person_id: IdNumber, signed_on: NaiveDate,
        ended_on: Option<NaiveDate>, state: Code,
    }
    Certificate disability_certificates = "civil_affairs" "disability_certificates" {
        person_id: IdNumber, kind: Code, grade: i32, issued_on: NaiveDate, valid_to: Option<NaiveDate>, state: Code,
    }
    Child children_in_need = "civil_affairs" "children_in_need" {
        person_id: IdNumber, kind: Code, start_month: Month, end_month: Option<Month>, status: Code,
    }
    Death deaths = "civil_affairs" "deaths" {
        record_id: Ref, person_id: IdNumber, died_on: Option<NaiveDate>, cremated_on: Option<NaiveDate>, source: Code,
        deleted: Option<bool>,
    }
    Marriage marriages = "civil_affairs" "marriages" {
        record_id: Ref, person_id: IdNumber, spouse_person_id: IdNumber, event: Code, event_on: NaiveDate,
        deleted: Option<bool>,
    }
    Supporter supporters = "civil_affairs" "supporters" {
        household_id: Ref, person_id: IdNumber, relationship: Code, able: Code, annual_support: Fen,
    }
    StaffRelative staff_relatives = "civil_affairs" "staff_relatives" {
        person_id: IdNumber, staff_person_id: IdNumber, relationship: Code, filed_on: Option<NaiveDate>,
    }
    Enrolment insurance_enrolments = "human_resources" "insurance_enrolments" {
        person_id: IdNumber, insurance: Code, enrol_state: i32, pay_state: i32, employer_id: Option<Ref>,
        employer_kind: Option<Code>, from_month: Month, to_month: Option<Month>,
    }
    Contribution contributions = "human_resources" "contributions" {
        person_id: IdNumber, insurance: Code, month: Month, sequence: i32, base: Fen, employer_id: Option<Ref>,
        paid: bool, paid_by: Code,
    }
    Pension pension_payments = "human_resources" "pension_payments" {
        person_id: IdNumber, scheme: Code, month: Month, amount: Fen, basic_amount: Fen,
    }
    JoblessBenefit unemployment_benefits = "human_resources" "unemployment_benefits" {
        person_id: IdNumber, month: Month, amount: Fen, state: Code,
    }
    InjuryCare injury_care = "human_resources" "injury_care" {
        person_id: IdNumber, month: Month, amount: Fen,
    }
    JobRegistration job_registrations = "human_resources" "job_registrations" {
        person_id: IdNumber, kind: Code, from_on: NaiveDate, to_on: Option<NaiveDate>,
    }
    JobRefusal job_refusals = "human_resources" "job_refusals" {
        record_id: Ref, person_id: IdNumber, offered_on: NaiveDate, refused: bool, deleted: Option<bool>,
    }
    PublicPost public_posts = "human_resources" "public_posts" {
        person_id: IdNumber, from_on: NaiveDate, to_on: Option<NaiveDate>, monthly_wage: Fen,
    }
    Premium resident_premiums = "human_resources" "resident_premiums" {
        person_id: IdNumber, year: Month, level: Fen, paid_by: Code,
    }
    Unit property_units = "housing" "property_units" {
        person_id: IdNumber, unit_id: Ref, use_: Code, area: Fen, share_num: i32, share_den: i32,
        registered_on: NaiveDate, ended_on: Option<NaiveDate>, ended_by: Option<Code>, acquired_by: Code, rural: bool,
        buyer_person_id: Option<IdNumber>,
    }
    Presale presales = "housing" "presales" {
        contract_id: Ref, person_id: IdNumber, unit_id: Ref, signed_on: NaiveDate, cancelled_on: Option<NaiveDate>,
        area: Fen, price: Fen, deleted: Option<bool>,
    }
    Fund provident_accounts = "housing" "provident_accounts" {
        person_id: IdNumber, account_id: Ref, state: Code, base: Fen, last_paid_month: Option<Month>, balance: Fen,
        employer_id: Option<Ref>,
    }
    Withdrawal provident_withdrawals = "housing" "provident_withdrawals" {
        record_id: Ref, person_id: IdNumber, withdrawn_on: NaiveDate, reason: Code, amount: Fen, deleted: Option<bool>,
    }
    Tenancy public_rentals = "housing" "public_rentals" {
        tenancy_id: Ref, person_id: IdNumber, main_tenant: bool, unit_id: Ref, from_on: NaiveDate,
        to_on: Option<NaiveDate>, arrears_months: i32, basis: Code, granted_on: NaiveDate,
    }
    RentSubsidy rent_subsidies = "housing" "rent_subsidies" {
        person_id: IdNumber, month: Month, amount: Fen, basis: Code, granted_on: NaiveDate,
    }
    Schooling enrolments = "education" "enrolments" {
        person_id: IdNumber, school_id: Ref, stage: Code, school_kind: Code, in_school: bool, state: Code, grade: i32,
        full_time: bool, from_on: NaiveDate, expected_end_on: NaiveDate, annual_fee: Option<Fen>,
    }
    SchoolChange enrolment_changes = "education" "enrolment_changes" {
        record_id: Ref, person_id: IdNumber, school_id: Ref, kind: Code, changed_on: NaiveDate,
        destination: Option<Code>, deleted: Option<bool>,
    }
    Aid student_aid = "education" "student_aid" {
        person_id: IdNumber, programme: Code, term: Term, amount: Fen, basis: Code, decided_on: NaiveDate,
    }
    Guardian guardians = "education" "guardians" {
        person_id: IdNumber, guardian_person_id: IdNumber, relationship: Code,
    }
}

impl Table {
    /// The dataset's name as contracts have it.
    pub fn id(self) -> DatasetId {
        let (agency, dataset) = self.names();
        DatasetId::new(agency, dataset)
    }

    /// How its agency's software writes: two of the four are still on GB18030.
    pub fn style(self) -> Style {
        match self.names().0 {
            "civil_affairs" => Style { gb18030: true, yes_no: ["是", "否"] },
            "housing" => Style { gb18030: true, yes_no: ["1", "0"] },
            "education" => Style { gb18030: false, yes_no: ["是", "否"] },
            _ => Style { gb18030: false, yes_no: ["true", "false"] },
        }
    }

    /// Whether the agency exports a spreadsheet.
    pub fn is_spreadsheet(self) -> bool {
        self == Self::Tenancy
    }

    /// Whether the file is worth compressing: it grows with people times months, or with all people.
    pub fn is_large(self) -> bool {
        matches!(
            self,
            Self::Payment
                | Self::Enrolment
                | Self::Contribution
                | Self::Pension
                | Self::Premium
                | Self::Unit
                | Self::Schooling
        )
    }
}

/// The rows of all datasets in one block, as bytes.
pub struct Sheets(pub Vec<Sheet>);

impl Sheets {
    /// Empty sheets; `dirt` makes the dice of a dataset that is to be spoilt here and there.
    pub fn new(mut dirt: impl FnMut(Table) -> Option<super::dice::Dice>) -> Self {
        Self(Table::ALL.iter().map(|table| Sheet::new(table.style(), dirt(*table))).collect())
    }

    /// Writes one row.
    pub fn add<R: Row>(&mut self, row: &R) {
        if let Some(sheet) = self.0.get_mut(R::TABLE as usize) {
            row.write(sheet);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_stands_at_its_place() {
        for (index, table) in Table::ALL.iter().enumerate() {
            assert_eq!(*table as usize, index);
        }
        assert_eq!(Table::Unit.columns()[2], "use_");
        assert_eq!(Table::Case.id().to_string(), "civil_affairs.cases");
    }
}
