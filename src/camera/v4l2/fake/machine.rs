//! The cameras of the fake machine and their buffers: what happens as time passes.

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{Call, Clock, Stamp, Weather, errno};
use crate::camera::v4l2::kernel::Filled;

/// Bytes of a buffer.
pub(super) const CAPACITY: usize = 64 * 48 * 2;
/// Bytes of a frame's header and end, and of the stamp between.
pub(super) const HEADER: [u8; 29] = [
    0xff, 0xd8, // start
    0xff, 0xc0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0, // frame, 64x48
    0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, // scan
    0x11, 0x22, 0x33, 0x44, // so that a cut frame is still longer than the least
];
pub(super) const END: [u8; 2] = [0xff, 0xd9];

/// Who may touch a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    User,
    Queued,
    Done,
}

/// A buffer.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub owner: Owner,
    pub mapped: bool,
    pub content: Vec<u8>,
    pub filled: Filled,
}

/// A camera, from its plugging-in until its last file is closed.
#[derive(Debug)]
pub(super) struct Unit {
    pub life: u64,
    pub number: u32,
    pub bus: String,
    pub card: String,
    pub plugged: bool,
    pub forbidden: bool,
    /// It never sends a frame, whatever the weather.
    pub silent: bool,
    /// Frames a second.
    pub fps: u32,
    pub opens: usize,
    /// The open file that owns the buffers.
    pub owner: Option<u64>,
    pub slots: Vec<Slot>,
    pub done: VecDeque<usize>,
    pub streaming: bool,
    /// A fatal error of the queue, until the stream is stopped.
    pub broken: bool,
    pub next_frame: Instant,
}

/// All there is.
#[derive(Debug)]
pub(super) struct State {
    pub now: Instant,
    pub units: Vec<Unit>,
    /// Links, and the names of the cameras they lead to.
    pub links: Vec<(PathBuf, String)>,
    pub weather: Weather,
    pub clock: Clock,
    pub failing: Vec<(Call, i32)>,
    pub sent: u64,
    pub lives: u64,
    pub files: u64,
    pub stamps: Vec<Stamp>,
    pub violations: Vec<String>,
}

impl State {
    pub fn fails(&mut self, call: Call) -> io::Result<()> {
        let Some(at) = self.failing.iter().position(|(c, _)| *c == call) else {
            return Ok(());
        };
        Err(errno(self.failing.remove(at).1))
    }

    /// Sends the frames that are due until then.
    pub fn run_until(&mut self, until: Instant) {
        while let Some(at) = self.next_event().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.send(at);
        }
        self.now = self.now.max(until);
    }

    pub fn next_event(&self) -> Option<Instant> {
        self.units
            .iter()
            .filter(|u| u.plugged && u.streaming && !u.broken)
            .map(|u| u.next_frame)
            .min()
    }

    fn send(&mut self, at: Instant) {
        let (weather, clock) = (self.weather, self.clock);
        for unit in &mut self.units {
            if !(unit.plugged && unit.streaming && !unit.broken && unit.next_frame <= at) {
                continue;
            }
            unit.next_frame = at + unit.frame_time();
            if weather == Weather::Silent || unit.silent {
                continue;
            }
            let stamp = Stamp {
                serial: self.sent,
                life: unit.life,
                at,
            };
            self.sent += 1;
            self.stamps.push(stamp);
            // A real queue fills its buffers in the order they were queued; the index says
            // nothing about age either way.
            let Some(index) = unit.slots.iter().position(|s| s.owner == Owner::Queued) else {
                continue;
            };
            let captured = match clock {
                Clock::Right => Some(at),
                Clock::None => None,
                Clock::Boot => at.checked_sub(Duration::from_secs(3600)),
                Clock::Ahead => Some(at + Duration::from_secs(3600)),
            };
            let mut content = HEADER.to_vec();
            content.extend(stamp.serial.to_be_bytes());
            content.extend(END);
            let whole = content.len();
            match weather {
                Weather::Empty => content.clear(),
                Weather::Truncated => content.truncate(whole - END.len()),
                Weather::OtherSize => content[9] += 1,
                _ => {}
            }
            let used = match weather {
                Weather::Overlong => CAPACITY + 1,
                _ => content.len(),
            };
            unit.finish(index, content, used, weather == Weather::Flagged, captured);
        }
    }

    pub fn violation(&mut self, rule: &str) {
        self.violations.push(rule.to_owned());
    }
}

impl Unit {
    /// Time between two frames.
    pub fn frame_time(&self) -> Duration {
        Duration::from_millis(u64::from(1000 / self.fps))
    }

    pub fn finish(
        &mut self,
        index: usize,
        content: Vec<u8>,
        used: usize,
        damaged: bool,
        captured: Option<Instant>,
    ) {
        let slot = &mut self.slots[index];
        slot.owner = Owner::Done;
        slot.content = content;
        slot.filled = Filled {
            index: index as u32,
            used,
            damaged,
            captured,
        };
        self.done.push_back(index);
    }

    pub fn stop(&mut self) {
        self.streaming = false;
        self.broken = false;
        self.done.clear();
        for slot in &mut self.slots {
            slot.owner = Owner::User;
        }
    }
}
