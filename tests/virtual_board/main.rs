//! The virtual board: the cross-built program on a real kernel, in QEMU. Each test boots a
//! board of its own.
//!
//! ```text
//! board/virtual/test.sh            builds the board and runs these tests
//! board/virtual/test.sh NAME       only those whose name holds NAME
//! ```
//!
//! `cargo test` skips them by name: they need the board's image and QEMU. They run in the order of
//! their names: what takes longest, the camera's faults and the power cuts, comes first, so that the
//! boards end together.

mod agent;
mod board;
mod camera_faults;
mod cases;
mod clocks;
mod device;
mod displays;
mod gpio;
mod look;
mod programs;
mod qmp;
mod rig;
mod several_cameras;
