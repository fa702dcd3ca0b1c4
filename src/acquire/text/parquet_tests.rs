//! What must hold of Parquet files as they arrive: typed values become the text of a CSV file, and lies are refused.

use std::{fs, path::PathBuf, sync::Arc};

use arrow::{
    array::{
        ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array,
        Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray,
        StringViewArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray, UInt64Array,
    },
    datatypes::{Int8Type, Int32Type},
};
use parquet::{
    arrow::{ArrowWriter, arrow_reader::ArrowReaderMetadata},
    basic::Compression,
    file::{
        metadata::{ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataWriter},
        properties::{WriterProperties, WriterPropertiesBuilder},
    },
};

use super::*;
use crate::acquire::fixture;

fn bytes_with(
    columns: &[(&str, ArrayRef)],
    set: impl FnOnce(WriterPropertiesBuilder) -> WriterPropertiesBuilder,
) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, array)| (*name, array.clone(), true)),
    )
    .unwrap();
    let properties = set(WriterProperties::builder()).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn bytes(columns: &[(&str, ArrayRef)]) -> Vec<u8> {
    bytes_with(columns, |properties| properties)
}

fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn read(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>, TextError> {
    let (_folder, path) = file(bytes);
    let mut table = open(&path)?;
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        assert_eq!(row.fault, None);
        rows.push((row.line, row.fields.iter().map(str::to_owned).collect()));
    }
    Ok(rows)
}

#[track_caller]
fn fault(bytes: &[u8]) -> ParquetFault {
    match read(bytes) {
        Err(TextError::Parquet { source, .. }) => *source,
        Err(other) => panic!("{other}"),
        Ok(rows) => panic!("{} rows", rows.len()),
    }
}

/// The texts of one column.
fn column(array: impl arrow::array::Array + 'static) -> Vec<String> {
    read(&bytes(&[("a", Arc::new(array))])).unwrap().into_iter().flat_map(|row| row.1).collect()
}

fn numbers(count: i64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(0..count))
}

#[test]
fn every_plain_type_becomes_the_text_that_a_csv_file_would_carry() {
    let texts = [Some("甲"), None, Some("乙")];
    let expected = ["甲", "", "乙"];
    assert_eq!(column(StringArray::from_iter(texts)), expected);
    assert_eq!(column(LargeStringArray::from_iter(texts)), expected);
    assert_eq!(column(StringViewArray::from_iter(texts)), expected);
    assert_eq!(column(texts.into_iter().collect::<DictionaryArray<Int8Type>>()), expected);
    assert_eq!(column(BinaryArray::from_iter(texts.map(|text| text.map(str::as_bytes)))), expected);
    assert_eq!(column(BooleanArray::from(vec![Some(true), None, Some(false)])), ["true", "", "false"]);
    assert_eq!(column(Int32Array::from(vec![Some(-7), None])), ["-7", ""]);
    assert_eq!(column(Int64Array::from(vec![330_302_199_003_070_015])), ["330302199003070015"]);
    assert_eq!(column(UInt64Array::from(vec![u64::MAX])), ["18446744073709551615"]);
    assert_eq!(column(Float64Array::from(vec![1190.5, f64::NAN])), ["1190.5", "#NUM!"]);
    let money = Decimal128Array::from(vec![119_000, 5]).with_precision_and_scale(14, 2).unwrap();
    assert_eq!(column(money), ["1190", "0.05"]);
    assert_eq!(column(Date32Array::from(vec![20_513])), ["2026-03-01"]);
    assert_eq!(
        column(TimestampMillisecondArray::from(vec![20_513 * 86_400_000, 20_513 * 86_400_000 + 1_000])),
        ["2026-03-01", "2026-03-01T00:00:01"]
    );
    assert_eq!(column(TimestampMicrosecondArray::from(vec![20_513 * 86_400_000_000])), ["2026-03-01"]);
    assert_eq!(column(arrow::array::NullArray::new(2)), ["", ""]);
}

#[test]
fn rows_are_numbered_from_one_across_row_groups_and_names_stand_on_no_line() {
    let packed = bytes_with(&[("n", numbers(10_000))], |properties| {
        properties.set_max_row_group_row_count(Some(3_000)).set_compression(Compression::SNAPPY)
    });
    let rows = read(&packed).unwrap();
    assert_eq!((rows.len(), rows[0].0, rows[9_999].0), (10_000, 1, 10_000));
    assert!(rows.iter().all(|(line, fields)| fields[0] == (line - 1).to_string()));
    let (_folder, path) = file(&packed);
    let table = open(&path).unwrap();
    assert_eq!((table.header.as_slice(), table.header_line), (["n".to_owned()].as_slice(), 0));
    let twice = bytes(&[("a", numbers(1)), ("a ", numbers(1))]);
    assert!(read(&twice).unwrap_err().to_string().ends_with("a.parquet: the header names `a` twice"));
}

#[test]
fn a_day_in_a_column_of_months_is_its_month() {
    let contract = fixture::contract(
        "a.b",
        &["m"],
        &[("m", "月份", Kind::Month, true), ("d", "日期", Kind::Date, true)],
    );
    let days: ArrayRef = Arc::new(Date32Array::from(vec![20_513, 20_514]));
    let (_folder, path) = file(&bytes(&[("d", days.clone()), ("m", days)]));
    let mut table = open(&path).unwrap();
    table.place(&contract, &[Some(1), Some(0)]);
    for expected in [["2026-03-01", "2026-03"], ["2026-03-02", "2026-03-02"]] {
        assert_eq!(table.next_row().unwrap().unwrap().fields.iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn types_that_leave_a_value_open_are_refused_with_their_column() {
    let is_kind = |array: ArrayRef| matches!(fault(&bytes(&[("列", array)])), ParquetFault::Kind { column, .. } if column == "列");
    assert!(is_kind(Arc::new(Float32Array::from(vec![1.5]))));
    assert!(is_kind(Arc::new(TimestampMillisecondArray::from(vec![0]).with_timezone("UTC"))));
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    assert!(matches!(fault(&bytes(&[("a", Arc::new(list))])), ParquetFault::Nested));
    let field = Arc::new(arrow::datatypes::Field::new("b", arrow::datatypes::DataType::Int64, true));
    let group = StructArray::from(vec![(field, numbers(1))]);
    assert!(matches!(fault(&bytes(&[("a", Arc::new(group))])), ParquetFault::Nested));
    let binary: ArrayRef = Arc::new(BinaryArray::from_iter_values([b"\xFF\xFE"]));
    assert!(matches!(fault(&bytes(&[("a", binary)])), ParquetFault::NotText { row: 1, .. }));
}

#[test]
fn garbled_text_in_a_column_is_refused() {
    let lost: ArrayRef = Arc::new(StringArray::from(vec!["甲", "乙\u{FFFD}"]));
    assert!(matches!(read(&bytes(&[("a", lost)])), Err(TextError::Garbled { line: 2, .. })));
    let lost = bytes(&[("锟斤拷", numbers(1))]);
    assert!(matches!(read(&lost), Err(TextError::Garbled { line: 0, .. })));
}

#[test]
fn a_file_that_is_cut_off_encrypted_or_something_else_says_so() {
    let good = bytes(&[("n", numbers(5_000))]);
    for length in [4, 11, 100, good.len() / 2, good.len() - 1] {
        assert!(matches!(fault(&good[..length]), ParquetFault::CutOff), "{length}");
    }
    let mut encrypted = good.clone();
    encrypted[..4].copy_from_slice(b"PARE");
    assert!(matches!(fault(&encrypted), ParquetFault::Encrypted));
    let mut huge = good.clone();
    let at = huge.len() - 8;
    huge[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(fault(&huge), ParquetFault::FooterTooLarge));
    huge[at..at + 4].copy_from_slice(&(60_u32 << 20).to_le_bytes());
    assert!(matches!(fault(&huge), ParquetFault::CutOff));
    let mut garbage = good;
    let footer = garbage.len() - 60;
    garbage[footer..footer + 40].fill(0x1C);
    assert!(matches!(fault(&garbage), ParquetFault::Damaged { row: 0 }));
}

#[test]
fn a_page_that_does_not_have_its_checksum_is_refused() {
    let mut bytes =
        bytes_with(&[("n", numbers(5_000))], |properties| properties.set_dictionary_enabled(false));
    let footer = ArrowReaderMetadata::load(&bytes_of(&bytes), Default::default()).unwrap();
    let size = footer.metadata().row_group(0).column(0).compressed_size() as usize;
    // Without a checksum in its header a flipped bit is another number; nothing can know.
    bytes[size / 2] ^= 1;
    assert_eq!(read(&bytes).unwrap().len(), 5_000);
    let stated = patched(&bytes, size, |header| {
        header.splice(header.len() - 1.., [0x05, 0x08, 0x02, 0]).for_each(drop)
    });
    assert!(matches!(fault(&stated), ParquetFault::Checksum | ParquetFault::Contradiction));
}

fn bytes_of(bytes: &[u8]) -> fs::File {
    let (_folder, path) = file(bytes);
    fs::File::open(path).unwrap()
}

/// The same file with another header of its first page, told the size of the first column.
fn patched(bytes: &[u8], size: usize, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut thrift = crate::acquire::thrift::Thrift::new(&bytes[4..]);
    thrift.fields(|_, _| Some(false)).unwrap();
    let length = bytes.len() - 4 - thrift.left();
    let mut header = bytes[4..4 + length].to_vec();
    let before = header.len();
    change(&mut header);
    let body = [&bytes[..4], &header, &bytes[4 + length..4 + size]].concat();
    let grown = header.len() - before;
    rewritten(
        bytes,
        &body,
        |columns| {
            columns
                .into_iter()
                .map(|column| {
                    let size = column.compressed_size() + grown as i64;
                    column.into_builder().set_total_compressed_size(size).build().unwrap()
                })
                .collect()
        },
        |rows| rows,
        1,
    )
}

/// The same pages under another footer.
fn rewritten(
    bytes: &[u8],
    body: &[u8],
    columns: impl Fn(Vec<ColumnChunkMetaData>) -> Vec<ColumnChunkMetaData>,
    group_rows: impl Fn(i64) -> i64,
    times: usize,
) -> Vec<u8> {
    let footer = ArrowReaderMetadata::load(&bytes_of(bytes), Default::default()).unwrap();
    let old = footer.metadata().file_metadata();
    let groups: Vec<_> = footer
        .metadata()
        .row_groups()
        .iter()
        .map(|group| {
            let rows = group_rows(group.num_rows());
            let columns = columns(group.columns().to_vec());
            group.clone().into_builder().set_num_rows(rows).set_column_metadata(columns).build().unwrap()
        })
        .collect();
    let groups: Vec<_> = (0..times).flat_map(|_| groups.clone()).collect();
    let rows = groups.iter().map(|group| group.num_rows()).sum();
    let file = FileMetaData::new(old.version(), rows, None, None, old.schema_descr_ptr(), None);
    let mut out = body.to_vec();
    ParquetMetaDataWriter::new(&mut out, &ParquetMetaData::new(file, groups)).finish().unwrap();
    out
}

#[test]
fn a_footer_that_lies_about_rows_or_places_is_refused() {
    let good = bytes(&[("n", numbers(100))]);
    let same = |columns: Vec<ColumnChunkMetaData>| columns;
    let contradicts = |bytes: &[u8]| matches!(fault(bytes), ParquetFault::Contradiction);
    assert_eq!(read(&rewritten(&good, &good, same, |rows| rows, 1)).unwrap().len(), 100);
    assert!(contradicts(&rewritten(&good, &good, same, |_| 90, 1)));
    assert!(contradicts(&rewritten(&good, &good, same, |_| 110, 1)));
    assert!(contradicts(&rewritten(&good, &good, same, |_| i64::MAX, 1)));
    assert!(contradicts(&rewritten(&good, &good, same, |_| -1, 1)));
    let each = |change: &dyn Fn(ColumnChunkMetaData) -> ColumnChunkMetaData, rows: i64| {
        rewritten(&good, &good, |columns| columns.into_iter().map(change).collect(), |_| rows, 1)
    };
    let values = |column: ColumnChunkMetaData| column.into_builder().set_num_values(90).build().unwrap();
    assert!(contradicts(&each(&values, 90)));
    assert!(contradicts(&each(&values, 100)));
    let size = |size: i64| {
        move |column: ColumnChunkMetaData| {
            column.into_builder().set_total_compressed_size(size).build().unwrap()
        }
    };
    assert!(contradicts(&each(&size(10), 100)));
    assert!(contradicts(&each(&size(-1), 100)));
    assert!(matches!(fault(&each(&size(1 << 40), 100)), ParquetFault::CutOff));
    let elsewhere = |column: ColumnChunkMetaData| {
        column.into_builder().set_dictionary_page_offset(None).set_data_page_offset(i64::MAX).build().unwrap()
    };
    assert!(matches!(fault(&each(&elsewhere, 100)), ParquetFault::CutOff));
}

#[test]
fn one_column_repeated_for_a_billion_rows_is_refused_long_before() {
    let same: ArrayRef =
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n("x".repeat(1_000), 10_000)));
    let good = bytes(&[("a", same)]);
    assert!(good.len() < 10_000, "{}", good.len());
    let bomb = rewritten(&good, &good, |columns| columns, |rows| rows, 1_000);
    assert!(matches!(fault(&bomb), ParquetFault::UnpacksTooFar));
}

#[test]
fn a_page_that_states_a_huge_size_is_refused_before_there_is_room_for_it() {
    let good = bytes_with(&[("n", numbers(2_000))], |properties| {
        properties.set_dictionary_enabled(false).set_compression(Compression::SNAPPY)
    });
    let footer = ArrowReaderMetadata::load(&bytes_of(&good), Default::default()).unwrap();
    let size = footer.metadata().row_group(0).column(0).compressed_size() as usize;
    // 15 00 (kind) 15 (unpacked size) …: the size is the number after the second 15.
    let huge = |value: [u8; 5]| {
        move |header: &mut Vec<u8>| {
            let end = 3 + header[3..].iter().position(|byte| byte & 0x80 == 0).unwrap();
            header.splice(3..=end, value);
        }
    };
    let two_gib = patched(&good, size, huge([0xFE, 0xFF, 0xFF, 0xFF, 0x0F]));
    assert!(matches!(fault(&two_gib), ParquetFault::PagesTooLarge));
    let negative = patched(&good, size, huge([0x81, 0x80, 0x80, 0x80, 0x00]));
    assert!(matches!(fault(&negative), ParquetFault::Contradiction));
    let a_little_more = patched(&good, size, huge([0x80, 0x80, 0x80, 0x01, 0]));
    assert!(matches!(fault(&a_little_more), ParquetFault::Damaged { row: 0 } | ParquetFault::Contradiction));
}

#[test]
fn a_schema_as_deep_as_the_footer_is_long_is_refused_without_going_there() {
    // Field 2: a list of groups of one child each, named `a`.
    let mut footer = vec![0x15, 2, 0x19, 0xFC];
    footer.extend([0xA0, 0x8D, 0x06]); // 100,000
    footer.extend([0x48, 1, b'a', 0x15, 2, 0].repeat(100_000));
    footer.extend([0x16, 0, 0x19, 0x0C, 0]);
    let length = (footer.len() as u32).to_le_bytes();
    let file = [b"PAR1".as_slice(), &footer, &length, b"PAR1"].concat();
    assert!(matches!(fault(&file), ParquetFault::Nested | ParquetFault::TooManyColumns));
}

#[test]
fn a_row_longer_than_any_record_is_refused() {
    let long: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(MAX_RECORD as usize + 1)]));
    assert!(matches!(fault(&bytes(&[("a", long)])), ParquetFault::RowTooLong { row: 1 }));
}
