//! How the workbook looks: widths, heights, shades, lines.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::model::Direction;

use super::super::{column::Column, line::Line};

/// Points of the text of the list; fitted to the page it is about 9 on paper.
const FONT_SIZE: f64 = 11.0;
/// Height of one line of text, in points.
const LINE_HEIGHT: f64 = 15.5;
/// The tallest row that a spreadsheet allows, in points.
const TALLEST: f64 = 409.0;

const INK: Color = Color::RGB(0x001F_2933);
pub(super) const RULE: Color = Color::RGB(0x00B8_C0CA);
pub(super) const HEADING: Color = Color::RGB(0x0024_3B53);
const SHADE: Color = Color::RGB(0x00F3_F6F9);
const TO_FILL_IN: Color = Color::RGB(0x00FF_FBE6);

/// The width of a column in characters.
///
/// Fitted to two pages across, the break falls before the innocent explanations as long as the columns from there on,
/// with the two that are repeated, are together wider than those before, yet by less than the next column's width.
pub(super) fn width(column: Column) -> u16 {
    match column {
        Column::CaseNo => 9,
        Column::Subject => 16,
        Column::Programme => 11,
        Column::Direction | Column::Reviewer | Column::Amount => 10,
        Column::Priority => 17,
        Column::Reasons => 40,
        Column::Evidence => 36,
        Column::Threshold | Column::Deadline => 13,
        Column::AtStake | Column::LeadNo => 15,
        Column::Innocent => 30,
        Column::Action => 22,
        Column::Changed | Column::Earlier => 13,
        Column::Outcome => 14,
        Column::Reason => 16,
        Column::Date => 11,
    }
}

/// The look of all text: text ids stay text.
pub(super) fn text() -> Format {
    Format::new()
        .set_font_name("微软雅黑")
        .set_font_size(FONT_SIZE)
        .set_font_color(INK)
        .set_align(FormatAlign::Top)
        .set_num_format("@")
}

/// Blocks are told apart by a thick line above and by shade; directions by mark, word, weight and shade.
pub(super) fn cell_format(column: Column, line: &Line, block: usize, begins: bool) -> Format {
    let mut format = text().set_text_wrap().set_border(FormatBorder::Thin).set_border_color(RULE);
    if begins {
        format = format.set_border_top(FormatBorder::Medium).set_border_top_color(HEADING);
    }
    if block.is_multiple_of(2) {
        format = format.set_background_color(SHADE);
    }
    match column {
        Column::CaseNo | Column::LeadNo => format.set_font_size(9),
        Column::Direction => match line.ranked.lead.direction {
            Direction::Ineligible => format.set_bold().set_background_color(Color::RGB(0x00FC_E8D9)),
            Direction::Missed => format.set_bold().set_background_color(Color::RGB(0x00DC_ECFB)),
            Direction::Process => format.set_background_color(Color::RGB(0x00E9_EBEE)),
        },
        Column::Deadline => format.set_bold(),
        Column::Amount => format.set_background_color(TO_FILL_IN).set_num_format("#,##0.00"),
        Column::Date => format.set_background_color(TO_FILL_IN).set_num_format("yyyy-mm-dd"),
        column if column.is_to_fill_in() => format.set_background_color(TO_FILL_IN),
        _ => format,
    }
}

/// The height of a row of so many lines, in points.
#[expect(clippy::float_arithmetic, reason = "points on paper, which the format has as floats")]
pub(super) fn height_of(lines: u32) -> f64 {
    (f64::from(lines) * LINE_HEIGHT + 5.0).min(TALLEST)
}

/// How many lines a text takes in a column: wide characters count double, and words do not break just anywhere.
pub(super) fn lines_of(text: &str, width: u16) -> u32 {
    // One character of room is lost to the cell's margins, and some more where a word moves to the next line.
    let room = u32::from(width).saturating_sub(2).max(4);
    let lines = |line: &str| match display_width(line) {
        short if short <= room => 1,
        long => (long + long / 10).div_ceil(room),
    };
    text.split('\n').map(lines).sum()
}

/// The width of a text in half-width characters.
fn display_width(text: &str) -> u32 {
    text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_paper_what_was_found_and_what_to_do_fall_on_two_pages() {
        let of = |columns: &[Column]| columns.iter().map(|column| u32::from(width(*column))).sum::<u32>();
        let at = Column::ALL.iter().position(|column| *column == Column::Innocent).unwrap();
        let (first, second) = (of(&Column::ALL[..at]), of(&Column::ALL[..2]) + of(&Column::ALL[at..19]));
        assert!(first <= second && second < first + u32::from(width(Column::Innocent)), "{first} {second}");
    }

    #[test]
    fn a_wide_text_takes_more_lines_than_a_narrow_one() {
        assert_eq!(lines_of("死亡人员", 6), 2);
        assert_eq!(lines_of("dead", 6), 1);
        assert_eq!(lines_of("a\nb", 6), 2);
    }
}
