//! Rows of text as a grid: as many fields in each as the header has, told by row and column. It types nothing and copies no text
//! that lies together already.

use std::sync::Arc;

use super::fields::Fields;

/// How many bytes a grid that is put together holds, about.
const FULL: usize = 2 << 20;

/// Rows with one field a column.
#[derive(Debug, Default)]
pub struct Grid {
    text: Arc<String>,
    /// Where the fields of each row begin, and at its end where one more would; a byte lies between two.
    begins: Vec<u32>,
    /// The line of each row.
    lines: Vec<u64>,
    width: usize,
}

impl Grid {
    /// A grid without rows, of so many columns.
    pub(super) fn of(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Rows that lie in a text already: `begins` and `lines` as in [`Grid`].
    pub(super) fn lying(text: Arc<String>, width: usize, begins: Vec<u32>, lines: Vec<u64>) -> Self {
        Self { text, begins, lines, width }
    }

    /// Adds a row of as many fields as there are columns.
    pub(super) fn push(&mut self, line: u64, fields: Fields<'_>) {
        for field in fields.iter() {
            self.begin();
            // A grid that is put together has its text for itself.
            let text = Arc::make_mut(&mut self.text);
            text.push_str(field);
            text.push(',');
        }
        self.begin();
        self.lines.push(line);
    }

    fn begin(&mut self) {
        // No record is longer than a piece, and a grid is full long before four thousand million bytes.
        self.begins.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Whether the next row had better go to another one.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= FULL
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The line where a row begins.
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or_default()
    }

    /// The lines of all rows.
    pub(super) fn lines(&self) -> &[u64] {
        &self.lines
    }

    /// One field of every row.
    pub(super) fn column(&self, at: usize) -> impl Iterator<Item = &str> {
        let rows = self.begins.chunks_exact(self.width + 1);
        rows.map(move |begins| match begins.get(at..at + 2) {
            Some([begin, next]) => self.text.get(*begin as usize..*next as usize - 1).unwrap_or_default(),
            _ => "",
        })
    }

    /// The fields of a row.
    pub fn row(&self, row: usize) -> Fields<'_> {
        let from = row * (self.width + 1);
        let begins = self.begins.get(from..from + self.width + 1).unwrap_or_default();
        Fields::Line { text: &self.text, begins }
    }
}

#[cfg(test)]
mod tests {
    use csv::StringRecord;

    use super::*;

    #[test]
    fn a_grid_gives_back_its_rows_by_row_and_by_column() {
        let rows = [["a", "", "甲,乙"], ["", "1\n2", "x"]];
        let mut grid = Grid::of(3);
        for (line, row) in (7..).zip(rows) {
            grid.push(line, Fields::Built(&StringRecord::from(row.as_slice())));
        }
        assert_eq!((grid.rows(), grid.line(0), grid.line(1), grid.line(2)), (2, 7, 8, 0));
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(grid.row(at).iter().collect::<Vec<_>>(), row);
        }
        for (at, (first, second)) in rows[0].into_iter().zip(rows[1]).enumerate() {
            assert_eq!(grid.column(at).collect::<Vec<_>>(), [first, second]);
        }
        assert!(grid.row(2).is_empty());
    }
}
