//! The capture queue: a few buffers that go round between the kernel and us. It knows at
//! every moment who owns which, and so never breaks the kernel's rules, whatever fails.
//!
//! The `v4l` crate's own stream queues a buffer the kernel still owns after a timeout, and
//! from then on fails for ever; hence this one.

use std::{io, sync::Arc, time::Duration};

use super::kernel::{Filled, Memory, Ready, Video};

/// Buffers asked for. Fewer lose frames while one is looked at, more only age.
pub(super) const BUFFERS: u32 = 4;
/// Tries of a call that a signal interrupts.
const INTERRUPTED: usize = 100;

/// What can go wrong with a queue that runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// The device is gone.
    #[error("it was unplugged")]
    Gone,
    /// The device is there, its stream is not. [`Queue::restart`] may help.
    #[error("{0}")]
    Broken(String),
}

impl Fault {
    fn of(doing: &str, error: &io::Error) -> Fault {
        if is_gone(error) {
            return Fault::Gone;
        }
        Fault::Broken(format!("{doing}: {error}"))
    }
}

/// Whether an error says that the device does not exist any more.
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENODEV | libc::ENXIO | libc::ENOENT)
    )
}

/// Repeats a call that a signal interrupted.
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..INTERRUPTED {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
    call()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Us,
    Kernel,
}

struct Buffer<M> {
    memory: M,
    owner: Owner,
}

/// A streaming capture queue. Dropping it stops the stream, gives the buffers back and
/// closes the device, in that order.
pub(super) struct Queue<D: Video> {
    buffers: Vec<Buffer<D::Memory>>,
    device: D,
}

impl<D: Video> Queue<D> {
    /// Sets up buffers of at least `need` bytes each and starts the stream.
    ///
    /// # Errors
    /// What was being done, and the kernel's own error.
    pub(super) fn start(device: D, need: usize) -> Result<Queue<D>, (&'static str, io::Error)> {
        let mut queue = Queue {
            buffers: Vec::new(),
            device,
        };
        let count = uninterrupted(|| queue.device.request_buffers(BUFFERS))
            .map_err(|e| ("asking for buffers", e))?;
        if count == 0 {
            let error = io::Error::other("the driver gave none");
            return Err(("asking for buffers", error));
        }
        // A driver may give more than asked for; 32 is the kernel's own limit.
        for index in 0..count.min(32) {
            let memory = uninterrupted(|| queue.device.map(index))
                .map_err(|e| ("mapping its buffers", e))?;
            let length = memory.len();
            queue.buffers.push(Buffer {
                memory,
                owner: Owner::Us,
            });
            if length < need {
                let error = io::Error::other(format!(
                    "a frame has {need} bytes, the driver's buffers only {length}"
                ));
                return Err(("mapping its buffers", error));
            }
        }
        queue.give_all().map_err(|e| ("queueing its buffers", e))?;
        uninterrupted(|| queue.device.stream_on()).map_err(|e| ("starting its stream", e))?;
        Ok(queue)
    }

    /// Waits for a filled buffer. `Ready::Failed` means that [`Queue::take`] tells the fault.
    pub(super) fn wait(&mut self, wait: Duration) -> Result<Ready, Fault> {
        match self.device.poll(wait) {
            // Nothing is known then; `take` finds out without waiting.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Ready::Filled),
            answer => answer.map_err(|e| Fault::of("waiting for a frame", &e)),
        }
    }

    /// The oldest filled buffer, ours until [`Queue::give`]; `None` where there is none.
    pub(super) fn take(&mut self) -> Result<Option<Filled>, Fault> {
        let filled = match uninterrupted(|| self.device.dequeue()) {
            Ok(filled) => filled,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(Fault::of("taking a frame", &error)),
        };
        match self.buffers.get_mut(filled.index as usize) {
            Some(buffer) if buffer.owner == Owner::Kernel => {
                buffer.owner = Owner::Us;
                Ok(Some(filled))
            }
            // Trusting it would be reading memory the kernel writes to.
            _ => Err(Fault::Broken(format!(
                "the driver handed over buffer {}, which it did not have",
                filled.index
            ))),
        }
    }

    /// Gives a buffer back to the kernel.
    pub(super) fn give(&mut self, index: u32) -> Result<(), Fault> {
        let Some(buffer) = self.buffers.get_mut(index as usize) else {
            return Ok(());
        };
        if buffer.owner == Owner::Us {
            uninterrupted(|| self.device.queue(index))
                .map_err(|e| Fault::of("giving a buffer back", &e))?;
            buffer.owner = Owner::Kernel;
        }
        Ok(())
    }

    /// Looks at the first `used` bytes of a buffer that is ours.
    pub(super) fn look<T>(
        &self,
        index: u32,
        used: usize,
        look: impl FnOnce(&[u8]) -> T,
    ) -> Option<T> {
        self.ours(index).map(|memory| memory.read(used, look))
    }

    /// Copies the first `used` bytes of a buffer that is ours.
    pub(super) fn copy(&self, index: u32, used: usize) -> Option<Arc<[u8]>> {
        self.ours(index).map(|memory| memory.copy(used))
    }

    /// Size of a buffer in bytes.
    pub(super) fn capacity(&self, index: u32) -> usize {
        self.buffers
            .get(index as usize)
            .map_or(0, |buffer| buffer.memory.len())
    }

    /// How many buffers go round.
    pub(super) fn len(&self) -> usize {
        self.buffers.len()
    }

    /// Stops the stream and starts it again: what was in it is gone, and a queue that the
    /// kernel or the bus has broken works again.
    pub(super) fn restart(&mut self) -> Result<(), Fault> {
        uninterrupted(|| self.device.stream_off())
            .map_err(|e| Fault::of("stopping its stream", &e))?;
        for buffer in &mut self.buffers {
            buffer.owner = Owner::Us;
        }
        self.give_all()
            .map_err(|e| Fault::of("queueing its buffers", &e))?;
        uninterrupted(|| self.device.stream_on()).map_err(|e| Fault::of("starting its stream", &e))
    }

    fn ours(&self, index: u32) -> Option<&D::Memory> {
        self.buffers
            .get(index as usize)
            .filter(|buffer| buffer.owner == Owner::Us)
            .map(|buffer| &buffer.memory)
    }

    fn give_all(&mut self) -> io::Result<()> {
        for (index, buffer) in (0u32..).zip(&mut self.buffers) {
            uninterrupted(|| self.device.queue(index))?;
            buffer.owner = Owner::Kernel;
        }
        Ok(())
    }
}

impl<D: Video> Drop for Queue<D> {
    fn drop(&mut self) {
        // An unplugged device refuses all of it, which leaves nothing to do.
        let stopped = uninterrupted(|| self.device.stream_off());
        // Unmapped before the buffers are given back: older kernels refuse it otherwise.
        self.buffers.clear();
        let freed = uninterrupted(|| self.device.request_buffers(0));
        for error in [stopped.err(), freed.err()].into_iter().flatten() {
            if !is_gone(&error) {
                log::debug!("closing the camera: {error}");
            }
        }
    }
}
