//! A running camera: the newest whole frame out of the queue, and what to make of the rest.
//! Knows when a camera that is still plugged in has stopped delivering.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use super::{
    intact::Shape,
    kernel::{Filled, Kernel, Ready, Video},
    queue::{Fault, Queue},
};
use crate::{
    camera::Lost,
    frame::{Frame, FrameId, Source},
};

/// The first frame may take this long: cameras wake slowly.
const FIRST_FRAME: Duration = Duration::from_secs(5);
/// Restarts without a whole frame between them before the camera is given up and opened anew.
const RESTARTS: u32 = 3;
/// Dropped frames that are still to be told. More in one go are counted, not told.
const REPORTS: usize = 8;
/// Pause after a wake-up for nothing.
const SPURIOUS: Duration = Duration::from_millis(2);

/// What a running camera has to say.
#[derive(Debug)]
pub(super) enum Seen {
    /// Its first whole frame: it delivers. The frame itself is not shown, the first one of
    /// many cameras is dark or damaged.
    Delivers,
    /// The newest whole frame.
    Frame(Frame),
    /// A frame that was thrown away, and why.
    Dropped(String),
    /// Nothing within the time.
    Quiet,
}

/// A camera that streams.
pub(super) struct Stream<D: Video> {
    queue: Queue<D>,
    shape: Shape,
    source: Arc<Source>,
    stall: Duration,
    /// Since when no whole frame has come.
    silent_since: Instant,
    /// When somebody last asked.
    asked: Instant,
    /// The queue was empty then, so whatever is in it now came later.
    emptied: Instant,
    /// Frames captured before are not of this stream.
    started: Instant,
    /// Capture time of the newest frame so far: none older is delivered after it.
    newest: Option<Instant>,
    delivers: bool,
    restarts: u32,
    /// Empty damaged buffers since the last start: what a failed USB transfer leaves.
    failed_transfers: usize,
    damaged: u64,
    reports: VecDeque<String>,
}

/// A frame of the queue that may be delivered.
struct Candidate {
    filled: Filled,
    captured: Instant,
}

impl<D: Video> Stream<D> {
    pub(super) fn new(
        queue: Queue<D>,
        shape: Shape,
        source: Arc<Source>,
        stall: Duration,
        now: Instant,
    ) -> Stream<D> {
        Stream {
            queue,
            shape,
            source,
            stall,
            silent_since: now,
            asked: now,
            emptied: now,
            started: now,
            newest: None,
            delivers: false,
            restarts: 0,
            failed_transfers: 0,
            damaged: 0,
            reports: VecDeque::new(),
        }
    }

    /// The next thing it has to say, waiting for it at most `wait`.
    ///
    /// # Errors
    /// [`Lost`]: there will be no more frames; close it and look for the camera again.
    pub(super) fn next(&mut self, kernel: &impl Kernel, wait: Duration) -> Result<Seen, Lost> {
        if let Some(report) = self.reports.pop_front() {
            return Ok(Seen::Dropped(report));
        }
        let begun = kernel.now();
        // Nobody asked for a while: what the camera did meanwhile is not known.
        if begun.saturating_duration_since(self.asked) > self.stall {
            self.silent_since = begun;
        }
        let seen = self.until(kernel, begun + wait);
        self.asked = kernel.now();
        seen
    }

    fn until(&mut self, kernel: &impl Kernel, deadline: Instant) -> Result<Seen, Lost> {
        loop {
            let now = kernel.now();
            let ready = self.queue.wait(deadline.saturating_duration_since(now));
            let outcome = match ready {
                Ok(Ready::Nothing) => {
                    self.emptied = kernel.now();
                    self.check_stall(kernel.now())?;
                    return Ok(Seen::Quiet);
                }
                Ok(ready) => self.drain(kernel, ready),
                Err(fault) => Err(fault),
            };
            match outcome {
                Ok(Some(seen)) => return Ok(seen),
                Ok(None) => {
                    self.check_stall(kernel.now())?;
                    if let Some(report) = self.reports.pop_front() {
                        return Ok(Seen::Dropped(report));
                    }
                    let left = deadline.saturating_duration_since(kernel.now());
                    if left.is_zero() {
                        return Ok(Seen::Quiet);
                    }
                    kernel.sleep(left.min(SPURIOUS));
                }
                Err(fault) => return self.mend(fault, kernel.now()),
            }
        }
    }

    /// Takes every filled buffer and keeps the newest whole frame.
    fn drain(&mut self, kernel: &impl Kernel, ready: Ready) -> Result<Option<Seen>, Fault> {
        let now = kernel.now();
        let mut best: Option<Candidate> = None;
        let mut took_any = false;
        let mut emptied = None;
        // Bounded: a camera faster than this loop would hold us here.
        for _ in 0..2 * self.queue.len() {
            let Some(filled) = self.queue.take()? else {
                if ready == Ready::Failed && !took_any {
                    return Err(Fault::Broken("its stream reports an error".into()));
                }
                emptied = Some(now);
                break;
            };
            took_any = true;
            match self.judge(filled, now) {
                Ok(captured) => {
                    if let Some(older) = best.replace(Candidate { filled, captured }) {
                        self.queue.give(older.filled.index)?;
                    }
                }
                Err(why) => {
                    self.report(why);
                    self.queue.give(filled.index)?;
                }
            }
        }
        self.emptied = emptied.unwrap_or(self.emptied);
        let seen = match best {
            Some(best) => self.deliver(&best)?,
            None => None,
        };
        if self.failed_transfers >= self.queue.len() {
            // Each failed transfer costs the driver one of its USB requests until the next
            // start of the stream: after a few the camera would starve.
            log::warn!("camera: a USB transfer failed, its stream is restarted");
            self.restart(now)?;
        }
        Ok(seen)
    }

    /// When a frame was captured, or why it is thrown away.
    fn judge(&mut self, filled: Filled, now: Instant) -> Result<Instant, String> {
        if filled.damaged {
            if filled.used == 0 {
                self.failed_transfers += 1;
            }
            return Err("the driver says it is damaged".into());
        }
        let capacity = self.queue.capacity(filled.index);
        if filled.used > capacity {
            return Err(format!(
                "damaged frame: {} bytes in a buffer of {capacity}",
                filled.used
            ));
        }
        let fault = self
            .queue
            .look(filled.index, filled.used, |data| self.shape.fault(data));
        match fault {
            Some(None) => {}
            Some(Some(why)) => return Err(why),
            None => return Err("the driver handed over a buffer it still had".into()),
        }
        // A clock that cannot be right is replaced by a time after which the frame came.
        let captured = filled
            .captured
            .filter(|time| (self.started..=now).contains(time))
            .unwrap_or(self.emptied);
        if now.saturating_duration_since(captured) > self.stall && self.delivers {
            // Nobody asked for it in time. It shows that the camera is alive, no more.
            self.silent_since = now;
            return Err(format!(
                "old frame: {} ms",
                now.saturating_duration_since(captured).as_millis()
            ));
        }
        if self.newest.is_some_and(|newest| captured < newest) {
            return Err("a frame older than the one before".into());
        }
        Ok(captured)
    }

    fn deliver(&mut self, best: &Candidate) -> Result<Option<Seen>, Fault> {
        let first = !self.delivers;
        let data = if first {
            None
        } else {
            self.queue.copy(best.filled.index, best.filled.used)
        };
        self.newest = Some(best.captured);
        self.silent_since = best.captured.max(self.silent_since);
        self.restarts = 0;
        self.delivers = true;
        self.queue.give(best.filled.index)?;
        if first {
            return Ok(Some(Seen::Delivers));
        }
        let Some(data) = data else {
            return Ok(None);
        };
        Ok(Some(Seen::Frame(Frame {
            id: FrameId::next(),
            source: self.source.clone(),
            captured_at: wall_clock(best.captured),
            captured: best.captured,
            format: self.shape.format,
            width: self.shape.width,
            height: self.shape.height,
            data,
        })))
    }

    fn report(&mut self, why: String) {
        self.damaged += 1;
        if self.reports.len() < REPORTS {
            self.reports.push_back(why);
        }
    }

    fn restart(&mut self, now: Instant) -> Result<(), Fault> {
        self.failed_transfers = 0;
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return Err(Fault::Broken(format!(
                "its stream broke {} times in a row",
                self.restarts
            )));
        }
        self.queue.restart()?;
        self.started = now;
        self.emptied = now;
        Ok(())
    }

    /// Restarts a broken stream, or gives the camera up.
    fn mend(&mut self, fault: Fault, now: Instant) -> Result<Seen, Lost> {
        let restarted = match &fault {
            Fault::Gone => Err(Fault::Gone),
            Fault::Broken(_) if self.restarts >= RESTARTS => Err(fault.clone()),
            Fault::Broken(_) => self.restart(now),
        };
        match restarted {
            Ok(()) => {
                log::warn!("camera: {fault}; its stream was restarted");
                Ok(Seen::Dropped(format!("{fault}; the stream was restarted")))
            }
            Err(Fault::Gone) => Err(Lost {
                why: format!("{} was unplugged", self.source.name),
                advice: "Plug the dermatoscope in again.".into(),
            }),
            Err(Fault::Broken(why)) => Err(Lost {
                why: format!("{} failed: {why}", self.source.name),
                advice: "It is opened again by itself. If that does not help, unplug it and plug it in again.".into(),
            }),
        }
    }

    fn check_stall(&self, now: Instant) -> Result<(), Lost> {
        let limit = if self.delivers {
            self.stall
        } else {
            self.stall.max(FIRST_FRAME)
        };
        if now.saturating_duration_since(self.silent_since) < limit {
            return Ok(());
        }
        let name = &self.source.name;
        let why = match (self.delivers, self.damaged) {
            (true, _) => format!("{name} stopped delivering pictures"),
            (false, 0) => format!("{name} is open but delivers no pictures"),
            (false, n) => format!("{name} delivers only damaged pictures ({n} so far)"),
        };
        Err(Lost {
            why,
            advice: "It is opened again by itself. If that does not help, unplug it and plug it into another USB port, without a hub.".into(),
        })
    }
}

fn wall_clock(captured: Instant) -> SystemTime {
    let now = SystemTime::now();
    now.checked_sub(captured.elapsed()).unwrap_or(now)
}
