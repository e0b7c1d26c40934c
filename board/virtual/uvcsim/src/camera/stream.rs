//! The stream: frames at their time, cut into payloads, payloads into URBs.

use std::{
    borrow::Cow,
    io,
    sync::{Arc, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Camera, State, mode::Mode};
use crate::{
    behaviour::{Fault, with_garbage, without_huffman_tables},
    descriptors::{Codec, FORMATS},
    usbip::{self, EPROTO, Urb},
};

// payload header bits
const FID: u8 = 0x01;
const EOF: u8 = 0x02;
const ERR: u8 = 0x40;
const EOH: u8 = 0x80;

/// Bytes of a payload header. Two, without the clock fields: with them uvcvideo asks
/// vhci_hcd for the USB frame number, which that does not implement and logs as an error.
const HEADER: usize = 2;

impl Camera {
    /// Sends frames until the connection closes.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn stream(&self) -> io::Result<()> {
        let mut next = Instant::now();
        let mut last_generation = 0;
        let mut fid = 0;
        let mut number: u64 = 0;
        loop {
            let mut st = self.state();
            while !st.closed && (!st.streaming || self.behaviour().frozen) {
                st = self.wake.wait(st).unwrap_or_else(PoisonError::into_inner);
            }
            if st.closed {
                return Ok(());
            }
            let generation = st.generation;
            if generation != last_generation {
                last_generation = generation;
                next = Instant::now() + self.behaviour().startup;
            }
            // Wait for the frame's time; a start, stop or unplug ends the wait early.
            let mut now = Instant::now();
            while now < next && !st.closed && st.generation == generation {
                st = self
                    .wake
                    .wait_timeout(st, next - now)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
                now = Instant::now();
            }
            if st.closed || st.generation != generation || self.behaviour().frozen {
                continue;
            }
            let mode = st.commit;
            let fault = self.behaviour().faults.pop_front();
            if fault == Some(Fault::Bus) {
                if let Some(urb) = st.bulk.pop_front() {
                    usbip::ret_submit_in(&mut st.out, urb.seq, EPROTO, &[])?;
                }
                continue;
            }
            drop(st);

            let picture = self.picture(mode, number, fault == Some(Fault::WrongSize));
            let body = match fault {
                Some(Fault::Truncated | Fault::UnplugMidFrame) => {
                    Cow::from(&picture[..picture.len() / 2])
                }
                Some(Fault::Empty) => Cow::from(&picture[..0]),
                Some(Fault::Garbage) => Cow::from(with_garbage(&picture, number)),
                _ => Cow::from(&picture[..]),
            };
            let error = if fault == Some(Fault::ErrorBit) {
                ERR
            } else {
                0
            };
            let whole = fault != Some(Fault::UnplugMidFrame);
            if self.send_frame(&body, fid | error, whole, generation)? {
                fid ^= FID;
                number += 1;
            }
            if !whole {
                self.close();
                return Ok(());
            }
            let agreed = Duration::from_nanos(u64::from(mode.interval) * 100);
            next += agreed.max(self.behaviour().pace);
            now = Instant::now();
            if next + Duration::from_millis(200) < now {
                next = now; // hopelessly late: do not try to catch up
            }
        }
    }

    /// The bytes of frame `number`; in the wrong size where wanted.
    fn picture(&self, mode: Mode, number: u64, wrong_size: bool) -> Arc<Vec<u8>> {
        let behaviour = self.behaviour();
        let (codec, height) = (mode.codec(), mode.frame().height);
        let sent = match wrong_size {
            false => height,
            // Another of the sizes of this codec; there is always one for MJPG.
            true => FORMATS
                .iter()
                .filter(|f| f.codec == codec)
                .flat_map(|f| f.frames)
                .map(|f| f.height)
                .find(|h| *h != height)
                .unwrap_or(height),
        };
        let picture = self.scenes.frame(&behaviour.scene, codec, sent, number);
        match codec {
            Codec::Mjpeg if behaviour.no_huffman => Arc::new(without_huffman_tables(&picture)),
            // A raw frame has no size of its own: one line too few it is.
            Codec::Yuyv if wrong_size => {
                let line = usize::from(mode.frame().width) * 2;
                Arc::new(picture[..picture.len().saturating_sub(line)].to_vec())
            }
            _ => picture,
        }
    }

    /// Cuts a frame into payloads, and payloads into URBs. False: interrupted.
    fn send_frame(&self, body: &[u8], flags: u8, whole: bool, generation: u64) -> io::Result<bool> {
        let payload = self.identity.speed.payload() as usize;
        let mut rest = body;
        loop {
            let (chunk, behind) = rest.split_at(rest.len().min(payload - HEADER));
            rest = behind;
            let last = rest.is_empty();
            // For bulk the EOF bit must be in the header of the frame's LAST payload: there is
            // no later header to put it in.
            let eof = if last && whole { EOF } else { 0 };
            let head = [HEADER as u8, EOH | flags | eof];
            // One payload = header + chunk, in as many URBs as it takes.
            let total = HEADER + chunk.len();
            let mut sent = 0;
            loop {
                let Some((mut st, urb)) = self.next_urb(generation) else {
                    return Ok(false);
                };
                let n = urb.len.min(total - sent);
                let from_head = &head[sent.min(HEADER)..(sent + n).min(HEADER)];
                let body_at = sent.saturating_sub(HEADER);
                let from_body = &chunk[body_at..body_at + n - from_head.len()];
                usbip::ret_submit_in(&mut st.out, urb.seq, 0, &[from_head, from_body])?;
                sent += n;
                // The driver takes a payload as complete at a short URB, or when it has
                // dwMaxPayloadTransferSize bytes. A shorter payload that happens to end at a
                // URB boundary needs an empty URB behind it (n == 0 next).
                if n < urb.len || sent >= payload {
                    break;
                }
            }
            if last {
                break;
            }
        }
        self.state().frames_sent += 1;
        Ok(true)
    }

    /// Waits for a bulk URB; returns it with the lock still held (see `serve`).
    fn next_urb(&self, generation: u64) -> Option<(MutexGuard<'_, State>, Urb)> {
        let mut st = self.state();
        loop {
            if st.closed || st.generation != generation {
                return None;
            }
            if let Some(urb) = st.bulk.pop_front() {
                return Some((st, urb));
            }
            st = self.wake.wait(st).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
