//! The accelerator in a process of its own, and the CPU engine where the settings ask for it
//! ([`Isolated`]).
//!
//! ```text
//! analyst thread ─▶ Guarded ──socket──────────▶ bccscope engine-worker (libedgetpu)
//!                    │  ▲ └────input, shared──▶
//!                    │  ▲ keeper thread: heartbeat, restart, known answers
//!                    └─▶ CpuEngine, whenever the accelerator does not answer in time
//! ```
//!
//! libedgetpu ends its process on a failed USB transfer, hangs, and answers wrongly after some
//! faults. So each inference has a deadline, each answer counts only once a known answer that
//! was asked right behind it is right, and a worker that failed is killed. It is started again
//! after a while, longer each time, and used again once its known answers are right. Where no
//! accelerator was asked for and none is there, only the buses are looked at, now and then.

mod backoff;
mod child;
mod failure;
mod guarded;
mod input;
mod isolated;
mod keeper;
mod last_words;
mod process;
mod protocol;

use std::{path::PathBuf, time::Duration};

pub use child::serve;
pub use failure::Failure;
pub use guarded::Guarded;
pub use isolated::Isolated;

use super::{Outputs, Shape};
use protocol::{Opening, Which};

/// What a worker is started with.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program: bccscope itself.
    pub program: PathBuf,
    /// The Edge TPU's library.
    pub library: String,
    /// The compiled model's bytes: exactly those that were hashed.
    pub model: Vec<u8>,
    /// What the model is called in [`crate::assess::EngineInfo::runtime`].
    pub model_name: String,
    /// Its tensors.
    pub shape: Shape,
    /// Largest difference of a score from the CPU's.
    pub max_difference: f32,
    /// Time limits.
    pub limits: Limits,
    /// Where `sys` and `dev` are, which show what is plugged in: `/`.
    pub root: PathBuf,
}

impl Launch {
    fn opening(&self) -> Opening {
        Opening {
            which: Which::EdgeTpu {
                library: self.library.clone(),
            },
            shape: self.shape.clone(),
        }
    }
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For an inference and the known answer behind it.
    pub inference: Duration,
    /// For the start: firmware goes over USB and the accelerator enumerates anew.
    pub start: Duration,
    /// Between two heartbeats.
    pub heartbeat: Duration,
    /// After the first failure, before the next start; doubled with each further one.
    pub first_rest: Duration,
    /// The longest rest: also what follows [`Limits::trips`] failures within a minute.
    pub longest_rest: Duration,
    /// Failures within a minute after which the longest rest is taken at once.
    pub trips: usize,
    /// Between two looks at the buses where no accelerator is missed: seldom, for a battery.
    pub look: Duration,
}

impl Limits {
    /// The device's own, with this deadline of an inference.
    pub fn with_deadline(inference: Duration) -> Limits {
        Limits {
            inference,
            start: Duration::from_secs(10),
            heartbeat: Duration::from_millis(400),
            first_rest: Duration::from_secs(1),
            longest_rest: Duration::from_secs(60),
            trips: 5,
            look: Duration::from_secs(10),
        }
    }
}

/// A question with a known answer: the CPU's.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The input tensor.
    pub input: Vec<i8>,
    /// What the CPU made of it.
    pub answer: Outputs,
}

impl Probe {
    /// The largest difference of a task's score, by logit and by mean of its map.
    pub fn difference(&self, other: &Outputs) -> f32 {
        if other.maps.len() != self.answer.maps.len() {
            return f32::INFINITY;
        }
        let means = self.answer.map_means().into_iter().zip(other.map_means());
        let logits = self.answer.logits.into_iter().zip(other.logits);
        means
            .chain(logits)
            .map(|(a, b)| (a - b).abs())
            // A NaN counts as the largest.
            .fold(0.0, |most, d| if d > most || d.is_nan() { d } else { most })
    }
}
