//! A strict model of the kernel's V4L2 buffer queue (videobuf2) and of a USB camera behind
//! it, with a clock of its own. It allows what the kernel allows, refuses what it refuses,
//! and writes down every rule that was broken.

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use super::kernel::{
    Capability, Filled, Format, FourCc, Kernel, Memory, Rate, Rates, Ready, Sizes, Video,
};

/// Size of the fake camera's pictures.
pub(super) const SIZE: (u32, u32) = (64, 48);
/// Time between two frames.
const FRAME_TIME: Duration = Duration::from_millis(33);
/// Bytes of a buffer.
const CAPACITY: usize = 64 * 48 * 2;
/// Bytes of a frame's header and end, and of the stamp between.
const HEADER: [u8; 29] = [
    0xff, 0xd8, // start
    0xff, 0xc0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0, // frame, 64x48
    0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, // scan
    0x11, 0x22, 0x33, 0x44, // so that a cut frame is still longer than the least
];
const END: [u8; 2] = [0xff, 0xd9];

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    User,
    Queued,
    Done,
}

#[derive(Clone, Debug)]
struct Slot {
    owner: Owner,
    mapped: bool,
    content: Vec<u8>,
    filled: Filled,
}

#[derive(Debug)]
struct Unit {
    life: u64,
    number: u32,
    bus: String,
    card: String,
    plugged: bool,
    forbidden: bool,
    opens: usize,
    /// The open file that owns the buffers.
    owner: Option<u64>,
    slots: Vec<Slot>,
    done: VecDeque<usize>,
    streaming: bool,
    /// A fatal error of the queue, until the stream is stopped.
    broken: bool,
    next_frame: Instant,
}

#[derive(Debug)]
struct State {
    now: Instant,
    units: Vec<Unit>,
    weather: Weather,
    clock: Clock,
    failing: Vec<(Call, i32)>,
    sent: u64,
    lives: u64,
    files: u64,
    stamps: Vec<Stamp>,
    violations: Vec<String>,
}

/// The fake machine. Clones are the same machine.
#[derive(Clone, Debug)]
pub(super) struct World(Arc<Mutex<State>>);

fn code(code: i32) -> io::Error {
    io::Error::from_raw_os_error(code)
}

impl World {
    pub(super) fn new() -> World {
        let now = Instant::now();
        World(Arc::new(Mutex::new(State {
            now,
            units: Vec::new(),
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

    pub(super) fn unplug(&self, bus: &str) {
        self.each(bus, |unit| unit.plugged = false);
    }

    pub(super) fn is_plugged(&self, bus: &str) -> bool {
        self.state().units.iter().any(|u| u.plugged && u.bus == bus)
    }

    pub(super) fn forbid(&self, bus: &str) {
        self.each(bus, |unit| unit.forbidden = true);
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

impl State {
    fn fails(&mut self, call: Call) -> io::Result<()> {
        let Some(at) = self.failing.iter().position(|(c, _)| *c == call) else {
            return Ok(());
        };
        Err(code(self.failing.remove(at).1))
    }

    /// Sends the frames that are due until then.
    fn run_until(&mut self, until: Instant) {
        while let Some(at) = self.next_event().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.send(at);
        }
        self.now = self.now.max(until);
    }

    fn next_event(&self) -> Option<Instant> {
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
            unit.next_frame = at + FRAME_TIME;
            if weather == Weather::Silent {
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

    fn violation(&mut self, rule: &str) {
        self.violations.push(rule.to_owned());
    }
}

impl Unit {
    fn finish(
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
        path.to_path_buf()
    }

    fn open(&self, node: &Path) -> io::Result<File> {
        let mut state = self.state();
        state.fails(Call::Open)?;
        let number: u32 = node
            .to_str()
            .and_then(|p| p.strip_prefix("/dev/video"))
            .and_then(|n| n.parse().ok())
            .ok_or(code(libc::ENOENT))?;
        let at = state
            .units
            .iter()
            .position(|u| u.plugged && (u.number == number || u.number + 1 == number))
            .ok_or(code(libc::ENOENT))?;
        if state.units[at].forbidden {
            return Err(code(libc::EACCES));
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

/// An open file of a fake node.
#[derive(Debug)]
pub(super) struct File {
    world: World,
    life: u64,
    file: u64,
    metadata: bool,
}

impl File {
    /// Runs an ioctl: ENODEV once unplugged, then an error that was ordered, then the rule.
    fn ioctl<T>(
        &self,
        call: Option<Call>,
        rule: impl FnOnce(&mut Unit, &mut Vec<String>, Instant) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.world.state();
        let state = &mut *state;
        let unit = state.units.iter_mut().find(|u| u.life == self.life);
        if !unit.as_ref().is_some_and(|u| u.plugged) {
            return Err(code(libc::ENODEV));
        }
        if let Some(call) = call
            && let Some(at) = state.failing.iter().position(|(c, _)| *c == call)
        {
            return Err(code(state.failing.remove(at).1));
        }
        match unit {
            Some(unit) => rule(unit, &mut state.violations, state.now),
            None => Err(code(libc::ENODEV)),
        }
    }

    /// Only the file that asked for the buffers may use them (`vb2_queue_is_busy`).
    fn owned<T>(
        &self,
        call: Call,
        rule: impl FnOnce(&mut Unit, &mut Vec<String>, Instant) -> io::Result<T>,
    ) -> io::Result<T> {
        self.ioctl(Some(call), |unit, violations, now| {
            if unit.owner.is_some_and(|owner| owner != self.file) {
                return Err(code(libc::EBUSY));
            }
            rule(unit, violations, now)
        })
    }
}

impl Video for File {
    type Memory = Mapped;

    fn capability(&self) -> io::Result<Capability> {
        self.ioctl(None, |unit, _, _| {
            Ok(Capability {
                driver: "uvcvideo".into(),
                card: unit.card.clone(),
                bus: unit.bus.clone(),
                captures: !self.metadata,
            })
        })
    }

    fn pixel_format(&self, index: u32) -> io::Result<FourCc> {
        self.ioctl(None, |_, _, _| match index {
            0 => Ok(FourCc::MJPG),
            _ => Err(code(libc::EINVAL)),
        })
    }

    fn sizes(&self, _: FourCc, index: u32) -> io::Result<Sizes> {
        self.ioctl(None, |_, _, _| match index {
            0 => Ok(Sizes::One(SIZE.0, SIZE.1)),
            _ => Err(code(libc::EINVAL)),
        })
    }

    fn rates(&self, _: FourCc, _: (u32, u32), index: u32) -> io::Result<Rates> {
        self.ioctl(None, |_, _, _| match index {
            0 => Ok(Rates::One(Rate {
                frames: 30,
                seconds: 1,
            })),
            _ => Err(code(libc::EINVAL)),
        })
    }

    fn set_format(&mut self, _: FourCc, _: (u32, u32)) -> io::Result<Format> {
        self.owned(Call::Format, |unit, violations, _| {
            if !unit.slots.is_empty() {
                violations.push("S_FMT while buffers are allocated".into());
                return Err(code(libc::EBUSY));
            }
            Ok(Format {
                fourcc: FourCc::MJPG,
                width: SIZE.0,
                height: SIZE.1,
                stride: 0,
            })
        })
    }

    fn set_rate(&mut self, _: u32) -> io::Result<Option<Rate>> {
        self.ioctl(None, |_, _, _| {
            Ok(Some(Rate {
                frames: 30,
                seconds: 1,
            }))
        })
    }

    fn request_buffers(&mut self, count: u32) -> io::Result<u32> {
        let file = self.file;
        self.owned(Call::Request, |unit, violations, now| {
            if unit.streaming {
                violations.push("REQBUFS while streaming".into());
                return Err(code(libc::EBUSY));
            }
            if unit.slots.iter().any(|s| s.mapped) {
                violations.push("REQBUFS while buffers are mapped".into());
                return Err(code(libc::EBUSY));
            }
            unit.done.clear();
            unit.slots = (0..count)
                .map(|index| Slot {
                    owner: Owner::User,
                    mapped: false,
                    content: Vec::new(),
                    filled: Filled {
                        index,
                        used: 0,
                        damaged: false,
                        captured: Some(now),
                    },
                })
                .collect();
            unit.owner = (count > 0).then_some(file);
            Ok(count)
        })
    }

    fn map(&mut self, index: u32) -> io::Result<Mapped> {
        self.owned(Call::Map, |unit, violations, _| {
            let Some(slot) = unit.slots.get_mut(index as usize) else {
                violations.push("QUERYBUF of a buffer that does not exist".into());
                return Err(code(libc::EINVAL));
            };
            slot.mapped = true;
            Ok(())
        })?;
        Ok(Mapped {
            world: self.world.clone(),
            life: self.life,
            index: index as usize,
        })
    }

    fn queue(&mut self, index: u32) -> io::Result<()> {
        self.owned(Call::Queue, |unit, violations, _| {
            let Some(slot) = unit.slots.get_mut(index as usize) else {
                violations.push("QBUF of a buffer that does not exist".into());
                return Err(code(libc::EINVAL));
            };
            if slot.owner != Owner::User {
                violations.push(format!("QBUF of a buffer the kernel owns ({index})"));
                return Err(code(libc::EINVAL));
            }
            if unit.broken {
                return Err(code(libc::EIO));
            }
            slot.owner = Owner::Queued;
            Ok(())
        })
    }

    fn dequeue(&mut self) -> io::Result<Filled> {
        self.owned(Call::Dequeue, |unit, violations, _| {
            if !unit.streaming {
                violations.push("DQBUF while not streaming".into());
                return Err(code(libc::EINVAL));
            }
            if unit.broken {
                return Err(code(libc::EIO));
            }
            let index = unit.done.pop_front().ok_or(code(libc::EAGAIN))?;
            unit.slots[index].owner = Owner::User;
            Ok(unit.slots[index].filled)
        })
    }

    fn stream_on(&mut self) -> io::Result<()> {
        self.owned(Call::StreamOn, |unit, violations, now| {
            if unit.slots.is_empty() {
                violations.push("STREAMON without buffers".into());
                return Err(code(libc::EINVAL));
            }
            if unit.slots.iter().any(|s| s.owner == Owner::User) {
                violations.push("STREAMON with buffers left out of the queue".into());
            }
            unit.streaming = true;
            unit.next_frame = now + FRAME_TIME;
            Ok(())
        })
    }

    fn stream_off(&mut self) -> io::Result<()> {
        self.owned(Call::StreamOff, |unit, _, _| {
            unit.stop();
            Ok(())
        })
    }

    fn poll(&mut self, wait: Duration) -> io::Result<Ready> {
        let mut state = self.world.state();
        state.fails(Call::Poll)?;
        let until = state.now + wait;
        loop {
            let Some(unit) = state.units.iter().find(|u| u.life == self.life) else {
                return Ok(Ready::Failed);
            };
            if !unit.plugged || unit.broken || !unit.streaming {
                return Ok(Ready::Failed);
            }
            if !unit.done.is_empty() {
                return Ok(Ready::Filled);
            }
            if state.now >= until {
                return Ok(Ready::Nothing);
            }
            let step = state.next_event().map_or(until, |at| at.min(until));
            state.run_until(step);
        }
    }
}

impl Unit {
    fn stop(&mut self) {
        self.streaming = false;
        self.broken = false;
        self.done.clear();
        for slot in &mut self.slots {
            slot.owner = Owner::User;
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let mut state = self.world.state();
        let state = &mut *state;
        if let Some(unit) = state.units.iter_mut().find(|u| u.life == self.life) {
            unit.opens -= 1;
            if unit.owner == Some(self.file) {
                if unit.slots.iter().any(|s| s.mapped) {
                    state
                        .violations
                        .push("closed while buffers are mapped".into());
                }
                unit.stop();
                unit.slots.clear();
                unit.owner = None;
            }
        }
        state.units.retain(|u| u.plugged || u.opens > 0);
    }
}

/// A mapped buffer of a fake node.
#[derive(Debug)]
pub(super) struct Mapped {
    world: World,
    life: u64,
    index: usize,
}

impl Memory for Mapped {
    fn len(&self) -> usize {
        CAPACITY
    }

    fn read<T>(&self, used: usize, look: impl FnOnce(&[u8]) -> T) -> T {
        let mut state = self.world.state();
        let state = &mut *state;
        let unit = state.units.iter().find(|u| u.life == self.life);
        let slot = unit.and_then(|u| u.slots.get(self.index));
        match slot {
            Some(slot) if slot.mapped => {
                if slot.owner != Owner::User {
                    state
                        .violations
                        .push("a buffer was read while the kernel owns it".into());
                }
                look(&slot.content[..used.min(slot.content.len())])
            }
            _ => {
                state
                    .violations
                    .push("a buffer was read that is not mapped".into());
                look(&[])
            }
        }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        let mut state = self.world.state();
        if let Some(unit) = state.units.iter_mut().find(|u| u.life == self.life)
            && let Some(slot) = unit.slots.get_mut(self.index)
        {
            slot.mapped = false;
        }
    }
}
