//! Random sequences of faults: whatever comes, a camera that is well again delivers again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use super::{BUS, CALLS, CARD, WAIT, watched::Watched};
use crate::camera::{
    News,
    v4l2::fake::{Clock, Weather, World},
};

/// Numbers left to chance, the same for a seed.
struct Chance(ChaCha8Rng);

impl Chance {
    fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }
}

/// One random sequence; in the end everything is well again, and so must the camera be.
fn sequence(seed: u64) {
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
    let mut camera = Watched::new();
    let world = camera.world.clone();
    if chance.below(4) > 0 {
        world.plug(BUS, CARD);
    }
    for _ in 0..4 + chance.below(20) {
        mishap(&world, &mut chance);
        for _ in 0..chance.below(4) {
            let wait = chance.one_of(&[0, 1, 10, 40, 100, 300]);
            camera.next(Duration::from_millis(wait));
        }
    }
    world.heal();
    if !world.is_plugged(BUS) {
        world.plug(BUS, CARD);
    }
    // What it still has to say of the past.
    for _ in 0..12 {
        camera.next(Duration::ZERO);
    }
    camera.frame();
    // More frames than there are buffers, without a loss: every buffer goes round.
    let mut frames = 0;
    for _ in 0..24 {
        match camera.next(WAIT) {
            News::Frame(_) => frames += 1,
            News::Lost(lost) => panic!("lost when all was well: {}", lost.why),
            _ => {}
        }
    }
    assert!(frames >= 12, "only {frames} frames when all was well");
}

fn mishap(world: &World, chance: &mut Chance) {
    match chance.below(20) {
        0 | 1 => world.unplug(BUS),
        2..=4 => {
            if !world.is_plugged(BUS) {
                world.plug(BUS, CARD);
            }
        }
        5 => {
            // Faster than anybody looks.
            world.unplug(BUS);
            world.plug(BUS, CARD);
        }
        6 => world.fail_transfer(BUS),
        7 => world.break_queue(BUS),
        8 | 9 => world.set_weather(chance.one_of(&[
            Weather::Silent,
            Weather::Flagged,
            Weather::Empty,
            Weather::Truncated,
            Weather::Overlong,
            Weather::OtherSize,
        ])),
        10..=12 => world.heal(),
        13 => world.set_clock(chance.one_of(&[Clock::None, Clock::Boot, Clock::Ahead])),
        14 | 15 => {
            let call = chance.one_of(&CALLS);
            let errors = [
                libc::EINTR,
                libc::EIO,
                libc::EINVAL,
                libc::EBUSY,
                libc::EAGAIN,
            ];
            world.fail_next(call, chance.one_of(&errors));
        }
        16 => world.pass(Duration::from_millis(u64::from(chance.below(3000)))),
        17 if !world.is_plugged("usb-another") => world.plug("usb-another", "Webcam"),
        18 => world.unplug("usb-another"),
        _ => world.pass(Duration::from_millis(u64::from(chance.below(60)))),
    }
}

#[test]
fn a_hundred_thousand_sequences_end_without_a_stuck_queue_a_stale_frame_or_a_panic() {
    const SEQUENCES: u64 = 100_000;
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for seed in (thread..SEQUENCES).step_by(threads as usize) {
                    let ended = catch_unwind(AssertUnwindSafe(|| sequence(seed)));
                    assert!(ended.is_ok(), "sequence {seed} failed, see above");
                }
            });
        }
    });
}
