//! The review list as CSV: UTF-8 with a byte-order mark, one heading line, CRLF, every field quoted.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::model::Lang;

use super::{column::Column, line::Line};

/// The bytes of the list.
pub fn bytes(lines: &[Line], lang: Lang) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(Column::ALL.map(|column| column.title().in_lang(lang).to_owned()))?;
    for line in lines {
        for (column, text) in Column::ALL.iter().zip(&line.sheet) {
            writer.write_field(cell(*column, text).as_ref())?;
        }
        // The end of the record.
        writer.write_record(None::<&str>)?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn cell(column: Column, text: &str) -> Cow<'_, str> {
    // CSV has no types: a number that is a name, such as 0012 or 12e4, would be changed when a spreadsheet opens it.
    let is_name = matches!(column, Column::LeadNo | Column::CaseNo);
    let reads_as_number =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b".eE,".contains(&b));
    if is_name && reads_as_number { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Severity,
        report::{HouseholdCase, case::gather, line::lines, sample, witness},
    };

    fn written(lead_id: &str, reason: &str) -> String {
        let mut input = sample::input();
        input.leads = vec![sample::lead(lead_id, "D-01", Severity::S1, "H-1")];
        input.leads[0].clears_zh = reason.to_owned();
        let cases = gather(&input).cases;
        let all: Vec<&HouseholdCase> = cases.iter().collect();
        let witnesses = witness::by_lead(&input, Lang::Zh);
        String::from_utf8(bytes(&lines(&input, &all, &witnesses, Lang::Zh), Lang::Zh).unwrap()).unwrap()
    }

    #[test]
    fn the_file_begins_with_a_byte_order_mark_and_its_headings() {
        assert!(written("L", "x").starts_with("\u{feff}\"案件号\",\"核查对象\""));
    }

    #[test]
    fn quotes_and_separators_in_a_value_do_not_begin_a_cell() {
        let text = written("L", "a\",\"=1+1");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.len(), Column::ALL.len());
        assert!(row.iter().all(|cell| !cell.starts_with('=')));
    }

    #[test]
    fn a_lead_number_that_reads_as_a_number_stays_text() {
        assert!(written("12345e10", "x").contains("\"'12345e10\""));
        assert!(written("=1", "x").contains("\"'=1\""));
        assert!(written("0a1b", "x").contains("\"0a1b\""));
    }
}
