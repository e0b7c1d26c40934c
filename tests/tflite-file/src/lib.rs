//! Writes small .tflite files, sound or spoilt, for tests only: the simulator's compiled model
//! (`tests/edgetpu-sim`), and whatever the program must read or refuse. Field numbers are those
//! of `schema.fbs`. [`spoil`] changes files that are there already.

pub mod spoil;

use flatbuffers::{FlatBufferBuilder, Push, TableFinishedWIPOffset, Vector, WIPOffset};

/// Type of a tensor.
pub const FLOAT32: i8 = 0;
/// Type of a tensor.
pub const INT32: i8 = 2;
/// Type of a tensor.
pub const INT8: i8 = 9;

/// A tensor of [`Network::sound`].
pub const INPUT: usize = 0;
/// A tensor of [`Network::sound`].
pub const WEIGHTS: usize = 1;
const BIAS: usize = 2;
/// A tensor of [`Network::sound`].
pub const MAPS: usize = 3;
/// A tensor of [`Network::sound`].
pub const AXES: usize = 4;
/// A tensor of [`Network::sound`].
pub const OUTPUT: usize = 5;

/// A tensor.
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<i32>,
    /// Its shape with -1 for what may change; empty for none.
    pub signature: Vec<i32>,
    /// Its type.
    pub kind: i8,
    /// Scales of its quantisation, one or one a channel; empty for none.
    pub scales: Vec<f32>,
    /// The zero point that goes with every scale.
    pub zero: i64,
    /// Its contents; empty for what is computed.
    pub data: Vec<u8>,
}

/// An operator with its tensors.
pub struct Node {
    /// Its number in `BuiltinOperator`.
    pub code: i32,
    /// Its name, where it is a custom one.
    pub custom: Option<&'static str>,
    /// Its version.
    pub version: i32,
    /// Tensors it reads.
    pub inputs: Vec<i32>,
    /// Tensors it writes.
    pub outputs: Vec<i32>,
    /// Its builtin options, by field number.
    pub options: Vec<(u16, Scalar)>,
    /// A custom one's options.
    pub payload: Vec<u8>,
}

/// A value among options.
#[derive(Clone, Copy)]
pub enum Scalar {
    /// One byte.
    Byte(i8),
    /// Four.
    Int(i32),
}

/// A whole model.
pub struct Network {
    /// What it says of itself.
    pub description: &'static str,
    /// Its tensors.
    pub tensors: Vec<Tensor>,
    /// Its operators in order.
    pub nodes: Vec<Node>,
    /// Tensors that go in.
    pub inputs: Vec<i32>,
    /// Tensors that come out.
    pub outputs: Vec<i32>,
    /// How often the same graph is written.
    pub subgraphs: usize,
}

type Table = WIPOffset<TableFinishedWIPOffset>;
type Builder = FlatBufferBuilder<'static>;

impl Network {
    /// A convolution and the mean of its maps: int8, compiles.
    pub fn sound() -> Network {
        let tensor = |name: &str, shape: &[i32], kind, scales: usize, data: usize| Tensor {
            name: String::from(name),
            shape: shape.to_vec(),
            signature: vec![],
            kind,
            scales: vec![0.1; scales],
            zero: 0,
            data: vec![1; data],
        };
        let axes = Tensor {
            data: [1i32, 2].map(i32::to_le_bytes).concat(),
            ..tensor("axes", &[2], INT32, 0, 0)
        };
        Network {
            description: "",
            tensors: vec![
                tensor("input", &[1, 8, 8, 3], INT8, 1, 0),
                tensor("weights", &[4, 3, 3, 3], INT8, 4, 108),
                tensor("bias", &[4], INT32, 4, 16),
                tensor("maps", &[1, 6, 6, 4], INT8, 1, 0),
                axes,
                tensor("output", &[1, 4], INT8, 1, 0),
            ],
            nodes: vec![
                Node {
                    code: 3,
                    custom: None,
                    version: 3,
                    inputs: vec![INPUT as i32, WEIGHTS as i32, BIAS as i32],
                    outputs: vec![MAPS as i32],
                    options: vec![],
                    payload: vec![],
                },
                Node {
                    code: 40,
                    custom: None,
                    version: 2,
                    inputs: vec![MAPS as i32, AXES as i32],
                    outputs: vec![OUTPUT as i32],
                    options: vec![],
                    payload: vec![],
                },
            ],
            inputs: vec![INPUT as i32],
            outputs: vec![OUTPUT as i32],
            subgraphs: 1,
        }
    }

    /// One more operator behind the last.
    pub fn append(&mut self, code: i32, kind: i8) {
        let from = (self.tensors.len() - 1) as i32;
        self.tensors.push(Tensor {
            name: "more".into(),
            shape: vec![1, 4],
            signature: vec![],
            kind,
            scales: vec![0.1],
            zero: 0,
            data: vec![],
        });
        self.nodes.push(Node {
            code,
            custom: None,
            version: 1,
            inputs: vec![from],
            outputs: vec![from + 1],
            options: vec![],
            payload: vec![],
        });
        self.outputs = vec![from + 1];
    }

    /// The file's bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut b = FlatBufferBuilder::new();
        // Buffer 0 is empty by convention; then one a tensor.
        let empty: [&[u8]; 1] = [&[]];
        let contents = self.tensors.iter().map(|t| t.data.as_slice());
        let buffers: Vec<Table> = empty
            .into_iter()
            .chain(contents)
            .map(|data| {
                let data = vector(&mut b, data);
                table(&mut b, |b| push(b, 4, data))
            })
            .collect();
        let buffers = b.create_vector(&buffers);
        let codes: Vec<Table> = self.nodes.iter().map(|node| code(&mut b, node)).collect();
        let codes = b.create_vector(&codes);
        let graphs: Vec<Table> = (0..self.subgraphs).map(|_| self.graph(&mut b)).collect();
        let graphs = b.create_vector(&graphs);
        let description = b.create_string(self.description);
        let model = table(&mut b, |b| {
            b.push_slot_always(4, 3u32);
            b.push_slot_always(6, codes);
            b.push_slot_always(8, graphs);
            b.push_slot_always(10, description);
            b.push_slot_always(12, buffers);
        });
        b.finish(model, Some("TFL3"));
        b.finished_data().to_vec()
    }

    fn graph(&self, b: &mut Builder) -> Table {
        let tensors: Vec<Table> = self
            .tensors
            .iter()
            .enumerate()
            .map(|(at, tensor)| tensor.write(b, at as u32 + 1))
            .collect();
        let tensors = b.create_vector(&tensors);
        let nodes: Vec<Table> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| node.write(b, at as u32))
            .collect();
        let nodes = b.create_vector(&nodes);
        let inputs = b.create_vector(&self.inputs);
        let outputs = b.create_vector(&self.outputs);
        table(b, |b| {
            b.push_slot_always(4, tensors);
            b.push_slot_always(6, inputs);
            b.push_slot_always(8, outputs);
            b.push_slot_always(10, nodes);
        })
    }
}

impl Tensor {
    fn write(&self, b: &mut Builder, buffer: u32) -> Table {
        let name = b.create_string(&self.name);
        let shape = b.create_vector(&self.shape);
        let signature = vector(b, &self.signature);
        let scales = b.create_vector(&self.scales);
        let zeros = b.create_vector(&vec![self.zero; self.scales.len()]);
        let quantisation = table(b, |b| {
            b.push_slot_always(8, scales);
            b.push_slot_always(10, zeros);
        });
        table(b, |b| {
            b.push_slot_always(4, shape);
            b.push_slot_always(6, self.kind);
            b.push_slot_always(8, buffer);
            b.push_slot_always(10, name);
            b.push_slot_always(12, quantisation);
            push(b, 18, signature);
        })
    }
}

impl Node {
    fn write(&self, b: &mut Builder, code: u32) -> Table {
        let inputs = b.create_vector(&self.inputs);
        let outputs = b.create_vector(&self.outputs);
        let options = table(b, |b| {
            for &(field, value) in &self.options {
                match value {
                    Scalar::Byte(value) => b.push_slot_always(4 + 2 * field, value),
                    Scalar::Int(value) => b.push_slot_always(4 + 2 * field, value),
                }
            }
        });
        let payload = vector(b, &self.payload);
        table(b, |b| {
            b.push_slot_always(4, code);
            b.push_slot_always(6, inputs);
            b.push_slot_always(8, outputs);
            b.push_slot_always(12, options);
            push(b, 14, payload);
        })
    }
}

fn code(b: &mut Builder, node: &Node) -> Table {
    let custom = node.custom.map(|name| b.create_string(name));
    let code = if custom.is_some() { 32 } else { node.code };
    table(b, |b| {
        b.push_slot_always(4, code.min(127) as i8);
        if let Some(custom) = custom {
            b.push_slot_always(6, custom);
        }
        b.push_slot_always(8, node.version);
        b.push_slot_always(10, code);
    })
}

/// An empty one is left out: a buffer that is there, though empty, would be a constant.
fn vector<T: Push<Output = T> + 'static>(
    b: &mut Builder,
    values: &[T],
) -> Option<WIPOffset<Vector<'static, T>>> {
    (!values.is_empty()).then(|| b.create_vector(values))
}

fn push<T>(b: &mut Builder, field: u16, offset: Option<WIPOffset<T>>) {
    if let Some(offset) = offset {
        b.push_slot_always(field, offset);
    }
}

fn table(b: &mut Builder, fill: impl FnOnce(&mut Builder)) -> Table {
    let start = b.start_table();
    fill(b);
    let end = b.end_table(start);
    WIPOffset::new(end.value())
}
