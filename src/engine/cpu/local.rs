//! The model on the CPU, in this process: `tflitec` with XNNPACK.

use std::thread::available_parallelism;

use self_cell::self_cell;
use tflitec::{
    interpreter::{Interpreter, Options},
    model::Model,
    tensor::{DataType, Tensor},
};

use crate::{
    assess::EngineInfo,
    engine::{Engine, EngineError, Outputs, Shape},
    model::TASKS,
};

// The interpreter borrows the model, which borrows the bytes. These cells keep each beside
// what it borrows and drop them in the right order.
self_cell!(
    struct LoadedModel {
        owner: Vec<u8>,
        #[covariant]
        dependent: Model,
    }
);
self_cell!(
    struct Session {
        owner: LoadedModel,
        #[covariant]
        dependent: Interpreter,
    }
);

/// Runs the plain int8 model.
pub(in crate::engine) struct Local {
    session: Session,
    info: EngineInfo,
    shape: Shape,
    maps_index: usize,
    logits_index: usize,
}

impl Local {
    /// Loads `bytes`, which hold a graph of this shape; `threads` as in the settings.
    pub fn open(bytes: Vec<u8>, shape: Shape, threads: usize) -> Result<Local, EngineError> {
        let threads = match threads {
            // One core stays free for camera and display. XNNPACK's threads wait for each other
            // after every layer, so one that has to share its core holds up all: on two busy
            // cores the mean inference took 22 ms with one thread and 40 to 200 ms with two.
            0 => available_parallelism()
                .map_or(1, |n| n.get() - 1)
                .clamp(1, 3),
            // `Settings::check` has refused more.
            n => n.min(64),
        };
        let loaded = LoadedModel::try_new(bytes, |bytes| Model::from_bytes(bytes))
            .map_err(refused("read it"))?;
        let session = Session::try_new(loaded, |loaded| {
            let options = Options {
                thread_count: threads as i32,
                is_xnnpack_enabled: true,
            };
            let interpreter = Interpreter::new(loaded.borrow_dependent(), Some(options))
                .map_err(refused("built its interpreter"))?;
            interpreter
                .allocate_tensors()
                .map_err(refused("allocated its tensors"))?;
            Ok(interpreter)
        })?;

        let interpreter = session.borrow_dependent();
        let input = interpreter.input(0).map_err(refused("opened its input"))?;
        expect_tensor("input", &input, &shape.input)?;
        let maps_index = find_output(interpreter, "class maps output", &shape.maps)?;
        let logits_index = find_output(interpreter, "logits output", &shape.logits)?;
        Ok(Local {
            shape,
            maps_index,
            logits_index,
            info: EngineInfo {
                name: "CPU".into(),
                runtime: format!(
                    "TensorFlow Lite {}, XNNPACK, {threads} threads",
                    tflitec::tf_lite_version()
                ),
                fallback: None,
            },
            session,
        })
    }
}

impl Engine for Local {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        let want = self.shape.input_len();
        if input.len() != want {
            let got = input.len();
            return Err(EngineError::InputLength { got, want });
        }
        let interpreter = self.session.borrow_dependent();
        interpreter
            .input(0)
            .and_then(|tensor| tensor.set_data(input))
            .map_err(|e| EngineError::Failed(format!("copying the input: {e}")))?;
        // tflitec has one error for every cause ("must call allocate_tensors()"): its words
        // would mislead, so they are not repeated.
        interpreter.invoke().map_err(|_| {
            EngineError::Failed("TensorFlow Lite reported an error while running the model".into())
        })?;
        let mut logits = [0.0; TASKS];
        for (out, value) in logits
            .iter_mut()
            .zip(dequantised(interpreter, self.logits_index)?)
        {
            *out = value;
        }
        let (rows, columns) = self.shape.grid();
        Ok(Outputs {
            rows,
            columns,
            maps: dequantised(interpreter, self.maps_index)?,
            logits,
        })
    }
}

/// Copies an output out as floats; no view into the runtime's memory outlives this.
fn dequantised(interpreter: &Interpreter<'_>, index: usize) -> Result<Vec<f32>, EngineError> {
    let tensor = interpreter
        .output(index)
        .map_err(|e| EngineError::Failed(format!("reading output {index}: {e}")))?;
    let quantisation = tensor
        .quantization_parameters()
        .ok_or_else(|| EngineError::Failed(format!("output {index} is not quantised")))?;
    Ok(tensor
        .data::<i8>()
        .iter()
        .map(|&q| quantisation.scale * (i32::from(q) - quantisation.zero_point) as f32)
        .collect())
}

fn find_output(
    interpreter: &Interpreter<'_>,
    what: &'static str,
    shape: &[usize],
) -> Result<usize, EngineError> {
    let mut have = Vec::new();
    for index in 0..interpreter.output_tensor_count() {
        let tensor = interpreter
            .output(index)
            .map_err(refused("opened an output"))?;
        if expect_tensor(what, &tensor, shape).is_ok() {
            return Ok(index);
        }
        have.push(describe(&tensor));
    }
    Err(EngineError::Tensor {
        what,
        got: have.join(", "),
        want: format!("int8 {shape:?}"),
    })
}

fn expect_tensor(what: &'static str, tensor: &Tensor, shape: &[usize]) -> Result<(), EngineError> {
    if tensor.data_type() == DataType::Int8
        && tensor.shape().dimensions().as_slice() == shape
        && tensor.quantization_parameters().is_some()
    {
        Ok(())
    } else {
        Err(EngineError::Tensor {
            what,
            got: describe(tensor),
            want: format!("int8 {shape:?}"),
        })
    }
}

fn describe(tensor: &Tensor) -> String {
    format!("{:?} {:?}", tensor.data_type(), tensor.shape().dimensions())
}

fn refused(step: &'static str) -> impl Fn(tflitec::Error) -> EngineError {
    move |e| EngineError::Refused {
        step,
        why: e.to_string(),
    }
}
