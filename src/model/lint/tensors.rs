//! What the compiler demands of the tensors a node works on: 8 bit throughout, sizes known,
//! one picture at a time.

use super::super::tflite::{ElementType, Node, Nodes, Tensor};

pub(super) fn check(node: &Node, graph: &Nodes) -> Result<(), String> {
    let ends = node.inputs.iter().chain(&node.outputs);
    let tensors: Vec<&Tensor> = ends.filter_map(|&i| graph.tensors.get(i)).collect();
    let weights_are_int8 = tensors
        .iter()
        .any(|t| t.is_constant() && t.kind == ElementType::Int8);
    for tensor in tensors {
        let Tensor { name, kind, .. } = tensor;
        if tensor.is_constant() {
            constant(tensor)?;
            continue;
        }
        if tensor.dynamic || tensor.shape.contains(&0) {
            return Err(format!(
                "the size of {name} is {:?}, known only when it runs: export the model with a \
                 fixed input size, the batch too",
                tensor.shape
            ));
        }
        match kind {
            ElementType::Int8 | ElementType::UInt8 => {}
            ElementType::Float32 if weights_are_int8 => {
                return Err(format!(
                    "its weights are int8 but {name} is float32 (dynamic-range quantisation): \
                     quantise the activations too, with a representative data set"
                ));
            }
            other => {
                return Err(format!(
                    "{name} is {other} where int8 is needed: quantise the whole model, inputs \
                     and outputs too"
                ));
            }
        }
        match (tensor.scales, tensor.scales_sound) {
            (1, true) => {}
            (0, _) => return Err(format!("{name} is {kind} but has no scale: not quantised")),
            (1, false) => return Err(format!("the scale of {name} is no number above zero")),
            _ => {
                return Err(format!(
                    "{name} is quantised per channel, which only weights may be"
                ));
            }
        }
        let outer = tensor.shape.len().saturating_sub(3);
        if tensor.shape.iter().take(outer).any(|&d| d != 1) {
            return Err(format!(
                "{name} is {:?}: only the last three dimensions may be larger than 1, so export \
                 it for one picture at a time",
                tensor.shape
            ));
        }
    }
    Ok(())
}

fn constant(tensor: &Tensor) -> Result<(), String> {
    let name = &tensor.name;
    match tensor.kind {
        // Biases, axes and shapes.
        ElementType::Int32 => Ok(()),
        ElementType::Int8 | ElementType::UInt8 if tensor.scales == 0 => {
            Err(format!("the weights {name} have no scale: not quantised"))
        }
        ElementType::Int8 | ElementType::UInt8 if !tensor.scales_sound => Err(format!(
            "a scale of the weights {name} is no number above zero"
        )),
        ElementType::Int8 | ElementType::UInt8 => Ok(()),
        other => Err(format!(
            "the weights {name} are {other} where int8 is needed: quantise them"
        )),
    }
}
