//! The camera against the strict model of the kernel: named faults one by one, then a hundred
//! thousand random sequences of them.

mod faults;
mod sequences;
mod watched;

use std::time::Duration;

use super::fake::Call;

const BUS: &str = "usb-0000:01:00.0-1.2";
const CARD: &str = "Dermatoscope";
const STALL: Duration = Duration::from_millis(500);
const WAIT: Duration = Duration::from_millis(100);
/// Long enough for one look at the nodes.
const SOON: Duration = Duration::from_millis(260);
/// Every call that can fail.
const CALLS: [Call; 9] = [
    Call::Open,
    Call::Format,
    Call::Request,
    Call::Map,
    Call::Queue,
    Call::Dequeue,
    Call::StreamOn,
    Call::StreamOff,
    Call::Poll,
];
