//! The TensorFlow Lite C API of the program that loaded this library, found among the symbols
//! it has loaded already, as a delegate's library finds its runtime.
//!
//! Source: `c_api.h`, `c_api_opaque.h`, `c_api_types.h`, `xnnpack_delegate.h` of 2.17.

use std::ffi::{c_char, c_int, c_void};

use libloading::os::unix::Library;

use crate::delegate::OpaqueDelegate;

/// A pointer to something of the runtime's.
pub type Opaque = *mut c_void;

/// As `TfLiteIntArray`: a count, then as many numbers.
#[repr(C)]
pub struct IntArray {
    size: c_int,
    first: [c_int; 0],
}

impl IntArray {
    /// # Safety
    /// `array` must be null or a live array.
    pub unsafe fn values<'a>(array: *const IntArray) -> &'a [c_int] {
        if array.is_null() {
            return &[];
        }
        // SAFETY: by the caller; the numbers follow the count.
        unsafe {
            let first = (&raw const (*array).first).cast::<c_int>();
            std::slice::from_raw_parts(first, usize::try_from((*array).size).unwrap_or(0))
        }
    }
}

/// As `TfLiteOpaqueDelegateBuilder`.
#[repr(C)]
pub struct DelegateBuilder {
    pub data: *mut c_void,
    pub prepare: extern "C" fn(Opaque, *mut OpaqueDelegate, *mut c_void) -> c_int,
    pub copy_from: Option<extern "C" fn()>,
    pub copy_to: Option<extern "C" fn()>,
    pub free_buffer: Option<extern "C" fn()>,
    pub flags: i64,
}

type Init = extern "C" fn(*mut c_void, Opaque, *const c_char, usize) -> *mut c_void;
type Free = extern "C" fn(*mut c_void, Opaque, *mut c_void);
type Step = extern "C" fn(*mut c_void, Opaque, Opaque) -> c_int;

macro_rules! api {
    ($($name:ident: $kind:ty;)*) => {
        /// The functions, each under its C name.
        #[allow(non_snake_case)]
        #[derive(Clone, Copy)]
        pub struct Api {
            $(pub $name: $kind,)*
        }

        impl Api {
            /// Finds them all.
            pub fn find() -> Result<Api, String> {
                let program = Library::this();
                // SAFETY: the types are those of the headers named above.
                unsafe {
                    Ok(Api {
                        $($name: *program
                            .get::<$kind>(concat!(stringify!($name), "\0").as_bytes())
                            .map_err(|e| e.to_string())?,)*
                    })
                }
            }
        }
    };
}

api! {
    TfLiteOpaqueDelegateCreate: unsafe extern "C" fn(*const DelegateBuilder) -> *mut OpaqueDelegate;
    TfLiteOpaqueDelegateDelete: unsafe extern "C" fn(*mut OpaqueDelegate);
    TfLiteOpaqueDelegateGetData: unsafe extern "C" fn(*const OpaqueDelegate) -> *mut c_void;
    TfLiteOpaqueContextGetExecutionPlan: unsafe extern "C" fn(Opaque, *mut *mut IntArray) -> c_int;
    TfLiteOpaqueContextGetNodeAndRegistration: unsafe extern "C" fn(Opaque, c_int, *mut Opaque, *mut Opaque) -> c_int;
    TfLiteOpaqueContextReplaceNodeSubsetsWithDelegateKernels: unsafe extern "C" fn(Opaque, Opaque, *const IntArray, *mut OpaqueDelegate) -> c_int;
    TfLiteOpaqueContextReportError: unsafe extern "C" fn(Opaque, *const c_char, ...);
    TfLiteOperatorCreate: unsafe extern "C" fn(c_int, *const c_char, c_int, *mut c_void) -> Opaque;
    TfLiteOperatorGetCustomName: unsafe extern "C" fn(Opaque) -> *const c_char;
    TfLiteOperatorSetInitWithData: unsafe extern "C" fn(Opaque, Init);
    TfLiteOperatorSetFreeWithData: unsafe extern "C" fn(Opaque, Free);
    TfLiteOperatorSetPrepareWithData: unsafe extern "C" fn(Opaque, Step);
    TfLiteOperatorSetInvokeWithData: unsafe extern "C" fn(Opaque, Step);
    TfLiteOpaqueNodeGetCustomInitialData: unsafe extern "C" fn(Opaque, *mut *const c_void, *mut c_int) -> c_int;
    TfLiteOpaqueNodeGetUserData: unsafe extern "C" fn(Opaque) -> *mut c_void;
    TfLiteOpaqueNodeGetInput: unsafe extern "C" fn(Opaque, Opaque, c_int) -> Opaque;
    TfLiteOpaqueNodeGetOutput: unsafe extern "C" fn(Opaque, Opaque, c_int) -> Opaque;
    TfLiteOpaqueNodeNumberOfOutputs: unsafe extern "C" fn(Opaque) -> c_int;
    TfLiteOpaqueTensorData: unsafe extern "C" fn(Opaque) -> *mut c_void;
    TfLiteOpaqueTensorByteSize: unsafe extern "C" fn(Opaque) -> usize;
    TfLiteModelCreate: unsafe extern "C" fn(*const c_void, usize) -> Opaque;
    TfLiteModelDelete: unsafe extern "C" fn(Opaque);
    TfLiteInterpreterOptionsCreate: unsafe extern "C" fn() -> Opaque;
    TfLiteInterpreterOptionsAddDelegate: unsafe extern "C" fn(Opaque, Opaque);
    TfLiteInterpreterOptionsDelete: unsafe extern "C" fn(Opaque);
    TfLiteXNNPackDelegateCreate: unsafe extern "C" fn(*const c_void) -> Opaque;
    TfLiteXNNPackDelegateDelete: unsafe extern "C" fn(Opaque);
    TfLiteInterpreterCreate: unsafe extern "C" fn(Opaque, Opaque) -> Opaque;
    TfLiteInterpreterDelete: unsafe extern "C" fn(Opaque);
    TfLiteInterpreterAllocateTensors: unsafe extern "C" fn(Opaque) -> c_int;
    TfLiteInterpreterInvoke: unsafe extern "C" fn(Opaque) -> c_int;
    TfLiteInterpreterGetInputTensor: unsafe extern "C" fn(Opaque, c_int) -> Opaque;
    TfLiteInterpreterGetOutputTensor: unsafe extern "C" fn(Opaque, c_int) -> Opaque;
    TfLiteTensorCopyFromBuffer: unsafe extern "C" fn(Opaque, *const c_void, usize) -> c_int;
    TfLiteTensorCopyToBuffer: unsafe extern "C" fn(Opaque, *mut c_void, usize) -> c_int;
}
