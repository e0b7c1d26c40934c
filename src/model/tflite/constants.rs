//! Where a model's weights lie in its file.

use std::ops::Range;

use super::{ElementType, flatbuffer::Table};

/// One constant tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its bytes in the file.
    pub bytes: Range<usize>,
    /// Element type.
    pub kind: ElementType,
}

/// The constant tensors in the order in which the graph uses them, each once.
///
/// # Errors
/// A sentence where the file is damaged.
pub fn constants(file: &[u8]) -> Result<Vec<Constant>, String> {
    find(file).ok_or_else(|| super::DAMAGED.into())
}

fn find(file: &[u8]) -> Option<Vec<Constant>> {
    let model = Table::root(file)?;
    let buffers = model.tables(4)?;
    let main = *model.tables(2)?.first()?;
    let tensors = main.tables(0)?;
    let mut found: Vec<Constant> = Vec::new();
    for node in main.tables(3)? {
        for input in node.i32s(1)? {
            // -1 stands for an input that is left out.
            let Ok(input) = usize::try_from(input) else {
                continue;
            };
            let tensor = tensors.get(input)?;
            let buffer = buffers.get(tensor.u32(2, 0)? as usize)?;
            let bytes = buffer.range(0, 1, usize::MAX)?;
            let new = found.iter().all(|known| known.bytes != bytes);
            if !bytes.is_empty() && new {
                found.push(Constant {
                    bytes,
                    kind: super::element_type(tensor.i8(1, 0)?),
                });
            }
        }
    }
    Some(found)
}
