//! When a worker that failed is started again. Pure: it is told the time.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::Limits;

/// Failures older than this are forgotten.
const WINDOW: Duration = Duration::from_secs(60);

/// Remembers failures.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: VecDeque<Instant>,
    next: Option<Instant>,
}

impl Backoff {
    pub fn new() -> Backoff {
        Backoff {
            failures: VecDeque::new(),
            next: None,
        }
    }

    /// Something broke: rests longer each time.
    pub fn failed(&mut self, now: Instant, limits: &Limits) {
        self.failures.push_back(now);
        while self.failures.front().is_some_and(|&old| now - old > WINDOW) {
            self.failures.pop_front();
        }
        let count = self.failures.len();
        let rest = if count >= limits.trips {
            limits.longest_rest
        } else {
            let doubled = limits.first_rest * 2u32.saturating_pow((count - 1) as u32);
            doubled.min(limits.longest_rest)
        };
        self.next = Some(now + rest);
    }

    /// There was nothing to start: looked for again soon, and not held against it.
    pub fn absent(&mut self, now: Instant, limits: &Limits) {
        self.next = Some(now + 2 * limits.first_rest);
    }

    /// There was nothing to start, and nobody misses it.
    pub fn unmissed(&mut self, now: Instant, limits: &Limits) {
        self.next = Some(now + limits.look);
    }

    /// How long until the next start.
    pub fn wait(&self, now: Instant) -> Duration {
        self.next
            .map_or(Duration::ZERO, |next| next.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        Limits::with_deadline(SECOND)
    }

    #[test]
    fn each_failure_is_followed_by_a_longer_rest() {
        let (mut backoff, now) = (Backoff::new(), Instant::now());
        assert_eq!(backoff.wait(now), Duration::ZERO);
        let rests: Vec<_> = (0..6)
            .map(|_| {
                backoff.failed(now, &limits());
                backoff.wait(now).as_secs()
            })
            .collect();
        // The fifth within a minute opens the circuit.
        assert_eq!(rests, [1, 2, 4, 8, 60, 60]);
    }

    #[test]
    fn failures_of_a_minute_ago_are_forgotten() {
        let (mut backoff, now) = (Backoff::new(), Instant::now());
        for _ in 0..5 {
            backoff.failed(now, &limits());
        }
        let later = now + 61 * SECOND;
        assert_eq!(backoff.wait(later), Duration::ZERO);
        backoff.failed(later, &limits());
        assert_eq!(backoff.wait(later), SECOND);
    }

    #[test]
    fn an_absent_accelerator_is_looked_for_again_soon_however_often() {
        let (mut backoff, now) = (Backoff::new(), Instant::now());
        for _ in 0..100 {
            backoff.absent(now, &limits());
        }
        assert_eq!(backoff.wait(now), 2 * SECOND);
    }
}
