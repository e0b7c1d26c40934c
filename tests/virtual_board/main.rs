//! The virtual board: the cross-built program on a real kernel, in QEMU. Each test boots a
//! board of its own.
//!
//! ```text
//! board/virtual/test.sh            builds the board and runs these tests
//! board/virtual/test.sh NAME       only those whose name holds NAME
//! ```
//!
//! `cargo test` skips them by name: they need the board's image and QEMU.

mod agent;
mod board;
mod cameras;
mod clocks;
mod device;
mod displays;
mod faults;
mod gpio;
mod look;
mod programs;
mod qmp;
mod rig;
mod storage;
