//! Which operators the compiler maps, and under which conditions.

use super::super::tflite::{Node, Nodes, Operator};

/// How sure it is that an operator is mapped.
pub(super) enum Support {
    /// A file that uses this version was compiled whole.
    Seen,
    /// The documentation names it; this version was not seen.
    Documented,
    /// It is not.
    No(String),
}

/// Name, highest version in one of Coral's compiled models (0: in none), highest version of
/// TensorFlow 2.5, which the last compiler (16.0, 2021) was built from.
const SUPPORTED: [(&str, i32, i32); 40] = [
    ("ADD", 2, 3),
    ("AVERAGE_POOL_2D", 1, 3),
    ("CONCATENATION", 0, 3),
    ("CONV_2D", 3, 5),
    ("DEPTHWISE_CONV_2D", 3, 6),
    ("EXPAND_DIMS", 0, 1),
    // Newer converters write 10 to 12, which the compiler stumbles over.
    ("FULLY_CONNECTED", 0, 9),
    ("L2_NORMALIZATION", 0, 2),
    ("LOGISTIC", 0, 3),
    ("LSTM", 0, 4),
    ("MAXIMUM", 0, 4),
    ("MAX_POOL_2D", 0, 3),
    ("MEAN", 2, 3),
    ("MINIMUM", 0, 4),
    ("MUL", 0, 5),
    ("PACK", 0, 3),
    ("PAD", 0, 3),
    ("PRELU", 0, 1),
    ("QUANTIZE", 1, 3),
    ("REDUCE_MAX", 0, 3),
    ("REDUCE_MIN", 0, 3),
    ("RELU", 0, 3),
    ("RELU6", 0, 3),
    ("RELU_N1_TO_1", 0, 1),
    ("RESHAPE", 1, 1),
    ("RESIZE_BILINEAR", 0, 3),
    ("RESIZE_NEAREST_NEIGHBOR", 0, 3),
    ("RSQRT", 0, 2),
    ("SLICE", 0, 5),
    ("SOFTMAX", 2, 3),
    ("SPACE_TO_DEPTH", 0, 2),
    ("SPLIT", 0, 4),
    ("SQUARED_DIFFERENCE", 0, 2),
    ("SQUEEZE", 0, 2),
    ("STRIDED_SLICE", 0, 4),
    ("SUB", 0, 5),
    ("SUM", 0, 2),
    ("TANH", 0, 3),
    ("TRANSPOSE", 0, 5),
    ("TRANSPOSE_CONV", 0, 3),
];

pub(super) fn support(operator: &Operator) -> Support {
    let Operator { name, version, .. } = operator;
    let Some((_, seen, newest)) = SUPPORTED.iter().find(|known| known.0 == name) else {
        return Support::No(
            "the Edge TPU has no such operator, so it and all behind it would be left to the \
             CPU: build the network without it"
                .into(),
        );
    };
    if (1..=*seen).contains(version) {
        Support::Seen
    } else if (1..=*newest).contains(version) {
        Support::Documented
    } else {
        Support::No(format!(
            "version {version} where the compiler knows 1 to {newest} (\"Operation version not \
             supported\"): convert it with an older TensorFlow or without the feature that \
             raised the version"
        ))
    }
}

/// What the documentation demands of some operators besides their name.
pub(super) fn limits(node: &Node, graph: &Nodes, bytes: &[u8]) -> Result<(), String> {
    let name = node.operator.name.as_str();
    if node.dilation.0 != node.dilation.1 {
        return Err(format!(
            "its dilation is {} in y and {} in x where both must be the same",
            node.dilation.0, node.dilation.1
        ));
    }
    if node.fused {
        return Err("an activation is fused into it, which only convolutions may have".into());
    }
    // The inputs that must stand in the file, by operator.
    let fixed = match name {
        "CONV_2D" | "DEPTHWISE_CONV_2D" | "FULLY_CONNECTED" | "TRANSPOSE_CONV" => 1..3,
        "EXPAND_DIMS"
        | "MEAN"
        | "PAD"
        | "REDUCE_MAX"
        | "REDUCE_MIN"
        | "RESHAPE"
        | "RESIZE_BILINEAR"
        | "RESIZE_NEAREST_NEIGHBOR"
        | "SUM"
        | "TRANSPOSE" => 1..2,
        _ => return Ok(()),
    };
    // TRANSPOSE_CONV has its picture third.
    let fixed = if name == "TRANSPOSE_CONV" {
        0..2
    } else {
        fixed
    };
    for at in fixed {
        let tensor = node.inputs.get(at).and_then(|&i| graph.tensors.get(i));
        if let Some(tensor) = tensor
            && !tensor.is_constant()
        {
            return Err(format!(
                "{} is computed while it runs, where the compiler needs it constant in the file",
                tensor.name
            ));
        }
    }
    if matches!(name, "MEAN" | "SUM" | "REDUCE_MAX" | "REDUCE_MIN") {
        over_the_batch(node, graph, bytes)?;
    }
    Ok(())
}

fn over_the_batch(node: &Node, graph: &Nodes, bytes: &[u8]) -> Result<(), String> {
    let [input, axes] = [0, 1].map(|at| node.inputs.get(at).and_then(|&i| graph.tensors.get(i)));
    let (Some(input), Some(axes)) = (input, axes) else {
        return Ok(());
    };
    let (values, _) = bytes
        .get(axes.bytes.clone())
        .unwrap_or_default()
        .as_chunks::<4>();
    let rank = input.shape.len();
    // Looked at before the values: many nodes may name one constant of any size.
    if values.len() > rank {
        return Err(format!(
            "{} has {} axes where {} has {rank} dimensions: the file is damaged",
            axes.name,
            values.len(),
            input.name
        ));
    }
    let rank = i32::try_from(rank).unwrap_or(i32::MAX);
    let mut batch = false;
    for axis in values.iter().map(|value| i32::from_le_bytes(*value)) {
        if !(-rank..rank).contains(&axis) {
            return Err(format!(
                "{} names the axis {axis} where {} has {rank} dimensions: the file is damaged",
                axes.name, input.name
            ));
        }
        batch |= axis == 0 || axis == -rank;
    }
    if batch && rank > 1 {
        return Err("it reduces over the batch dimension, which the Edge TPU cannot".into());
    }
    Ok(())
}
