//! The Edge TPU: `libedgetpu` as a delegate of TensorFlow Lite.
//!
//! Only the worker process ([`super::worker`]) opens a [`Session`]: libedgetpu aborts its
//! process on a failed USB transfer and can hang. Everything unsafe of the device is in this
//! folder, at the border to the two C libraries.

mod library;
mod session;
mod tflite;
mod trouble;
pub mod usb;

pub use session::Session;
pub use trouble::Trouble;
