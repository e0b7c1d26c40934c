//! Every node and tensor of a graph, for what must look further than its border.

use std::ops::Range;

use super::{ElementType, Operator, element_type, flatbuffer::Table, operator_code};

/// More is taken for damage, as in [`super::flatbuffer`].
const MAX_RANK: usize = 8;
const MAX_ENDS: usize = 256;

/// The first subgraph, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodes {
    /// Number of subgraphs; the others are not in here.
    pub subgraphs: usize,
    /// The nodes, in the order they run.
    pub nodes: Vec<Node>,
    /// The tensors they name.
    pub tensors: Vec<Tensor>,
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it does; `count` is 1.
    pub operator: Operator,
    /// Its inputs, where they are not left out.
    pub inputs: Vec<usize>,
    /// Its outputs.
    pub outputs: Vec<usize>,
    /// Dilation in y and x of a convolution; 1 of everything else.
    pub dilation: (i32, i32),
    /// Whether an activation is fused into a pooling or a concatenation.
    pub fused: bool,
}

/// One tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Element type.
    pub kind: ElementType,
    /// Its dimensions.
    pub shape: Vec<i32>,
    /// Whether a dimension is known only when it runs.
    pub dynamic: bool,
    /// How many scales it has: none, one, or one a channel.
    pub scales: usize,
    /// Whether each of them is a number above zero.
    pub scales_sound: bool,
    /// Where its bytes lie in the file; empty unless it is constant.
    pub bytes: Range<usize>,
}

impl Tensor {
    /// Whether its values stand in the file.
    pub fn is_constant(&self) -> bool {
        !self.bytes.is_empty()
    }
}

impl Nodes {
    /// Reads a .tflite file.
    ///
    /// # Errors
    /// A sentence where it is none or damaged.
    pub fn read(bytes: &[u8]) -> Result<Nodes, String> {
        super::check_mark(bytes)?;
        read(bytes).ok_or_else(|| super::DAMAGED.into())
    }
}

fn read(bytes: &[u8]) -> Option<Nodes> {
    let model = Table::root(bytes)?;
    let buffers = model.tables(4)?;
    let codes: Vec<Operator> = model
        .tables(1)?
        .into_iter()
        .map(|table| {
            let (name, version) = operator_code(table)?;
            Some(Operator {
                name,
                version,
                count: 1,
            })
        })
        .collect::<Option<_>>()?;
    let subgraphs = model.tables(2)?;
    let main = *subgraphs.first()?;
    let tensors: Vec<Tensor> = main
        .tables(0)?
        .into_iter()
        .map(|table| tensor(table, &buffers))
        .collect::<Option<_>>()?;
    let nodes = main
        .tables(3)?
        .into_iter()
        .map(|table| node(table, &codes, tensors.len()))
        .collect::<Option<_>>()?;
    Some(Nodes {
        subgraphs: subgraphs.len(),
        nodes,
        tensors,
    })
}

fn tensor(table: Table<'_>, buffers: &[Table<'_>]) -> Option<Tensor> {
    let shape = table.i32s(0)?;
    if shape.len() > MAX_RANK {
        return None;
    }
    let dynamic = table.i32s(7)?.iter().chain(&shape).any(|&d| d < 0);
    let buffer = buffers.get(table.u32(2, 0)? as usize)?;
    let scales = match table.table(4)? {
        Some(quantisation) => quantisation.f32s(2)?,
        None => Vec::new(),
    };
    Some(Tensor {
        name: table.string(3)?.unwrap_or_default(),
        kind: element_type(table.i8(1, 0)?),
        dynamic,
        shape,
        scales: scales.len(),
        scales_sound: scales.iter().all(|&s| s.is_finite() && s > 0.0),
        bytes: buffer.range(0, 1, usize::MAX)?,
    })
}

fn node(table: Table<'_>, codes: &[Operator], tensors: usize) -> Option<Node> {
    let operator = codes.get(table.u32(0, 0)? as usize)?.clone();
    let mut inputs = Vec::new();
    for index in table.i32s(1)? {
        // -1 stands for an input that is left out.
        if index != -1 {
            inputs.push(usize::try_from(index).ok().filter(|&i| i < tensors)?);
        }
    }
    let outputs: Vec<usize> = table
        .i32s(2)?
        .into_iter()
        .map(|index| usize::try_from(index).ok().filter(|&i| i < tensors))
        .collect::<Option<_>>()?;
    let options = table.table(4)?;
    // Fields of Conv2DOptions, DepthwiseConv2DOptions, Pool2DOptions, ConcatenationOptions.
    let dilation = match (operator.name.as_str(), options) {
        ("CONV_2D", Some(o)) => (o.i32(5, 1)?, o.i32(4, 1)?),
        ("DEPTHWISE_CONV_2D", Some(o)) => (o.i32(6, 1)?, o.i32(5, 1)?),
        _ => (1, 1),
    };
    let fused = match (operator.name.as_str(), options) {
        ("AVERAGE_POOL_2D" | "MAX_POOL_2D", Some(o)) => o.i8(5, 0)? != 0,
        ("CONCATENATION", Some(o)) => o.i8(1, 0)? != 0,
        _ => false,
    };
    if inputs.len() + outputs.len() > MAX_ENDS {
        return None;
    }
    Some(Node {
        operator,
        inputs,
        outputs,
        dilation,
        fused,
    })
}
