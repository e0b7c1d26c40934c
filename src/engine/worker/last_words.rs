//! What a worker says on stderr: to the log, and its last lines for the sentence on its end.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read},
    process::ChildStderr,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// Lines that are kept.
const KEPT: usize = 8;

/// The last lines.
pub(super) type LastWords = Arc<Mutex<VecDeque<String>>>;

/// Listens in a thread of its own, to the end.
pub(super) fn listen(stderr: ChildStderr, last_words: LastWords) -> io::Result<()> {
    thread::Builder::new()
        .name("worker-stderr".into())
        .spawn(move || {
            // Cut, so that a line without end fills no memory.
            let mut lines = BufReader::new(stderr);
            let mut line = Vec::new();
            loop {
                line.clear();
                match lines.by_ref().take(1024).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                }
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                if text.is_empty() {
                    continue;
                }
                log::debug!("worker: {text}");
                let mut kept = last_words.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() >= KEPT {
                    kept.pop_front();
                }
                kept.push_back(text);
            }
        })
        .map(drop)
}
