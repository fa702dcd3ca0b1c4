//! Identity numbers in a file outside the rows that are read: other sheets, comments, properties, headers of packed files (rule
//! It remembers places, never a value.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;

use super::{leaks::sighting, quarantine::Where};
use crate::identity::Sighting;

/// So many are told; far fewer condemn the delivery.
const MAX: usize = 1 << 16;

macro_rules! besides {
    ($($name:ident = $code:literal;)*) => {
        /// What else a file carries beside its rows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the words say what each one is")]
        pub enum Beside {
            $($name,)*
        }

        impl Beside {
            /// Every one, in the order of this list.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word that stands in the list of what was found.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }
        }
    };
}

besides! {
    Comments = "workbook:comments";
    Properties = "workbook:properties";
    Names = "workbook:names";
    Links = "workbook:links";
    Sheets = "workbook:sheets";
    Strings = "workbook:strings";
    Drawings = "workbook:drawings";
    Other = "workbook:other";
    Archive = "workbook:parts";
    Gzip = "gzip:header";
    Parquet = "parquet:metadata";
}

/// What an identity number in the clear outside the rows looks like, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    pub(super) place: Where,
    /// The row of a sheet; 0 where there is none.
    pub(super) line: u64,
    pub(super) sighting: Sighting,
    /// Whether it mostly stands in a sheet too, and is found there: then it counts only where nothing else was found.
    pub(super) repeats: bool,
}

/// What was found so far; some of it while the rows are read.
#[derive(Debug, Clone, Default)]
pub struct Besides(Arc<Mutex<Vec<Elsewhere>>>);

impl Besides {
    /// Looks at one text that stands nowhere in the sheets.
    pub(super) fn look(&self, beside: Beside, text: &str) {
        if let Some(sighting) = sighting(text, NaiveDate::MAX) {
            self.note(Elsewhere { place: Where::Beside(beside), line: 0, sighting, repeats: false });
        }
    }

    pub(super) fn note(&self, found: Elsewhere) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX {
            all.push(found);
        }
    }

    /// What was found since it was taken last.
    pub(super) fn take(&self) -> Vec<Elsewhere> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
