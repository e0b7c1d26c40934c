//! The delegate: claims the `edgetpu-custom-op` node and runs the model in its payload.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    ptr::{null, null_mut},
};

use crate::{
    control::Faults,
    runtime::{Api, DelegateBuilder, IntArray, Opaque},
    wrap::{OPERATOR, PAYLOAD_MARK},
};

/// As `TfLiteDelegate`.
#[repr(C)]
pub struct OpaqueDelegate {
    _private: [u8; 0],
}

const OK: c_int = 0;
const ERROR: c_int = 1;
/// Without it the runtime prepares every node before the delegate may claim one, and an
/// `edgetpu-custom-op` cannot be prepared by anybody else.
const ALLOW_DYNAMIC_TENSORS: i64 = 1;
/// `kTfLiteBuiltinDelegate`.
const DELEGATE: c_int = 51;

/// What the delegate keeps between the runtime's calls.
struct State {
    api: Api,
    /// The model out of the claimed node, in aligned memory.
    model: Vec<u128>,
    length: usize,
    /// Kernels that run. A real library's kernels use the accelerator that its delegate opened.
    kernels: usize,
}

/// A model that runs.
struct Kernel {
    api: Api,
    state: *mut State,
    interpreter: Opaque,
    /// Without it an inference takes ten times as long.
    xnnpack: Opaque,
    model: Opaque,
    _bytes: Vec<u128>,
}

pub fn create() -> Result<*mut OpaqueDelegate, String> {
    let api = Api::find()?;
    let state = Box::new(State {
        api,
        model: Vec::new(),
        length: 0,
        kernels: 0,
    });
    let builder = DelegateBuilder {
        data: Box::into_raw(state).cast(),
        prepare,
        copy_from: None,
        copy_to: None,
        free_buffer: None,
        flags: ALLOW_DYNAMIC_TENSORS,
    };
    // SAFETY: a complete builder, copied by the runtime.
    Ok(unsafe { (api.TfLiteOpaqueDelegateCreate)(&raw const builder) })
}

/// # Safety
/// `delegate` must come from [`create`], once.
pub unsafe fn destroy(delegate: *mut OpaqueDelegate) {
    let Ok(api) = Api::find() else { return };
    // SAFETY: by the caller; the data is the state create gave, freed once.
    unsafe {
        let state = (api.TfLiteOpaqueDelegateGetData)(delegate).cast::<State>();
        (api.TfLiteOpaqueDelegateDelete)(delegate);
        if state.is_null() {
            return;
        }
        if (*state).kernels > 0 {
            eprintln!("edgetpu-sim: the delegate is destroyed before the interpreter");
            std::process::abort();
        }
        drop(Box::from_raw(state));
    }
}

extern "C" fn prepare(context: Opaque, delegate: *mut OpaqueDelegate, data: *mut c_void) -> c_int {
    Faults::now().before_handing_over();
    // SAFETY: the state create gave; the runtime calls one thing at a time.
    let state = unsafe { &mut *data.cast::<State>() };
    let api = state.api;
    // SAFETY: the runtime's own objects, used within its call.
    unsafe {
        let mut plan = null_mut();
        if (api.TfLiteOpaqueContextGetExecutionPlan)(context, &raw mut plan) != OK {
            return ERROR;
        }
        let mut claimed = Vec::new();
        for &index in IntArray::values(plan) {
            let (mut node, mut operator) = (null_mut(), null_mut());
            let found = (api.TfLiteOpaqueContextGetNodeAndRegistration)(
                context,
                index,
                &raw mut node,
                &raw mut operator,
            );
            if found != OK {
                return ERROR;
            }
            let name = (api.TfLiteOperatorGetCustomName)(operator);
            if name.is_null() || CStr::from_ptr(name).to_bytes() != OPERATOR.as_bytes() {
                continue;
            }
            let (mut payload, mut size) = (null(), 0);
            (api.TfLiteOpaqueNodeGetCustomInitialData)(node, &raw mut payload, &raw mut size);
            let size = usize::try_from(size).unwrap_or(0);
            if payload.is_null() || size < PAYLOAD_MARK.len() {
                return refuse(&api, context, c"SIMULATED: the node has no payload");
            }
            let payload = std::slice::from_raw_parts(payload.cast::<u8>(), size);
            let Some(model) = payload.strip_prefix(PAYLOAD_MARK) else {
                return refuse(
                    &api,
                    context,
                    c"SIMULATED: the payload is for a real Edge TPU, which this is not",
                );
            };
            state.length = model.len();
            state.model = vec![0; model.len().div_ceil(16)];
            let to = state.model.as_mut_ptr().cast::<u8>();
            std::ptr::copy_nonoverlapping(model.as_ptr(), to, model.len());
            claimed.push(index);
        }
        let Ok(count) = c_int::try_from(claimed.len()) else {
            return ERROR;
        };
        let nodes: Vec<c_int> = std::iter::once(count).chain(claimed).collect();
        let kernel = (api.TfLiteOperatorCreate)(DELEGATE, c"edgetpu-sim".as_ptr(), 1, null_mut());
        (api.TfLiteOperatorSetInitWithData)(kernel, init);
        (api.TfLiteOperatorSetFreeWithData)(kernel, free);
        (api.TfLiteOperatorSetPrepareWithData)(kernel, prepare_kernel);
        (api.TfLiteOperatorSetInvokeWithData)(kernel, invoke);
        (api.TfLiteOpaqueContextReplaceNodeSubsetsWithDelegateKernels)(
            context,
            kernel,
            nodes.as_ptr().cast::<IntArray>(),
            delegate,
        )
    }
}

fn refuse(api: &Api, context: Opaque, words: &CStr) -> c_int {
    // SAFETY: a live context; the words hold no format.
    unsafe { (api.TfLiteOpaqueContextReportError)(context, words.as_ptr()) };
    ERROR
}

/// Of `TfLiteOpaqueDelegateParams` only the delegate's data is of interest.
#[repr(C)]
struct Params {
    delegate: *mut OpaqueDelegate,
    data: *mut c_void,
}

extern "C" fn init(
    _data: *mut c_void,
    _context: Opaque,
    params: *const c_char,
    _length: usize,
) -> *mut c_void {
    // SAFETY: for a delegate's kernel the runtime gives its parameters here; the data is the
    // state create gave.
    let state = unsafe { &mut *(*params.cast::<Params>()).data.cast::<State>() };
    let api = state.api;
    let bytes = std::mem::take(&mut state.model);
    // SAFETY: the bytes move into the kernel beside what was made of them.
    unsafe {
        let model = (api.TfLiteModelCreate)(bytes.as_ptr().cast(), state.length);
        if model.is_null() {
            return null_mut();
        }
        // No options: one thread.
        let xnnpack = (api.TfLiteXNNPackDelegateCreate)(null());
        let options = (api.TfLiteInterpreterOptionsCreate)();
        (api.TfLiteInterpreterOptionsAddDelegate)(options, xnnpack);
        let interpreter = (api.TfLiteInterpreterCreate)(model, options);
        (api.TfLiteInterpreterOptionsDelete)(options);
        if interpreter.is_null() || (api.TfLiteInterpreterAllocateTensors)(interpreter) != OK {
            return null_mut();
        }
        state.kernels += 1;
        let kernel = Box::new(Kernel {
            api,
            state,
            interpreter,
            xnnpack,
            model,
            _bytes: bytes,
        });
        Box::into_raw(kernel).cast()
    }
}

extern "C" fn free(_data: *mut c_void, _context: Opaque, kernel: *mut c_void) {
    if kernel.is_null() {
        return;
    }
    // SAFETY: what init gave, freed once.
    let kernel = unsafe { Box::from_raw(kernel.cast::<Kernel>()) };
    // SAFETY: made in init, deleted once, the interpreter before what it uses; the state lives
    // as long as the delegate, which outlives its kernels.
    unsafe {
        (*kernel.state).kernels -= 1;
        (kernel.api.TfLiteInterpreterDelete)(kernel.interpreter);
        (kernel.api.TfLiteXNNPackDelegateDelete)(kernel.xnnpack);
        (kernel.api.TfLiteModelDelete)(kernel.model);
    }
}

extern "C" fn prepare_kernel(_data: *mut c_void, _context: Opaque, _node: Opaque) -> c_int {
    OK
}

extern "C" fn invoke(_data: *mut c_void, context: Opaque, node: Opaque) -> c_int {
    let faults = Faults::now();
    faults.before_inference();
    let Ok(api) = Api::find() else { return ERROR };
    // SAFETY: the runtime's own objects and what init gave, used within its call; copies check
    // their sizes.
    unsafe {
        if faults.has("gone") || faults.has("error") {
            return refuse(
                &api,
                context,
                c"SIMULATED: USB transfer error 1 [LibUsbDataIn]",
            );
        }
        let kernel = (api.TfLiteOpaqueNodeGetUserData)(node).cast::<Kernel>();
        if kernel.is_null() {
            return refuse(&api, context, c"SIMULATED: the payload is no model");
        }
        let interpreter = (*kernel).interpreter;
        let input = (api.TfLiteOpaqueNodeGetInput)(context, node, 0);
        let copied = (api.TfLiteTensorCopyFromBuffer)(
            (api.TfLiteInterpreterGetInputTensor)(interpreter, 0),
            (api.TfLiteOpaqueTensorData)(input),
            (api.TfLiteOpaqueTensorByteSize)(input),
        );
        if copied != OK || (api.TfLiteInterpreterInvoke)(interpreter) != OK {
            return ERROR;
        }
        for index in 0..(api.TfLiteOpaqueNodeNumberOfOutputs)(node) {
            let output = (api.TfLiteOpaqueNodeGetOutput)(context, node, index);
            let to = (api.TfLiteOpaqueTensorData)(output);
            let size = (api.TfLiteOpaqueTensorByteSize)(output);
            let from = (api.TfLiteInterpreterGetOutputTensor)(interpreter, index);
            if (api.TfLiteTensorCopyToBuffer)(from, to, size) != OK {
                return ERROR;
            }
            if faults.has("wrong") {
                for byte in std::slice::from_raw_parts_mut(to.cast::<u8>(), size) {
                    *byte ^= 0x55;
                }
            }
        }
    }
    OK
}
