//! The review list as a workbook that prints well and comes back filled in.
//!
//! Printed on A4 landscape each stretch of households takes two pages side by side: what was found, then what to do
//! and what came of it; case and subject stand on both. Never writes a formula, and never a clock reading.

mod look;

use chrono::Datelike;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime,
    FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::model::Lang;

use look::{HEADING, RULE, cell_format, height_of, lines_of, text, width};

use super::{
    column::Column,
    harmless::harmless,
    line::Line,
    outcome::Outcome,
    sheet_head::{Head, guide},
    words::either,
};

/// The bytes of the workbook; the same list gives the same bytes.
pub fn workbook(head: &Head, lines: &[Line], lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let date = head.date;
    let year = u16::try_from(date.year()).unwrap_or(2000);
    let month = u8::try_from(date.month()).unwrap_or(1);
    let day = u8::try_from(date.day()).unwrap_or(1);
    let properties = DocProperties::new()
        .set_title(harmless(&head.title))
        .set_author("hedui")
        .set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?);
    workbook.set_properties(&properties);
    let sheet = workbook.add_worksheet();
    sheet.set_name(either(lang, "复核清单", "Review list"))?;
    let first = write_head(sheet, head)?;
    write_headings(sheet, first, lang)?;
    write_lines(sheet, first + 1, lines)?;
    let last = first + u32::try_from(lines.len()).unwrap_or(u32::MAX - first);
    choices(sheet, first + 1, last.max(first + 1), lang)?;
    page(sheet, first, last, head, lang)?;
    let notes = workbook.add_worksheet();
    write_guide(notes, lang)?;
    workbook.save_to_buffer()
}

/// Title, figures and how to fill in; returns the row of the headings.
fn write_head(sheet: &mut Worksheet, head: &Head) -> Result<u32, XlsxError> {
    let title =
        text().set_bold().set_font_size(16).set_font_color(HEADING).set_align(FormatAlign::VerticalCenter);
    sheet.set_row_height(0, 26)?;
    // The first two columns come again on the right-hand page: they hold only what is short enough to be whole there.
    sheet.write_string_with_format(0, 0, harmless(&head.place), &title)?;
    sheet.write_string_with_format(1, 0, head.date.to_string(), &text().set_bold())?;
    sheet.write_string_with_format(0, 2, harmless(&head.title), &title)?;
    let mut row = 1;
    for line in [&head.figures, &head.caution, &head.fill_in] {
        let format = if row == 1 { text().set_bold() } else { text() };
        sheet.set_row_height(row, 17)?;
        sheet.write_string_with_format(row, 2, harmless(line), &format)?;
        row += 1;
    }
    Ok(row)
}

fn write_headings(sheet: &mut Worksheet, row: u32, lang: Lang) -> Result<(), XlsxError> {
    let heading = text()
        .set_bold()
        .set_text_wrap()
        .set_font_color(Color::White)
        .set_background_color(HEADING)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_border_color(RULE);
    // English headings are longer than Chinese ones.
    let heading = if lang == Lang::Zh { heading } else { heading.set_font_size(9.5) };
    let fill_in = heading.clone().set_background_color(Color::RGB(0x007A_4F01));
    sheet.set_row_height(row, if lang == Lang::Zh { 34 } else { 44 })?;
    for (at, column) in (0_u16..).zip(Column::ALL) {
        let format = if column.is_to_fill_in() { &fill_in } else { &heading };
        sheet.set_column_width(at, width(column))?;
        sheet.write_string_with_format(row, at, column.title().in_lang(lang), format)?;
    }
    Ok(())
}

fn write_lines(sheet: &mut Worksheet, first: u32, lines: &[Line]) -> Result<(), XlsxError> {
    let mut block = 0_usize;
    let mut before: Option<&str> = None;
    let (plain, strong) = (text(), text().set_bold());
    for (row, line) in (first..).zip(lines) {
        let begins = before != Some(line.case.case_id.as_str());
        before = Some(&line.case.case_id);
        block += usize::from(begins);
        let mut tallest = 2;
        for ((at, column), cell) in (0_u16..).zip(Column::ALL).zip(&line.sheet) {
            let format = cell_format(column, line, block, begins);
            tallest = tallest.max(lines_of(cell, width(column)));
            match cell.split_once('\n') {
                _ if cell.is_empty() => sheet.write_blank(row, at, &format)?,
                // The rule's name, and the sum of the points, are what the eye looks for first.
                Some((first, rest)) if matches!(column, Column::Reasons | Column::Priority) => {
                    let rest = format!("\n{rest}");
                    sheet.write_rich_string_with_format(
                        row,
                        at,
                        &[(&strong, first), (&plain, &rest)],
                        &format,
                    )?
                }
                _ => sheet.write_string_with_format(row, at, cell, &format)?,
            };
        }
        sheet.set_row_height(row, height_of(tallest))?;
    }
    Ok(())
}

fn choices(sheet: &mut Worksheet, first: u32, last: u32, lang: Lang) -> Result<(), XlsxError> {
    let words = Outcome::ALL.map(Outcome::choice);
    let outcome = DataValidation::new()
        .allow_list_strings(&words)?
        .set_error_title(either(lang, "请从下拉列表选择", "Choose from the list"))?
        .set_error_message(either(
            lang,
            "核查结果只能是五个选项之一。",
            "The outcome is one of the five choices.",
        ))?;
    let amount = DataValidation::new()
        .allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_message(either(lang, "金额请只填数字，单位元。", "Write digits only, in yuan."))?;
    let date = DataValidation::new()
        .allow_date(DataValidationRule::GreaterThan(ExcelDateTime::from_ymd(2000, 1, 1)?))
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_message(either(lang, "日期请写成 2026-01-31。", "Write the date as 2026-01-31."))?;
    for (at, column) in (0_u16..).zip(Column::ALL) {
        let rule = match column {
            Column::Outcome => &outcome,
            Column::Amount => &amount,
            Column::Date => &date,
            _ => continue,
        };
        sheet.add_data_validation(first, at, last, at, rule)?;
    }
    Ok(())
}

fn page(sheet: &mut Worksheet, heading: u32, last: u32, head: &Head, lang: Lang) -> Result<(), XlsxError> {
    let columns = u16::try_from(Column::ALL.len()).unwrap_or(u16::MAX);
    let second_page =
        (0_u32..).zip(Column::ALL).find(|(_, c)| *c == Column::Innocent).map_or(0, |(at, _)| at);
    sheet.set_freeze_panes(heading + 1, 2)?;
    sheet.autofilter(heading, 0, last, columns.saturating_sub(1))?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(2, 0)
        .set_margins(0.3, 0.3, 0.35, 0.45, 0.2, 0.2);
    // `false` is over, then down: the two pages of one stretch of households come out of the printer together.
    sheet.set_page_order(false);
    sheet.set_vertical_page_breaks(&[second_page])?;
    sheet.set_repeat_rows(heading, heading)?;
    sheet.set_repeat_columns(0, 1)?;
    // The lead's number is for the file that comes back, not for paper.
    sheet.set_print_area(0, 0, last, columns.saturating_sub(2))?;
    sheet.set_zoom(100);
    let date = head.date;
    sheet.set_footer(match lang {
        Lang::Zh => format!("&L&9核对日 {date}&C&9线索供核查，不是结论&R&9第 &P 页，共 &N 页"),
        Lang::En => format!("&L&9Business date {date}&C&9Leads to check, not decisions&R&9Page &P of &N"),
    });
    Ok(())
}

/// A second sheet with what the words mean.
fn write_guide(sheet: &mut Worksheet, lang: Lang) -> Result<(), XlsxError> {
    sheet.set_name(either(lang, "填写说明", "How to fill in"))?;
    sheet.set_column_width(0, 34)?.set_column_width(1, 90)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 1);
    let strong = text().set_bold().set_text_wrap();
    let plain = text().set_text_wrap();
    for (row, (word, meaning)) in (0_u32..).zip(guide(lang)) {
        sheet.write_string_with_format(row, 0, &word, &strong)?;
        sheet.write_string_with_format(row, 1, &meaning, &plain)?;
        let height = lines_of(&meaning, 90).max(lines_of(&word, 34));
        sheet.set_row_height(row, height_of(height))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;
    use crate::{
        model::Severity,
        report::{HouseholdCase, ReportInput, case::gather, line::lines, sample, sheet_head::head, witness},
    };

    fn bytes(input: &ReportInput) -> Vec<u8> {
        let cases = gather(input).cases;
        let all: Vec<&HouseholdCase> = cases.iter().collect();
        let witnesses = witness::by_lead(input, Lang::Zh);
        let lines = lines(input, &all, &witnesses, Lang::Zh);
        workbook(&head(input, "330302001", &all, Lang::Zh), &lines, Lang::Zh).unwrap()
    }

    fn rows(bytes: Vec<u8>) -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("复核清单").unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    fn night() -> ReportInput {
        let mut input = sample::input();
        input.leads = vec![
            sample::full_lead("0001", "D-01", Severity::S1, "H-1"),
            sample::full_lead("0002", "M-01", Severity::M1, "H-1"),
        ];
        input
    }

    #[test]
    fn a_list_is_read_back_with_its_headings_and_text_ids_stay_text() {
        let rows = rows(bytes(&night()));
        let at = rows.iter().position(|row| row[0] == Data::String("案件号".to_owned())).unwrap();
        let headings: Vec<String> = rows[at].iter().map(ToString::to_string).collect();
        assert_eq!(headings, Column::ALL.map(|column| column.title().zh));
        assert_eq!(rows[at + 1][19], Data::String("0001".to_owned()));
        assert_eq!(rows.len(), at + 3);
    }

    #[test]
    fn nothing_that_comes_from_outside_becomes_a_formula() {
        let mut input = night();
        input.leads[0].lead_id = "=cmd|'/c calc'!A1".to_owned();
        input.leads[0].reason_zh = "\t@SUM(1+1)".to_owned();
        input.leads[0].programme = Some("+1".to_owned());
        let rows = rows(bytes(&input));
        for cell in rows.iter().flatten() {
            let text = cell.to_string();
            assert!(!text.starts_with(['=', '+', '-', '@', '\t', '\r']), "{text}");
        }
        assert!(rows.iter().flatten().any(|cell| *cell == "'=cmd|'/c calc'!A1"));
    }

    #[test]
    fn the_same_list_gives_the_same_bytes() {
        assert_eq!(bytes(&night()), bytes(&night()));
    }
}
