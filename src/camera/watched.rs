//! A camera in a thread of its own, which is given up when it does not return: a driver may hang in
//! the kernel, and a fault in the kernel ends the thread that called it without a word (seen on the
//! virtual board: `uvcvideo` in Linux 6.1, a camera unplugged while it is being closed). The program
//! goes on, says so, and begins with another.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::{Camera, Lost, News};

/// Longer than a call takes that ends: each of a UVC camera's requests has 5 s in the kernel, and
/// opening one makes a few.
pub const LIMIT: Duration = Duration::from_secs(20);

/// How long a camera may take to be closed when nobody wants it any more.
const CLOSING: Duration = Duration::from_secs(2);

/// So many threads may be held at once; where all are, only a restart helps, as was said.
const MOST: usize = 4;

/// This part of the limit passes before another thread follows one that failed at once: a cause
/// that stays must not fill the log.
const REST: u32 = 4;

/// Another camera, as the first one was.
type Make = Box<dyn Fn() -> Box<dyn Camera> + Send>;

/// A camera that never holds its caller, whatever its driver does.
pub struct Watched {
    make: Make,
    limit: Duration,
    thread: Option<Running>,
    /// No other thread is started before.
    rests: Option<Instant>,
    /// One more for each thread that has not ended.
    threads: Arc<()>,
}

/// The thread: asked for news with a time, it answers with them.
struct Running {
    ask: Sender<Duration>,
    answer: Receiver<News>,
    /// When it was asked for what it has not answered yet.
    asked: Option<Instant>,
}

impl Watched {
    /// Watches over what `make` gives; a call that takes longer than `limit` never ends.
    pub fn new(make: impl Fn() -> Box<dyn Camera> + Send + 'static, limit: Duration) -> Watched {
        Watched {
            make: Box::new(make),
            limit,
            thread: None,
            rests: None,
            threads: Arc::default(),
        }
    }

    /// Of a thread that failed: the next one is not started at once.
    fn failed(&mut self, why: &str) -> News {
        self.rests = Some(Instant::now() + self.limit / REST);
        self.give_up(why)
    }

    /// Whether another thread would be one too many, or too soon.
    fn held(&self) -> bool {
        Arc::strong_count(&self.threads) > MOST
            || self.rests.is_some_and(|until| Instant::now() < until)
    }

    fn give_up(&mut self, why: &str) -> News {
        // Not waited for. Should it come back after all, nobody listens and it closes its camera.
        self.thread = None;
        log::error!("camera: {why}; another thread takes over");
        News::Lost(Lost {
            why: why.to_owned(),
            advice: "Unplug the dermatoscope and plug it in again; if that does not help, restart \
                     the device."
                .into(),
        })
    }
}

impl Camera for Watched {
    fn next(&mut self, wait: Duration) -> News {
        let held = self.held();
        let running = match &mut self.thread {
            Some(running) => running,
            None if held => {
                thread::sleep(wait);
                return News::Quiet;
            }
            none => match start((self.make)(), Arc::clone(&self.threads)) {
                Ok(running) => none.insert(running),
                Err(e) => return self.failed(&format!("The camera's thread does not start: {e}")),
            },
        };
        let asked = *running.asked.get_or_insert_with(|| {
            // One that has ended is seen below.
            let _ = running.ask.send(wait);
            Instant::now()
        });
        match running.answer.recv_timeout(wait) {
            Ok(news) => {
                running.asked = None;
                news
            }
            Err(RecvTimeoutError::Timeout) if asked.elapsed() < self.limit => News::Quiet,
            Err(RecvTimeoutError::Timeout) => self.give_up("The camera's driver does not return"),
            Err(RecvTimeoutError::Disconnected) => self.failed("The camera's thread has failed"),
        }
    }
}

impl Drop for Watched {
    /// The camera is closed before the program goes on, unless its driver holds it.
    fn drop(&mut self) {
        if let Some(Running { ask, answer, .. }) = self.thread.take() {
            drop(ask);
            let until = Instant::now() + CLOSING;
            let left = || until.saturating_duration_since(Instant::now());
            while answer.recv_timeout(left()).is_ok() {}
        }
    }
}

fn start(mut camera: Box<dyn Camera>, alive: Arc<()>) -> std::io::Result<Running> {
    let (ask, asked) = channel();
    let (answers, answer) = channel();
    thread::Builder::new()
        .name("camera-driver".into())
        .spawn(move || {
            for wait in asked {
                if answers.send(camera.next(wait)).is_err() {
                    break;
                }
            }
            drop(camera);
            // Only now: whoever waits for the end waits for the camera.
            drop(answers);
            drop(alive);
        })?;
    Ok(Running {
        ask,
        answer,
        asked: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const SHORT: Duration = Duration::from_millis(20);
    const HANG: Duration = Duration::from_millis(1500);
    /// Of a camera that does not hang: longer than a busy machine takes for anything.
    const PATIENT: Duration = Duration::from_secs(30);

    /// What the first, second, … camera does when it is asked for the second time.
    #[derive(Clone, Copy)]
    enum Fate {
        Works,
        Hangs,
        Panics,
    }

    #[derive(Default)]
    struct Counts {
        made: AtomicUsize,
        closed: AtomicUsize,
    }

    struct Fake {
        number: usize,
        asked: usize,
        fate: Fate,
        counts: Arc<Counts>,
    }

    impl Camera for Fake {
        fn next(&mut self, _: Duration) -> News {
            self.asked += 1;
            match self.fate {
                Fate::Hangs if self.asked == 2 => thread::sleep(HANG),
                Fate::Panics if self.asked == 2 => panic!("on purpose"),
                _ => {}
            }
            News::Dropped(format!("{}:{}", self.number, self.asked))
        }
    }

    impl Drop for Fake {
        fn drop(&mut self) {
            self.counts.closed.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn watched(fates: &'static [Fate], limit: Duration) -> (Watched, Arc<Counts>) {
        let counts = Arc::new(Counts::default());
        let theirs = Arc::clone(&counts);
        let make = move || -> Box<dyn Camera> {
            let number = theirs.made.fetch_add(1, Ordering::SeqCst);
            Box::new(Fake {
                number,
                asked: 0,
                fate: fates[number.min(fates.len() - 1)],
                counts: Arc::clone(&theirs),
            })
        };
        (Watched::new(make, limit), counts)
    }

    /// What it says next, other than that nothing came.
    fn said(camera: &mut Watched) -> String {
        for _ in 0..2000 {
            match camera.next(SHORT) {
                News::Quiet => {}
                News::Dropped(words) => return words,
                News::Lost(lost) => return lost.why,
                other => panic!("{other:?}"),
            }
        }
        panic!("nothing was said");
    }

    #[test]
    fn news_come_through_in_order() {
        let (mut camera, counts) = watched(&[Fate::Works], PATIENT);
        let heard: Vec<String> = (0..3).map(|_| said(&mut camera)).collect();
        assert_eq!(heard, ["0:1", "0:2", "0:3"]);
        assert_eq!(counts.made.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn one_that_hangs_is_given_up_and_the_next_one_answers_alone() {
        let (mut camera, counts) = watched(&[Fate::Hangs, Fate::Works], HANG / 3);
        assert_eq!(said(&mut camera), "0:1");
        let clock = Instant::now();
        assert_eq!(camera.next(SHORT).words(), "quiet");
        assert!(clock.elapsed() < HANG / 2, "it was held");
        assert_eq!(said(&mut camera), "The camera's driver does not return");
        let heard: Vec<String> = (0..3).map(|_| said(&mut camera)).collect();
        assert_eq!(heard, ["1:1", "1:2", "1:3"]);
        // The first comes back, finds nobody and closes its camera; its answer is never heard.
        thread::sleep(HANG);
        assert_eq!(counts.closed.load(Ordering::SeqCst), 1);
        assert_eq!(said(&mut camera), "1:4");
    }

    #[test]
    fn where_every_thread_is_held_no_more_are_started_until_one_returns() {
        let (mut camera, counts) = watched(&[Fate::Hangs], HANG / 10);
        let clock = Instant::now();
        while counts.made.load(Ordering::SeqCst) < MOST {
            camera.next(SHORT);
        }
        for _ in 0..5 {
            camera.next(SHORT);
        }
        assert_eq!(counts.made.load(Ordering::SeqCst), MOST);
        while counts.made.load(Ordering::SeqCst) == MOST {
            assert!(clock.elapsed() < Duration::from_secs(5), "none came back");
            camera.next(SHORT);
        }
    }

    #[test]
    fn one_whose_thread_dies_is_replaced_after_a_rest() {
        // Patient with a busy machine, and the rest is a quarter of it.
        let limit = Duration::from_secs(12);
        let (mut camera, _) = watched(&[Fate::Panics, Fate::Works], limit);
        assert_eq!(said(&mut camera), "0:1");
        assert_eq!(said(&mut camera), "The camera's thread has failed");
        let clock = Instant::now();
        assert_eq!(said(&mut camera), "1:1");
        assert!(clock.elapsed() > limit / (REST + 1), "it was not rested");
    }

    #[test]
    fn the_end_waits_until_the_camera_is_closed() {
        let (mut camera, counts) = watched(&[Fate::Hangs], PATIENT);
        assert_eq!(said(&mut camera), "0:1");
        assert_eq!(camera.next(SHORT).words(), "quiet");
        drop(camera);
        assert_eq!(counts.closed.load(Ordering::SeqCst), 1);
    }

    impl News {
        fn words(&self) -> &str {
            match self {
                News::Quiet => "quiet",
                News::Dropped(words) => words,
                _ => "other",
            }
        }
    }
}
