//! What must hold of workbooks as they arrive: the sheet, its cells, and what is hidden in the archive.

use std::{fs::File, io::Write as _, path::PathBuf};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK_RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr/><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;

/// A workbook of one sheet with this XML in it, and these shared strings.
fn book(sheet: &str, strings: &str) -> (tempfile::TempDir, PathBuf) {
    parts(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn parts(parts: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut archive = ZipWriter::new(File::create(&path).unwrap());
    for (name, text) in parts {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(9));
        archive.start_file(*name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    (folder, path)
}

const NO_STRINGS: &str = r#"<sst count="0" uniqueCount="0"/>"#;

/// A sheet with a header of `a` and `b`, and these rows below it.
fn sheet(rows: &str) -> String {
    let text = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let header = text("A1", "a") + &text("B1", "b");
    format!(
        "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\">{header}</row>{rows}</sheetData></worksheet>"
    )
}

type Rows = Vec<(u64, Vec<String>, Option<Reason>)>;

fn read_all(path: &Path, wanted: Option<&str>) -> Result<Rows, TextError> {
    let mut table = open_sheet(path, wanted)?;
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        rows.push((row.line, row.fields.iter().map(str::to_owned).collect(), row.fault));
    }
    Ok(rows)
}

#[track_caller]
fn fault(sheet: &str, strings: &str) -> SheetFault {
    let (_folder, path) = book(sheet, strings);
    match read_all(&path, None) {
        Err(TextError::Sheet { source, .. }) => *source,
        other => panic!("{other:?}"),
    }
}

fn cells(rows: &str) -> Rows {
    let (_folder, path) = book(&sheet(rows), NO_STRINGS);
    read_all(&path, None).unwrap()
}

/// A workbook saved by the writer.
fn saved(make: impl FnOnce(&mut Workbook)) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut book = Workbook::new();
    make(&mut book);
    book.save(&path).unwrap();
    (folder, path)
}

#[test]
fn the_first_visible_sheet_is_read_or_the_one_that_is_named() {
    let (_folder, path) = saved(|book| {
        for (name, value) in [("字典", "lists"), ("一月", "first"), ("二月", "second")] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            sheet.write_string(0, 0, "a").unwrap();
            sheet.write_string(1, 0, value).unwrap();
        }
        book.worksheet_from_name("一月").unwrap().set_active(true);
        book.worksheet_from_name("字典").unwrap().set_hidden(true);
    });
    let first = |wanted| read_all(&path, wanted).unwrap()[0].1[0].clone();
    assert_eq!(
        (first(None), first(Some("二月")), first(Some("字典"))),
        ("first".into(), "second".into(), "lists".into())
    );
    let error = read_all(&path, Some("三月")).unwrap_err();
    assert!(error.text().zh.ends_with("没有工作表“三月”，是不是“一月”？"), "{}", error.text().zh);
    assert!(
        error.text().en.ends_with("there is no sheet `三月`; did you mean `一月`?"),
        "{}",
        error.text().en
    );
}

#[test]
fn a_typed_day_in_a_column_of_months_is_its_month_and_nowhere_else() {
    let contract = crate::acquire::fixture::contract(
        "a.b",
        &["m"],
        &[("m", "月份", Kind::Month, true), ("d", "日期", Kind::Date, true)],
    );
    let (_folder, path) = saved(|book| {
        let sheet = book.add_worksheet();
        let format = Format::new().set_num_format("yyyy-mm");
        sheet.write_string(0, 0, "m").unwrap();
        sheet.write_string(0, 1, "d").unwrap();
        for (row, day) in [(1, 1), (2, 15)] {
            let day = ExcelDateTime::from_ymd(2026, 3, day).unwrap();
            sheet.write_datetime_with_format(row, 0, &day, &format).unwrap();
            sheet.write_datetime_with_format(row, 1, &day, &format).unwrap();
        }
        sheet.write_string(3, 0, "2026-03-01").unwrap();
        sheet.write_string(3, 1, "2026-03-01").unwrap();
    });
    let mut table = open(&path).unwrap();
    table.place(&contract, &[Some(0), Some(1)]);
    for expected in [["2026-03", "2026-03-01"], ["2026-03-15", "2026-03-15"], ["2026-03-01", "2026-03-01"]] {
        assert_eq!(table.next_row().unwrap().unwrap().fields.iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn days_of_the_1904_system_are_read_by_it() {
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let book = BOOK.replace("<workbookPr/>", r#"<workbookPr date1904="1"/>"#);
    let cells = sheet(r#"<row r="2"><c r="A2" s="1"><v>44620</v></c><c r="B2"><v>44620</v></c></row>"#);
    let rels = BOOK_RELS.replace(
        "</Relationships>",
        r#"<Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    );
    let with = |book: &str| {
        let (_folder, path) = parts(&[
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELS),
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", &rels),
            ("xl/styles.xml", styles),
            ("xl/worksheets/sheet1.xml", &cells),
        ]);
        read_all(&path, None).unwrap()[0].1.clone()
    };
    assert_eq!(with(&book), ["2026-03-01", "44620"]);
    assert_eq!(with(BOOK), ["2022-02-28", "44620"]);
}

#[test]
fn formulas_count_by_their_saved_value_and_errors_and_missing_values_are_named() {
    let rows = cells(
        r##"<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"x"</f><v>x</v></c></row>
        <row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
        <row r="4"><c r="A4"><f>1+1</f></c><c r="B4"><f>1+1</f><v></v></c></row>
        <row r="5"><c r="A5" t="str"><f>""</f><v></v></c><c r="B5" t="b"><v>1</v></c></row>"##,
    );
    let texts: Vec<Vec<&str>> = rows.iter().map(|row| row.1.iter().map(String::as_str).collect()).collect();
    let missing = crate::acquire::value::UNCALCULATED;
    assert_eq!(texts, [vec!["2", "x"], vec!["#N/A", "#DIV/0!"], vec![missing, missing], vec!["", "true"]]);
}

#[test]
fn rows_that_a_merged_area_touches_are_set_aside() {
    let (_folder, path) = saved(|book| {
        let sheet = book.add_worksheet();
        let format = Format::new();
        sheet.merge_range(0, 2, 0, 3, "c", &format).unwrap();
        for row in 0..6 {
            sheet.write_string(row, 0, format!("a{row}")).unwrap();
            sheet.write_string(row, 3, "d").unwrap();
        }
        sheet.merge_range(2, 1, 3, 1, "both", &format).unwrap();
    });
    let faults: Vec<_> = read_all(&path, None).unwrap().iter().map(|row| row.2).collect();
    let merged = Some(Reason::MergedCells);
    assert_eq!(faults, [None, merged, merged, None, None]);
}

#[test]
fn hidden_rows_are_read_and_empty_ones_before_the_header_are_not() {
    let (_folder, path) = saved(|book| {
        let sheet = book.add_worksheet();
        for row in 3..6 {
            sheet.write_string(row, 0, format!("a{row}")).unwrap();
        }
        sheet.set_row_hidden(4).unwrap();
    });
    let table = open(&path).unwrap();
    assert_eq!((table.header, table.header_line), (vec!["a3".to_owned()], 4));
    assert_eq!(read_all(&path, None).unwrap().iter().map(|row| row.0).collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn rich_and_phonetic_and_escaped_text_reads_as_it_is_seen() {
    let strings = r#"<sst uniqueCount="2"><si><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></si><si><t>a&amp;b&#x4E00;</t></si></sst>"#;
    let cells = sheet(r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>"#);
    let (_folder, path) = book(&cells, strings);
    assert_eq!(read_all(&path, None).unwrap()[0].1, ["张三", "a&b一"]);
}

#[test]
fn cells_out_of_order_or_far_outside_are_refused() {
    let a = r#"<c r="A2"><v>1</v></c>"#;
    let b = r#"<c r="B2"><v>1</v></c>"#;
    let row = |cells: &str| sheet(&format!(r#"<row r="2">{cells}</row>"#));
    assert_eq!(fault(&row(&[b, a].concat()), NO_STRINGS), SheetFault::OutOfOrder { row: 2 });
    assert_eq!(fault(&row(&[a, a].concat()), NO_STRINGS), SheetFault::OutOfOrder { row: 2 });
    assert_eq!(fault(&row(r#"<c r="XFD2"><v>1</v></c>"#), NO_STRINGS), SheetFault::TooWide { row: 2 });
    let back = r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>"#;
    assert_eq!(fault(&sheet(back), NO_STRINGS), SheetFault::OutOfOrder { row: 2 });
}

#[test]
fn a_damaged_workbook_is_refused_and_never_stops_the_program() {
    let row = |cell: &str| sheet(&format!(r#"<row r="2">{cell}</row>"#));
    for broken in [
        row(r#"<c r="A99999999999999999999"><v>1</v></c>"#),
        row(r#"<c r="AAAAAAAAAAAAAAAA2"><v>1</v></c>"#),
        row(r#"<c r="A2" t="s"><v>7</v></c>"#),
        row(r#"<c r="A2" t="b"><v>440524188001010014</v></c>"#),
        row(r#"<c r="A2" t="zz"><v>440524188001010014</v></c>"#),
        row(r#"<c r="A2"><is><t>&undeclared;</t></is></c>"#),
        row("<c r=\"A2\"><v>1</v>"),
        sheet("").replace("A1:XFD1048576", "B9:A1"),
        "<worksheet>".to_owned(),
        String::new(),
    ] {
        let (_folder, path) = book(&broken, NO_STRINGS);
        let error = read_all(&path, None).unwrap_err();
        assert_eq!(error.code(), "damaged_sheet", "{broken}");
        let said = format!("{error:?} {} {}", error.text().zh, error.text().en);
        assert!(!said.contains("440524"), "{said}");
    }
}

#[test]
fn a_workbook_that_declares_entities_or_room_for_endless_strings_is_refused() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>"#;
    assert_eq!(fault(&sheet(""), &format!("{bomb}<sst><si><t>&b;</t></si></sst>")), SheetFault::Declaration);
    assert_eq!(fault(&format!("{bomb}{}", sheet("")), NO_STRINGS), SheetFault::Declaration);
    for count in ["999999999999", "4294967295"] {
        let strings = format!("<sst\n uniqueCount = '{count}'></sst>");
        assert_eq!(fault(&sheet(""), &strings), SheetFault::Declaration);
        // Wherever the part is cut into pieces.
        let strings = format!("<!--{}-->{strings}", " ".repeat(65_510));
        assert_eq!(fault(&sheet(""), &strings), SheetFault::Declaration);
    }
}

#[test]
fn a_workbook_that_unpacks_without_end_is_refused() {
    let empty = "<row/>".repeat(3 << 20);
    assert_eq!(fault(&sheet(&empty), NO_STRINGS), SheetFault::UnpacksTooFar);
    let strings = format!("<sst uniqueCount=\"1\"><si><t>{}</t></si></sst>", "a".repeat(3 << 20));
    assert_eq!(fault(&sheet(""), &strings), SheetFault::UnpacksTooFar);
    // One piece, though many seem to begin in it.
    let marks = "<x a='1'>".repeat(300_000);
    for piece in [
        format!("<!--{marks}-->"),
        format!("<![CDATA[{marks}]]>"),
        format!("<?x {marks}?>"),
        format!("<row a=\"{marks}\"/>"),
    ] {
        assert_eq!(fault(&sheet(&piece), NO_STRINGS), SheetFault::UnpacksTooFar, "{piece:.12}");
    }
    let short = "<!-- <x> ' --><![CDATA[<y> \"]]><?x <z> '?><row a=\"<\" b='>'/>".repeat(60_000);
    assert!(cells(&short).is_empty());
}

#[test]
fn a_workbook_with_a_password_and_an_old_one_say_so() {
    let (_folder, path) = parts(&[("a.txt", "")]);
    assert!(matches!(read_all(&path, None), Err(TextError::Sheet { .. })));
    std::fs::write(&path, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest").unwrap();
    let error = read_all(&path, None).unwrap_err();
    assert!(error.text().en.ends_with("an old Office file (.xls) or a workbook with a password"), "{error}");
}
