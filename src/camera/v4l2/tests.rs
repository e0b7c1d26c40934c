//! The camera against the strict model of the kernel: named faults one by one, then a hundred
//! thousand random sequences of them.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use super::{
    Following,
    fake::{Call, Clock, SIZE, Weather, World},
};
use crate::{
    camera::{Lost, News, Opened, settings::Settings},
    frame::{Frame, FrameId},
};

const BUS: &str = "usb-0000:01:00.0-1.2";
const CARD: &str = "Dermatoscope";
const STALL: Duration = Duration::from_millis(500);
const WAIT: Duration = Duration::from_millis(100);
/// Long enough for one look at the nodes.
const SOON: Duration = Duration::from_millis(260);

fn settings() -> Settings {
    Settings {
        width: SIZE.0,
        height: SIZE.1,
        stall_ms: STALL.as_millis() as u64,
        ..Settings::default()
    }
}

/// A camera under watch: whatever it says is compared with what happened.
struct Watched {
    world: World,
    camera: Following<World>,
    open: bool,
    /// When it last opened: frames captured before are of another frame set.
    opened: Option<Instant>,
    /// The cameras that were plugged in then.
    plugged: Vec<u64>,
    /// The one the frames since then come from.
    life: Option<u64>,
    last_serial: Option<u64>,
    last_id: Option<FrameId>,
}

impl Watched {
    fn new() -> Watched {
        Watched::with(settings())
    }

    fn with(settings: Settings) -> Watched {
        let world = World::new();
        Watched {
            camera: Following::new(world.clone(), settings),
            world,
            open: false,
            opened: None,
            plugged: Vec::new(),
            life: None,
            last_serial: None,
            last_id: None,
        }
    }

    fn plugged() -> Watched {
        let watched = Watched::new();
        watched.world.plug(BUS, CARD);
        watched
    }

    fn next(&mut self, wait: Duration) -> News {
        let before = self.world.time();
        let news = self.camera.next(wait);
        let took = self.world.time() - before;
        assert!(
            took <= wait + Duration::from_millis(3),
            "held {took:?}, asked for {wait:?}"
        );
        match &news {
            News::Opened(_) => {
                assert!(!self.open, "opened twice");
                self.open = true;
                self.opened = Some(self.world.time());
                self.plugged = self.world.lives();
                self.life = None;
            }
            News::Lost(_) => self.open = false,
            News::Frame(frame) => self.check(frame),
            News::Dropped(_) | News::Quiet => {}
            News::Ended => panic!("a camera has no end"),
        }
        assert_eq!(self.world.violations(), [] as [String; 0]);
        assert!(self.world.open_files() <= 1, "a file was left open");
        news
    }

    fn check(&mut self, frame: &Frame) {
        assert!(self.open, "a frame of a camera that is not open");
        let truth = self.world.stamp(&frame.data).expect("a whole frame");
        let now = self.world.time();
        assert!(
            self.last_serial.is_none_or(|last| truth.serial > last),
            "a frame older than the one before"
        );
        assert!(
            self.plugged.contains(&truth.life),
            "a frame from before a replug"
        );
        assert_eq!(
            *self.life.get_or_insert(truth.life),
            truth.life,
            "two cameras in one frame set"
        );
        let opened = self.opened.expect("it is open");
        // The frame that proved it opens may lie in the same drain; older ones may not.
        assert!(truth.at >= opened - WAIT, "a frame from before it opened");
        assert!(now - truth.at <= STALL, "a frame {:?} old", now - truth.at);
        assert!(
            frame.captured <= truth.at,
            "a frame said to be younger than it is"
        );
        assert!(
            self.last_id.is_none_or(|last| frame.id > last),
            "a frame number used twice"
        );
        self.last_serial = Some(truth.serial);
        self.last_id = Some(frame.id);
    }

    /// Asks until something but quiet and dropped frames comes.
    fn wait_for<T>(&mut self, what: &str, mut pick: impl FnMut(News) -> Option<T>) -> T {
        for _ in 0..300 {
            if let Some(found) = pick(self.next(WAIT)) {
                return found;
            }
        }
        panic!("no {what} within 30 s");
    }

    fn opened(&mut self) -> Opened {
        self.wait_for("opening", |news| match news {
            News::Opened(opened) => Some(opened),
            _ => None,
        })
    }

    fn frame(&mut self) -> Frame {
        self.wait_for("frame", |news| match news {
            News::Frame(frame) => Some(frame),
            _ => None,
        })
    }

    fn lost(&mut self) -> Lost {
        self.wait_for("loss", |news| match news {
            News::Lost(lost) => Some(lost),
            _ => None,
        })
    }

    fn dropped(&mut self) -> String {
        self.wait_for("dropped frame", |news| match news {
            News::Dropped(why) => Some(why),
            _ => None,
        })
    }
}

#[test]
fn a_camera_says_what_it_is_and_delivers() {
    let mut camera = Watched::plugged();
    let opened = camera.opened();
    assert_eq!(opened.source.name, CARD);
    assert_eq!(opened.source.detail, format!("{BUS} MJPG 64x48@30"));
    assert_eq!(opened.adjusted, None);
    let frame = camera.frame();
    assert_eq!((frame.width, frame.height), SIZE);
}

#[test]
fn no_camera_is_said_once_and_looked_for() {
    let mut camera = Watched::new();
    assert_eq!(camera.lost().why, "No camera found");
    for _ in 0..50 {
        assert!(matches!(camera.next(WAIT), News::Quiet));
    }
    camera.world.plug(BUS, CARD);
    camera.opened();
    camera.frame();
}

#[test]
fn a_node_that_is_roots_for_a_moment_is_no_permission_problem() {
    let mut camera = Watched::new();
    camera.lost();
    camera.world.plug(BUS, CARD);
    camera.world.forbid(BUS);
    assert!(matches!(camera.next(SOON), News::Quiet));
    camera.world.allow(BUS);
    camera.opened();
    // It stays forbidden the next time: then it is said.
    camera.world.unplug(BUS);
    camera.lost();
    camera.world.plug(BUS, CARD);
    camera.world.forbid(BUS);
    assert!(camera.lost().why.contains("no permission"));
}

#[test]
fn a_slow_reader_gets_the_newest_frame() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.pass(Duration::from_millis(120));
    let frame = camera.frame();
    let age = camera.world.time() - frame.captured;
    assert!(age < Duration::from_millis(40), "{age:?} old");
}

#[test]
fn frames_nobody_asked_for_in_time_are_not_shown() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    // The four buffers fill within 132 ms; then they only age.
    camera.world.pass(Duration::from_secs(20));
    assert!(matches!(camera.next(WAIT), News::Dropped(why) if why.contains("old")));
    camera.frame();
}

#[test]
fn each_damaged_frame_is_dropped_by_name_and_the_stream_goes_on() {
    for (weather, words) in [
        (Weather::Flagged, "damaged"),
        (Weather::Empty, "empty"),
        (Weather::Truncated, "truncated"),
        (Weather::Overlong, "bytes in a buffer"),
        (Weather::OtherSize, "320x48"),
    ] {
        let mut camera = Watched::plugged();
        camera.opened();
        camera.world.set_weather(weather);
        let why = camera.dropped();
        assert!(why.contains(words), "{weather:?}: {why}");
        camera.world.set_weather(Weather::Good);
        camera.frame();
    }
}

#[test]
fn a_camera_that_stops_is_lost_and_comes_back() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.set_weather(Weather::Silent);
    let before = camera.world.time();
    let lost = camera.lost();
    assert!(lost.why.contains("stopped delivering"), "{}", lost.why);
    assert!(camera.world.time() - before <= STALL + WAIT);
    camera.world.set_weather(Weather::Good);
    camera.opened();
    camera.frame();
}

#[test]
fn only_damaged_frames_are_a_loss_too() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.world.set_weather(Weather::Truncated);
    let lost = camera.lost();
    assert!(lost.why.contains("only damaged"), "{}", lost.why);
}

#[test]
fn a_camera_that_streams_nothing_is_never_announced() {
    let mut camera = Watched::plugged();
    camera.world.set_weather(Weather::Silent);
    let lost = camera.lost();
    assert!(lost.why.contains("delivers no pictures"), "{}", lost.why);
    for _ in 0..300 {
        assert!(
            matches!(camera.next(WAIT), News::Quiet),
            "said once is enough"
        );
    }
}

#[test]
fn unplugged_is_lost_at_once_and_replugged_is_found_under_another_number() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.unplug(BUS);
    let lost = camera.next(WAIT);
    assert!(matches!(lost, News::Lost(lost) if lost.why.contains("unplugged")));
    camera.world.plug("usb-another", "Webcam");
    camera.world.plug(BUS, CARD);
    assert_eq!(camera.opened().source.name, CARD);
    camera.frame();
}

#[test]
fn a_replug_between_two_calls_is_a_new_frame_set() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.pass(Duration::from_millis(50));
    camera.world.unplug(BUS);
    camera.world.plug(BUS, CARD);
    camera.lost();
    camera.opened();
    camera.frame();
}

#[test]
fn a_failed_transfer_restarts_the_stream_without_losing_the_camera() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    for _ in 0..5 {
        camera.world.fail_transfer(BUS);
        assert!(camera.dropped().contains("damaged"));
        camera.frame();
    }
}

#[test]
fn a_broken_queue_is_restarted() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.break_queue(BUS);
    assert!(camera.dropped().contains("restarted"));
    camera.frame();
}

#[test]
fn each_call_that_fails_once_is_survived() {
    for call in [
        Call::Open,
        Call::Format,
        Call::Request,
        Call::Map,
        Call::Queue,
        Call::Dequeue,
        Call::StreamOn,
        Call::StreamOff,
        Call::Poll,
    ] {
        for errno in [
            libc::EINTR,
            libc::EIO,
            libc::EINVAL,
            libc::EBUSY,
            libc::ENOMEM,
        ] {
            let mut camera = Watched::plugged();
            camera.world.fail_next(call, errno);
            camera.opened();
            camera.frame();
            camera.world.fail_next(call, errno);
            camera.world.break_queue(BUS);
            camera.frame();
            camera.frame();
        }
    }
}

#[test]
fn a_signal_is_no_loss() {
    let mut camera = Watched::plugged();
    camera.opened();
    for call in [Call::Poll, Call::Dequeue, Call::Queue] {
        camera.world.fail_next(call, libc::EINTR);
        assert!(!matches!(
            camera.next(WAIT),
            News::Lost(_) | News::Dropped(_)
        ));
    }
}

#[test]
fn refusals_say_what_to_do() {
    let mut camera = Watched::plugged();
    camera.world.fail_next(Call::Request, libc::EBUSY);
    assert!(camera.lost().why.contains("another program"));
    let mut camera = Watched::plugged();
    camera.world.forbid(BUS);
    assert!(camera.lost().advice.contains("group `video`"));
    let mut camera = Watched::plugged();
    camera.world.fail_next(Call::StreamOn, libc::ENOSPC);
    assert!(camera.lost().why.contains("bandwidth"));
}

#[test]
fn a_clock_that_cannot_be_right_never_makes_a_frame_younger() {
    for clock in [Clock::None, Clock::Boot, Clock::Ahead] {
        let mut camera = Watched::plugged();
        camera.world.set_clock(clock);
        camera.opened();
        for _ in 0..10 {
            camera.frame();
        }
        camera.world.pass(Duration::from_secs(20));
        camera.frame();
    }
}

#[test]
fn a_camera_named_in_the_settings_is_waited_for() {
    let mut camera = Watched::with(Settings {
        device: BUS.into(),
        ..settings()
    });
    camera.world.plug("usb-another", "Webcam");
    assert!(camera.lost().why.contains("Webcam"));
    camera.world.plug(BUS, CARD);
    assert_eq!(camera.opened().source.name, CARD);
}

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
            let call = chance.one_of(&[
                Call::Open,
                Call::Format,
                Call::Request,
                Call::Map,
                Call::Queue,
                Call::Dequeue,
                Call::StreamOn,
                Call::StreamOff,
                Call::Poll,
            ]);
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
