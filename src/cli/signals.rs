//! The signals that ask a command to leave in good order.

use std::{
    fs, io,
    sync::{Arc, atomic::AtomicBool},
};

use signal_hook::{
    consts::{SIGHUP, TERM_SIGNALS},
    flag,
};

/// Sets the flag at SIGTERM, SIGINT, SIGQUIT and, where a terminal or a connection was closed,
/// SIGHUP.
///
/// # Errors
/// The system's words.
pub(super) fn set(stop: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in TERM_SIGNALS {
        flag::register(*signal, Arc::clone(stop))?;
    }
    // `nohup` has it ignored, and what it starts is to outlive the terminal.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if !ignored(&status, SIGHUP) {
        flag::register(SIGHUP, Arc::clone(stop))?;
    }
    Ok(())
}

/// Whether a signal is ignored, by the kernel's words on a process: a bit a signal, from 1 on.
fn ignored(status: &str, signal: i32) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
        .is_some_and(|bits| bits >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hang_up_is_ignored_where_nohup_says_so() {
        let status = |bits: &str| format!("Name:\tbccscope\nSigIgn:\t{bits}\nSigCgt:\t0\n");
        assert!(ignored(&status("0000000000001001"), SIGHUP));
        assert!(!ignored(&status("0000000000001000"), SIGHUP));
        assert!(!ignored("", SIGHUP));
    }
}
