//! Snapshots encoded on one thread and on several: the same bytes, every failure told.

use std::{fs, sync::Arc};

use arrow::{
    array::{AsArray, DictionaryArray, Int64Array, StringArray, UInt16Array},
    compute::cast,
    datatypes::{DataType, Field, Schema, UInt16Type},
};
use parquet::errors::ParquetError;

use super::*;

fn schema() -> SchemaRef {
    let field = |name: &str, kind| Field::new(name, kind, false);
    Arc::new(Schema::new(vec![
        field("number", DataType::Int64),
        field("text", DataType::Utf8),
        field("twice", DataType::Int64),
        field("changing", DataType::Utf8),
        field("same", DataType::Utf8),
    ]))
}

/// Before this row one place in a list stands in every row, in two groups and a part of the third; after it another one.
const CHANGE: usize = 2_250_000;

/// Batches of so many rows each.
fn batches(rows: usize, count: usize) -> impl Iterator<Item = RecordBatch> {
    (0..count).map(move |at| {
        let numbers = || (at * rows..(at + 1) * rows).map(|row| (row * 7919 % 10_007) as i64);
        let texts = numbers().map(|number| (number % 11).to_string());
        let changing = (at * rows..(at + 1) * rows).map(|row| u16::from(row >= CHANGE));
        let changing: ArrayRef = Arc::new(UInt16Array::from_iter_values(changing));
        let same: ArrayRef = Arc::new(UInt16Array::from_value(1, rows));
        let number: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers()));
        let text: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
        let columns = [number.clone(), text, number, changing, same];
        RecordBatch::try_from_iter(schema().fields().iter().map(|field| field.name()).zip(columns)).unwrap()
    })
}

/// The third column is doubled, and of places in a list the texts are made.
fn doubled(column: usize, array: ArrayRef) -> Result<ArrayRef> {
    if let Some(places) = array.as_primitive_opt::<UInt16Type>() {
        let list = Arc::new(StringArray::from(vec!["one.csv", "other.csv"]));
        return Ok(Arc::new(DictionaryArray::try_new(places.clone(), list)?));
    }
    if column != 2 {
        return Ok(array);
    }
    let numbers = array.as_any().downcast_ref::<Int64Array>();
    let numbers = numbers.ok_or_else(|| ParquetError::General("no numbers".to_owned()))?;
    Ok(Arc::new(numbers.unary::<_, arrow::datatypes::Int64Type>(|number| number * 2)))
}

/// So many rows at a time that pages, which are cut after some thousand rows handed on, are cut alike where rows are handed on together.
const BATCH: usize = 150 << 10;

fn encode(path: &Path, threads: usize, prepare: &Prepare<'_>) -> Result<Digest, AcquireError> {
    let encoding = Encoding::create(path, schema(), WriterProperties::default(), prepare)?;
    // Groups of rows end in the middle of a batch.
    let encoded = encoding.run(threads, |hand_on| {
        batches(BATCH, 15).for_each(|batch| hand_on(&batch));
        Ok(())
    });
    encoded.map(|((), digest)| digest)
}

#[test]
fn any_number_of_threads_writes_the_bytes_that_the_library_writes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alone.parquet");
    let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), schema(), None).unwrap();
    let schema = schema();
    for batch in batches(BATCH, 15) {
        let columns = batch.columns().iter().cloned().enumerate();
        let columns = columns.map(|(at, column)| doubled(at, column).unwrap()).zip(schema.fields());
        let columns = columns.map(|(column, field)| cast(&column, field.data_type()).unwrap()).collect();
        writer.write(&RecordBatch::try_new(schema.clone(), columns).unwrap()).unwrap();
    }
    writer.close().unwrap();
    assert!((2 * ROWS_IN_GROUP..15 * BATCH).contains(&CHANGE));
    let alone = fs::read(&path).unwrap();
    for threads in [1, 2, 5] {
        let path = folder.path().join(format!("{threads}.parquet"));
        assert_eq!(encode(&path, threads, &doubled).unwrap(), Digest::of(&alone));
        assert!(fs::read(&path).unwrap() == alone, "{threads} threads");
    }
}

#[test]
fn rows_are_alike_where_all_have_one_place_and_none_is_empty() {
    let places = |rows: &[Option<u16>]| -> ArrayRef { Arc::new(UInt16Array::from(rows.to_vec())) };
    let both = Alike::and(Alike::and(None, &places(&[Some(3), Some(3)])), &places(&[Some(3)])).unwrap();
    assert_eq!(both.rows().as_ref(), places(&[Some(3); 3]).as_ref());
    for other in [&[Some(4)][..], &[Some(3), Some(4)], &[Some(3), None], &[None], &[]] {
        assert_eq!(Alike::and(Some(both), &places(other)), None, "{other:?}");
    }
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["3"]));
    assert_eq!(Alike::and(None, &texts), None);
}

#[test]
fn no_rows_make_a_file_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.parquet");
    let encoding = Encoding::create(&path, schema(), WriterProperties::default(), &doubled).unwrap();
    encoding.run(2, |_| Ok(())).unwrap();
    let reader = parquet::file::reader::SerializedFileReader::try_from(path.as_path()).unwrap();
    let metadata = parquet::file::reader::FileReader::metadata(&reader);
    assert_eq!((metadata.num_row_groups(), metadata.file_metadata().num_rows()), (0, 0));
}

#[test]
fn a_column_that_cannot_be_encoded_is_told_whoever_is_at_it() {
    let folder = tempfile::tempdir().unwrap();
    let fails = |column: usize, array: ArrayRef| match column {
        1 => Err(ParquetError::General("no text".to_owned())),
        _ => Ok(array),
    };
    for threads in [1, 2, 5] {
        let path = folder.path().join(format!("{threads}.parquet"));
        let error = encode(&path, threads, &fails).unwrap_err();
        assert!(
            matches!(&error, AcquireError::Store(StoreError::Parquet { doing: "write", path: told, .. }) if *told == path)
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_the_name_of_the_file() {
    for threads in [1, 2] {
        let error = encode(Path::new("/dev/full"), threads, &doubled).unwrap_err();
        assert!(
            matches!(&error, AcquireError::Store(StoreError::Parquet { path, .. }) if path.ends_with("full"))
        );
    }
}

#[test]
fn what_goes_wrong_with_the_rows_is_told_and_nobody_waits_for_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.parquet");
    let encoding = Encoding::create(&path, schema(), WriterProperties::default(), &doubled).unwrap();
    let failed = encoding.run(3, |hand_on| {
        batches(1_000, 20).for_each(|batch| hand_on(&batch));
        Err::<(), _>(AcquireError::OtherPackage { path: path.clone() })
    });
    assert!(matches!(failed, Err(AcquireError::OtherPackage { .. })));
}

#[test]
fn a_panic_in_a_column_is_passed_on_and_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    for threads in [1, 2, 5] {
        let path = folder.path().join(format!("{threads}.parquet"));
        let panics = |column: usize, array: ArrayRef| {
            assert!(column != 0, "column 0");
            Ok(array)
        };
        let passed_on = std::panic::catch_unwind(|| encode(&path, threads, &panics));
        assert!(passed_on.is_err(), "{threads} threads");
    }
}
