//! The camera thread: asks the camera, decodes for the screen, lets the gate look, and puts
//! the newest frame into the mailbox.

#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{event::Event, event::LiveFrame, mailbox::Sending};
use crate::{
    assess::quality::Gate,
    camera::{Camera, Lost, News, Opened},
    frame::{DecodeError, Detail, Frame, PixelFormat, SourceKind},
};

/// How long the camera is asked to wait: also how late the thread notices the end.
const WAIT: Duration = Duration::from_millis(100);

/// A source whose frames have all failed to decode for this long gives no picture at all.
const SPOILT: Duration = Duration::from_secs(1);

/// Runs until `stop` or until nobody listens. If this thread ever dies, the last thing it
/// does is to say so.
pub(super) fn spawn(
    mut camera: Box<dyn Camera>,
    gate: Option<Gate>,
    detail: Detail,
    out: Sending,
    stop: Arc<AtomicBool>,
) -> std::io::Result<thread::JoinHandle<()>> {
    struct Farewell(Sending);
    impl Drop for Farewell {
        fn drop(&mut self) {
            if thread::panicking() {
                self.0.withdraw();
                self.0.event(Event::Lost(Lost {
                    why: "The program's camera part has failed".into(),
                    advice: "Restart the device, and send its log to the maker.".into(),
                }));
            }
        }
    }
    thread::Builder::new().name("camera".into()).spawn(move || {
        let farewell = Farewell(out);
        let mut live = Live::new(&farewell.0, gate, detail);
        while !stop.load(Ordering::Relaxed) {
            if !live.tell(camera.next(WAIT), Instant::now()) {
                break;
            }
        }
        if live.dropped > 0 {
            log::info!("{} frames were dropped in this run", live.dropped);
        }
    })
}

/// What the camera says, on its way to the state machine.
struct Live<'a> {
    out: &'a Sending,
    gate: Option<Gate>,
    detail: Detail,
    dropped: u64,
    /// The source frames come from now.
    opened: Option<Opened>,
    /// Since when its frames have failed to decode, one and all.
    spoilt: Option<Instant>,
    /// Set once that was said.
    said: bool,
}

impl<'a> Live<'a> {
    fn new(out: &'a Sending, gate: Option<Gate>, detail: Detail) -> Live<'a> {
        Live {
            out,
            gate,
            detail,
            dropped: 0,
            opened: None,
            spoilt: None,
            said: false,
        }
    }

    /// Hands on what the camera said at this moment. `false`: nothing more is to come, or nobody
    /// listens.
    fn tell(&mut self, news: News, now: Instant) -> bool {
        match news {
            News::Quiet => true,
            News::Opened(opened) => {
                log::info!("camera: {} ({})", opened.source.name, opened.source.detail);
                if let Some(adjusted) = &opened.adjusted {
                    log::warn!("camera: {adjusted}");
                }
                self.begin(Some(opened.clone()));
                self.out.event(Event::Opened(opened))
            }
            News::Lost(lost) => {
                self.begin(None);
                self.lost(lost)
            }
            News::Failed(lost) => {
                self.lost(lost);
                // No end follows: its words would stand in the place of these.
                false
            }
            News::Ended => {
                self.out.withdraw();
                self.out.event(Event::Ended);
                false
            }
            News::Dropped(why) => {
                self.dropped(&why);
                true
            }
            News::Frame(frame) => match frame.decode(self.detail) {
                Ok(picture) => {
                    self.recovered()
                        && self.out.frame(LiveFrame {
                            quality: self
                                .gate
                                .as_ref()
                                .map(|gate| gate.check(&picture, (frame.width, frame.height))),
                            picture: Arc::new(picture),
                            frame,
                        })
                }
                Err(why) => self.damaged(&frame, &why, now),
            },
        }
    }

    /// What came before belongs to another frame set.
    fn begin(&mut self, opened: Option<Opened>) {
        self.opened = opened;
        self.spoilt = None;
        self.said = false;
        self.out.withdraw();
    }

    fn lost(&self, lost: Lost) -> bool {
        log::warn!("camera: {}", lost.why);
        self.out.withdraw();
        self.out.event(Event::Lost(lost))
    }

    fn dropped(&mut self, why: &str) {
        self.dropped += 1;
        log::debug!("frame dropped ({} so far): {why}", self.dropped);
    }

    /// A frame that does not decode is dropped; where none does, that is said once.
    fn damaged(&mut self, frame: &Frame, why: &DecodeError, now: Instant) -> bool {
        self.dropped(&why.to_string());
        let since = *self.spoilt.get_or_insert(now);
        if self.said || now.saturating_duration_since(since) < SPOILT {
            return true;
        }
        self.said = true;
        self.lost(spoilt(frame, why))
    }

    /// A frame that decodes: a source that was said to be spoilt is there again.
    fn recovered(&mut self) -> bool {
        self.spoilt = None;
        let said = std::mem::take(&mut self.said);
        match &self.opened {
            Some(opened) if said => self.out.event(Event::Opened(opened.clone())),
            _ => true,
        }
    }
}

/// The words for a source that delivers frames, and not one of them a picture.
fn spoilt(frame: &Frame, why: &DecodeError) -> Lost {
    let advice = match (frame.source.kind, frame.format) {
        (SourceKind::Camera, PixelFormat::Mjpeg) => {
            "Set format = \"yuyv\" in [camera], or use another cable, USB port or camera."
        }
        (SourceKind::Camera, _) => "Use another cable, USB port or camera.",
        _ => "Restore it from a copy, or use another one.",
    };
    Lost {
        why: format!("{} delivers only damaged pictures: {why}", frame.source),
        advice: advice.into(),
    }
}
