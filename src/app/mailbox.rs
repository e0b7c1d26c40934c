//! How the threads reach the state machine: events in order, frames through a slot that holds
//! only the newest. A slow display therefore shows fewer frames, never older ones.

use std::sync::{
    Arc, Mutex, PoisonError,
    mpsc::{self, Receiver, RecvTimeoutError, Sender},
};
use std::time::Duration;

use super::event::{Event, LiveFrame};

enum Letter {
    Event(Box<Event>),
    /// A frame lies in the slot, or lay there: a newer letter may have taken it along.
    FrameWaits,
}

/// The sending end; one for each thread.
#[derive(Clone)]
pub(super) struct Sending {
    letters: Sender<Letter>,
    slot: Arc<Mutex<Option<LiveFrame>>>,
}

/// The receiving end.
pub(super) struct Mailbox {
    letters: Receiver<Letter>,
    slot: Arc<Mutex<Option<LiveFrame>>>,
}

/// A new mailbox.
pub(super) fn mailbox() -> (Sending, Mailbox) {
    let (sender, letters) = mpsc::channel();
    let slot = Arc::new(Mutex::new(None));
    let sending = Sending {
        letters: sender,
        slot: Arc::clone(&slot),
    };
    (sending, Mailbox { letters, slot })
}

fn lock(slot: &Mutex<Option<LiveFrame>>) -> std::sync::MutexGuard<'_, Option<LiveFrame>> {
    // A slot holds a whole frame or none, whatever happened to the thread that held the lock.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sending {
    /// Sends an event. `false` once nobody receives any more.
    pub fn event(&self, event: Event) -> bool {
        self.letters.send(Letter::Event(Box::new(event))).is_ok()
    }

    /// Puts the newest frame into the slot. `false` once nobody receives any more.
    pub fn frame(&self, frame: LiveFrame) -> bool {
        let waiting = lock(&self.slot).replace(frame).is_some();
        waiting || self.letters.send(Letter::FrameWaits).is_ok()
    }

    /// Takes a frame back that nobody has looked at yet: its source is gone.
    pub fn withdraw(&self) {
        lock(&self.slot).take();
    }
}

impl Mailbox {
    /// The next event, waiting at most `wait`; `None` when nothing came.
    pub fn next(&self, wait: Duration) -> Option<Event> {
        match self.letters.recv_timeout(wait) {
            Ok(Letter::Event(event)) => Some(*event),
            Ok(Letter::FrameWaits) => lock(&self.slot).take().map(Event::Frame),
            Err(RecvTimeoutError::Timeout) => None,
            // Every thread has gone: the caller's clock goes on, so it is not a busy loop.
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(wait);
                None
            }
        }
    }
}
