//! The engine that may lose its accelerator and never a verdict.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{Failure, Launch, Probe, backoff::Backoff, keeper, process::Worker};
use crate::{
    assess::EngineInfo,
    engine::{Engine, EngineError, Outputs, Watch},
};

/// Why the CPU is asked alone while the accelerator may be well.
const COMES_AND_GOES: &str = "the Edge TPU came and went within one picture";

/// What it takes to notice that time is up and to give a worker up, kept back from the time for
/// an inference: when that is over, the CPU is at work. 0.6 ms on a PC, a tick of the kernel
/// (4 ms) more where this thread has to wait for a core.
const HAND_OVER: Duration = Duration::from_millis(5);

/// An accelerator in a worker process, with the CPU behind it.
pub struct Guarded {
    cpu: Box<dyn Engine>,
    shared: Arc<Shared>,
    info: EngineInfo,
    turn: usize,
    /// The CPU alone is asked, for this reason.
    held: Option<String>,
}

/// What the analysis and the keeper share.
pub(super) struct Shared {
    pub launch: Launch,
    pub probes: Vec<Probe>,
    pub changed: Condvar,
    slot: Mutex<Slot>,
    watch: Watch,
    cpu: EngineInfo,
}

/// The worker, or why there is none.
pub(super) struct Slot {
    pub worker: Option<Worker>,
    pub backoff: Backoff,
    /// Set once a start was tried.
    pub tried: bool,
    /// The engine is being dropped.
    pub stop: bool,
    /// An accelerator was asked for, or one was there: without it the CPU is a fallback.
    missed: bool,
    /// Why there is no worker.
    last: Option<Failure>,
    /// Why there was none before this worker.
    before: Option<Failure>,
}

impl Guarded {
    /// Starts the worker and waits for its first known answers. Where that fails, the CPU answers
    /// as a fallback, and starts are tried again. With `if_there`, the CPU is no fallback as long
    /// as there is no accelerator, and one that is plugged in later is used.
    pub fn open(
        cpu: Box<dyn Engine>,
        launch: Launch,
        probes: Vec<Probe>,
        if_there: bool,
    ) -> Guarded {
        let shared = Arc::new(Shared::new(launch, probes, cpu.info().clone(), if_there));
        let theirs = Arc::clone(&shared);
        let keeper = thread::Builder::new()
            .name("engine-keeper".into())
            .spawn(move || keeper::keep(&theirs));
        let mut slot = shared.slot();
        match keeper {
            // Starts are bounded in time, so this ends.
            Ok(_) => {
                while !slot.tried {
                    slot = shared
                        .changed
                        .wait(slot)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
            Err(e) => shared.lose(&mut slot, Failure::NotStarted(e.to_string())),
        }
        drop(slot);
        Guarded::of(cpu, shared)
    }

    fn of(cpu: Box<dyn Engine>, shared: Arc<Shared>) -> Guarded {
        Guarded {
            cpu,
            info: shared.watch.get(),
            shared,
            turn: 0,
            held: None,
        }
    }

    /// The accelerator's answer, if there is one in time and it can be trusted; else the CPU with
    /// the reason. That is made under the same lock: the keeper may have another worker a moment
    /// later, and no reason any more.
    fn accelerated(&mut self, input: &[i8]) -> Result<Outputs, EngineInfo> {
        let limits = self.shared.launch.limits;
        // Counted from before the lock: a heartbeat may hold it.
        let until = Instant::now() + limits.inference.saturating_sub(HAND_OVER);
        let mut slot = self.shared.slot();
        let Some(worker) = slot.worker.as_mut() else {
            return Err(self.shared.instead(&slot));
        };
        let probe = self
            .shared
            .probes
            .get(self.turn % self.shared.probes.len().max(1));
        self.turn = self.turn.wrapping_add(1);
        let answer = worker
            .infer(input, limits.inference, until)
            .and_then(|outputs| {
                if let Some(probe) = probe {
                    let most = self.shared.launch.max_difference;
                    worker.prove(probe, most, limits.inference, until)?;
                }
                Ok(outputs)
            });
        match answer {
            Ok(outputs) => {
                self.info = self.shared.watch.get();
                Ok(outputs)
            }
            Err(failure) => {
                self.shared.lose(&mut slot, failure);
                Err(self.shared.instead(&slot))
            }
        }
    }
}

impl Engine for Guarded {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        if let Some(why) = &self.held {
            self.info = self.shared.cpu_because(Some(why.clone()));
            return self.cpu.infer(input);
        }
        let (got, want) = (input.len(), self.shared.launch.shape.input_len());
        if got != want {
            // The caller's fault, and no engine's.
            return Err(EngineError::InputLength { got, want });
        }
        match self.accelerated(input) {
            Ok(outputs) => Ok(outputs),
            Err(instead) => {
                self.info = instead;
                self.cpu.infer(input)
            }
        }
    }

    fn hold_fallback(&mut self, hold: bool) {
        self.held = hold.then(|| {
            let slot = self.shared.slot();
            let why = match slot.last.as_ref().or(slot.before.as_ref()) {
                Some(failure) => format!("{COMES_AND_GOES}; last: {}", failure.sentence()),
                None => COMES_AND_GOES.into(),
            };
            log::warn!("{why}; the CPU analyses this picture");
            why
        });
    }

    fn watch(&self) -> Option<Watch> {
        Some(self.shared.watch.clone())
    }

    fn unused(&self) -> Option<String> {
        self.shared.slot().unmissed().map(Failure::sentence)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let mut slot = self.shared.slot();
        slot.stop = true;
        slot.worker = None;
        self.shared.changed.notify_all();
    }
}

impl Slot {
    /// Why there is no worker, where that is no fallback.
    pub fn unmissed(&self) -> Option<&Failure> {
        self.last.as_ref().filter(|_| !self.missed)
    }
}

impl Shared {
    fn new(launch: Launch, probes: Vec<Probe>, cpu: EngineInfo, if_there: bool) -> Shared {
        Shared {
            launch,
            probes,
            changed: Condvar::new(),
            slot: Mutex::new(Slot {
                worker: None,
                backoff: Backoff::new(),
                tried: false,
                stop: false,
                missed: !if_there,
                last: None,
                before: None,
            }),
            watch: Watch::new(cpu.clone()),
            cpu,
        }
    }

    pub fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The worker is of no use: it is killed, the CPU takes over, and everybody is told.
    pub fn lose(&self, slot: &mut Slot, failure: Failure) {
        let (now, limits) = (Instant::now(), &self.launch.limits);
        slot.worker = None;
        slot.missed |= !matches!(failure, Failure::Absent(_));
        match &failure {
            Failure::Absent(_) if !slot.missed => slot.backoff.unmissed(now, limits),
            Failure::Absent(_) | Failure::Gone => slot.backoff.absent(now, limits),
            _ => slot.backoff.failed(now, limits),
        }
        // Once each, not at every try.
        if slot.last.as_ref() != Some(&failure) {
            let why = failure.sentence();
            if slot.missed {
                log::warn!("{why}; the CPU analyses instead");
            } else {
                log::info!("{why}; the CPU analyses");
            }
        }
        slot.last = Some(failure);
        self.watch.set(self.instead(slot));
        self.changed.notify_all();
    }

    /// The worker's known answers are right: it is used.
    pub fn gain(&self, slot: &mut Slot, worker: Worker, difference: f32) {
        let ready = &worker.ready;
        let simulated = ready.library.contains(super::super::SIMULATED);
        let info = EngineInfo {
            name: if simulated {
                format!("Edge TPU {}", super::super::SIMULATED)
            } else {
                "Edge TPU".into()
            },
            runtime: format!(
                "libedgetpu {}, TensorFlow Lite {}, {}",
                ready.library, ready.runtime, self.launch.model_name
            ),
            fallback: None,
        };
        log::info!(
            "{} at {} ({}): known answers right, largest difference {difference:.3}",
            info.name,
            ready.devices.join(", "),
            info.runtime
        );
        for note in &ready.notes {
            log::warn!("{note}");
        }
        slot.before = slot.last.take();
        slot.missed = true;
        slot.worker = Some(worker);
        self.watch.set(info);
        self.changed.notify_all();
    }

    /// The CPU in the accelerator's place, with the reason; where none is missed, the plain CPU.
    fn instead(&self, slot: &Slot) -> EngineInfo {
        let why = slot.last.as_ref().filter(|_| slot.missed);
        self.cpu_because(why.map(Failure::sentence))
    }

    fn cpu_because(&self, fallback: Option<String>) -> EngineInfo {
        EngineInfo {
            fallback,
            ..self.cpu.clone()
        }
    }
}

#[cfg(test)]
mod tests;
