//! The accelerator's whole path, on the simulator (`tests/edgetpu-sim`): the program's own
//! worker process, a true delegate, and every fault.

mod bench;
mod breaks;
mod faults;
mod flapping;
mod isolated;
mod libraries;
mod program;
mod running;
mod session;
mod stress;
