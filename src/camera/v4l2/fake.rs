//! A strict model of the kernel's V4L2 buffer queue (videobuf2) and of a USB camera behind
//! it, with a clock of its own. It allows what the kernel allows, refuses what it refuses,
//! and writes down every rule that was broken.
//!
//! Here is what a test tells it to do; `machine` is what happens then, `file` what a node's
//! opener may ask and how the kernel answers.

mod file;
mod machine;
mod tests;

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use self::{
    file::File,
    machine::{END, HEADER, Owner, State, Unit},
};
use super::kernel::Kernel;

/// Size of the fake camera's pictures.
pub(super) const SIZE: (u32, u32) = (64, 48);

/// What the camera sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    Good,
    /// Nothing.
    Silent,
    /// Frames the driver flags as damaged.
    Flagged,
    /// Buffers of 0 bytes, not flagged.
    Empty,
    /// Half a JPEG, not flagged.
    Truncated,
    /// More bytes than the buffer has.
    Overlong,
    /// A JPEG of another size.
    OtherSize,
}

/// How the driver stamps frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Right,
    /// No monotonic time at all.
    None,
    /// Always the time of the boot.
    Boot,
    /// An hour ahead.
    Ahead,
}

/// A call that fails once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Open,
    Format,
    Request,
    Map,
    Queue,
    Dequeue,
    StreamOn,
    StreamOff,
    Poll,
}

/// A truth about a frame that was sent, for the test to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Rises with every frame of the world.
    pub(super) serial: u64,
    /// Which plugging-in of a camera it came from.
    pub(super) life: u64,
    /// When it was captured.
    pub(super) at: Instant,
}

/// The fake machine. Clones are the same machine.
#[derive(Clone, Debug)]
pub(super) struct World(Arc<Mutex<State>>);

impl World {
    pub(super) fn new() -> World {
        let now = Instant::now();
        World(Arc::new(Mutex::new(State {
            now,
            units: Vec::new(),
            links: Vec::new(),
            weather: Weather::Good,
            clock: Clock::Right,
            failing: Vec::new(),
            sent: 0,
            lives: 0,
            files: 0,
            stamps: Vec::new(),
            violations: Vec::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Plugs a camera in: it takes the lowest free number, and the next one for its metadata.
    pub(super) fn plug(&self, bus: &str, card: &str) {
        let mut state = self.state();
        let taken = |n: u32| {
            state
                .units
                .iter()
                // A node that is still open keeps its number.
                .any(|u| (u.plugged || u.opens > 0) && (u.number == n || u.number + 1 == n))
        };
        let number = (0..).step_by(2).find(|n| !taken(*n)).unwrap_or_default();
        state.lives += 1;
        let unit = Unit {
            life: state.lives,
            number,
            bus: bus.into(),
            card: card.into(),
            plugged: true,
            forbidden: false,
            silent: false,
            fps: 30,
            opens: 0,
            owner: None,
            slots: Vec::new(),
            done: VecDeque::new(),
            streaming: false,
            broken: false,
            next_frame: state.now,
        };
        state.units.push(unit);
    }

    /// Makes a link of udev's, which leads to the camera of this name wherever it is plugged in.
    pub(super) fn link(&self, path: &str, card: &str) {
        self.state().links.push((path.into(), card.into()));
    }

    pub(super) fn unplug(&self, bus: &str) {
        self.each(bus, |unit| unit.plugged = false);
    }

    pub(super) fn is_plugged(&self, bus: &str) -> bool {
        self.state().units.iter().any(|u| u.plugged && u.bus == bus)
    }

    /// The cameras plugged in now, by the number of their plugging-in.
    pub(super) fn lives(&self) -> Vec<u64> {
        let state = self.state();
        state
            .units
            .iter()
            .filter(|u| u.plugged)
            .map(|u| u.life)
            .collect()
    }

    pub(super) fn forbid(&self, bus: &str) {
        self.each(bus, |unit| unit.forbidden = true);
    }

    pub(super) fn allow(&self, bus: &str) {
        self.each(bus, |unit| unit.forbidden = false);
    }

    pub(super) fn silence(&self, bus: &str) {
        self.each(bus, |unit| unit.silent = true);
    }

    pub(super) fn give_voice(&self, bus: &str) {
        self.each(bus, |unit| unit.silent = false);
    }

    pub(super) fn slow_down(&self, bus: &str, fps: u32) {
        self.each(bus, |unit| unit.fps = fps);
    }

    /// A failed USB transfer: every queued buffer comes back empty and flagged.
    pub(super) fn fail_transfer(&self, bus: &str) {
        self.each(bus, |unit| {
            for index in 0..unit.slots.len() {
                if unit.streaming && unit.slots[index].owner == Owner::Queued {
                    unit.finish(index, Vec::new(), 0, true, None);
                }
            }
        });
    }

    /// A fatal error of the queue (`vb2_queue_error`): EIO until the stream is stopped.
    pub(super) fn break_queue(&self, bus: &str) {
        self.each(bus, |unit| unit.broken = unit.streaming);
    }

    /// Changes the camera that is plugged in there.
    fn each(&self, bus: &str, mut change: impl FnMut(&mut Unit)) {
        let mut state = self.state();
        state
            .units
            .iter_mut()
            .filter(|u| u.plugged && u.bus == bus)
            .for_each(&mut change);
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        self.state().weather = weather;
    }

    pub(super) fn set_clock(&self, clock: Clock) {
        self.state().clock = clock;
    }

    /// Makes the next such call fail with this error.
    pub(super) fn fail_next(&self, call: Call, errno: i32) {
        self.state().failing.push((call, errno));
    }

    pub(super) fn heal(&self) {
        let mut state = self.state();
        state.failing.clear();
        state.weather = Weather::Good;
        state.clock = Clock::Right;
    }

    /// Lets time pass without anybody asking the camera.
    pub(super) fn pass(&self, time: Duration) {
        let mut state = self.state();
        let until = state.now + time;
        state.run_until(until);
    }

    /// The truth about a frame's bytes; `None` where they are not those of a whole frame.
    pub(super) fn stamp(&self, data: &[u8]) -> Option<Stamp> {
        let serial = data.strip_prefix(&HEADER)?.strip_suffix(&END)?;
        let serial = u64::from_be_bytes(serial.try_into().ok()?);
        let state = self.state();
        state.stamps.get(usize::try_from(serial).ok()?).copied()
    }

    /// Time of the world.
    pub(super) fn time(&self) -> Instant {
        self.state().now
    }

    /// The rules that were broken.
    pub(super) fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// Open files of cameras, whatever became of those.
    pub(super) fn open_files(&self) -> usize {
        self.state().units.iter().map(|u| u.opens).sum()
    }
}

impl Kernel for World {
    type Device = File;

    fn nodes(&self) -> Vec<PathBuf> {
        let state = self.state();
        let mut numbers: Vec<u32> = state
            .units
            .iter()
            .filter(|u| u.plugged)
            .flat_map(|u| [u.number, u.number + 1])
            .collect();
        numbers.sort_unstable();
        numbers
            .into_iter()
            .map(|n| format!("/dev/video{n}").into())
            .collect()
    }

    fn real_path(&self, path: &Path) -> PathBuf {
        let state = self.state();
        let link = state.links.iter().find(|(link, _)| link == path);
        link.and_then(|(_, card)| state.units.iter().find(|u| u.plugged && u.card == *card))
            .map_or(path.to_path_buf(), |unit| {
                format!("/dev/video{}", unit.number).into()
            })
    }

    fn open(&self, node: &Path) -> io::Result<File> {
        let mut state = self.state();
        state.fails(Call::Open)?;
        let number: u32 = node
            .to_str()
            .and_then(|p| p.strip_prefix("/dev/video"))
            .and_then(|n| n.parse().ok())
            .ok_or(errno(libc::ENOENT))?;
        let at = state
            .units
            .iter()
            .position(|u| u.plugged && (u.number == number || u.number + 1 == number))
            .ok_or(errno(libc::ENOENT))?;
        if state.units[at].forbidden {
            return Err(errno(libc::EACCES));
        }
        let bus = state.units[at].bus.clone();
        if state
            .units
            .iter()
            .any(|u| !u.plugged && u.opens > 0 && u.bus == bus)
        {
            state.violation("a camera was opened before its dead file was closed");
        }
        state.units[at].opens += 1;
        state.files += 1;
        Ok(File {
            world: self.clone(),
            life: state.units[at].life,
            file: state.files,
            metadata: state.units[at].number != number,
        })
    }

    fn now(&self) -> Instant {
        self.time()
    }

    fn sleep(&self, time: Duration) {
        self.pass(time);
    }
}

fn errno(code: i32) -> io::Error {
    io::Error::from_raw_os_error(code)
}
