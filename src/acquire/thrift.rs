//! The few lines of Thrift's compact protocol that are needed to look at a Parquet file's headers before they are trusted.
//! It allocates nothing and never goes deeper than a fixed depth.
//!
//! # Decisions
//!
//! - The reader proper belongs to the Parquet library. This one answers only "how big, how many, how deep", and it is asked
//!   first, because a library that believes a header may allocate or recurse as far as the header says.

/// How deep structures may nest; Parquet's own go to about eight.
const DEEPEST: u8 = 24;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// A place in encoded bytes. Every method gives `None` where the bytes end too early or are no such value.
#[derive(Debug, Clone)]
pub(super) struct Thrift<'a> {
    bytes: &'a [u8],
    depth: u8,
}

/// The field at hand while a structure is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) id: i16,
    kind: u8,
}

impl<'a> Thrift<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: 0 }
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len()
    }

    /// Reads a structure. `take` is told each field and returns whether it read the value; the others are skipped.
    pub(super) fn fields(&mut self, mut take: impl FnMut(&mut Self, Field) -> Option<bool>) -> Option<()> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= DEEPEST)?;
        let mut id: i16 = 0;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0F;
            if kind == 0 {
                self.depth -= 1;
                return Some(());
            }
            id = match head >> 4 {
                0 => i16::try_from(self.zigzag()?).ok()?,
                step => id.checked_add(i16::from(step))?,
            };
            let field = Field { id, kind };
            if !take(self, field)? {
                self.skip(kind)?;
            }
        }
    }

    /// A whole number, if the field is one.
    pub(super) fn number(&mut self, field: Field) -> Option<i64> {
        matches!(field.kind, I16 | I32 | I64).then(|| self.zigzag())?
    }

    /// Enters a structure, if the field is one.
    pub(super) fn inside(
        &mut self,
        field: Field,
        take: impl FnMut(&mut Self, Field) -> Option<bool>,
    ) -> Option<()> {
        (field.kind == STRUCT).then(|| self.fields(take))?
    }

    /// Enters a list of structures, if the field is one; tells how many there are.
    pub(super) fn structures(
        &mut self,
        field: Field,
        mut each: impl FnMut(&mut Self, u64) -> Option<()>,
    ) -> Option<u64> {
        let (kind, count) = (field.kind == LIST).then(|| self.list())??;
        if kind != STRUCT {
            return None;
        }
        for n in 0..count {
            each(self, n)?;
        }
        Some(count)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn list(&mut self) -> Option<(u8, u64)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        // Each element takes a byte at least.
        (count <= self.bytes.len() as u64).then_some((head & 0x0F, count))
    }

    fn jump(&mut self, bytes: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    fn skip(&mut self, kind: u8) -> Option<()> {
        match kind {
            TRUE | FALSE => Some(()),
            BYTE => self.jump(1),
            I16 | I32 | I64 => self.varint().map(drop),
            DOUBLE => self.jump(8),
            UUID => self.jump(16),
            BINARY => {
                let length = self.varint()?;
                self.jump(length)
            }
            STRUCT => self.fields(|_, _| Some(false)),
            LIST | SET => {
                let (kind, count) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(kind))
            }
            MAP => {
                let count = self.varint()?;
                if count == 0 {
                    return Some(());
                }
                let kinds = self.byte()?;
                (0..count).try_for_each(|_| {
                    self.skip_element(kinds >> 4)?;
                    self.skip_element(kinds & 0x0F)
                })
            }
            _ => None,
        }
    }

    /// In a list a truth value takes a byte; as a field it stands in the head. Lists may nest, too.
    fn skip_element(&mut self, kind: u8) -> Option<()> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= DEEPEST)?;
        let skipped = if matches!(kind, TRUE | FALSE) { self.jump(1) } else { self.skip(kind) };
        self.depth -= 1;
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_and_all_else_is_skipped() {
        // 1: i32 -3; 2: binary "ab"; 4: list of two structures, each 1: i64 5; 5: true; 20 (long form): i32 1; end.
        let bytes =
            [0x15, 5, 0x18, 2, b'a', b'b', 0x29, 0x2C, 0x16, 10, 0, 0x16, 10, 0, 0x11, 0x05, 40, 2, 0];
        let mut thrift = Thrift::new(&bytes);
        let (mut found, mut inner) = (Vec::new(), 0);
        let read = thrift.fields(|thrift, field| {
            match field.id {
                1 | 20 => found.push(thrift.number(field)?),
                4 => {
                    let each = |thrift: &mut Thrift<'_>, _| {
                        thrift.fields(|thrift, field| {
                            inner += thrift.number(field)?;
                            Some(true)
                        })
                    };
                    assert_eq!(thrift.structures(field, each), Some(2));
                }
                _ => return Some(false),
            }
            Some(true)
        });
        assert_eq!((read, found, inner, thrift.left()), (Some(()), vec![-3, 1], 10, 0));
    }

    #[test]
    fn what_is_cut_off_too_long_or_too_deep_is_no_value() {
        for bytes in [
            &[0x15][..],
            &[0x18, 200, 1, b'a'],
            &[0x19, 0xFC, 0xFF, 0xFF, 0x7F],
            &[0x16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            &[0x1E, 0],
        ] {
            assert_eq!(Thrift::new(bytes).fields(|_, _| Some(false)), None, "{bytes:?}");
        }
        assert_eq!(Thrift::new(&[0x1C; 100_000]).fields(|_, _| Some(false)), None);
        assert_eq!(Thrift::new(&[0x19; 100_000]).fields(|_, _| Some(false)), None);
    }
}
