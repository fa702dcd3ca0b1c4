//! One piece of the dictionary on disk: `dictionary/segment-<first number>.parquet`, columns `number` and `token`.
//!
//! An auditor finds a person in one step, in any engine:
//! `SELECT number FROM 'store/dictionary/*.parquet' WHERE token = '…'`. A segment is never changed.
//!
//! # Decisions
//!
//! Five million tokens in one segment; CPU seconds to write and load, and what DuckDB took to find a token (median
//! of nine, cold connection), on a 2-core machine that was busy otherwise:
//!
//! | form | write | load | size | find |
//! |---|---|---|---|---|
//! | **text, zstd, bloom filter** | 3.0 | 2.6 | 179 MB | 0.3 s |
//! | text, zstd, no filter | 2.7 | 2.6 | 169 MB | 1.4 s |
//! | text, plain, bloom filter | 1.9 | 2.5 | 349 MB | 0.2 s |
//! | text, zstd, sorted by token | 4.3 | 2.2 | 173 MB | 0.05 s |
//! | 32 bytes, plain, bloom filter | 1.0 | 0.8 | 169 MB | 0.1 s |
//! | 32 bytes, plain, no filter | 0.6 | 0.8 | 160 MB | 0.4 s |
//! | 32 bytes, plain, sorted by token | 0.9 | 0.9 | 175 MB | 0.02 s |
//!
//! - Text, although bytes load three times faster: leads, evidence and cases carry the token as text, so an auditor
//!   joins them with the dictionary by plain equality in any engine, where bytes need each engine's own `unhex`.
//!   The price is two seconds a night at five million people and no disk.
//! - In the order of the numbers, with a bloom filter: number → token is found by the statistics, token → number by
//!   the filter, and a gap shows itself while reading.
//! - New people are cut into segments of a quarter million, which are written side by side: where a delivery is small and names many
//!   people for the first time, writing them took longer than writing its snapshot, on one thread.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Int64Type, Schema},
};
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
    },
    basic::{Compression, Encoding, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{Draft, StoreError, StoreLock};
use crate::model::Token;

const ROWS_AT_ONCE: usize = 1 << 16;
/// The most people of a segment. The same whatever the number of threads, so that the files are the same.
pub(super) const MOST: usize = 1 << 18;

/// A segment that is written and does not count yet.
#[derive(Debug)]
pub(super) struct Written {
    draft: Draft,
    name: String,
    people: usize,
}

impl Written {
    /// Writes numbers from `first` on.
    pub(super) fn new(lock: &StoreLock, first: i64, tokens: &[[u8; 32]]) -> Result<Self, StoreError> {
        let name = format!("segment-{first:012}.parquet");
        let draft = lock.draft()?;
        write(&draft.path().join(&name), first, tokens)?;
        Ok(Self { draft, name, people: tokens.len() })
    }

    /// Makes it count; how many people it holds.
    pub(super) fn seal(self, lock: &StoreLock) -> Result<usize, StoreError> {
        let target = lock.store().dictionary().join(&self.name);
        self.draft.seal_file(&self.name, &target)?;
        Ok(self.people)
    }
}

fn write(path: &Path, first: i64, tokens: &[[u8; 32]]) -> Result<(), StoreError> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("number", DataType::Int64, false),
        Field::new("token", DataType::Utf8, false),
    ]));
    let zstd = ZstdLevel::try_new(1).map_err(StoreError::parquet("write", path))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(zstd))
        .set_dictionary_enabled(false)
        .set_column_encoding("number".into(), Encoding::DELTA_BINARY_PACKED)
        .set_column_bloom_filter_enabled("token".into(), true)
        .build();
    let file = File::create(path).map_err(StoreError::io("create", path))?;
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))
        .map_err(StoreError::parquet("write", path))?;
    let mut next = first;
    for piece in tokens.chunks(ROWS_AT_ONCE) {
        let after = next + piece.len() as i64;
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(next..after));
        let texts = piece.iter().map(|token| Token(*token).to_string());
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
        next = after;
        let batch = RecordBatch::try_new(schema.clone(), vec![numbers, texts])
            .map_err(StoreError::parquet("write", path))?;
        writer.write(&batch).map_err(StoreError::parquet("write", path))?;
    }
    writer.close().map_err(StoreError::parquet("write", path))?;
    Ok(())
}

/// A sealed segment of which the end is read: how many people it holds is known.
pub(super) struct Segment {
    path: PathBuf,
    first: i64,
    people: usize,
    about: ArrowReaderMetadata,
}

impl Segment {
    /// Reads the end of a segment.
    pub(super) fn open(path: PathBuf) -> Result<Self, StoreError> {
        let bad = || StoreError::BadSegment { path: path.clone() };
        let first = first_number(&path).ok_or_else(bad)?;
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        let bytes = file.metadata().map_err(StoreError::io("read", &path))?.len();
        let about = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
            .map_err(StoreError::parquet("read", &path))?;
        let people = u64::try_from(about.metadata().file_metadata().num_rows()).map_err(|_| bad())?;
        // Nobody's token takes less than a byte: a damaged number must not take all the memory.
        if people > bytes {
            return Err(bad());
        }
        let people = usize::try_from(people).map_err(|_| bad())?;
        Ok(Self { path, first, people, about })
    }

    /// Its file.
    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Its first number.
    pub(super) fn first(&self) -> i64 {
        self.first
    }

    /// How many people it holds.
    pub(super) fn people(&self) -> usize {
        self.people
    }

    /// Whether it goes on exactly after so many people.
    pub(super) fn follows(&self, people: usize) -> Result<(), StoreError> {
        self.expect(people as i64 + 1, self.first)
    }

    fn expect(&self, expected: i64, found: i64) -> Result<(), StoreError> {
        if found == expected {
            return Ok(());
        }
        Err(StoreError::DictionaryGap { path: self.path.clone(), expected, found })
    }

    /// Reads everybody's token into the place of their number.
    pub(super) fn read_into(&self, tokens: &mut [[u8; 32]]) -> Result<(), StoreError> {
        let path = &self.path;
        let bad = || StoreError::BadSegment { path: path.clone() };
        let file = File::open(path).map_err(StoreError::io("open", path))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.about.clone());
        let reader =
            builder.with_batch_size(ROWS_AT_ONCE).build().map_err(StoreError::parquet("read", path))?;
        let mut places = tokens.iter_mut();
        let mut next = self.first;
        for batch in reader {
            let batch = batch.map_err(StoreError::parquet("read", path))?;
            for (number, token) in people(&batch).ok_or_else(bad)? {
                self.expect(next, number)?;
                *places.next().ok_or_else(bad)? = token.0;
                next += 1;
            }
        }
        // One that says more people than it holds.
        if places.next().is_some() { Err(bad()) } else { Ok(()) }
    }
}

/// The numbers and tokens of some rows; none where anything else stands there.
fn people(batch: &RecordBatch) -> Option<Vec<(i64, Token)>> {
    let numbers = batch.column_by_name("number")?.as_primitive_opt::<Int64Type>()?;
    let tokens = batch.column_by_name("token")?.as_string_opt::<i32>()?;
    if numbers.null_count() > 0 {
        return None;
    }
    numbers.values().iter().zip(tokens).map(|(number, token)| Some((*number, token?.parse().ok()?))).collect()
}

fn first_number(path: &Path) -> Option<i64> {
    path.file_stem()?.to_str()?.strip_prefix("segment-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::{Dictionary, GrowingDictionary, Store};

    fn token(n: u8) -> Token {
        Token([n; 32])
    }

    fn grown(root: &Path, people: &[u8]) -> GrowingDictionary {
        let mut dictionary = GrowingDictionary::load(Store::at(root).lock().unwrap(), 2).unwrap();
        for &n in people {
            dictionary.assign(&token(n)).unwrap();
        }
        dictionary
    }

    #[test]
    fn numbers_are_dense_and_mean_the_same_person_for_ever() {
        let root = tempfile::tempdir().unwrap();
        let mut dictionary = grown(root.path(), &[7, 9, 7, 8]);
        assert_eq!(dictionary.seal().unwrap(), 3);
        assert_eq!(dictionary.seal().unwrap(), 0);
        drop(dictionary);
        let mut dictionary = grown(root.path(), &[9, 5]);
        assert_eq!(dictionary.seal().unwrap(), 1);
        drop(dictionary);
        let dictionary = Dictionary::load(&Store::at(root.path()), 2).unwrap();
        let numbers: Vec<_> = [7, 9, 8, 5, 6].map(|n| dictionary.number_of(&token(n))).into();
        assert_eq!(numbers, [Some(1), Some(2), Some(3), Some(4), None]);
        assert_eq!(dictionary.token_of(4), Some(token(5)));
        assert_eq!(
            (dictionary.token_of(0), dictionary.token_of(5), dictionary.token_of(-1)),
            (None, None, None)
        );
    }

    #[test]
    fn numbers_that_were_never_sealed_are_given_anew() {
        let root = tempfile::tempdir().unwrap();
        grown(root.path(), &[1]).seal().unwrap();
        // Killed before the seal: nothing of 2 and 3 remains.
        drop(grown(root.path(), &[2, 3]));
        let mut dictionary = grown(root.path(), &[3]);
        assert_eq!(dictionary.number_of(&token(3)), Some(2));
        dictionary.forget_unsealed();
        assert_eq!((dictionary.number_of(&token(3)), dictionary.len()), (None, 1));
        assert_eq!(dictionary.assign(&token(4)).unwrap(), 2);
    }

    #[test]
    fn tokens_that_share_their_first_bytes_stay_two_people() {
        let root = tempfile::tempdir().unwrap();
        let mut dictionary = grown(root.path(), &[]);
        let mut other = token(1);
        other.0[31] = 2;
        assert_eq!(dictionary.assign(&token(1)).unwrap(), 1);
        assert_eq!(dictionary.assign(&other).unwrap(), 2);
        assert_eq!(dictionary.assign(&token(1)).unwrap(), 1);
        let mut nobody = other;
        nobody.0[31] = 3;
        let asked = [&token(1), &other, &nobody, &token(2), &other];
        assert_eq!(dictionary.numbers_of(&asked), [Some(1), Some(2), None, None, Some(2)]);
        assert_eq!(asked.map(|token| dictionary.number_of(token)), [Some(1), Some(2), None, None, Some(2)]);
    }

    #[test]
    fn many_people_fill_several_segments_which_are_the_same_on_any_number_of_threads() {
        let segments = |threads: usize| {
            let root = tempfile::tempdir().unwrap();
            let mut dictionary = grown(root.path(), &[]);
            for n in 0..2 * MOST as u64 + 1 {
                let mut token = token(0);
                token.0[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
                dictionary.assign(&token).unwrap();
            }
            let written = dictionary.write(threads).unwrap();
            assert_eq!(dictionary.seal_written(written).unwrap(), 2 * MOST + 1);
            drop(dictionary);
            assert_eq!(Dictionary::load(&Store::at(root.path()), 2).unwrap().len(), 2 * MOST + 1);
            let entries = fs::read_dir(root.path().join("dictionary")).unwrap();
            let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            files.sort();
            files.iter().map(|file| (first_number(file), fs::read(file).unwrap())).collect::<Vec<_>>()
        };
        let alone = segments(1);
        let firsts: Vec<_> = alone.iter().map(|(first, _)| *first).collect();
        assert_eq!(firsts, [1, MOST as i64 + 1, 2 * MOST as i64 + 1].map(Some));
        assert!(segments(2) == alone && segments(5) == alone);
    }

    #[test]
    fn where_a_later_segment_cannot_be_sealed_the_people_of_those_before_it_keep_their_numbers() {
        let root = tempfile::tempdir().unwrap();
        let mut dictionary = grown(root.path(), &[1]);
        let mut first = dictionary.write(1).unwrap();
        dictionary.assign(&token(2)).unwrap();
        let in_the_way = root.path().join("dictionary/segment-000000000002.parquet");
        fs::create_dir_all(&in_the_way).unwrap();
        first.0.push(Written::new(dictionary.lock(), 2, &[token(2).0]).unwrap());
        assert!(
            matches!(dictionary.seal_written(first), Err(StoreError::AlreadySealed { path }) if path == in_the_way)
        );
        dictionary.forget_unsealed();
        assert_eq!((dictionary.number_of(&token(1)), dictionary.number_of(&token(2))), (Some(1), None));
        fs::remove_dir(&in_the_way).unwrap();
        assert_eq!(dictionary.assign(&token(2)).unwrap(), 2);
        assert_eq!(dictionary.seal().unwrap(), 1);
    }

    #[test]
    fn a_lost_segment_is_found() {
        let root = tempfile::tempdir().unwrap();
        for n in [1, 2, 3] {
            grown(root.path(), &[n]).seal().unwrap();
        }
        fs::remove_file(root.path().join("dictionary/segment-000000000002.parquet")).unwrap();
        let error = Dictionary::load(&Store::at(root.path()), 2).unwrap_err();
        assert!(matches!(error, StoreError::DictionaryGap { expected: 2, found: 3, .. }), "{error}");
    }

    #[test]
    fn a_token_that_stands_twice_is_found() {
        let root = tempfile::tempdir().unwrap();
        grown(root.path(), &[1, 2]).seal().unwrap();
        let path = root.path().join("dictionary/segment-000000000003.parquet");
        write(&path, 3, &[[2; 32]]).unwrap();
        write(&root.path().join("dictionary/segment-000000000004.parquet"), 4, &[[4; 32]]).unwrap();
        let error = Dictionary::load(&Store::at(root.path()), 2).unwrap_err();
        let StoreError::TokenTwice { path: said, number: 3 } = &error else { panic!("{error}") };
        assert_eq!(*said, path);
    }

    #[test]
    fn a_segment_that_was_cut_off_or_misnamed_is_found() {
        let root = tempfile::tempdir().unwrap();
        grown(root.path(), &[1, 2]).seal().unwrap();
        let store = Store::at(root.path());
        let path = store.dictionary().join("segment-000000000001.parquet");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        assert!(matches!(Dictionary::load(&store, 2), Err(StoreError::Parquet { .. })));
        fs::write(&path, &whole).unwrap();
        fs::write(store.dictionary().join("zz.parquet"), &whole).unwrap();
        assert!(matches!(Dictionary::load(&store, 2), Err(StoreError::BadSegment { .. })));
    }

    #[test]
    fn a_segment_that_says_more_or_fewer_people_than_it_holds_is_found() {
        let root = tempfile::tempdir().unwrap();
        grown(root.path(), &[1, 2]).seal().unwrap();
        let store = Store::at(root.path());
        let path = store.dictionary().join("segment-000000000001.parquet");
        let whole = fs::read(&path).unwrap();
        // In Thrift's compact form: the third field, two rows, and then the list of row groups.
        let says_two = |at: &usize| whole[*at..].starts_with(&[0x16, 4, 0x19]);
        let places: Vec<usize> = (0..whole.len()).filter(says_two).collect();
        assert_eq!(places.len(), 1);
        for said in [2, 6] {
            let mut damaged = whole.clone();
            damaged[places[0] + 1] = said;
            fs::write(&path, damaged).unwrap();
            assert!(matches!(Dictionary::load(&store, 2), Err(StoreError::BadSegment { .. })), "{said}");
        }
    }

    #[test]
    fn a_segment_that_says_more_people_than_it_has_bytes_takes_no_memory_for_them() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("segment-000000000001.parquet");
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1; 100_000]));
        let tokens: ArrayRef = Arc::new(StringArray::from(vec!["0"; 100_000]));
        let batch = RecordBatch::try_from_iter([("number", numbers), ("token", tokens)]).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert!(fs::metadata(&path).unwrap().len() < 100_000);
        assert!(matches!(Segment::open(path), Err(StoreError::BadSegment { .. })));
    }

    #[test]
    fn the_same_people_in_the_same_order_give_the_same_bytes() {
        let bytes = || {
            let root = tempfile::tempdir().unwrap();
            grown(root.path(), &[3, 1, 2]).seal().unwrap();
            fs::read(root.path().join("dictionary/segment-000000000001.parquet")).unwrap()
        };
        assert_eq!(bytes(), bytes());
    }
}
