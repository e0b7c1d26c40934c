//! What valgrind must see: bytes freed while the runtime still reads them. Without this,
//! `scripts/valgrind.sh` could be blind and nobody would know.

use std::{
    env,
    ffi::{c_int, c_void},
    ptr::null,
};

use crate::bench::Bench;

unsafe extern "C" {
    fn TfLiteModelCreate(data: *const c_void, size: usize) -> *mut c_void;
    fn TfLiteModelDelete(model: *mut c_void);
    fn TfLiteInterpreterCreate(model: *const c_void, options: *const c_void) -> *mut c_void;
    fn TfLiteInterpreterDelete(interpreter: *mut c_void);
    fn TfLiteInterpreterAllocateTensors(interpreter: *mut c_void) -> c_int;
    fn TfLiteInterpreterInvoke(interpreter: *mut c_void) -> c_int;
}

/// Set by the script: only valgrind keeps freed bytes readable.
const SWITCH: &str = "BCCSCOPE_BREAKS";

#[test]
#[ignore = "breaks on purpose: scripts/valgrind.sh runs it"]
fn breaks_where_the_bytes_go_before_the_interpreter() {
    if env::var_os(SWITCH).is_none() {
        println!("skipped: {SWITCH} is not set");
        return;
    }
    let bytes = Bench::new().package.cpu;
    // SAFETY: none. The interpreter reads weights that are freed, which is the point.
    unsafe {
        let model = TfLiteModelCreate(bytes.as_ptr().cast(), bytes.len());
        let interpreter = TfLiteInterpreterCreate(model, null());
        assert_eq!(TfLiteInterpreterAllocateTensors(interpreter), 0);
        drop(bytes);
        TfLiteInterpreterInvoke(interpreter);
        TfLiteInterpreterDelete(interpreter);
        TfLiteModelDelete(model);
    }
}
