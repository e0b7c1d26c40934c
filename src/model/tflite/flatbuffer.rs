//! A bounds-checked reader of FlatBuffers tables. `None` always means "points outside the
//! file"; an absent field gives its default.

use std::ops::Range;

/// Longer vectors are taken for damage. Without these limits a small file whose offsets all
/// point at one place would unfold to any size in memory.
const MAX_TABLES: usize = 1 << 14;
const MAX_NUMBERS: usize = 1 << 12;
const MAX_NAME: usize = 1 << 10;

#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    start: usize,
}

impl<'a> Table<'a> {
    /// The root table.
    pub fn root(bytes: &'a [u8]) -> Option<Self> {
        let start = read_u32(bytes, 0)? as usize;
        Table { bytes, start }.checked()
    }

    pub fn i8(&self, field: usize, default: i8) -> Option<i8> {
        match self.field(field)? {
            None => Some(default),
            Some(at) => Some(*self.bytes.get(at)? as i8),
        }
    }

    pub fn u32(&self, field: usize, default: u32) -> Option<u32> {
        match self.field(field)? {
            None => Some(default),
            Some(at) => read_u32(self.bytes, at),
        }
    }

    pub fn i32(&self, field: usize, default: i32) -> Option<i32> {
        Some(self.u32(field, default as u32)? as i32)
    }

    /// A sub-table; the inner `None` where the field is absent.
    pub fn table(&self, field: usize) -> Option<Option<Table<'a>>> {
        match self.field(field)? {
            None => Some(None),
            Some(at) => Some(Some(self.table_at(at)?)),
        }
    }

    /// A string; the inner `None` where the field is absent or empty.
    pub fn string(&self, field: usize) -> Option<Option<String>> {
        let bytes = self.vector(field, 1, MAX_NAME)?;
        if bytes.is_empty() {
            return Some(None);
        }
        // tflitec unwraps tensor names as UTF-8, so another encoding must not get that far.
        Some(Some(std::str::from_utf8(bytes).ok()?.to_owned()))
    }

    pub fn tables(&self, field: usize) -> Option<Vec<Table<'a>>> {
        let Some(at) = self.field(field)? else {
            return Some(Vec::new());
        };
        let first = self.indirect(at)?.checked_add(4)?;
        let count = self.vector(field, 4, MAX_TABLES)?.len() / 4;
        (0..count)
            .map(|i| self.table_at(first.checked_add(4 * i)?))
            .collect()
    }

    pub fn i32s(&self, field: usize) -> Option<Vec<i32>> {
        let (chunks, _) = self.vector(field, 4, MAX_NUMBERS)?.as_chunks::<4>();
        Some(chunks.iter().map(|c| i32::from_le_bytes(*c)).collect())
    }

    pub fn f32s(&self, field: usize) -> Option<Vec<f32>> {
        let (chunks, _) = self.vector(field, 4, MAX_NUMBERS)?.as_chunks::<4>();
        Some(chunks.iter().map(|c| f32::from_le_bytes(*c)).collect())
    }

    pub fn i64s(&self, field: usize) -> Option<Vec<i64>> {
        let (chunks, _) = self.vector(field, 8, MAX_NUMBERS)?.as_chunks::<8>();
        Some(chunks.iter().map(|c| i64::from_le_bytes(*c)).collect())
    }

    /// Where a field's value lies; the inner `None` where it is absent.
    fn field(&self, field: usize) -> Option<Option<usize>> {
        let back = read_u32(self.bytes, self.start)? as i32;
        let vtable = usize::try_from(i64::try_from(self.start).ok()? - i64::from(back)).ok()?;
        let size = usize::from(read_u16(self.bytes, vtable)?);
        let entry = 4 + 2 * field;
        if entry + 2 > size {
            return Some(None);
        }
        match read_u16(self.bytes, vtable.checked_add(entry)?)? {
            0 => Some(None),
            offset => Some(Some(self.start.checked_add(usize::from(offset))?)),
        }
    }

    fn indirect(&self, at: usize) -> Option<usize> {
        at.checked_add(read_u32(self.bytes, at)? as usize)
    }

    fn table_at(&self, at: usize) -> Option<Table<'a>> {
        Table {
            bytes: self.bytes,
            start: self.indirect(at)?,
        }
        .checked()
    }

    /// The raw bytes of a vector; empty where the field is absent.
    fn vector(&self, field: usize, element: usize, limit: usize) -> Option<&'a [u8]> {
        self.bytes.get(self.range(field, element, limit)?)
    }

    /// Where the raw bytes of a vector of at most `limit` elements lie; empty where the field
    /// is absent.
    pub fn range(&self, field: usize, element: usize, limit: usize) -> Option<Range<usize>> {
        let Some(at) = self.field(field)? else {
            return Some(0..0);
        };
        let start = self.indirect(at)?;
        let count = read_u32(self.bytes, start)? as usize;
        if count > limit {
            return None;
        }
        let first = start.checked_add(4)?;
        let end = first.checked_add(count.checked_mul(element)?)?;
        (end <= self.bytes.len()).then_some(first..end)
    }

    fn checked(self) -> Option<Self> {
        (self.start.checked_add(4)? <= self.bytes.len()).then_some(self)
    }
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}
