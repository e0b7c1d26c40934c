//! The accelerator's whole path, on the simulator (`tests/edgetpu-sim`): the program's own
//! worker process, a true delegate, and every fault.

mod bench;
mod faults;
mod libraries;
mod program;
mod session;
mod stress;
