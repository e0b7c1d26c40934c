//! Wraps a plain int8 model into the form a compiled one has: one `edgetpu-custom-op` between
//! the same inputs and outputs. The payload is the model itself behind a mark.

use tflite_file::{INT8, Network, Node, Tensor};

/// Name of the operator.
pub(crate) const OPERATOR: &str = "edgetpu-custom-op";
/// `BuiltinOperator_CUSTOM`.
const CUSTOM: i32 = 32;
/// What a payload of this stand-in begins with.
pub(crate) const PAYLOAD_MARK: &[u8] = b"SIMULATED EDGETPU: an int8 model follows\n";

/// A tensor at the border of the model.
pub struct Border<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its shape.
    pub shape: &'a [i32],
    /// Its scale and zero point; it is int8.
    pub quantisation: (f32, i64),
}

/// A file that looks compiled and runs on the simulator only. `inputs` and `outputs` are those of
/// `model`, in its order.
pub fn wrap(model: &[u8], inputs: &[Border<'_>], outputs: &[Border<'_>]) -> Vec<u8> {
    let numbers = |from: usize, count: usize| (from..from + count).map(|n| n as i32).collect();
    let (into, out): (Vec<i32>, Vec<i32>) = (
        numbers(0, inputs.len()),
        numbers(inputs.len(), outputs.len()),
    );
    let network = Network {
        description: "SIMULATED: runs on edgetpu-sim only",
        tensors: inputs.iter().chain(outputs).map(tensor).collect(),
        nodes: vec![Node {
            code: CUSTOM,
            custom: Some(OPERATOR),
            version: 1,
            inputs: into.clone(),
            outputs: out.clone(),
            options: vec![],
            payload: [PAYLOAD_MARK, model].concat(),
        }],
        inputs: into,
        outputs: out,
        subgraphs: 1,
    };
    network.write()
}

fn tensor(border: &Border<'_>) -> Tensor {
    let (scale, zero) = border.quantisation;
    Tensor {
        name: border.name.into(),
        shape: border.shape.to_vec(),
        signature: vec![],
        kind: INT8,
        scales: vec![scale],
        zero,
        data: vec![],
    }
}
