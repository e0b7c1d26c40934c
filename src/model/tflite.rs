//! Looks inside a .tflite file without running it: operators with their versions, input and
//! output tensors. Every offset is checked, so no file can make it panic; that lets a wrong
//! file be refused by name of what is wrong before the C library sees it.
//!
//! Source: TensorFlow Lite's `schema.fbs` (file identifier `TFL3`, schema version 3) and the
//! FlatBuffers binary format.

mod constants;
mod flatbuffer;
mod nodes;
mod operators;

use std::{collections::HashMap, fmt};

pub use constants::{Constant, constants};
use flatbuffer::Table;
pub use nodes::{Node, Nodes, Tensor};
use operators::builtin_name;

/// What is inside a .tflite file, as far as the device cares.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// Operators in order of first use, with how often each is used.
    pub operators: Vec<Operator>,
    /// Number of subgraphs; the runtime runs the first.
    pub subgraphs: usize,
    /// Input tensors of the first subgraph.
    pub inputs: Vec<TensorInfo>,
    /// Output tensors of the first subgraph.
    pub outputs: Vec<TensorInfo>,
}

/// One kind of operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// `CONV_2D`, …; a custom operator's own name, e.g. `edgetpu-custom-op`.
    pub name: String,
    /// Version of the operator.
    pub version: i32,
    /// Number of nodes that use it.
    pub count: usize,
}

/// One tensor at the graph's border.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorInfo {
    /// Its name.
    pub name: String,
    /// Element type.
    pub kind: ElementType,
    /// Its dimensions.
    pub shape: Vec<i32>,
    /// Scale and zero point, where it is quantised as a whole.
    pub quantisation: Option<(f32, i64)>,
}

/// Element type of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementType {
    /// 32-bit float.
    Float32,
    /// Signed 8 bit.
    Int8,
    /// Unsigned 8 bit.
    UInt8,
    /// Signed 32 bit: biases, shapes, axes.
    Int32,
    /// Any other, by its number in the schema.
    Other(i8),
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ElementType::Float32 => f.write_str("float32"),
            ElementType::Int8 => f.write_str("int8"),
            ElementType::UInt8 => f.write_str("uint8"),
            ElementType::Int32 => f.write_str("int32"),
            ElementType::Other(n) => match n {
                1 => f.write_str("float16"),
                4 => f.write_str("int64"),
                5 => f.write_str("string"),
                6 => f.write_str("bool"),
                7 => f.write_str("int16"),
                10 => f.write_str("float64"),
                17 => f.write_str("int4"),
                n => write!(f, "element type {n}"),
            },
        }
    }
}

impl fmt::Display for TensorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind, self.shape)
    }
}

/// Name of the operator the Edge TPU compiler puts in place of what it compiled.
pub const EDGETPU_OPERATOR: &str = "edgetpu-custom-op";

impl Graph {
    /// Reads a .tflite file.
    ///
    /// # Errors
    /// A sentence saying what is not as it must be.
    pub fn read(bytes: &[u8]) -> Result<Graph, String> {
        check_mark(bytes)?;
        read(bytes).ok_or_else(|| DAMAGED.into())
    }

    /// Whether it was compiled for the Edge TPU.
    pub fn is_for_edgetpu(&self) -> bool {
        self.operators.iter().any(|op| op.name == EDGETPU_OPERATOR)
    }
}

const DAMAGED: &str = "it is damaged: an offset points outside the file";

fn check_mark(bytes: &[u8]) -> Result<(), String> {
    match bytes.get(4..8) {
        Some(b"TFL3") => Ok(()),
        _ => Err("it is not a TensorFlow Lite file (no TFL3 mark)".into()),
    }
}

fn read(bytes: &[u8]) -> Option<Graph> {
    let model = Table::root(bytes)?;
    let codes: Vec<(String, i32)> = model
        .tables(1)?
        .into_iter()
        .map(operator_code)
        .collect::<Option<_>>()?;
    let subgraphs = model.tables(2)?;
    let main = *subgraphs.first()?;
    let tensors = main.tables(0)?;

    let mut nodes = Vec::new();
    for node in main.tables(3)? {
        let code = usize::try_from(node.u32(0, 0)?).ok()?;
        let (name, version) = codes.get(code)?;
        nodes.push((name.as_str(), *version));
    }
    let border = |field| -> Option<Vec<TensorInfo>> {
        main.i32s(field)?
            .into_iter()
            .map(|index| tensor_info(*tensors.get(usize::try_from(index).ok()?)?))
            .collect()
    };
    Some(Graph {
        operators: counted(nodes),
        subgraphs: subgraphs.len(),
        inputs: border(1)?,
        outputs: border(2)?,
    })
}

/// Each operator of each version once, with its number of nodes, in the order they come. By a map:
/// a file may name thousands.
pub(super) fn counted<'a>(nodes: impl IntoIterator<Item = (&'a str, i32)>) -> Vec<Operator> {
    let mut places: HashMap<(&str, i32), usize> = HashMap::new();
    let mut counted: Vec<Operator> = Vec::new();
    for (name, version) in nodes {
        let place = *places.entry((name, version)).or_insert(counted.len());
        match counted.get_mut(place) {
            Some(known) => known.count += 1,
            None => counted.push(Operator {
                name: name.to_owned(),
                version,
                count: 1,
            }),
        }
    }
    counted
}

fn operator_code(table: Table<'_>) -> Option<(String, i32)> {
    // The old field is a byte; codes above 126 live in the new one.
    let code = i32::from(table.i8(0, 0)?).max(table.i32(3, 0)?);
    let name = match table.string(1)? {
        Some(custom) => custom,
        None => builtin_name(code),
    };
    Some((name, table.i32(2, 1)?))
}

fn tensor_info(table: Table<'_>) -> Option<TensorInfo> {
    let kind = element_type(table.i8(1, 0)?);
    let quantisation = match table.table(4)? {
        None => None,
        Some(q) => match (q.f32s(2)?.as_slice(), q.i64s(3)?.as_slice()) {
            ([scale], [zero_point]) => Some((*scale, *zero_point)),
            _ => None,
        },
    };
    Some(TensorInfo {
        name: table.string(3)?.unwrap_or_default(),
        kind,
        shape: table.i32s(0)?,
        quantisation,
    })
}

fn element_type(number: i8) -> ElementType {
    match number {
        0 => ElementType::Float32,
        2 => ElementType::Int32,
        3 => ElementType::UInt8,
        9 => ElementType::Int8,
        other => ElementType::Other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_counted_by_name_and_version_in_the_order_they_come() {
        let of = |(name, version): (&str, i32), count| Operator {
            name: name.into(),
            version,
            count,
        };
        let [conv, add, other] = [("CONV_2D", 3), ("ADD", 2), ("CONV_2D", 5)];
        assert_eq!(
            counted([conv, add, conv, other, conv]),
            [of(conv, 3), of(add, 1), of(other, 1)]
        );
    }
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 8..600)) {
            bytes[4..8].copy_from_slice(b"TFL3");
            let _ = Graph::read(&bytes);
            let _ = constants(&bytes);
            let _ = Nodes::read(&bytes);
        }
    }

    static MODEL: &[u8] = include_bytes!("../../models/bcc8-mnv2/model.tflite");

    /// Where the file's structure lies, between the weights and the end: its subgraph and
    /// operator codes, by the root table's fields 2 and 1.
    fn structure() -> std::ops::Range<usize> {
        let u32_at = |at: usize| u32::from_le_bytes(MODEL[at..at + 4].try_into().unwrap()) as usize;
        let root = u32_at(0);
        let table = root - u32_at(root);
        let field = |n: usize| root + usize::from(MODEL[table + 4 + 2 * n]);
        let [codes, graphs] = [1, 2].map(|n| field(n) + u32_at(field(n)));
        codes.min(graphs)..MODEL.len()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn no_change_to_a_real_model_makes_it_panic(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>(), any::<u8>()), 1..40),
            cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
        ) {
            let structure = structure();
            let mut bytes = MODEL.to_vec();
            for (place, anywhere, value) in changes {
                // Half of them in the root table or where the rest of the structure lies.
                let at = match (anywhere, value % 4) {
                    (true, _) => 8 + place.index(bytes.len() - 8),
                    (false, 0) => 8 + place.index(100),
                    (false, 1) => structure.start + place.index(8000.min(structure.len())),
                    (false, _) => structure.start + place.index(structure.len()),
                };
                bytes[at] = value;
            }
            if let Some(cut) = cut {
                bytes.truncate(8 + cut.index(bytes.len() - 8));
            }
            let _ = Graph::read(&bytes);
            let _ = Nodes::read(&bytes);
            let _ = crate::model::lint::lint(&bytes);
        }
    }

    #[test]
    fn a_real_model_is_read() {
        let graph = Graph::read(MODEL).unwrap();
        assert_eq!((graph.inputs.len(), graph.outputs.len()), (1, 2));
        assert_eq!(graph.inputs[0].kind, ElementType::Int8);
        assert!(graph.operators.iter().any(|op| op.name == "CONV_2D"));
        assert!(!graph.is_for_edgetpu());
    }

    #[test]
    fn another_kind_of_file_is_named_as_such() {
        let sentence = Graph::read(b"\x89PNG\r\n\x1a\n12345678").unwrap_err();
        assert!(
            sentence.contains("not a TensorFlow Lite file"),
            "{sentence}"
        );
    }
}
