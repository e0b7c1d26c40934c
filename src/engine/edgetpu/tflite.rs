//! The part of the TensorFlow Lite C API that a delegate needs and `tflitec` does not have.
//! Both speak to the same `libtensorflowlite_c.so`, which `tflitec` links.
//!
//! Source: `tensorflow/lite/c/c_api.h` and `c_api_experimental.h` of 2.17.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    ptr::NonNull,
    sync::{Mutex, PoisonError},
};

/// An opaque C type.
macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub(super) struct $name {
            _private: [u8; 0],
        }
    )*};
}
opaque!(TfLiteModel TfLiteInterpreter TfLiteInterpreterOptions TfLiteTensor TfLiteDelegate);

pub(super) const OK: c_int = 0;
pub(super) const INT8: c_int = 9;

#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct TfLiteQuantizationParams {
    pub scale: f32,
    pub zero_point: i32,
}

/// `va_list` is a pointer (x86-64: an array, which decays; aarch64: a structure of 32 bytes,
/// passed by reference; armv7: a structure of one pointer), so it can be handed on as one.
type VaList = *mut c_void;
type Reporter = extern "C" fn(*mut c_void, *const c_char, VaList);

unsafe extern "C" {
    pub(super) fn TfLiteVersion() -> *const c_char;
    fn TfLiteModelCreateWithErrorReporter(
        data: *const c_void,
        size: usize,
        reporter: Reporter,
        user_data: *mut c_void,
    ) -> *mut TfLiteModel;
    fn TfLiteModelDelete(model: *mut TfLiteModel);
    fn TfLiteInterpreterOptionsCreate() -> *mut TfLiteInterpreterOptions;
    fn TfLiteInterpreterOptionsDelete(options: *mut TfLiteInterpreterOptions);
    fn TfLiteInterpreterOptionsSetErrorReporter(
        options: *mut TfLiteInterpreterOptions,
        reporter: Reporter,
        user_data: *mut c_void,
    );
    fn TfLiteInterpreterOptionsAddDelegate(
        options: *mut TfLiteInterpreterOptions,
        delegate: *mut TfLiteDelegate,
    );
    fn TfLiteInterpreterCreate(
        model: *const TfLiteModel,
        options: *const TfLiteInterpreterOptions,
    ) -> *mut TfLiteInterpreter;
    fn TfLiteInterpreterDelete(interpreter: *mut TfLiteInterpreter);
    pub(super) fn TfLiteInterpreterAllocateTensors(interpreter: *mut TfLiteInterpreter) -> c_int;
    pub(super) fn TfLiteInterpreterInvoke(interpreter: *mut TfLiteInterpreter) -> c_int;
    pub(super) fn TfLiteInterpreterGetInputTensor(
        interpreter: *const TfLiteInterpreter,
        index: i32,
    ) -> *mut TfLiteTensor;
    pub(super) fn TfLiteInterpreterGetOutputTensorCount(
        interpreter: *const TfLiteInterpreter,
    ) -> i32;
    pub(super) fn TfLiteInterpreterGetOutputTensor(
        interpreter: *const TfLiteInterpreter,
        index: i32,
    ) -> *const TfLiteTensor;
    pub(super) fn TfLiteTensorType(tensor: *const TfLiteTensor) -> c_int;
    pub(super) fn TfLiteTensorNumDims(tensor: *const TfLiteTensor) -> i32;
    pub(super) fn TfLiteTensorDim(tensor: *const TfLiteTensor, index: i32) -> i32;
    pub(super) fn TfLiteTensorQuantizationParams(
        tensor: *const TfLiteTensor,
    ) -> TfLiteQuantizationParams;
    pub(super) fn TfLiteTensorCopyFromBuffer(
        tensor: *mut TfLiteTensor,
        data: *const c_void,
        size: usize,
    ) -> c_int;
    pub(super) fn TfLiteTensorCopyToBuffer(
        tensor: *const TfLiteTensor,
        data: *mut c_void,
        size: usize,
    ) -> c_int;
    fn vsnprintf(buffer: *mut c_char, size: usize, format: *const c_char, args: VaList) -> c_int;
}

/// The runtime's version.
pub(super) fn version() -> String {
    // SAFETY: it returns a static string with a NUL.
    let version = unsafe { CStr::from_ptr(TfLiteVersion()) };
    version.to_string_lossy().into_owned()
}

/// The runtime's own words on what went wrong. Without a reporter only a number comes back.
#[derive(Default)]
pub(super) struct Words(Mutex<Vec<String>>);

/// More are not kept: a runtime in trouble repeats itself.
const MAX_WORDS: usize = 16;

impl Words {
    /// Everything said since the last call, in one line.
    pub fn take(&self) -> String {
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = words.join("; ");
        words.clear();
        line
    }

    fn as_user_data(&self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }
}

extern "C" fn report(user_data: *mut c_void, format: *const c_char, args: VaList) {
    let mut buffer = [0u8; 512];
    // SAFETY: the runtime gives a format and the arguments that go with it; vsnprintf writes
    // at most `size` bytes, the last of them NUL.
    let written = unsafe { vsnprintf(buffer.as_mut_ptr().cast(), buffer.len(), format, args) };
    let Ok(text) = CStr::from_bytes_until_nul(&buffer) else {
        return;
    };
    if written < 0 || user_data.is_null() {
        return;
    }
    // SAFETY: it is the `Words` given with this reporter; `Session` keeps it boxed until model
    // and interpreter, which alone call this, are gone. `Words` may be shared between threads.
    let words = unsafe { &*user_data.cast::<Words>() };
    let mut words = words.0.lock().unwrap_or_else(PoisonError::into_inner);
    if words.len() < MAX_WORDS {
        words.push(text.to_string_lossy().trim().to_owned());
    }
}

/// A model; the bytes it was made of must outlive it.
pub(super) struct Model(NonNull<TfLiteModel>);

impl Model {
    /// # Safety
    /// `bytes` and `words` must outlive the model.
    pub unsafe fn create(bytes: &[u8], words: &Words) -> Option<Model> {
        // SAFETY: a readable range; the reporter fits its user data.
        let model = unsafe {
            TfLiteModelCreateWithErrorReporter(
                bytes.as_ptr().cast(),
                bytes.len(),
                report,
                words.as_user_data(),
            )
        };
        NonNull::new(model).map(Model)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: made by create, deleted once.
        unsafe { TfLiteModelDelete(self.0.as_ptr()) }
    }
}

/// An interpreter with its tensors allocated by nobody yet.
pub(super) struct Interpreter(NonNull<TfLiteInterpreter>);

impl Interpreter {
    /// # Safety
    /// `model`, `delegate` and `words` must outlive the interpreter.
    pub unsafe fn create(
        model: &Model,
        delegate: NonNull<TfLiteDelegate>,
        words: &Words,
    ) -> Option<Interpreter> {
        // SAFETY: plain constructors and setters; the options are copied by create and
        // deleted once.
        unsafe {
            let options = NonNull::new(TfLiteInterpreterOptionsCreate())?.as_ptr();
            TfLiteInterpreterOptionsSetErrorReporter(options, report, words.as_user_data());
            TfLiteInterpreterOptionsAddDelegate(options, delegate.as_ptr());
            let interpreter = TfLiteInterpreterCreate(model.0.as_ptr(), options);
            TfLiteInterpreterOptionsDelete(options);
            NonNull::new(interpreter).map(Interpreter)
        }
    }

    pub fn as_ptr(&self) -> *mut TfLiteInterpreter {
        self.0.as_ptr()
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        // SAFETY: made by create, deleted once.
        unsafe { TfLiteInterpreterDelete(self.0.as_ptr()) }
    }
}
