//! The device runs and its accelerator is pulled: what the screen shows, and when, and what is
//! stored.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use image::RgbImage;
use serde_json::Value;

use crate::{
    bench::{Bench, SIMULATED},
    program::program,
};

/// Long enough for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// Twenty heartbeats. An idle machine shows the badge after one and a half.
const BADGE: Duration = Duration::from_secs(8);

/// A running device: what it logs comes line by line.
struct Device {
    child: Child,
    keys: ChildStdin,
    log: mpsc::Receiver<String>,
    screen: PathBuf,
}

impl Device {
    fn start(bench: &Bench) -> Device {
        let screens = bench.dir.path().join("screens");
        let mut child = program(bench, "choice = \"edgetpu\"")
            .args(["run", "--source", "phantom", "--display", "png"])
            .args(["--size", "800x480", "--screens"])
            .arg(&screens)
            .arg("--cases")
            .arg(bench.dir.path().join("cases"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .env("RUST_LOG", "info")
            .spawn()
            .unwrap();
        let keys = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (send, log) = mpsc::channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .all(|line| send.send(line).is_ok())
        });
        Device {
            child,
            keys,
            log,
            screen: screens.join("screen.png"),
        }
    }

    /// Leaves a result: in the first second after it came up it cannot be left.
    fn leave(&mut self) {
        thread::sleep(Duration::from_millis(1100));
        self.tell("back");
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.keys, "{command}").unwrap();
    }

    /// The next line with these words.
    #[track_caller]
    fn says(&mut self, words: &str) -> String {
        let line = self.said(words, PATIENCE);
        line.unwrap_or_else(|| panic!("never said {words:?}"))
    }

    fn said(&mut self, words: &str, within: Duration) -> Option<String> {
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.log.recv_timeout(left).ok()?;
            if line.contains(words) {
                return Some(line);
            }
        }
    }

    /// Asks until it is obeyed: a command that comes too early is not.
    #[track_caller]
    fn ask(&mut self, command: &str, words: &str) -> String {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            self.tell(command);
            if let Some(line) = self.said(words, Duration::from_secs(5)) {
                return line;
            }
        }
        panic!("{command} was never answered by {words:?}");
    }

    /// Waits until the screen is as wanted, and gives how long that took.
    #[track_caller]
    fn shows(&self, what: &str, wanted: impl Fn(&RgbImage) -> bool) -> Duration {
        let start = Instant::now();
        while !image::open(&self.screen).is_ok_and(|screen| wanted(&screen.into_rgb8())) {
            assert!(start.elapsed() < PATIENCE, "never showed {what}");
            thread::sleep(Duration::from_millis(5));
        }
        start.elapsed()
    }

    /// Waits for a live picture: on no other screen so much changes all the time.
    #[track_caller]
    fn is_live(&self) {
        for _ in 0..3 {
            let before = image::open(&self.screen).map(image::DynamicImage::into_rgb8);
            self.shows("a live picture", |screen| {
                let changed = before.as_ref().map(|before| changed(before, screen));
                changed.is_ok_and(|pixels| pixels > 10_000)
            });
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn changed(one: &RgbImage, other: &RgbImage) -> usize {
    let pairs = one.pixels().zip(other.pixels());
    pairs.filter(|(a, b)| a != b).count()
}

/// Whether the engine's badge in the status line is black on yellow: that of a fallback.
fn fallback_badge(screen: &RgbImage) -> bool {
    const YELLOW: [u8; 3] = [255, 214, 0];
    let status_line = screen.rows().skip(450);
    status_line.flatten().filter(|p| p.0 == YELLOW).count() > 500
}

/// `engine` and `engine_fallback` of every case, in the order they were stored.
fn cases(bench: &Bench) -> Vec<(String, Option<String>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(bench.dir.path().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("case.json"))
        .collect();
    files.sort_by_key(|file| fs::metadata(file).and_then(|meta| meta.modified()).unwrap());
    let cases = files.iter().map(|file| {
        let case: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let words = |name: &str| case[name].as_str().map(str::to_owned);
        (words("engine").unwrap(), words("engine_fallback"))
    });
    cases.collect()
}

#[test]
fn pulling_the_accelerator_shows_at_once_and_the_next_verdict_is_the_cpus() {
    let bench = Bench::new();
    let mut device = Device::start(&bench);
    device.says("known answers right");
    device.says("camera: PHANTOM");
    assert!(device.ask("capture", "frames scored").contains(SIMULATED));
    device.ask("save", "case stored");
    device.leave();
    device.is_live();
    device.shows("the accelerator's badge", |screen| !fallback_badge(screen));

    // Nobody presses anything: the heartbeat notices, and the live screen shows it.
    bench.faults("gone");
    let delay = device.shows("the fallback badge", fallback_badge);
    println!("pulled: fallback badge after {delay:?}");
    assert!(delay < BADGE, "the badge came after {delay:?}");
    let meanwhile: Vec<String> = device.log.try_iter().collect();
    assert!(
        meanwhile
            .iter()
            .any(|line| line.contains("no longer there"))
            && !meanwhile.iter().any(|line| line.contains("frames scored")),
        "{meanwhile:#?}"
    );
    assert!(device.ask("capture", "frames scored").contains("CPU"));
    device.ask("save", "case stored");
    device.leave();

    // And back.
    bench.faults("");
    device.says("known answers right");
    device.is_live();
    device.shows("the accelerator's badge again", |screen| {
        !fallback_badge(screen)
    });
    assert!(device.ask("capture", "frames scored").contains(SIMULATED));
    device.ask("save", "case stored");
    device.tell("quit");
    assert!(device.child.wait().unwrap().success());

    let [first, second, third] = cases(&bench).try_into().expect("three cases");
    assert_eq!(first, (SIMULATED.into(), None));
    assert_eq!(second.0, "CPU");
    let why = second.1.expect("a fallback says why");
    assert!(why.contains("no longer there"), "{why}");
    assert_eq!(third, (SIMULATED.into(), None));
}
