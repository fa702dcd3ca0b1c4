//! What must hold of files as they arrive: lines, encodings, damage.

use std::{fs, io::Write as _};

use encoding_rs::GB18030;
use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::model::Digest;

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

type Row = (u64, Vec<String>, Option<Reason>);

fn rows(table: &mut TextTable) -> Result<Vec<Row>, TextError> {
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        rows.push((row.line, row.fields.iter().map(str::to_owned).collect(), row.fault));
    }
    Ok(rows)
}

fn read(name: &str, bytes: &[u8]) -> Result<(Vec<String>, Vec<Row>), TextError> {
    let (_folder, path) = file(name, bytes);
    let mut table = open(&path)?;
    let rows = rows(&mut table)?;
    Ok((table.header, rows))
}

fn lines(bytes: &[u8]) -> Vec<u64> {
    read("a.csv", bytes).unwrap().1.iter().map(|row| row.0).collect()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn a_header_and_rows_with_their_lines() {
    let (header, rows) = read("a.csv", "户号 , a\n甲,1\n乙,2".as_bytes()).unwrap();
    assert_eq!(header, ["户号", "a"]);
    assert_eq!(
        rows,
        [(2, vec!["甲".to_owned(), "1".to_owned()], None), (3, vec!["乙".to_owned(), "2".to_owned()], None)]
    );
}

#[test]
fn the_line_is_the_physical_one_where_the_record_begins() {
    assert_eq!(lines(b"a,b\n\"x\ny\",1\n2,3\n"), [2, 4]);
    assert_eq!(lines(b"a,b\r\n\"x\r\n\r\ny\",1\r\n2,3\r\n4,5\r\n"), [2, 5, 6]);
    assert_eq!(lines(b"a,b\n\n\n1,2\r\n\r\n3,4\n"), [4, 6]);
    assert_eq!(lines(b"\n\na,b\n1,2\n"), [4]);
    assert_eq!(lines(b"a,b\n1,\"\n\""), [2]);
    assert_eq!(lines(b"a,b\r1,2\r3,4"), [2, 3]);
}

#[test]
fn gbk_gz_and_byte_order_marks_read_alike() {
    let text = "户号,姓名\r\n甲,乙\r\n";
    let plain = read("a.csv", text.as_bytes()).unwrap();
    let gbk = GB18030.encode(text).0.into_owned();
    assert_eq!(read("a.csv", &gbk).unwrap(), plain);
    assert_eq!(read("A.CSV.GZ", &gz(&gbk)).unwrap(), plain);
    assert_eq!(read("a.csv", &[b"\xEF\xBB\xBF", text.as_bytes()].concat()).unwrap(), plain);
    let (_folder, path) = file("a.csv", &gbk);
    assert_eq!(open(&path).unwrap().encoding(), Encoding::Gb18030);
}

#[test]
fn rows_with_the_wrong_number_of_fields_are_marked_and_the_others_read() {
    let (_, rows) = read("a.csv", b"a,b\n1\n1,2\n1,2,3\n").unwrap();
    let faults: Vec<_> = rows.iter().map(|row| row.2).collect();
    assert_eq!(faults, [Some(Reason::WrongFieldCount), None, Some(Reason::WrongFieldCount)]);
}

#[test]
fn a_quote_that_is_never_closed_marks_the_row_where_it_opens() {
    let (_, rows) = read("a.csv", b"a,b\n1,2\n3,\"4\n5,6\n").unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[1].0, rows[1].2), (3, Some(Reason::UnclosedQuote)));
    let (_, rows) = read("a.csv", b"a,b\n1,2\n3,\"4").unwrap();
    assert_eq!((rows[1].0, rows[1].2), (3, Some(Reason::UnclosedQuote)));
    let (_, rows) = read("a.csv", b"a,b\n3,\"4\"").unwrap();
    assert_eq!((rows[0].0, rows[0].2), (2, None));
    assert!(matches!(read("a.csv", b"\"a,b\n1,2\n"), Err(TextError::UnclosedHeader { line: 1, .. })));
}

#[test]
fn an_empty_file_and_a_header_named_twice_are_errors_and_a_header_alone_is_no_rows() {
    for empty in [b"".as_slice(), b"\n\r\n", b"\xEF\xBB\xBF"] {
        assert!(matches!(read("a.csv", empty), Err(TextError::Empty { .. })));
    }
    assert!(read("a.csv", b"a,b\n").unwrap().1.is_empty());
    let error = read("a.csv", b"a,b, a\n").unwrap_err();
    assert!(error.to_string().ends_with("a.csv:1: the header names `a` twice"), "{error}");
}

#[test]
fn malformed_bytes_end_the_file_with_their_place() {
    let (_folder, path) = file("a.csv", "户号\n甲\n\u{4e59}\n".as_bytes());
    let mut bytes = fs::read(&path).unwrap();
    bytes[12] = 0xFF;
    fs::write(&path, &bytes).unwrap();
    let error = open(&path).map(drop).unwrap_err();
    assert!(
        matches!(error, TextError::Malformed { encoding: Encoding::Utf8, line: 3, offset: 11, .. }),
        "{error}"
    );
    assert!(matches!(read("a.csv", b"a\n1\n\0\n"), Err(TextError::Nul { line: 3, offset: 4, .. })));
    assert!(matches!(read("a.csv", b"\xFF\xFEa\0"), Err(TextError::Utf16 { .. })));
}

#[test]
fn a_record_without_end_is_refused_before_it_fills_the_memory() {
    let mut bytes = b"a,b\n1,2\n3,\"".to_vec();
    bytes.resize(4 << 20, b'x');
    assert!(matches!(read("a.csv", &bytes), Err(TextError::RecordTooLong { line: 3, .. })));
    let many: Vec<u8> = b"12345678,2\n".repeat(150_000);
    assert_eq!(read("a.csv", &[b"a,b\n".as_slice(), &many].concat()).unwrap().1.len(), 150_000);
}

#[test]
fn a_packed_file_that_is_cut_off_or_damaged_is_refused() {
    let packed = gz(&b"a,b\n1,2\n".repeat(20_000));
    let cut = &packed[..packed.len() / 2];
    assert!(matches!(read("a.csv.gz", cut), Err(TextError::DamagedGzip { .. })));
    for trailing in [b"a,b\n".as_slice(), b"\0\0\0\0", &packed[..20]] {
        let more = [packed.as_slice(), trailing].concat();
        assert!(matches!(read("a.csv.gz", &more), Err(TextError::DamagedGzip { .. })), "{trailing:?}");
    }
    let mut flipped = packed.clone();
    let last = flipped.len() - 6;
    flipped[last] ^= 1;
    assert!(matches!(read("a.csv.gz", &flipped), Err(TextError::DamagedGzip { .. })));
}

#[test]
fn other_files_and_missing_files_are_named() {
    assert!(matches!(read("a.txt", b"a"), Err(TextError::UnknownKind { .. })));
    assert!(matches!(open(Path::new("/nowhere/a.csv")), Err(TextError::Io { .. })));
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_named_for_what_it_is() {
    let is = |name: &str, bytes: &[u8]| match read(name, bytes) {
        Err(TextError::OtherContent { found, .. }) => found,
        other => panic!("{name}: {other:?}"),
    };
    let text = b"a,b\n1,2\n".as_slice();
    for name in ["a.csv.gz", "a.xlsx", "a.parquet"] {
        assert_eq!(is(name, text), None);
        assert_eq!(is(name, b""), None);
    }
    assert_eq!(is("a.csv", &gz(text)), Some(Content::Gzip));
    assert_eq!(is("a.csv.gz", &gz(&gz(text))), Some(Content::Gzip));
    assert_eq!(is("a.xlsx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1...."), Some(Content::OldOffice));
    assert_eq!(is("a.csv", b"PK\x03\x04...."), Some(Content::Zip));
    assert_eq!(is("a.csv.gz", b"PAR1...."), Some(Content::Parquet));
    assert_eq!(is("a.csv", b"<html><table>"), Some(Content::Markup));
    let error = read("a.xlsx", text).unwrap_err();
    assert!(error.to_string().ends_with("a.xlsx: named .xlsx, but it is something else"), "{error}");
    assert!(error.text().zh.ends_with("名为 .xlsx，实为别的内容"), "{}", error.text().zh);
}

#[test]
fn a_row_with_a_quotation_mark_where_none_may_stand_is_marked_and_the_others_read() {
    let text = b"a,b\n1,\"x,\"\"y\"\"\"\n2,3\"\n4,\"5\n6\"7\n\n8,9\n";
    let faults: Vec<_> = read("a.csv", text).unwrap().1.iter().map(|row| (row.0, row.2)).collect();
    let stray = Some(Reason::StrayQuote);
    assert_eq!(faults, [(2, None), (3, stray), (4, stray), (7, None)]);
}

#[test]
fn a_byte_order_mark_inside_a_file_is_named_and_is_never_part_of_a_value() {
    use super::super::value::damage;
    let one = "\u{FEFF}a,b\n1,2\n";
    let filling = "1,2\n".repeat(5_000);
    for joined in [
        format!("{one}{one}"),
        // Another header, a header in quotation marks, rows alone, nothing at all.
        format!("{one}\u{FEFF}a\n1,2\n"),
        format!("{one}\u{FEFF}\"a\",\"b\"\n1,2\n"),
        format!("{one}\u{FEFF}1,2\n"),
        format!("{one}\u{FEFF}"),
        format!("{one}\u{FEFF}\n"),
        // The value itself is quoted.
        format!("{one}1,\"\u{FEFF}2\"\n"),
        // Among many rows without quotation marks, one with them is read by itself.
        format!("{one}{filling}\u{FEFF}\"a\",\"b\"\n{filling}"),
        format!("{one}{filling}\u{FEFF}a,b\n{filling}"),
    ] {
        let (header, rows) = read("a.csv", joined.as_bytes()).unwrap();
        assert_eq!(header, ["a", "b"]);
        let is_marked = |row: &&Row| {
            row.2 == Some(Reason::ByteOrderMark)
                || row.1.iter().any(|text| damage(text) == Some(Reason::ByteOrderMark))
        };
        assert_eq!(rows.iter().filter(is_marked).count(), 1, "{joined:.60}");
        let good = rows.iter().filter(|row| !is_marked(row));
        assert!(
            good.into_iter().all(|row| (row.1.join(","), row.2) == ("1,2".to_owned(), None)),
            "{joined:.60}"
        );
    }
}

#[test]
fn byte_order_marks_at_the_beginning_are_no_part_of_the_header_in_either_encoding() {
    let plain = read("a.csv", "户号\n甲\n".as_bytes()).unwrap();
    for marks in ["\u{FEFF}", "\u{FEFF}\u{FEFF}"] {
        let text = format!("{marks}户号\n甲\n");
        assert_eq!(read("a.csv", text.as_bytes()).unwrap(), plain);
        assert_eq!(read("a.csv", &GB18030.encode(&text).0).unwrap(), plain);
    }
}

#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody writes to it: were it waited for, this would never end.
    for kind in ["csv", "csv.gz", "xlsx", "parquet"] {
        let pipe = folder.path().join(format!("a.{kind}"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(matches!(open(&pipe), Err(TextError::NotAFile { .. })));
        let signed = Signed { bytes: 1, sha256: Digest::of(b"x"), room: folder.path() };
        assert!(matches!(open_signed(&pipe, None, signed), Err(TextError::NotAFile { .. })));
        assert!(!signed.is_changed(&pipe));
    }
    assert!(matches!(open(folder.path()), Err(TextError::UnknownKind { .. })));
    let device = folder.path().join("b.csv");
    std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
    assert!(matches!(open(&device), Err(TextError::NotAFile { .. })));
}

#[test]
fn garbled_text_is_refused_with_its_line_and_rare_characters_are_not() {
    for text in ["a\n1\n锟斤拷\n", "a\n1\n甲\u{FFFD}\n", "a\n1\nÃ©\n", "a\n1\n浣犲ソ浣犲ソ浣犲ソ\n"]
    {
        let error = read("a.csv", text.as_bytes()).unwrap_err();
        assert!(matches!(error, TextError::Garbled { line: 3, .. }), "{text}: {error}");
        assert_eq!(read("a.csv.gz", &gz(text.as_bytes())).unwrap_err().code(), "garbled_text");
    }
    let whole = encoding_rs::GBK.decode("户号\n示例城市\n".as_bytes()).0.replace('\u{FFFD}', "?");
    assert_eq!(read("a.csv", whole.as_bytes()).unwrap_err().code(), "garbled_text");
    let mixed = [&GB18030.encode("户号\n").0, "示例城市\n第一街道\n".as_bytes()].concat();
    assert_eq!(read("a.csv", &mixed).unwrap_err().code(), "garbled_text");
    assert_eq!(read("a.csv", "户号\n𠮷田·买买提\n鎏鑫\n".as_bytes()).unwrap().1.len(), 2);
}

#[test]
fn more_columns_than_any_dataset_has_are_refused() {
    let wide = "a,".repeat(MAX_COLUMNS);
    assert!(matches!(read("a.csv", wide.as_bytes()), Err(TextError::TooManyColumns { line: 1, .. })));
}

#[test]
fn a_message_never_shows_what_stands_where_a_header_should() {
    assert_eq!(shown("person_id"), "person_id");
    assert_eq!(shown("上年度 2025"), "上年度 2025");
    for data in ["11010519491231002X", "110105 1949 1231", "１１０１０５１９４９", &"ab".repeat(32)]
    {
        assert_eq!(shown(data), "(not shown: looks like data)");
    }
}

#[test]
fn a_spreadsheet_reads_as_text_with_row_numbers() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["户号 ", "number", "date", "flag", "empty"].iter().enumerate() {
        sheet.write_string(0, column as u16, *name).unwrap();
    }
    sheet.write_string(1, 0, "0012").unwrap();
    sheet.write_number(1, 1, 330_302_199_003_070_015.0).unwrap();
    let day = ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
    let format = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_datetime_with_format(1, 2, &day, &format).unwrap();
    sheet.write_boolean(1, 3, true).unwrap();
    sheet.write_number(4, 1, 1190.5).unwrap();
    sheet.write_string(5, 7, "outside").unwrap();
    book.save(&path).unwrap();

    let mut table = open(&path).unwrap();
    assert_eq!(table.header, ["户号", "number", "date", "flag", "empty"]);
    let rows = rows(&mut table).unwrap();
    assert_eq!(
        rows[0],
        (2, ["0012", "3.30302E+17", "2026-03-01", "true", ""].map(str::to_owned).to_vec(), None)
    );
    assert_eq!(rows[1], (5, ["", "1190.5", "", "", ""].map(str::to_owned).to_vec(), None));
    assert_eq!((rows[2].0, rows[2].2), (6, Some(Reason::WrongFieldCount)));
}
