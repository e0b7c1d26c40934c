//! The thread that keeps a worker: heartbeat, restart, known answers.

use std::{
    sync::{MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Failure,
    guarded::{Shared, Slot},
    process::Worker,
};
use crate::engine::edgetpu::usb;

/// Runs until the engine is dropped.
pub(super) fn keep(shared: &Shared) {
    let mut slot = shared.slot();
    while !slot.stop {
        let limits = &shared.launch.limits;
        let idle = slot.worker.as_ref().map(|worker| worker.heard.elapsed());
        match (idle, &mut slot.worker) {
            (Some(idle), Some(_)) if idle < limits.heartbeat => {
                slot = wait(shared, slot, limits.heartbeat - idle);
            }
            (_, Some(worker)) => {
                // An inference that comes now waits for this, so it is short.
                if let Err(failure) = worker.ping(limits.inference / 2) {
                    shared.lose(&mut slot, failure);
                }
            }
            (_, None) => {
                let rest = slot.backoff.wait(Instant::now());
                if !rest.is_zero() {
                    slot = wait(shared, slot, rest);
                    continue;
                }
                let unmissed = slot.unmissed().is_some();
                // Nobody waits for a start: the CPU answers meanwhile.
                drop(slot);
                let started = if unmissed && !usb::look_under(&shared.launch.root).any() {
                    None
                } else {
                    Some(start(shared))
                };
                slot = shared.slot();
                match started {
                    Some(Ok((worker, difference))) => shared.gain(&mut slot, worker, difference),
                    Some(Err(failure)) => shared.lose(&mut slot, failure),
                    None => slot.backoff.unmissed(Instant::now(), &shared.launch.limits),
                }
                slot.tried = true;
                shared.changed.notify_all();
            }
        }
    }
    slot.worker = None;
}

fn wait<'a>(
    shared: &'a Shared,
    slot: MutexGuard<'a, Slot>,
    time: Duration,
) -> MutexGuard<'a, Slot> {
    let (slot, _) = shared
        .changed
        .wait_timeout(slot, time)
        .unwrap_or_else(PoisonError::into_inner);
    slot
}

/// Starts a worker and asks it everything whose answer is known. Gives the largest difference.
fn start(shared: &Shared) -> Result<(Worker, f32), Failure> {
    let launch = &shared.launch;
    let mut worker = Worker::start(
        &launch.program,
        &launch.opening(),
        &launch.model,
        launch.limits.start,
    )?;
    // The first inference carries the parameters to the accelerator.
    let limit = launch.limits.start;
    let until = Instant::now() + limit;
    let mut most = 0.0f32;
    for probe in &shared.probes {
        most = most.max(worker.prove(probe, launch.max_difference, limit, until)?);
    }
    Ok((worker, most))
}
