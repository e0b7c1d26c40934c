//! Faults on command: words in the file `edgetpu-sim.control` beside the loaded library, read
//! anew at every call. Each test has a folder, a copy of the library, and faults of its own.

use std::{
    ffi::{CStr, OsStr, c_void},
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// Name of the control file.
pub const CONTROL: &str = "edgetpu-sim.control";

/// The faults now: any of `no-device`, `two-devices`, `busy`, `slow=MILLISECONDS`, `hang`,
/// `abort` (in a thread of its own, as libedgetpu's USB threads do), `wrong` (numbers), `error`
/// (the runtime is told so), `gone` (from the bus, and inferences fail), `mismatch` (crashes when
/// the model is handed over, as a libedgetpu built for another TensorFlow Lite does).
pub struct Faults(Vec<String>);

impl Faults {
    /// Reads the control file; none means no fault.
    pub fn now() -> Faults {
        let text = beside_the_library()
            .and_then(|file| fs::read_to_string(file).ok())
            .unwrap_or_default();
        Faults(text.split_whitespace().map(str::to_owned).collect())
    }

    /// Commands faults to the library in `folder`; an empty text ends them. A file is put in
    /// the other's place, so nobody reads half of one.
    ///
    /// # Panics
    /// When the file cannot be written: a test cannot go on.
    pub fn command(folder: &Path, words: &str) {
        let fresh = folder.join("edgetpu-sim.control.new");
        fs::write(&fresh, words).expect("the control file is written");
        fs::rename(fresh, folder.join(CONTROL)).expect("the control file is put in place");
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known == word)
    }

    fn slow(&self) -> Option<Duration> {
        let words = self.0.iter();
        let value = words.filter_map(|word| word.strip_prefix("slow=")).next()?;
        value.parse().ok().map(Duration::from_millis)
    }

    /// What happens before an inference.
    pub(crate) fn before_inference(&self) {
        if let Some(time) = self.slow() {
            thread::sleep(time);
        }
        if self.has("hang") {
            loop {
                thread::sleep(Duration::from_secs(3600));
            }
        }
        if self.has("abort") {
            let worker = thread::spawn(|| {
                eprintln!("F driver/usb/usb_driver.cc:857] bulk out for header failed. Abort.");
                std::process::abort();
            });
            let _ = worker.join();
        }
    }

    /// What happens when a model is handed over.
    pub(crate) fn before_handing_over(&self) {
        if self.has("mismatch") {
            // SAFETY: plain system calls; the default action ends the process, as a wild
            // pointer would.
            unsafe {
                libc::signal(libc::SIGSEGV, libc::SIG_DFL);
                libc::raise(libc::SIGSEGV);
            }
        }
    }
}

/// The file beside the library this very code was loaded from.
fn beside_the_library() -> Option<PathBuf> {
    let here = beside_the_library as fn() -> Option<PathBuf> as *const c_void;
    // SAFETY: a structure of integers and pointers, for which zero is a value.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: an address of this code, and a place for the answer.
    if unsafe { libc::dladdr(here, &raw mut info) } == 0 || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: dladdr gave a string with a NUL that lives as long as the library.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    let path = Path::new(OsStr::from_bytes(name.to_bytes()));
    Some(path.parent()?.join(CONTROL))
}
