//! A USB dermatoscope, or any V4L2 camera that delivers MJPG or YUYV.
//!
//! It is found, opened and, when it is gone or stuck, closed, found and opened again, for as
//! long as anybody asks. The parts, from the kernel up:
//!
//! | file | job |
//! |---|---|
//! | `kernel` | the seam: what of V4L2 is used, in plain types |
//! | `device` | the kernel itself, behind the seam |
//! | `queue` | who owns which buffer |
//! | `intact` | whether a buffer holds a whole frame |
//! | `stream` | the newest whole frame; restarts; stalls |
//! | `find`, `choose`, `open` | which camera, which format, and all of it in order |
//! | `list` | what `bccscope cameras` shows |
//! | `fake` | for the tests: the kernel's rules, strictly, and cameras that fail on command |

mod choose;
mod device;
#[cfg(test)]
mod fake;
mod find;
mod intact;
mod kernel;
mod list;
mod open;
mod queue;
mod stream;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use self::{
    device::Linux,
    find::{Known, Memory, find},
    kernel::Kernel,
    open::{Running, not_found, open},
    stream::Seen,
};
use super::{Camera, Lost, News, settings::Settings};

pub use list::{Format, Listed, Size, list};

/// Pause before a lost camera is looked for again; it doubles with each failure.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// A camera that is plugged in again is found within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A V4L2 camera that comes back.
pub struct V4l2Camera(Following<Linux>);

impl V4l2Camera {
    /// A camera as the settings have it. It is opened when it is first asked.
    pub fn new(settings: Settings) -> V4l2Camera {
        V4l2Camera(Following::new(Linux, settings))
    }
}

impl Camera for V4l2Camera {
    /// The kernel may hold the call longer than `wait` while the camera is opened or closed, so
    /// [`super::open`] gives it to a thread of its own.
    fn next(&mut self, wait: Duration) -> News {
        self.0.next(wait)
    }
}

/// Follows a camera through all it does, on any kernel.
struct Following<K: Kernel> {
    kernel: K,
    settings: Settings,
    running: Option<Running<K::Device>>,
    /// Set once the running camera was announced.
    announced: bool,
    memory: Memory,
    next_try: Instant,
    pause: Duration,
    /// What was last said of each camera since one delivered, or of none (`None`): the same is not
    /// said again, or two that deliver nothing would take turns on the screen for ever.
    said: Vec<(Option<Known>, Lost)>,
    /// Another reason than those said, seen once.
    doubted: Option<Lost>,
}

impl<K: Kernel> Following<K> {
    fn new(kernel: K, settings: Settings) -> Following<K> {
        Following {
            next_try: kernel.now(),
            kernel,
            settings,
            running: None,
            announced: false,
            memory: Memory::default(),
            pause: SHORTEST_PAUSE,
            said: Vec::new(),
            doubted: None,
        }
    }

    fn next(&mut self, wait: Duration) -> News {
        let deadline = self.kernel.now() + wait;
        loop {
            let left = deadline.saturating_duration_since(self.kernel.now());
            let news = match &mut self.running {
                Some(running) => match running.stream.next(&self.kernel, left) {
                    Ok(Seen::Delivers) => {
                        self.announced = true;
                        self.memory.delivers(&running.known);
                        self.said.clear();
                        self.doubted = None;
                        self.pause = SHORTEST_PAUSE;
                        return News::Opened(running.opened.clone());
                    }
                    Ok(Seen::Frame(frame)) => return News::Frame(frame),
                    Ok(Seen::Dropped(why)) => return News::Dropped(why),
                    Ok(Seen::Quiet) => None,
                    Err(lost) => self.lose(lost),
                },
                None => self.look(left),
            };
            if let Some(news) = news {
                return news;
            }
            if self.kernel.now() >= deadline {
                return News::Quiet;
            }
        }
    }

    /// Closes a camera that is lost. First of all: while it is open, the kernel gives the same
    /// camera another number, and our own dead stream keeps it busy.
    fn lose(&mut self, lost: Lost) -> Option<News> {
        let camera = self.running.take().map(|running| running.known);
        let pause = match &camera {
            Some(camera) if !self.announced => {
                self.memory.in_vain(camera.clone());
                self.pause
            }
            // One that had been running is looked for at once.
            _ => Duration::ZERO,
        };
        self.announced = false;
        self.next_try = self.kernel.now() + pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.say(camera, lost)
    }

    /// Looks for the camera when it is time to.
    fn look(&mut self, left: Duration) -> Option<News> {
        let now = self.kernel.now();
        if now < self.next_try {
            self.kernel.sleep(left.min(self.next_try - now));
            return None;
        }
        match self.open() {
            Ok(running) => {
                self.running = Some(running);
                None
            }
            Err((camera, lost)) => {
                self.next_try = self.kernel.now() + self.pause;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                // A node that has just appeared belongs to root for a moment, and a camera in
                // use is free a moment later: another reason is said when it is seen twice.
                if !self.said.is_empty() && self.doubted.as_ref() != Some(&lost) {
                    self.doubted = Some(lost);
                    return None;
                }
                self.say(camera, lost)
            }
        }
    }

    /// Finds the camera and opens it, or says why not, and of which.
    fn open(&mut self) -> Result<Running<K::Device>, (Option<Known>, Lost)> {
        let meant = find(&self.kernel, &self.settings.device, &self.memory)
            .map_err(|e| (None, not_found(e, &self.settings)))?;
        let camera = meant.known.clone();
        open(&self.kernel, &self.settings, meant).map_err(|lost| {
            self.memory.in_vain(camera.clone());
            (Some(camera), lost)
        })
    }

    /// Says what is new of this camera. That none is there ends what was said of any, and what is
    /// said of one, that none is there.
    fn say(&mut self, camera: Option<Known>, lost: Lost) -> Option<News> {
        let new = (camera, lost);
        if self.said.contains(&new) {
            return None;
        }
        let (camera, lost) = &new;
        let lost = lost.clone();
        self.said
            .retain(|(of, _)| camera.is_some() && of.is_some() && of != camera);
        self.said.push(new);
        Some(News::Lost(lost))
    }
}
