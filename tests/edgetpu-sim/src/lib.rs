//! **SIMULATED** libedgetpu, for tests only. It exports the symbols of `libedgetpu.so.1` that
//! bccscope uses, and its delegate truly takes over the `edgetpu-custom-op` node of a file that
//! [`wrap`] made: the node's payload carries the plain int8 model, which runs on the CPU. So the
//! whole path of a real accelerator is walked, with faults on command (see [`Faults`]).

mod control;
mod delegate;
mod runtime;
mod wrap;

use std::{
    ffi::{CStr, c_char, c_int},
    ptr::null_mut,
};

pub use control::{CONTROL, Faults};
pub use wrap::{Border, wrap};

/// As `edgetpu_device` in `edgetpu_c.h`.
#[repr(C)]
pub struct Device {
    kind: c_int,
    path: *const c_char,
}

// SAFETY: points to static strings only.
unsafe impl Sync for Device {}

const USB: c_int = 1;
static DEVICES: [Device; 2] = [
    Device {
        kind: USB,
        path: c"SIMULATED/usb/2-1".as_ptr(),
    },
    Device {
        kind: USB,
        path: c"SIMULATED/usb/2-2".as_ptr(),
    },
];
const VERSION: &CStr = c"SIMULATED edgetpu-sim 0.1.0, RuntimeVersion(14)";

/// The library's version.
#[unsafe(no_mangle)]
pub extern "C" fn edgetpu_version() -> *const c_char {
    VERSION.as_ptr()
}

/// The accelerators there are.
///
/// # Safety
/// `count` must be writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn edgetpu_list_devices(count: *mut usize) -> *mut Device {
    let faults = Faults::now();
    let devices = match () {
        () if faults.has("no-device") || faults.has("gone") => 0,
        () if faults.has("two-devices") => 2,
        () => 1,
    };
    // SAFETY: by the caller.
    unsafe { *count = devices };
    if devices == 0 {
        null_mut()
    } else {
        DEVICES.as_ptr().cast_mut()
    }
}

/// Gives the list back; it is static here.
#[unsafe(no_mangle)]
pub extern "C" fn edgetpu_free_devices(_devices: *mut Device) {}

/// Opens the accelerator.
#[unsafe(no_mangle)]
pub extern "C" fn tflite_plugin_create_delegate(
    _keys: *mut *mut c_char,
    _values: *mut *mut c_char,
    _count: usize,
    _error: Option<extern "C" fn(*const c_char)>,
) -> *mut delegate::OpaqueDelegate {
    let faults = Faults::now();
    if faults.has("busy") || faults.has("no-device") || faults.has("gone") {
        return null_mut();
    }
    delegate::create().unwrap_or_else(|why| {
        eprintln!("edgetpu-sim: {why}");
        null_mut()
    })
}

/// Closes it.
///
/// # Safety
/// `delegate` must be null or come from [`tflite_plugin_create_delegate`], once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tflite_plugin_destroy_delegate(delegate: *mut delegate::OpaqueDelegate) {
    if !delegate.is_null() {
        // SAFETY: by the caller.
        unsafe { delegate::destroy(delegate) };
    }
}
