//! The record thread: storage may be slow, the screen never waits for it.

use std::{sync::mpsc::Receiver, thread};

use super::{
    event::{Case, Event, SaveNumber},
    mailbox::Sending,
};
use crate::records::Store;

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
        for (number, case) in jobs {
            let outcome = store
                .save(&case.frame, &case.assessment, case.burst)
                .inspect(|name| log::info!("case stored as {name}"))
                .inspect_err(|e| log::error!("case not stored, it is kept and tried again: {e}"))
                .map_err(|e| e.brief().to_owned());
            if !out.event(Event::Saved(number, outcome)) {
                break;
            }
        }
    })
}
