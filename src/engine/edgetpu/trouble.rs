//! Why there is no accelerator, each with the sentence that solves it.

use serde::{Deserialize, Serialize};

use super::usb::Sighting;

/// What is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// There is no such file.
    LibraryMissing {
        /// The configured path or name.
        path: String,
        /// What the bus says: without an accelerator there nothing is amiss.
        sighting: Sighting,
    },
    /// The loader refused it: another architecture, a missing dependency, no permission.
    Unloadable {
        /// The configured path or name.
        path: String,
        /// The loader's words.
        why: String,
    },
    /// The file is no shared library.
    NotALibrary {
        /// Its path.
        path: String,
    },
    /// The file ends before its own end.
    Truncated {
        /// Its path.
        path: String,
    },
    /// A shared library, but another one.
    NotEdgeTpu {
        /// Its path.
        path: String,
        /// The first symbol it lacks.
        missing: String,
    },
    /// The library sees no accelerator.
    NoDevice(Sighting),
    /// There is one, but it would not open.
    Unopened {
        /// Its path.
        device: String,
        /// What the bus says of it.
        sighting: Sighting,
    },
    /// The runtime refused model or delegate.
    Refused {
        /// What it was doing.
        step: String,
        /// Its words.
        why: String,
        /// What the library says of itself.
        library: String,
        /// The runtime's version.
        runtime: String,
    },
}

impl Trouble {
    /// From the loader's words.
    pub(super) fn of_loading(
        path: &str,
        error: &libloading::Error,
        look: impl Fn() -> Sighting,
    ) -> Trouble {
        // The loader's own sentence is the source: libloading adds the path and a preamble.
        let mut why = error.to_string();
        if let Some(source) = std::error::Error::source(error) {
            why = source.to_string();
        }
        let path = path.to_owned();
        if why.contains(&format!("{path}: cannot open")) && why.contains("No such file") {
            Trouble::LibraryMissing {
                path,
                sighting: look(),
            }
        } else if why.contains("file too short") {
            Trouble::Truncated { path }
        } else if why.contains("invalid ELF header") {
            Trouble::NotALibrary { path }
        } else {
            Trouble::Unloadable { path, why }
        }
    }

    /// Whether it only says that there is no accelerator, and nothing is broken.
    pub fn is_absence(&self) -> bool {
        match self {
            Trouble::LibraryMissing { sighting, .. } | Trouble::NoDevice(sighting) => {
                !sighting.any()
            }
            _ => false,
        }
    }

    /// What happened and what to do, in one line.
    pub fn sentence(&self) -> String {
        match self {
            Trouble::LibraryMissing { path, sighting } if !sighting.any() => format!(
                "no Edge TPU on USB or PCIe, and {path} is not installed: plug it in, and install \
                 the Edge TPU runtime (package libedgetpu1-std) or name the file as \
                 edgetpu_library in the configuration"
            ),
            Trouble::LibraryMissing { path, .. } => format!(
                "{path} is not installed: install the Edge TPU runtime (package libedgetpu1-std) \
                 or name the file as edgetpu_library in the configuration"
            ),
            Trouble::Unloadable { path, why } => format!(
                "{path} cannot be loaded ({why}): install the Edge TPU runtime built for this \
                 system"
            ),
            Trouble::NotALibrary { path } => {
                format!("{path} is not a shared library: name libedgetpu.so.1 as edgetpu_library")
            }
            Trouble::Truncated { path } => {
                format!("{path} is cut short: install the Edge TPU runtime again")
            }
            Trouble::NotEdgeTpu { path, missing } => format!(
                "{path} is not the Edge TPU runtime (it has no {missing}): name libedgetpu.so.1 \
                 as edgetpu_library"
            ),
            Trouble::NoDevice(sighting) => sighting.sentence(),
            Trouble::Unopened { device, sighting } => match sighting.forbidden() {
                Some(sentence) => sentence,
                None => format!(
                    "the Edge TPU at {device} would not open: another program may be using it; \
                     stop that, or unplug and replug the accelerator"
                ),
            },
            Trouble::Refused {
                step,
                why,
                library,
                runtime,
            } => format!(
                "the Edge TPU was refused while {step} ({why}): libedgetpu ({library}) and \
                 TensorFlow Lite {runtime} may not fit each other, or the model was compiled for \
                 a newer runtime"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_no_absence_where_an_accelerator_is_plugged_in() {
        let path = "/nonexistent/libedgetpu.so.1";
        // SAFETY: there is no such file.
        let error = unsafe { libloading::Library::new(path) }.expect_err("no such file");
        let missing = |sighting: Sighting| Trouble::of_loading(path, &error, || sighting.clone());
        let none = missing(Sighting::default());
        assert!(none.is_absence());
        assert!(none.sentence().contains("no Edge TPU on USB or PCIe"));
        assert!(none.sentence().contains("libedgetpu.so.1 is not installed"));
        for (boot, ready, pci) in [
            (true, false, false),
            (false, true, false),
            (false, false, true),
        ] {
            let plugged_in = missing(Sighting {
                boot,
                ready,
                pci,
                ..Sighting::default()
            });
            assert!(!plugged_in.is_absence());
            let said = plugged_in.sentence();
            assert!(
                said.starts_with("/nonexistent/libedgetpu.so.1 is not installed: install"),
                "{said}"
            );
        }
    }
}
