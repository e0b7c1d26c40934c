//! The record thread: storage may be slow, the screen never waits for it.

use std::{sync::mpsc::Receiver, thread};

use super::{
    event::{Case, Event, SaveNumber},
    mailbox::Sending,
};
use crate::records::{RecordError, Store};

/// A case to store.
pub(super) type Job = (SaveNumber, Box<Case>);

/// Answers each job with [`Event::Saved`] until the sending end of `jobs` is gone.
pub(super) fn spawn(
    store: Store,
    jobs: Receiver<Job>,
    out: Sending,
) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("keeper".into()).spawn(move || {
        store.clear_half_written();
        let mut told = Told::default();
        for (number, case) in jobs {
            let outcome = store
                .save(&case.frame, &case.assessment, case.burst)
                .inspect(|name| log::info!("case stored as {name}"))
                .inspect(|_| told.reason.clear())
                .inspect_err(|e| {
                    if told.is_news(number, e) {
                        log::error!("case not stored, it is kept and tried again: {e}");
                    }
                })
                .map_err(|e| e.brief().to_owned());
            if !out.event(Event::Saved(number, outcome)) {
                break;
            }
        }
    })
}

/// What the log has of failures: a card that is full all day is no line for each try.
#[derive(Default)]
struct Told {
    newest: SaveNumber,
    reason: String,
}

impl Told {
    /// Whether this is a case's first failure, or another reason than that of the failure before.
    fn is_news(&mut self, number: SaveNumber, error: &RecordError) -> bool {
        let (first, reason) = (number > self.newest, error.reason());
        let news = first || reason != self.reason;
        self.newest = self.newest.max(number);
        self.reason = reason;
        news
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use super::*;

    #[test]
    fn the_log_has_each_case_once_and_a_reason_again_when_it_changes() {
        let of = |path: &str, kind: ErrorKind| RecordError::Io {
            path: path.into(),
            source: io::Error::from(kind),
        };
        let mut told = Told::default();
        let mut news = |number, error| told.is_news(SaveNumber(number), &error);
        assert!(news(1, of("/cases/.a", ErrorKind::StorageFull)));
        assert!(news(2, of("/cases/.b", ErrorKind::StorageFull)));
        for number in [1, 2, 1] {
            assert!(!news(number, of("/cases/.c", ErrorKind::StorageFull)));
        }
        assert!(news(1, of("/cases/.a", ErrorKind::ReadOnlyFilesystem)));
        assert!(!news(2, of("/cases/.b", ErrorKind::ReadOnlyFilesystem)));
        assert!(news(1, of("/cases/.a", ErrorKind::StorageFull)));
    }
}
