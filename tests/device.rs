//! The whole device, threads and all, with a camera on strings and a display in memory.
//! A verdict on the screen is told by its band's colour, which nothing else wears.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use bccscope::{
    app::{self, device},
    assess::Assessor,
    camera::{Camera, Lost, News, Opened},
    display::{Display, DisplayError, Kind, Memory, Opener, Reopening, Seen},
    engine,
    frame::{Frame, FrameId, PixelFormat, Source, SourceKind},
    input::{Action, InputEvent},
    model::{self, Task},
    phantom::Phantom,
    platform::{Lamp, Watchdog, gpio::ActivePin},
    records::Store,
    screen::theme,
};
use embedded_graphics::pixelcolor::RgbColor;
use embedded_hal::digital::{ErrorType, OutputPin};

/// Long enough for a loaded machine; every wait ends as soon as what it waits for is there.
const PATIENCE: Duration = Duration::from_secs(60);

/// Delivers the phantom at 20 frames a second for as long as it is plugged in and running.
struct StringCamera {
    picture: Arc<[u8]>,
    source: Arc<Source>,
    plugged: Arc<AtomicBool>,
    running: Arc<AtomicBool>,
    open: bool,
    id: u64,
}

impl Camera for StringCamera {
    fn next(&mut self, wait: Duration) -> News {
        let plugged = self.plugged.load(Ordering::Relaxed);
        if plugged != self.open {
            self.open = plugged;
            return if plugged {
                News::Opened(Opened::new(self.source.clone()))
            } else {
                News::Lost(Lost {
                    why: "unplugged".into(),
                    advice: "plug it in".into(),
                })
            };
        }
        if !plugged || !self.running.load(Ordering::Relaxed) {
            thread::sleep(wait);
            return News::Quiet;
        }
        thread::sleep(Duration::from_millis(50));
        self.id += 1;
        News::Frame(Frame {
            id: FrameId(self.id),
            source: self.source.clone(),
            captured_at: SystemTime::now(),
            captured: Instant::now(),
            format: PixelFormat::Rgb8,
            width: 640,
            height: 480,
            data: self.picture.clone(),
        })
    }
}

struct InMemory(mpsc::Sender<Seen>);

impl Opener for InMemory {
    fn open(&mut self, _kind: Kind) -> Result<Box<dyn Display>, DisplayError> {
        let (display, seen) = Memory::new(800, 480);
        self.0.send(seen).expect("the test listens");
        Ok(Box::new(display))
    }
}

/// A line with a lamp on it.
#[derive(Clone, Default)]
struct LampLine(Arc<AtomicBool>);

impl ErrorType for LampLine {
    type Error = Infallible;
}

impl OutputPin for LampLine {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.store(false, Ordering::Relaxed);
        Ok(())
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// A running device and the strings it hangs on.
struct Rig {
    plugged: Arc<AtomicBool>,
    running: Arc<AtomicBool>,
    inputs: mpsc::Sender<InputEvent>,
    seen: Seen,
    lamp: LampLine,
    cases: tempfile::TempDir,
    device: thread::JoinHandle<Result<(), String>>,
}

impl Rig {
    fn start(assessor: Result<Assessor, String>) -> Rig {
        let drawing = Phantom {
            seed: 1,
            patterns: vec![Task::Ulceration, Task::ArborizingTelangiectasia],
            width: 640,
            height: 480,
        }
        .draw();
        let plugged = Arc::new(AtomicBool::new(true));
        let running = Arc::new(AtomicBool::new(true));
        let camera = StringCamera {
            picture: drawing.picture.into_raw().into(),
            source: Arc::new(Source {
                kind: SourceKind::Phantom,
                name: "PHANTOM on strings".into(),
                detail: String::new(),
            }),
            plugged: plugged.clone(),
            running: running.clone(),
            open: false,
            id: 0,
        };
        let (inputs, receiver) = mpsc::channel();
        let cases = tempfile::tempdir().expect("a temporary folder");
        let store = Store::new(cases.path().into());
        let (screens, opened) = mpsc::channel();
        let lamp = LampLine::default();
        let line = lamp.clone();
        let device = thread::spawn(move || {
            let display = Reopening::with(&[Kind::Png], InMemory(screens), Instant::now())
                .map_err(|e| e.to_string())?;
            device::run(device::Parts {
                camera: Box::new(camera),
                assessor,
                display,
                inputs: receiver,
                store,
                lamp: Lamp::on(move || Ok(ActivePin::new(line.clone(), false))),
                limits: app::Settings::default().limits()?,
                stop: Arc::new(AtomicBool::new(false)),
                watchdog: Watchdog::new(None, Box::new(|_| Ok(()))),
            })
        });
        Rig {
            plugged,
            running,
            inputs,
            seen: opened.recv().expect("the display opens"),
            lamp,
            cases,
            device,
        }
    }

    fn press(&self, action: Action) {
        self.inputs
            .send(InputEvent::Action(action))
            .expect("the device runs");
    }

    fn verdict_on_screen(&self) -> bool {
        let bands = [
            theme::SUSPECTED,
            theme::NO_SIGNS,
            theme::UNCERTAIN,
            theme::NOT_USABLE,
        ]
        .map(|colour| [colour.r(), colour.g(), colour.b()]);
        self.seen.last().is_some_and(|screen| {
            let wearing = screen.pixels().filter(|p| bands.contains(&p.0)).count();
            wearing > 5000
        })
    }

    fn lit(&self) -> bool {
        self.lamp.0.load(Ordering::Relaxed)
    }

    fn until(&self, what: &str, mut holds: impl FnMut(&Rig) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Live, then a press, then the verdict.
    fn reach_a_verdict(&self) {
        let shown = self.seen.count();
        self.until("the live picture moves", |rig| {
            rig.seen.count() > shown + 10
        });
        self.press(Action::Capture);
        self.until("there is a verdict", Rig::verdict_on_screen);
    }

    /// Leaves the verdict, which stays for a second whatever is pressed.
    fn leave(&self, action: Action) {
        self.until("the verdict is left", |rig| {
            rig.press(action);
            !rig.verdict_on_screen()
        });
    }

    /// The name of a case on disk.
    fn stored(&self) -> Option<String> {
        let found = self.cases.path().read_dir().expect("a folder").flatten();
        found
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .find(|name| !name.starts_with('.'))
    }

    fn stop(self) {
        self.inputs.send(InputEvent::Quit).expect("the device runs");
        self.device.join().expect("no panic").expect("a good end");
    }
}

fn shipped_model() -> Result<Assessor, String> {
    let folder = model::locate(None)?;
    Assessor::open(&folder, &engine::Settings::default()).map_err(|e| e.to_string())
}

#[test]
fn a_press_gives_a_verdict_that_can_be_stored_and_goes_with_the_camera() {
    let rig = Rig::start(shipped_model());
    rig.reach_a_verdict();
    rig.press(Action::Save);
    rig.until("the case is stored", |rig| rig.stored().is_some());
    let name = rig.stored().expect("a case");
    assert!(name.ends_with("-PHANTOM"), "{name}");

    rig.plugged.store(false, Ordering::Relaxed);
    rig.until("the verdict is gone", |rig| !rig.verdict_on_screen());

    // Plugged in again: the live picture, and never the old verdict.
    rig.plugged.store(true, Ordering::Relaxed);
    let shown = rig.seen.count();
    rig.until("the picture moves again", |rig| {
        assert!(!rig.verdict_on_screen(), "the old verdict came back");
        rig.seen.count() > shown + 10
    });
    rig.stop();
}

#[test]
fn a_result_that_went_with_the_camera_before_it_was_saved_can_still_be_saved() {
    let rig = Rig::start(shipped_model());
    rig.reach_a_verdict();
    rig.plugged.store(false, Ordering::Relaxed);
    rig.until("the verdict is gone", |rig| !rig.verdict_on_screen());
    rig.plugged.store(true, Ordering::Relaxed);
    let shown = rig.seen.count();
    rig.until("the picture moves again", |rig| {
        rig.seen.count() > shown + 10
    });
    assert_eq!(rig.stored(), None);
    rig.press(Action::Save);
    rig.until("the case is stored", |rig| rig.stored().is_some());
    assert!(!rig.verdict_on_screen(), "and not shown");
    rig.stop();
}

#[test]
fn the_lamp_is_lit_with_the_live_picture_and_dark_with_a_verdict_a_message_and_at_the_end() {
    let rig = Rig::start(shipped_model());
    rig.until("the lamp is lit", Rig::lit);
    rig.reach_a_verdict();
    rig.until("the lamp is dark with the verdict", |rig| !rig.lit());
    rig.leave(Action::Back);
    rig.until("it is lit again", Rig::lit);
    rig.plugged.store(false, Ordering::Relaxed);
    rig.until("it is dark without a camera", |rig| !rig.lit());
    rig.plugged.store(true, Ordering::Relaxed);
    rig.until("it is lit with the camera", Rig::lit);
    let lamp = rig.lamp.clone();
    rig.stop();
    assert!(!lamp.0.load(Ordering::Relaxed), "it stays lit at the end");
}

#[test]
fn a_camera_that_falls_silent_takes_its_verdict_along() {
    let rig = Rig::start(shipped_model());
    rig.reach_a_verdict();
    rig.running.store(false, Ordering::Relaxed);
    rig.until("the verdict is gone", |rig| !rig.verdict_on_screen());
    rig.running.store(true, Ordering::Relaxed);
    rig.reach_a_verdict();
    rig.stop();
}

#[test]
fn without_a_model_the_live_picture_runs_and_no_press_gives_a_verdict() {
    let rig = Rig::start(Err("the model's sha256 differs".into()));
    rig.until("the live picture moves", |rig| rig.seen.count() > 5);
    rig.press(Action::Capture);
    let shown = rig.seen.count();
    rig.until("the refusal is drawn", |rig| rig.seen.count() > shown);
    assert!(!rig.verdict_on_screen());
    rig.press(Action::Back);
    let shown = rig.seen.count();
    rig.until("the picture moves again", |rig| {
        rig.seen.count() > shown + 5
    });
    rig.stop();
}
