//! Wraps a plain int8 model into the form a compiled one has: one `edgetpu-custom-op` between
//! the same inputs and outputs. The payload is the model itself behind a mark.

use flatbuffers::{FlatBufferBuilder, TableFinishedWIPOffset, WIPOffset};

/// Name of the operator.
pub(crate) const OPERATOR: &str = "edgetpu-custom-op";
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

type Table = WIPOffset<TableFinishedWIPOffset>;
type Builder = FlatBufferBuilder<'static>;

/// A file that looks compiled and runs on the simulator only. `inputs` and `outputs` are those of
/// `model`, in its order.
pub fn wrap(model: &[u8], inputs: &[Border<'_>], outputs: &[Border<'_>]) -> Vec<u8> {
    let mut b = FlatBufferBuilder::new();
    let payload = [PAYLOAD_MARK, model].concat();
    let payload = b.create_vector(&payload);
    let buffer = table(&mut b, |_| {});
    let buffers = b.create_vector(&[buffer]);

    let all: Vec<Table> = inputs
        .iter()
        .chain(outputs)
        .map(|t| tensor(&mut b, t))
        .collect();
    let tensors = b.create_vector(&all);
    let numbers = |from: usize, count: usize| (from..from + count).map(|n| n as i32);
    let ins: Vec<i32> = numbers(0, inputs.len()).collect();
    let outs: Vec<i32> = numbers(inputs.len(), outputs.len()).collect();
    let ins = b.create_vector(&ins);
    let outs = b.create_vector(&outs);
    let node = table(&mut b, |b| {
        b.push_slot_always(4, 0u32);
        b.push_slot_always(6, ins);
        b.push_slot_always(8, outs);
        b.push_slot_always(14, payload);
    });
    let nodes = b.create_vector(&[node]);
    let graph = table(&mut b, |b| {
        b.push_slot_always(4, tensors);
        b.push_slot_always(6, ins);
        b.push_slot_always(8, outs);
        b.push_slot_always(10, nodes);
    });
    let graphs = b.create_vector(&[graph]);
    let name = b.create_string(OPERATOR);
    let code = table(&mut b, |b| {
        b.push_slot_always(4, 32i8);
        b.push_slot_always(6, name);
        b.push_slot_always(8, 1i32);
        b.push_slot_always(10, 32i32);
    });
    let codes = b.create_vector(&[code]);
    let description = b.create_string("SIMULATED: runs on edgetpu-sim only");
    let root = table(&mut b, |b| {
        b.push_slot_always(4, 3u32);
        b.push_slot_always(6, codes);
        b.push_slot_always(8, graphs);
        b.push_slot_always(10, description);
        b.push_slot_always(12, buffers);
    });
    b.finish(root, Some("TFL3"));
    b.finished_data().to_vec()
}

fn tensor(b: &mut Builder, border: &Border<'_>) -> Table {
    let name = b.create_string(border.name);
    let shape = b.create_vector(border.shape);
    let scale = b.create_vector(&[border.quantisation.0]);
    let zero = b.create_vector(&[border.quantisation.1]);
    let quantisation = table(b, |b| {
        b.push_slot_always(8, scale);
        b.push_slot_always(10, zero);
    });
    table(b, |b| {
        b.push_slot_always(4, shape);
        // int8
        b.push_slot_always(6, 9i8);
        b.push_slot_always(8, 0u32);
        b.push_slot_always(10, name);
        b.push_slot_always(12, quantisation);
    })
}

fn table(b: &mut Builder, fill: impl FnOnce(&mut Builder)) -> Table {
    let start = b.start_table();
    fill(b);
    let end = b.end_table(start);
    WIPOffset::new(end.value())
}
