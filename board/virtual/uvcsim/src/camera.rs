//! The camera while it is plugged in: answers control requests, fills bulk URBs with video
//! payloads and interrupt URBs with button events.
//!
//! Two threads share one `Mutex<State>`: `serve` reads messages and answers everything that
//! can be answered at once; `stream` paces frames out to the bulk URBs `serve` queued.

mod mode;
mod requests;
mod stream;

use std::{
    collections::VecDeque,
    io,
    os::unix::net::UnixStream,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use self::{
    mode::Mode,
    requests::{Control, controls},
};
use crate::{
    behaviour::Behaviour,
    descriptors::{self as desc, Identity},
    pictures::Scenes,
    usbip::{self, ECONNRESET, EPIPE, Message, Urb},
};

/// A camera on the bus.
pub struct Camera {
    identity: Identity,
    scenes: Arc<Scenes>,
    behaviour: Arc<Mutex<Behaviour>>,
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    out: UnixStream,
    closed: bool,
    /// Bulk and interrupt URBs waiting for data, oldest first.
    bulk: VecDeque<Urb>,
    status: VecDeque<Urb>,
    controls: Vec<Control>,
    last_error: u8, // VC_REQUEST_ERROR_CODE
    probe: Mode,
    commit: Mode,
    streaming: bool,
    /// Changes whenever the stream starts or stops, so that `stream` drops what it was doing.
    generation: u64,
    frames_sent: u64,
}

impl Camera {
    /// A camera on the connection `out`.
    pub fn new(
        identity: Identity,
        scenes: Arc<Scenes>,
        behaviour: Arc<Mutex<Behaviour>>,
        out: UnixStream,
    ) -> Arc<Camera> {
        Arc::new(Camera {
            identity,
            scenes,
            behaviour,
            state: Mutex::new(State {
                out,
                closed: false,
                bulk: VecDeque::new(),
                status: VecDeque::new(),
                controls: controls(),
                last_error: 0,
                probe: Mode::default(),
                commit: Mode::default(),
                streaming: false,
                generation: 0,
                frames_sent: 0,
            }),
            wake: Condvar::new(),
        })
    }

    // A thread that panicked leaves counters and queues, nothing half written.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Pulls the plug: the kernel sees the connection close.
    pub fn close(&self) {
        let mut st = self.state();
        st.closed = true;
        // It may be closed already, by the other side.
        let _ = st.out.shutdown(std::net::Shutdown::Both);
        self.wake.notify_all();
    }

    /// The behaviour has changed: look at it again.
    pub fn look(&self) {
        let _held = self.state();
        self.wake.notify_all();
    }

    /// Presses or releases the button. False where nobody listens: a status URB is pending
    /// only while some process has the video node open.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn button(&self, pressed: bool) -> io::Result<bool> {
        let mut st = self.state();
        match st.status.pop_front() {
            None => Ok(false),
            Some(urb) => {
                // status type 2 = VideoStreaming, originator, event 0 = button, value
                let packet = [0x02, desc::IF_STREAMING, 0x00, u8::from(pressed)];
                usbip::ret_submit_in(&mut st.out, urb.seq, 0, &[&packet])?;
                Ok(true)
            }
        }
    }

    /// What it is doing, in one line.
    pub fn report(&self) -> String {
        let st = self.state();
        let frame = st.commit.frame();
        format!(
            "streaming={} codec={:?} size={}x{} frames={} brightness={}",
            st.streaming,
            st.commit.codec(),
            frame.width,
            frame.height,
            st.frames_sent,
            st.controls.first().map_or(0, |c| c.cur)
        )
    }

    /// Answers the kernel until the connection closes.
    ///
    /// # Errors
    /// When the connection breaks in the middle of a message.
    pub fn serve(&self, mut input: UnixStream) -> io::Result<()> {
        let result = loop {
            let message = match usbip::read_message(&mut input) {
                Ok(Some(message)) => message,
                Ok(None) => break Ok(()),
                Err(e) => break Err(e),
            };
            let mut st = self.state();
            let done = match message {
                Message::Submit(urb) => self.submit(&mut st, urb),
                Message::Unlink { seq, target } => {
                    // Found = still ours: it will never complete, say so.  Not found = its
                    // RET_SUBMIT is already on the wire; then the status is 0. Either way the
                    // two replies must not cross, because vhci_hcd drops the whole connection
                    // on a RET_SUBMIT it has no URB for; hence "take from queue and write the
                    // reply" is one step under the lock.
                    let before = st.bulk.len() + st.status.len();
                    st.bulk.retain(|u| u.seq != target);
                    st.status.retain(|u| u.seq != target);
                    let found = st.bulk.len() + st.status.len() != before;
                    usbip::ret_unlink(&mut st.out, seq, if found { ECONNRESET } else { 0 })
                }
            };
            if let Err(e) = done {
                break Err(e);
            }
        };
        let mut st = self.state();
        st.closed = true;
        self.wake.notify_all();
        result
    }

    fn submit(&self, st: &mut State, urb: Urb) -> io::Result<()> {
        match (urb.ep, urb.dir_in) {
            (0, _) => match self.control(st, &urb) {
                None if urb.dir_in => usbip::ret_submit_in(&mut st.out, urb.seq, EPIPE, &[]),
                None => usbip::ret_submit_out(&mut st.out, urb.seq, EPIPE, 0),
                Some(mut data) if urb.dir_in => {
                    data.truncate(urb.len);
                    usbip::ret_submit_in(&mut st.out, urb.seq, 0, &[&data])
                }
                Some(_) => usbip::ret_submit_out(&mut st.out, urb.seq, 0, urb.len),
            },
            (desc::EP_STREAM, true) => {
                st.bulk.push_back(urb);
                self.wake.notify_all();
                Ok(())
            }
            (desc::EP_STATUS, true) => {
                st.status.push_back(urb);
                Ok(())
            }
            (_, true) => usbip::ret_submit_in(&mut st.out, urb.seq, EPIPE, &[]),
            (_, false) => usbip::ret_submit_out(&mut st.out, urb.seq, EPIPE, 0),
        }
    }

    fn set_streaming(&self, st: &mut State, on: bool) {
        st.streaming = on;
        st.generation += 1;
        self.wake.notify_all();
    }
}
