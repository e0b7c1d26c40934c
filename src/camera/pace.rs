//! A beat for sources that have none of their own. Never waits longer than asked.

use std::{
    thread,
    time::{Duration, Instant},
};

/// A beat. Beats that nobody waited for are left out, not made up for.
#[derive(Debug)]
pub(super) struct Pace {
    every: Duration,
    due: Instant,
}

impl Pace {
    /// `fps` beats a second, the first at once.
    pub(super) fn new(fps: u32) -> Pace {
        Pace {
            every: Duration::from_secs(1) / fps.max(1),
            due: Instant::now(),
        }
    }

    /// Waits for the next beat, at most `wait`; whether it came.
    pub(super) fn wait(&mut self, wait: Duration) -> bool {
        if !wait_until(self.due, wait) {
            return false;
        }
        self.due = (self.due + self.every).max(Instant::now());
        true
    }
}

/// Waits until `due`, at most `wait`; whether it is due.
pub(super) fn wait_until(due: Instant, wait: Duration) -> bool {
    let left = due.saturating_duration_since(Instant::now());
    thread::sleep(left.min(wait));
    left <= wait
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_beat_comes_at_once_and_the_next_one_later() {
        let mut pace = Pace::new(1);
        assert!(pace.wait(Duration::ZERO));
        assert!(!pace.wait(Duration::ZERO));
    }
}
