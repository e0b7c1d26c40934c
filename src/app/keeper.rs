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
                .map_err(|e| e.to_string());
            match &outcome {
                Ok(name) => log::info!("case stored as {name}"),
                Err(why) => log::error!("case not stored: {why}"),
            }
            if !out.event(Event::Saved(number, outcome)) {
                break;
            }
        }
    })
}
