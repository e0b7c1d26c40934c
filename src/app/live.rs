//! The camera thread: asks the camera, decodes for the screen, lets the gate look, and puts
//! the newest frame into the mailbox.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{event::Event, event::LiveFrame, mailbox::Sending};
use crate::{
    assess::quality::Gate,
    camera::{Camera, Lost, News},
    frame::Detail,
};

/// How long the camera is asked to wait: also how late the thread notices the end.
const WAIT: Duration = Duration::from_millis(100);

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
        let out = &farewell.0;
        let mut dropped = 0u64;
        while !stop.load(Ordering::Relaxed) {
            let listening = match camera.next(WAIT) {
                News::Quiet => true,
                News::Opened(opened) => {
                    log::info!("camera: {} ({})", opened.source.name, opened.source.detail);
                    if let Some(adjusted) = &opened.adjusted {
                        log::warn!("camera: {adjusted}");
                    }
                    out.withdraw();
                    out.event(Event::Opened(opened))
                }
                News::Lost(lost) => {
                    log::warn!("camera: {}", lost.why);
                    out.withdraw();
                    out.event(Event::Lost(lost))
                }
                News::Ended => {
                    out.withdraw();
                    out.event(Event::Ended);
                    break;
                }
                News::Failed(lost) => {
                    log::warn!("camera: {}", lost.why);
                    out.withdraw();
                    out.event(Event::Lost(lost));
                    // No end follows: its words would stand in the place of these.
                    break;
                }
                News::Dropped(why) => {
                    dropped += 1;
                    log::debug!("frame dropped ({dropped} so far): {why}");
                    true
                }
                News::Frame(frame) => match frame.decode(detail) {
                    Ok(picture) => out.frame(LiveFrame {
                        quality: gate
                            .as_ref()
                            .map(|gate| gate.check(&picture, (frame.width, frame.height))),
                        picture: Arc::new(picture),
                        frame,
                    }),
                    Err(why) => {
                        dropped += 1;
                        log::debug!("frame dropped ({dropped} so far): {why}");
                        true
                    }
                },
            };
            if !listening {
                break;
            }
        }
        if dropped > 0 {
            log::info!("{dropped} frames were dropped in this run");
        }
    })
}
