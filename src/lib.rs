//! # bccscope
//!
//! A point-of-care device that looks at a skin lesion through a USB dermatoscope and says,
//! with no network, whether it shows signs of basal cell carcinoma (BCC), which of seven
//! dermoscopic patterns it sees, and where. Decision support, not a diagnosis.
//!
//! It implements the method of arXiv 2407.00104: one int8 MobileNet-V2 with eight outputs,
//! the paper's decision rule beside the network's own answer, and a heat map a task.
//!
//! ## The map
//!
//! ```text
//! camera ──Frame──▶ assess ────────────────────────────────▶ screen ──▶ display
//!                   quality, views (prepare, engine), explain, verdict
//!                                └── Assessment ──▶ JSON, record
//! ```
//!
//! One direction, plain data between the steps. Everything between `camera` and `display`
//! is a function of its input and the model, so a stored frame gives the same bytes again.
//!
//! | room | holds | knows nothing of |
//! |---|---|---|
//! | [`frame`] | a frame as the camera delivered it, its decoding, and a picture at another size | models, screens |
//! | [`camera`] | V4L2, files, recorded runs, the phantom | models, screens |
//! | [`phantom`] | the drawn dermoscopic test target and its true regions | everything else |
//! | [`model`] | manifest, tasks, views, checksums, known answers | frames |
//! | [`engine`] | one inference: tensor in, maps and logits out; the accelerator in a child process, the CPU behind it | pixels, patients |
//! | [`assess`] | quality gate, prepare, the looks at a picture and their mean, heat maps, verdict; [`assess::Assessor`] joins them | where frames come from, where results go |
//! | [`screen`] | what is drawn | which display |
//! | [`display`] | DRM/KMS, fbdev, SPI panels, PNG; ordered fallback | what is drawn |
//! | [`input`] | keys, touch, the camera's button, GPIO lines, stdin, as the app's events | what they do |
//! | [`app`] | the device as a pure state machine, and the loop that runs its effects | drivers |
//! | [`records`] | cases on disk, written and read back, and what a power cut left of one | models' insides |
//! | [`platform`] | power, temperature, clock, watchdog, GPIO lines, the lamp | everything above |
//! | [`selftest`] | every part tried once | patients |
//! | [`bench`](mod@bench) | every step timed, one run against another | patients |
//! | [`study`] | what judges the model: consensus, metrics, calibration | the device |
//! | [`files`] | reading small files, and only files | everything else |
//! | [`config`] | one commented TOML file with every setting | |
//! | [`cli`] | arguments, one small file a command; wiring | pixels |
//!
//! For the tests alone: `tests/edgetpu-sim` is a library in libedgetpu's place, with faults on
//! command; `tests/tflite-file` writes small model files, sound or spoilt, for it and for the
//! lint in [`model`]; `camera/v4l2/fake` is the kernel's buffer queue with a camera behind it;
//! `board/virtual` is a board in QEMU, its camera (`uvcsim`) and what its tests need on it (`tools`).

pub mod app;
pub mod assess;
pub mod bench;
pub mod camera;
pub mod cli;
pub mod config;
pub mod display;
pub mod engine;
pub mod files;
pub mod frame;
pub mod input;
pub mod model;
pub mod phantom;
pub mod platform;
pub mod records;
pub mod screen;
pub mod selftest;
pub mod study;
