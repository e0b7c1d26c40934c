//! An open file of a fake node: each call with the rule the kernel has for it.

use std::{
    io,
    time::{Duration, Instant},
};

use super::{
    Call, SIZE, World, errno,
    machine::{CAPACITY, Owner, Slot, Unit},
};
use crate::camera::v4l2::kernel::{
    Capability, Filled, Format, FourCc, Memory, Rate, Rates, Ready, Sizes, Video,
};

/// An open file of a fake node.
#[derive(Debug)]
pub(in crate::camera::v4l2) struct File {
    pub world: World,
    /// Of its camera.
    pub life: u64,
    /// Its own number.
    pub file: u64,
    /// Of the node beside the camera's, which delivers no pictures.
    pub metadata: bool,
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
            return Err(errno(libc::ENODEV));
        }
        if let Some(call) = call
            && let Some(at) = state.failing.iter().position(|(c, _)| *c == call)
        {
            return Err(errno(state.failing.remove(at).1));
        }
        match unit {
            Some(unit) => rule(unit, &mut state.violations, state.now),
            None => Err(errno(libc::ENODEV)),
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
                return Err(errno(libc::EBUSY));
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
            _ => Err(errno(libc::EINVAL)),
        })
    }

    fn sizes(&self, _: FourCc, index: u32) -> io::Result<Sizes> {
        self.ioctl(None, |_, _, _| match index {
            0 => Ok(Sizes::One(SIZE.0, SIZE.1)),
            _ => Err(errno(libc::EINVAL)),
        })
    }

    fn rates(&self, _: FourCc, _: (u32, u32), index: u32) -> io::Result<Rates> {
        self.ioctl(None, |_, _, _| match index {
            0 => Ok(Rates::One(Rate {
                frames: 30,
                seconds: 1,
            })),
            _ => Err(errno(libc::EINVAL)),
        })
    }

    fn set_format(&mut self, _: FourCc, _: (u32, u32)) -> io::Result<Format> {
        self.owned(Call::Format, |unit, violations, _| {
            if !unit.slots.is_empty() {
                violations.push("S_FMT while buffers are allocated".into());
                return Err(errno(libc::EBUSY));
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
        self.ioctl(None, |unit, _, _| {
            Ok(Some(Rate {
                frames: unit.fps,
                seconds: 1,
            }))
        })
    }

    fn request_buffers(&mut self, count: u32) -> io::Result<u32> {
        let file = self.file;
        self.owned(Call::Request, |unit, violations, now| {
            if unit.streaming {
                violations.push("REQBUFS while streaming".into());
                return Err(errno(libc::EBUSY));
            }
            if unit.slots.iter().any(|s| s.mapped) {
                violations.push("REQBUFS while buffers are mapped".into());
                return Err(errno(libc::EBUSY));
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
                return Err(errno(libc::EINVAL));
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
                return Err(errno(libc::EINVAL));
            };
            if slot.owner != Owner::User {
                violations.push(format!("QBUF of a buffer the kernel owns ({index})"));
                return Err(errno(libc::EINVAL));
            }
            if unit.broken {
                return Err(errno(libc::EIO));
            }
            slot.owner = Owner::Queued;
            Ok(())
        })
    }

    fn dequeue(&mut self) -> io::Result<Filled> {
        self.owned(Call::Dequeue, |unit, violations, _| {
            if !unit.streaming {
                violations.push("DQBUF while not streaming".into());
                return Err(errno(libc::EINVAL));
            }
            if unit.broken {
                return Err(errno(libc::EIO));
            }
            let index = unit.done.pop_front().ok_or(errno(libc::EAGAIN))?;
            unit.slots[index].owner = Owner::User;
            Ok(unit.slots[index].filled)
        })
    }

    fn stream_on(&mut self) -> io::Result<()> {
        self.owned(Call::StreamOn, |unit, violations, now| {
            if unit.slots.is_empty() {
                violations.push("STREAMON without buffers".into());
                return Err(errno(libc::EINVAL));
            }
            if unit.slots.iter().any(|s| s.owner == Owner::User) {
                violations.push("STREAMON with buffers left out of the queue".into());
            }
            unit.streaming = true;
            unit.next_frame = now + unit.frame_time();
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
pub(in crate::camera::v4l2) struct Mapped {
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
