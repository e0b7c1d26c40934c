//! `libedgetpu.so.1`, loaded at run time: the program starts and works without it.
//!
//! Source: `tflite/public/edgetpu_c.h` and `edgetpu_delegate_for_custom_op_tflite_plugin.cc`
//! of google-coral/libedgetpu.

use std::{
    ffi::{CStr, c_char, c_int},
    fs::File,
    io::Read,
    mem::ManuallyDrop,
    path::Path,
    ptr::{NonNull, null_mut},
};

use libloading::Library;

use super::{tflite::TfLiteDelegate, trouble::Trouble, usb};

#[repr(C)]
struct Device {
    kind: c_int,
    path: *const c_char,
}

type Create = unsafe extern "C" fn(
    *mut *mut c_char,
    *mut *mut c_char,
    usize,
    Option<extern "C" fn(*const c_char)>,
) -> *mut TfLiteDelegate;
type Destroy = unsafe extern "C" fn(*mut TfLiteDelegate);
type Version = unsafe extern "C" fn() -> *const c_char;
type List = unsafe extern "C" fn(*mut usize) -> *mut Device;
type Free = unsafe extern "C" fn(*mut Device);

/// The library with every symbol the device uses, all of them found.
#[derive(Clone, Copy)]
pub(super) struct EdgeTpu {
    create: Create,
    destroy: Destroy,
    version: Version,
    list: List,
    free: Free,
}

impl EdgeTpu {
    /// Loads it, and never unloads it: its device manager is a static with threads of its own.
    pub fn load(path: &str) -> Result<EdgeTpu, Trouble> {
        plausible(path)?;
        // SAFETY: its initialisers run; the file is the one the configuration names, and this
        // is a process of its own.
        let library =
            unsafe { Library::new(path) }.map_err(|e| Trouble::of_loading(path, &e, usb::look))?;
        let library = &ManuallyDrop::new(library);
        // SAFETY: the types are those of the headers named above; it stays loaded.
        unsafe {
            Ok(EdgeTpu {
                create: symbol(library, path, c"tflite_plugin_create_delegate")?,
                destroy: symbol(library, path, c"tflite_plugin_destroy_delegate")?,
                version: symbol(library, path, c"edgetpu_version")?,
                list: symbol(library, path, c"edgetpu_list_devices")?,
                free: symbol(library, path, c"edgetpu_free_devices")?,
            })
        }
    }

    /// What the library says of itself.
    pub fn version(&self) -> String {
        // SAFETY: it returns a string with a NUL that nobody frees.
        let version = unsafe { (self.version)() };
        if version.is_null() {
            return "version unknown".into();
        }
        // SAFETY: not null, see above.
        let version = unsafe { CStr::from_ptr(version) };
        version.to_string_lossy().into_owned()
    }

    /// The accelerators it sees, by path.
    pub fn devices(&self) -> Vec<String> {
        let mut count = 0;
        // SAFETY: it writes the number of devices and returns an array of as many, or null.
        let devices = unsafe { (self.list)(&raw mut count) };
        if devices.is_null() {
            return Vec::new();
        }
        // SAFETY: as many as it said; each path is null or a string with a NUL.
        let paths = unsafe { std::slice::from_raw_parts(devices, count) }
            .iter()
            .map(|device| {
                if device.path.is_null() {
                    return String::new();
                }
                // SAFETY: not null, owned by the array, which lives until below.
                let path = unsafe { CStr::from_ptr(device.path) };
                path.to_string_lossy().into_owned()
            })
            .collect();
        // SAFETY: the array it gave, freed once, used no more.
        unsafe { (self.free)(devices) };
        paths
    }

    /// Opens an accelerator. Options are given none: libedgetpu honours them only with a device
    /// by number, and its error handler is never called.
    pub fn delegate(&self) -> Option<Delegate> {
        // SAFETY: no options, so no arrays.
        let delegate = unsafe { (self.create)(null_mut(), null_mut(), 0, None) };
        NonNull::new(delegate).map(|delegate| Delegate {
            delegate,
            destroy: self.destroy,
        })
    }
}

/// A delegate; it gives the accelerator back when dropped.
pub(super) struct Delegate {
    delegate: NonNull<TfLiteDelegate>,
    destroy: Destroy,
}

impl Delegate {
    pub fn as_ptr(&self) -> NonNull<TfLiteDelegate> {
        self.delegate
    }
}

impl Drop for Delegate {
    fn drop(&mut self) {
        // SAFETY: made by the library's own create, destroyed once; `Session` has dropped the
        // interpreter that used it.
        unsafe { (self.destroy)(self.delegate.as_ptr()) }
    }
}

/// # Safety
/// `T` must be the symbol's type; it may be used only while the library is loaded.
unsafe fn symbol<T: Copy>(library: &Library, path: &str, name: &CStr) -> Result<T, Trouble> {
    // SAFETY: by the caller.
    match unsafe { library.get::<T>(name.to_bytes_with_nul()) } {
        Ok(symbol) => Ok(*symbol),
        Err(_) => Err(Trouble::NotEdgeTpu {
            path: path.to_owned(),
            missing: name.to_string_lossy().into_owned(),
        }),
    }
}

/// A file cut short would end the process inside the loader (SIGBUS), so its own account of
/// its length is looked at before: section headers lie at the end of an ELF file.
fn plausible(path: &str) -> Result<(), Trouble> {
    let file = Path::new(path);
    if file.components().count() < 2 {
        // A plain name: the system's loader knows where.
        return Ok(());
    }
    let mut header = [0u8; 64];
    let Ok(mut opened) = File::open(file) else {
        return Ok(()); // the loader says why
    };
    let length = opened.metadata().map_or(0, |meta| meta.len());
    if opened.read_exact(&mut header).is_err() || &header[..4] != b"\x7fELF" {
        return Err(Trouble::NotALibrary {
            path: path.to_owned(),
        });
    }
    let number = |at: usize, bytes: usize| {
        let bytes = header.get(at..at + bytes).unwrap_or_default();
        bytes.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b))
    };
    // e_shoff, e_shentsize, e_shnum of 64 and 32 bit.
    let (at, size, count) = match header[4] {
        2 => (number(40, 8), number(58, 2), number(60, 2)),
        _ => (number(32, 4), number(46, 2), number(48, 2)),
    };
    if at.saturating_add(size * count) > length {
        return Err(Trouble::Truncated {
            path: path.to_owned(),
        });
    }
    Ok(())
}
