//! The device running on a board, its camera, and what its screen shows.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use image::RgbImage;

use crate::{
    board::{Board, Equipment},
    look::{self, Verdict},
};

/// How the device is set up on a board. The emulated processor is some hundred times slower
/// than the real one: fewer frames of a burst, and more patience with them.
#[derive(Clone, Copy, PartialEq)]
pub struct Setup {
    /// Width and height wished for.
    pub picture: (u32, u32),
    /// Width and height of the screen.
    pub screen: (u32, u32),
    /// Frames of a burst.
    pub burst: u32,
    /// A picture older than this is stale, in seconds. On a busy machine the emulated camera
    /// pauses for seconds, and a verdict that is on its way is rightly dropped then.
    pub stall: u32,
    /// Time for all looks at a picture, in milliseconds: the shortest leaves one.
    pub views: u32,
    /// Which camera; empty: the first.
    pub camera: &'static str,
}

/// A dermatoscope's usual picture.
pub const USUAL: Setup = Setup {
    picture: (1280, 720),
    screen: (800, 480),
    burst: 2,
    stall: 8,
    views: 50,
    camera: "",
};

/// One frame with all looks at it, as where the result is compared with this machine's.
pub const THOROUGH: Setup = Setup {
    burst: 1,
    views: 60_000,
    ..USUAL
};

/// Where many rounds count more than many pixels: the smallest screen, too, that there is a layout
/// for.
pub const SMALL: Setup = Setup {
    picture: (640, 480),
    screen: (480, 320),
    burst: 1,
    stall: 3,
    views: 50,
    camera: "",
};

impl Setup {
    fn equipment(&self, arguments: Vec<String>) -> Equipment {
        Equipment {
            screen: self.screen,
            arguments,
            ..Equipment::default()
        }
    }

    /// The configuration file, for the shell's printf.
    fn file(&self) -> String {
        let Setup {
            picture: (width, height),
            screen: _,
            burst,
            stall,
            views,
            camera,
        } = self;
        format!(
            "[camera]\\ndevice = \"{camera}\"\\nwidth = {width}\\nheight = {height}\\nfps = 5\\n\
             stall_ms = {stall}000\\n[app]\\nburst = {burst}\\nstall_ms = {stall}000\\nanalysis_ms = 120000\\n\
             views_ms = {views}\\n"
        )
    }
}

/// So many changes of the screen, all within this time, are a live picture.
const MOVES: usize = 4;
const MOVING_WITHIN: Duration = Duration::from_secs(3);

/// A board with the device running on it.
pub struct Device {
    /// The board.
    pub board: Board,
}

impl Device {
    /// The device with its live picture: booted, the camera plugged in, the program started.
    pub fn live(name: &str, setup: Setup) -> Device {
        let mut device = if setup == SMALL {
            Device::resume(name, &small().live)
        } else {
            let mut device = Device::with_camera(name, setup);
            device.start();
            device
        };
        device.wait_live();
        device
    }

    /// Booted, the camera plugged in.
    pub fn with_camera(name: &str, setup: Setup) -> Device {
        if setup == SMALL {
            return Device::resume(name, &small().plugged_in);
        }
        Device::boot_with_camera(name, setup)
    }

    fn boot_with_camera(name: &str, setup: Setup) -> Device {
        let mut device = Device::boot(name, setup, Vec::new());
        device.plug_in("camera", "SIM0001", 0);
        device
    }

    fn resume(name: &str, state: &Path) -> Device {
        let board = Board::resume(name, &SMALL.equipment(Vec::new()), state);
        Device { board }
    }

    /// Boots a board without a camera, with more of QEMU's arguments.
    pub fn boot(name: &str, setup: Setup, arguments: Vec<String>) -> Device {
        let mut board = Board::boot(name, &setup.equipment(arguments));
        let file = setup.file();
        board.ok(&format!("printf '{file}' > /etc/bccscope/bccscope.toml"));
        Device { board }
    }

    /// Plugs an emulated camera in, which becomes `/dev/video<node>`, and lets it look at a
    /// suspect lesion. It takes commands under this name.
    pub fn plug_in(&mut self, name: &str, serial: &str, node: u32) {
        self.board.ok(&format!(
            "uvcsim run --serial {serial} /run/{name} /scenes >/run/{name}.log 2>&1 & \
             while [ ! -e /dev/video{node} ]; do sleep 0.1; done; uvcsim tell /run/{name} show suspect"
        ));
    }

    /// Starts the program.
    pub fn start(&mut self) {
        self.board
            .ok("device -v run >&4 2>&1 & echo $! >/run/bccscope.pid");
    }

    /// Tells the camera something it must do.
    pub fn camera(&mut self, command: &str) -> String {
        self.board.ok(&format!("uvcsim tell /run/camera {command}"))
    }

    /// Waits for a picture that moves and goes on moving, with no verdict on it: a console that
    /// gives way to the first screen, and that to the next, move too.
    pub fn wait_live(&mut self) -> Duration {
        self.wait_moves(MOVES)
    }

    /// Waits for so many changes of the picture, with no verdict on it.
    pub fn wait_moves(&mut self, wanted: usize) -> Duration {
        let mut last: Option<RgbImage> = None;
        let mut moves: Vec<Instant> = Vec::new();
        let (_, took) = self.board.until("a live picture", |board| {
            let screen = board.screen();
            if look::verdict(&screen).is_some() {
                moves.clear();
            } else if last.as_ref().is_some_and(|last| look::moved(last, &screen)) {
                moves.push(Instant::now());
            }
            last = Some(screen);
            moves.retain(|then| then.elapsed() < MOVING_WITHIN);
            (moves.len() >= wanted).then_some(())
        });
        took
    }

    /// Waits for a message in place of the picture; a picture that merely stands still is none.
    pub fn wait_message(&mut self) -> Duration {
        let what = "a message instead of the picture";
        let (_, took) = self
            .board
            .until(what, |board| look::message(&board.screen()).then_some(()));
        took
    }

    /// Waits for a verdict.
    pub fn wait_verdict(&mut self) -> Verdict {
        let (verdict, _) = self
            .board
            .until("a verdict", |board| look::verdict(&board.screen()));
        verdict
    }

    /// Presses a key that leaves the verdict on the screen. It stays for a second, whatever is
    /// pressed.
    pub fn leave(&mut self, key: &str) {
        self.board.ok("sleep 1");
        self.board.press(key);
    }

    /// Waits for the verdict to go.
    pub fn wait_no_verdict(&mut self) -> Duration {
        let (_, took) = self.board.until("the verdict to go", |board| {
            look::verdict(&board.screen()).is_none().then_some(())
        });
        took
    }

    /// Waits until so many lines of the device's log hold a text; see [`Device::logged`].
    pub fn wait_log(&mut self, text: &str, times: usize) -> Duration {
        self.wait_one_of(&[text], times)
    }

    /// Waits until so many lines hold one of these texts.
    pub fn wait_one_of(&mut self, texts: &[&str], times: usize) -> Duration {
        let (_, took) = self.board.until(&texts.join(" or "), |board| {
            let log = board.log();
            let lines: usize = texts.iter().map(|text| count(&log, text)).sum();
            (lines >= times).then_some(())
        });
        took
    }

    /// How many lines of the device's log hold a text, in which `.*` stands for anything.
    pub fn logged(&self, text: &str) -> usize {
        count(&self.board.log(), text)
    }

    /// The one process that was started is still there.
    pub fn still_runs(&mut self) {
        self.board.ok("kill -0 $(cat /run/bccscope.pid)");
    }
}

/// States of a [`SMALL`] device that tests go on from: most of their time would be the same boot
/// and start again.
#[derive(Clone)]
struct States {
    plugged_in: PathBuf,
    live: PathBuf,
}

/// Made once, by whoever comes first.
fn small() -> States {
    static STATES: Mutex<Option<States>> = Mutex::new(None);
    let mut states = STATES.lock().unwrap_or_else(PoisonError::into_inner);
    states
        .get_or_insert_with(|| {
            let mut device = Device::boot_with_camera("small", SMALL);
            let folder = device.board.folder().to_owned();
            let states = States {
                plugged_in: folder.join("plugged-in.state"),
                live: folder.join("live.state"),
            };
            device.board.save(&states.plugged_in);
            device.start();
            device.wait_live();
            device.board.save(&states.live);
            states
        })
        .clone()
}

fn count(log: &str, text: &str) -> usize {
    let holds = |line: &&str| {
        let mut rest = *line;
        text.split(".*").all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    };
    log.lines().filter(holds).count()
}
