//! The service manager's watchdog (sd_notify(3), systemd.service(5) `WatchdogSec=`): it ends
//! and restarts a device whose main loop hangs, so that a screen never stays up with nobody
//! behind it. Only that loop may feed it.

use std::{
    io,
    time::{Duration, Instant},
};

use sd_notify::NotifyState;

/// What is said to the service manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The first screen is up.
    Ready,
    /// The loop still turns.
    Alive,
}

type Say = Box<dyn FnMut(Word) -> io::Result<()>>;

/// The watchdog of the service manager that started us, if any.
pub struct Watchdog {
    /// How often it is fed: half of what it allows, as sd_watchdog_enabled(3) advises. `None`
    /// where nobody watches.
    every: Option<Duration>,
    fed: Option<Instant>,
    complained: bool,
    say: Say,
}

impl Watchdog {
    /// The watchdog named by `NOTIFY_SOCKET` and `WATCHDOG_USEC`; without them nobody watches
    /// and nothing is said.
    pub fn from_environment() -> Watchdog {
        let limit = sd_notify::watchdog_enabled();
        if let Some(limit) = limit {
            log::info!("watchdog: restarted after {limit:?} without a sign of life");
        }
        Watchdog::new(
            limit,
            Box::new(|word| {
                sd_notify::notify(&[match word {
                    Word::Ready => NotifyState::Ready,
                    Word::Alive => NotifyState::Watchdog,
                }])
            }),
        )
    }

    /// A watchdog that allows `limit` between two words; `say` delivers them.
    pub fn new(limit: Option<Duration>, say: Say) -> Watchdog {
        Watchdog {
            every: limit.map(|limit| limit / 2),
            fed: None,
            complained: false,
            say,
        }
    }

    /// The loop turns: the first time the manager hears that the device is ready, later that
    /// it is alive, as often as the watchdog needs.
    pub fn turn(&mut self, now: Instant) {
        let word = match (self.fed, self.every) {
            (None, _) => Word::Ready,
            (Some(fed), Some(every)) if now.saturating_duration_since(fed) >= every => Word::Alive,
            _ => return,
        };
        self.fed = Some(now);
        if let Err(e) = (self.say)(word)
            && !std::mem::replace(&mut self.complained, true)
        {
            log::warn!("the service manager does not hear us, its watchdog may restart us: {e}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, rc::Rc};

    fn watched(limit: Option<Duration>) -> (Watchdog, Rc<RefCell<Vec<Word>>>) {
        let said = Rc::new(RefCell::new(Vec::new()));
        let ear = Rc::clone(&said);
        let say = Box::new(move |word| {
            ear.borrow_mut().push(word);
            Err(io::ErrorKind::NotConnected.into())
        });
        (Watchdog::new(limit, say), said)
    }

    #[test]
    fn it_is_fed_twice_in_its_time_and_says_ready_once() {
        let (mut watchdog, said) = watched(Some(Duration::from_secs(10)));
        let start = Instant::now();
        // Two minutes of turns of 100 ms; nobody hears, and still it goes on.
        for turn in 0..1200 {
            watchdog.turn(start + Duration::from_millis(100) * turn);
        }
        let said = said.borrow();
        assert_eq!(said[0], Word::Ready);
        assert_eq!(said.len(), 24);
        assert!(said[1..].iter().all(|word| *word == Word::Alive));
    }

    #[test]
    fn where_nobody_watches_only_readiness_is_said() {
        let (mut watchdog, said) = watched(None);
        let start = Instant::now();
        for turn in 0..100 {
            watchdog.turn(start + Duration::from_secs(60) * turn);
        }
        assert_eq!(*said.borrow(), [Word::Ready]);
    }
}
