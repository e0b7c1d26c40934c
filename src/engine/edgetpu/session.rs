//! A model on the accelerator: everything that must live as long as it does, in one owner.

use std::ffi::{c_int, c_void};

use super::{
    library::{Delegate, EdgeTpu},
    tflite::{self, Interpreter, Model, Words},
    trouble::Trouble,
    usb,
};
use crate::{
    engine::{EngineError, Outputs, Shape},
    model::TASKS,
};

/// A model that runs on an accelerator.
///
/// Fields are dropped in this order: the interpreter, then what it used. The library is never
/// unloaded (see `EdgeTpu::load`).
pub struct Session {
    interpreter: Interpreter,
    _delegate: Delegate,
    _model: Model,
    // Boxed or on the heap: their addresses are in the runtime's hands.
    _bytes: Vec<u8>,
    words: Box<Words>,
    library: EdgeTpu,
    shape: Shape,
    maps_index: i32,
    logits_index: i32,
}

impl Session {
    /// Opens the accelerator and the model on it. `step` is told what comes next: if the
    /// process dies of it, the parent knows what it was.
    ///
    /// # Errors
    /// [`Trouble`], with the sentence that solves it.
    pub fn open(
        library: &str,
        bytes: Vec<u8>,
        shape: Shape,
        mut step: impl FnMut(&'static str),
    ) -> Result<Session, Trouble> {
        step("loading libedgetpu");
        let library = EdgeTpu::load(library)?;
        step("asking libedgetpu for accelerators");
        let devices = library.devices();
        let Some(device) = devices.first().cloned() else {
            return Err(Trouble::NoDevice(usb::look()));
        };
        step("opening the accelerator");
        let delegate = library.delegate().ok_or_else(|| Trouble::Unopened {
            device,
            sighting: usb::look(),
        })?;
        step("handing the model to the accelerator");
        let words = Box::<Words>::default();
        let refused = |step: &str, why: String| Trouble::Refused {
            step: step.to_owned(),
            why,
            library: library.version(),
            runtime: tflite::version(),
        };
        // SAFETY: both are fields of the session, declared behind the model.
        let model = unsafe { Model::create(&bytes, &words) }
            .ok_or_else(|| refused("reading the model", words.take()))?;
        // SAFETY: all three are fields of the session, declared behind the interpreter.
        let interpreter = unsafe { Interpreter::create(&model, delegate.as_ptr(), &words) }
            .ok_or_else(|| refused("building the interpreter", words.take()))?;
        // SAFETY: a live interpreter.
        let status = unsafe { tflite::TfLiteInterpreterAllocateTensors(interpreter.as_ptr()) };
        if status != tflite::OK {
            return Err(refused("allocating tensors", words.take()));
        }
        let mut session = Session {
            interpreter,
            _delegate: delegate,
            _model: model,
            _bytes: bytes,
            words,
            library,
            maps_index: 0,
            logits_index: 0,
            shape,
        };
        session
            .find_tensors()
            .map_err(|why| refused("looking at its tensors", why))?;
        Ok(session)
    }

    /// What the library says of itself.
    pub fn library_version(&self) -> String {
        self.library.version()
    }

    /// The runtime's version.
    pub fn runtime_version(&self) -> String {
        tflite::version()
    }

    /// The accelerators the library sees now.
    pub fn devices(&self) -> Vec<String> {
        self.library.devices()
    }

    /// Runs one inference.
    ///
    /// # Errors
    /// [`EngineError`] with the runtime's own words.
    pub fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        let want = self.shape.input_len();
        if input.len() != want {
            return Err(EngineError::InputLength {
                got: input.len(),
                want,
            });
        }
        // SAFETY: a live interpreter with allocated tensors; copy checks the size.
        let status = unsafe {
            let tensor = tflite::TfLiteInterpreterGetInputTensor(self.interpreter.as_ptr(), 0);
            tflite::TfLiteTensorCopyFromBuffer(tensor, input.as_ptr().cast(), input.len())
        };
        self.check(status, "copying the input")?;
        // SAFETY: as above.
        let status = unsafe { tflite::TfLiteInterpreterInvoke(self.interpreter.as_ptr()) };
        self.check(status, "running the model")?;
        let maps = self.output(self.maps_index, self.shape.maps_len())?;
        let mut logits = [0.0; TASKS];
        for (to, from) in logits
            .iter_mut()
            .zip(self.output(self.logits_index, TASKS)?)
        {
            *to = from;
        }
        let (rows, columns) = self.shape.grid();
        Ok(Outputs {
            rows,
            columns,
            maps,
            logits,
        })
    }

    fn check(&self, status: c_int, step: &str) -> Result<(), EngineError> {
        if status == tflite::OK {
            return Ok(());
        }
        let words = self.words.take();
        Err(EngineError::Failed(format!(
            "{step}: {} (status {status})",
            if words.is_empty() {
                "no words from the runtime"
            } else {
                &words
            }
        )))
    }

    /// Copies an output out as floats; `len` values, as was checked when it was opened.
    fn output(&self, index: i32, len: usize) -> Result<Vec<f32>, EngineError> {
        let mut values = vec![0i8; len];
        // SAFETY: an output of a live interpreter; copy checks the size.
        let (status, quantisation) = unsafe {
            let tensor = tflite::TfLiteInterpreterGetOutputTensor(self.interpreter.as_ptr(), index);
            let status = tflite::TfLiteTensorCopyToBuffer(
                tensor,
                values.as_mut_ptr().cast::<c_void>(),
                values.len(),
            );
            (status, tflite::TfLiteTensorQuantizationParams(tensor))
        };
        self.check(status, "reading an output")?;
        Ok(values
            .into_iter()
            .map(|q| quantisation.scale * (i32::from(q) - quantisation.zero_point) as f32)
            .collect())
    }

    /// Input and outputs as the manifest promises; outputs are found by shape.
    fn find_tensors(&mut self) -> Result<(), String> {
        let interpreter = self.interpreter.as_ptr();
        // SAFETY: a live interpreter with allocated tensors; indices below its own count.
        let (input, outputs) = unsafe {
            let input = describe(tflite::TfLiteInterpreterGetInputTensor(interpreter, 0));
            let count = tflite::TfLiteInterpreterGetOutputTensorCount(interpreter);
            let outputs: Vec<_> = (0..count)
                .map(|at| describe(tflite::TfLiteInterpreterGetOutputTensor(interpreter, at)))
                .collect();
            (input, outputs)
        };
        if input != self.shape.input {
            return Err(format!(
                "its input is {input:?} where int8 {:?} is needed",
                self.shape.input
            ));
        }
        let find = |want: &[usize]| {
            let at = outputs.iter().position(|shape| shape == want);
            at.and_then(|at| i32::try_from(at).ok())
                .ok_or_else(|| format!("no output is int8 {want:?}; it has {outputs:?}"))
        };
        self.maps_index = find(&self.shape.maps)?;
        self.logits_index = find(&self.shape.logits)?;
        Ok(())
    }
}

/// Shape of an int8 tensor; empty for any other.
///
/// # Safety
/// `tensor` must be null or a live tensor.
unsafe fn describe(tensor: *const tflite::TfLiteTensor) -> Vec<usize> {
    if tensor.is_null() {
        return Vec::new();
    }
    // SAFETY: by the caller; dimensions below their own count.
    unsafe {
        if tflite::TfLiteTensorType(tensor) != tflite::INT8 {
            return Vec::new();
        }
        (0..tflite::TfLiteTensorNumDims(tensor))
            .map(|at| usize::try_from(tflite::TfLiteTensorDim(tensor, at)).unwrap_or(0))
            .collect()
    }
}
