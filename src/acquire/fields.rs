//! The fields of one record, as they stand in the file. They are looked at where they lie; nothing is unquoted or trimmed here.

use csv::StringRecord;

/// The fields of one record.
#[derive(Debug, Clone, Copy)]
pub enum Fields<'a> {
    /// A record that was put together: quoted text, a row of a spreadsheet or of Parquet.
    Built(&'a StringRecord),
    /// A line without quotation marks.
    Line {
        /// The text that it lies in.
        text: &'a str,
        /// Where its fields begin, and at the end where one more would.
        begins: &'a [u32],
    },
}

impl<'a> Fields<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Built(record) => record.len(),
            Self::Line { begins, .. } => begins.len().saturating_sub(1),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The field at this place, from 0.
    #[inline]
    pub fn get(&self, at: usize) -> Option<&'a str> {
        match self {
            Self::Built(record) => record.get(at),
            Self::Line { text, begins } => match begins.get(at..at + 2)? {
                [begin, next] => text.get(*begin as usize..*next as usize - 1),
                _ => None,
            },
        }
    }

    /// All of them in order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map_while(move |at| self.get(at))
    }
}
