//! The faults of a delivery in the order of its files and lines, however many: beyond an allowance they wait on disk, in the
//! store's drafts. It drops none and knows no value.
//!
//! # Decisions
//!
//! - Files are read from front to back, so nearly all faults come in their order: what is put on disk goes to the end of a
//!   list there whose last entry stands before it. Only what is found late (keys that differ, fifteen digits that turn out to
//!   be no chance) begins further lists, one for each allowance full of them; reading merges the lists.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use super::{
    Reason,
    besides::Beside,
    quarantine::{Fault, Where},
};

/// What a fault takes on disk.
const BYTES: usize = 14;

/// All faults of a delivery.
#[derive(Debug)]
pub(super) struct Faults {
    here: Vec<Fault>,
    /// How many may be held in memory.
    most: usize,
    folder: PathBuf,
    lists: Vec<List>,
}

/// Faults on disk, in their order.
#[derive(Debug)]
struct List {
    file: File,
    last: Fault,
}

impl Faults {
    /// None yet; `folder` is where they go that `memory` bytes do not hold.
    pub(super) fn new(folder: &Path, memory: usize) -> Self {
        let most = (memory / size_of::<Fault>()).max(1);
        Self { here: Vec::new(), most, folder: folder.to_owned(), lists: Vec::new() }
    }

    /// Adds one.
    pub(super) fn push(&mut self, fault: Fault) -> io::Result<()> {
        if self.here.len() >= self.most {
            self.put_on_disk()?;
        }
        self.here.push(fault);
        Ok(())
    }

    fn put_on_disk(&mut self) -> io::Result<()> {
        self.here.sort_unstable();
        let (Some(first), Some(last)) = (self.here.first(), self.here.last()) else { return Ok(()) };
        let list = match self.lists.iter_mut().find(|list| list.last <= *first) {
            Some(list) => list,
            None => {
                let file = tempfile::tempfile_in(&self.folder)?;
                self.lists.push(List { file, last: *last });
                let Some(list) = self.lists.last_mut() else { return Ok(()) };
                list
            }
        };
        list.last = *last;
        let mut writer = BufWriter::new(&list.file);
        for fault in self.here.drain(..) {
            writer.write_all(&to_bytes(fault))?;
        }
        writer.flush()
    }

    /// All of them, in the order of files and lines; none is left.
    pub(super) fn in_order(&mut self) -> io::Result<InOrder> {
        self.here.sort_unstable();
        let mut sources = vec![Source::Here(std::mem::take(&mut self.here).into_iter())];
        for mut list in std::mem::take(&mut self.lists) {
            list.file.rewind()?;
            sources.push(Source::OnDisk(BufReader::new(list.file)));
        }
        let mut heap = BinaryHeap::new();
        for (at, source) in sources.iter_mut().enumerate() {
            heap.extend(source.next()?.map(|fault| Reverse((fault, at))));
        }
        Ok(InOrder { sources, heap })
    }
}

/// Faults in the order of files and lines.
pub(super) struct InOrder {
    sources: Vec<Source>,
    heap: BinaryHeap<Reverse<(Fault, usize)>>,
}

enum Source {
    Here(std::vec::IntoIter<Fault>),
    OnDisk(BufReader<File>),
}

impl Source {
    fn next(&mut self) -> io::Result<Option<Fault>> {
        let reader = match self {
            Self::Here(faults) => return Ok(faults.next()),
            Self::OnDisk(reader) => reader,
        };
        let mut bytes = [0; BYTES];
        match reader.read_exact(&mut bytes) {
            Ok(()) => of_bytes(bytes).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl InOrder {
    /// The next one.
    pub(super) fn next(&mut self) -> io::Result<Option<Fault>> {
        let Some(Reverse((fault, at))) = self.heap.pop() else { return Ok(None) };
        if let Some(source) = self.sources.get_mut(at) {
            self.heap.extend(source.next()?.map(|fault| Reverse((fault, at))));
        }
        Ok(Some(fault))
    }
}

fn to_bytes(fault: Fault) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    let (kind, column) = match fault.place {
        Where::Row => (0, 0),
        Where::Column(at) => (1, at),
        Where::Extra(at) => (2, at),
        Where::Key => (3, 0),
        Where::Sheet(at) => (4, at),
        Where::Beside(beside) => (5, beside as u16),
    };
    bytes[..2].copy_from_slice(&fault.file.to_le_bytes());
    bytes[2..10].copy_from_slice(&fault.line.to_le_bytes());
    bytes[10] = kind;
    bytes[11..13].copy_from_slice(&column.to_le_bytes());
    bytes[13] = fault.reason as u8;
    bytes
}

fn of_bytes(bytes: [u8; BYTES]) -> Option<Fault> {
    let [f0, f1, l0, l1, l2, l3, l4, l5, l6, l7, kind, c0, c1, reason] = bytes;
    let column = u16::from_le_bytes([c0, c1]);
    let place = match kind {
        0 => Where::Row,
        1 => Where::Column(column),
        2 => Where::Extra(column),
        3 => Where::Key,
        4 => Where::Sheet(column),
        5 => Where::Beside(*Beside::ALL.get(usize::from(column))?),
        _ => return None,
    };
    Some(Fault {
        file: u16::from_le_bytes([f0, f1]),
        line: u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]),
        place,
        reason: *Reason::ALL.get(usize::from(reason))?,
    })
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;

    fn all(faults: &mut Faults) -> Vec<Fault> {
        let mut in_order = faults.in_order().unwrap();
        std::iter::from_fn(|| in_order.next().unwrap()).collect()
    }

    fn random(count: usize) -> Vec<Fault> {
        let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut fault = || {
            let number = dice.random_range(0..70_u16);
            let place = [
                Where::Row,
                Where::Column(number),
                Where::Extra(number),
                Where::Key,
                Where::Sheet(number),
                Where::Beside(Beside::ALL[usize::from(number) % Beside::ALL.len()]),
            ];
            Fault {
                file: dice.random_range(0..3),
                line: dice.random_range(0..1 << 40),
                place: place[dice.random_range(0..place.len())],
                reason: Reason::ALL[dice.random_range(0..Reason::ALL.len())],
            }
        };
        (0..count).map(|_| fault()).collect()
    }

    #[test]
    fn every_fault_comes_back_in_order_whether_it_waited_in_memory_or_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let given = random(5_000);
        let mut sorted = given.clone();
        sorted.sort_unstable();
        for memory in [0, 100 * size_of::<Fault>(), 1 << 20] {
            let mut faults = Faults::new(folder.path(), memory);
            for fault in &given {
                faults.push(*fault).unwrap();
            }
            assert_eq!(faults.lists.is_empty(), memory == 1 << 20);
            assert!(all(&mut faults) == sorted);
            assert!(all(&mut faults).is_empty());
        }
    }

    #[test]
    fn faults_that_come_in_order_take_one_list_and_no_more_memory_than_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let mut faults = Faults::new(folder.path(), 100 * size_of::<Fault>());
        let fault = |line| Fault { file: 0, line, place: Where::Column(1), reason: Reason::BadDate };
        for line in 0..100_000 {
            faults.push(fault(line)).unwrap();
            assert!(faults.here.capacity() <= 128);
        }
        assert_eq!(faults.lists.len(), 1);
        // What is found late begins a list of its own.
        for line in (0..200).rev() {
            faults.push(fault(line)).unwrap();
        }
        assert!((2..=4).contains(&faults.lists.len()));
        assert_eq!(all(&mut faults).len(), 100_200);
    }
}
