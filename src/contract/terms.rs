//! The terms of a contract as values: dataset, columns, codes. Already checked: nothing here can contradict itself.

use std::cmp::Ordering;

use super::{Condition, Limits, Pattern, Range, Reference};
use crate::model::{DatasetId, Text};

/// What one agency promises about one dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// `agency.dataset`, also the file's name.
    pub id: DatasetId,
    /// The contract's own version.
    pub version: String,
    /// The agency's name in both languages, where the contract gives it: an agency that the program has no words for.
    pub agency_title: Option<Text>,
    /// The dataset's name in both languages.
    pub title: Text,
    /// What the dataset holds, in one sentence.
    pub about: Text,
    /// What a new delivery means.
    pub delivery: Delivery,
    /// For how many days after its as-of date a delivery counts as fresh.
    pub fresh_days: u32,
    /// The names of the key columns, in the order of the key.
    pub key: Vec<String>,
    /// Rows that share a key and differ are all kept, because the difference is evidence.
    pub keeps_differing_rows: bool,
    /// What must hold between the columns of a row.
    pub conditions: Vec<Condition>,
    /// The columns whose values stand in other datasets.
    pub references: Vec<Reference>,
    /// From how much on a whole delivery is doubted.
    pub limits: Limits,
    /// The columns in the order of the contract.
    pub columns: Vec<Column>,
}

/// What a new delivery means for what was delivered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It replaces the dataset.
    Full,
    /// It replaces the months that it speaks for.
    ByMonth {
        /// The name of the month column.
        column: String,
    },
    /// It replaces rows with the same key; `deleted` removes one.
    Upsert,
}

impl Delivery {
    /// The word in a contract and in messages.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ByMonth { .. } => "by_month",
            Self::Upsert => "upsert",
        }
    }
}

/// One column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name in SQL and in deliveries.
    pub name: String,
    /// The header that an agency's own export has.
    pub header_zh: String,
    /// The name in both languages, for people.
    pub title: Text,
    /// What it means, in one sentence.
    pub about: Text,
    /// What its values are.
    pub kind: Kind,
    /// Whether every row has a value.
    pub required: bool,
    /// The values that may appear: always for [`Kind::Code`], sometimes for [`Kind::Int`]; else empty.
    pub codes: Vec<Code>,
    /// Whether it tells health, disability, minority or money of a person, or who the person is.
    pub sensitive: bool,
    /// The fewest characters of a text, if bounded.
    pub min_length: Option<u32>,
    /// The most characters of a text, if bounded.
    pub max_length: Option<u32>,
    /// The smallest and the largest value of a number.
    pub range: Range,
    /// The form of a text, if it has one.
    pub pattern: Option<Pattern>,
}

/// A value of a closed list and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// As delivered.
    pub value: String,
    /// What people call it.
    pub label: Text,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person: an identity number before sealing, a token in a delivery, a dictionary number in a snapshot.
    Person,
    /// A key that an agency made up.
    Ref,
    /// A value of a closed list.
    Code,
    /// An administrative division of 6, 9 or 12 digits.
    Division,
    /// A day.
    Date,
    /// A month, held as its first day.
    Month,
    /// Yuan with two decimals.
    Money,
    /// Another exact decimal.
    Decimal {
        /// All its digits.
        precision: u8,
        /// Those after the point.
        scale: i8,
    },
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Free text.
    Text,
}

impl Kind {
    /// Every word that a contract may write as `type`.
    pub const WORDS: &'static [&'static str] =
        &["person", "ref", "code", "division", "date", "month", "money", "decimal", "int", "bool", "text"];

    /// The word in a contract and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Ref => "ref",
            Self::Code => "code",
            Self::Division => "division",
            Self::Date => "date",
            Self::Month => "month",
            Self::Money => "money",
            Self::Decimal { .. } => "decimal",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Text => "text",
        }
    }
}

impl Column {
    /// What a code stands for.
    pub fn label(&self, value: &str) -> Option<&Text> {
        self.codes.iter().find(|code| code.value == value).map(|code| &code.label)
    }

    /// The codes in the order of their bytes.
    pub fn codes_in_order(&self) -> Vec<&str> {
        let mut codes: Vec<_> = self.codes.iter().map(|code| code.value.as_str()).collect();
        codes.sort_unstable();
        codes
    }

    /// The place of a code among them; none if it is not on the list.
    pub fn place_of_code(&self, value: &str) -> Option<u16> {
        // Most lists are a few codes long: looking at all of them costs no more than a search.
        let (mut before, mut is_there) = (0, false);
        for code in &self.codes {
            match code.value.as_str().cmp(value) {
                Ordering::Less => before += 1,
                Ordering::Equal => is_there = true,
                Ordering::Greater => {}
            }
        }
        is_there.then_some(before)
    }
}

impl Contract {
    /// The position of a column, by its name or by its Chinese header; spaces around it do not count.
    pub fn column(&self, header_or_name: &str) -> Option<usize> {
        let wanted = header_or_name.trim();
        self.columns.iter().position(|column| column.name == wanted || column.header_zh == wanted)
    }

    /// The positions of the key columns, in the order of the key.
    pub fn key_columns(&self) -> Vec<usize> {
        self.key.iter().filter_map(|name| self.column(name)).collect()
    }

    /// The position of the month column of a by-month dataset.
    pub fn month_column(&self) -> Option<usize> {
        match &self.delivery {
            Delivery::ByMonth { column } => self.column(column),
            Delivery::Full | Delivery::Upsert => None,
        }
    }

    /// The position of the column `deleted`, in datasets that can remove a row.
    pub fn deleted_column(&self) -> Option<usize> {
        self.column("deleted")
    }

    /// The positions of the columns of one kind.
    pub fn columns_of(&self, kind: Kind) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().enumerate().filter(move |(_, column)| column.kind == kind).map(|(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn payments() -> Contract {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/civil_affairs.payments.odcs.yaml");
        let text = std::fs::read_to_string(&file).unwrap();
        Contract::parse(&file, &text).0.unwrap()
    }

    #[test]
    fn a_column_is_found_by_its_name_and_by_its_chinese_header() {
        let contract = payments();
        for header in ["pay_month", "发放年月", " 发放年月  ", "发放年月\u{3000}"] {
            assert_eq!(contract.column(header), Some(4), "{header:?}");
        }
        assert_eq!((contract.column("发放月份"), contract.column("")), (None, None));
    }

    #[test]
    fn the_key_and_the_month_are_columns() {
        let contract = payments();
        assert_eq!(contract.key_columns(), [0, 1, 3, 4, 5]);
        assert_eq!((contract.month_column(), contract.deleted_column()), (Some(4), None));
        assert_eq!(contract.columns_of(Kind::Money).collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn a_code_has_a_label_in_both_languages() {
        let contract = payments();
        let programme = &contract.columns[2];
        assert_eq!(programme.label("tekun").unwrap().zh, "特困人员救助供养");
        assert_eq!(programme.label("TEKUN"), None);
    }

    #[test]
    fn the_place_of_a_code_is_that_among_all_in_order() {
        let contract = payments();
        let programme = &contract.columns[2];
        let codes = programme.codes_in_order();
        assert!(codes.len() > 2 && codes.is_sorted());
        for (place, code) in codes.iter().enumerate() {
            assert_eq!(programme.place_of_code(code), Some(place as u16));
        }
        assert_eq!(["TEKUN", "", "zzz"].map(|code| programme.place_of_code(code)), [None; 3]);
    }
}
