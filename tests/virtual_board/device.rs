//! `bccscope run` on the board: camera in, screen out, people between.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use bccscope::{
    input::Action,
    screen::{self, Scene, Status, samples::Samples},
};
use image::RgbImage;

use crate::{
    board::Board,
    look::{self, Verdict},
};

/// The emulated processor is some twenty times slower than the real one: a smaller picture,
/// fewer frames of a burst, and more patience with them.
const SETTINGS: &str = "[camera]\\nwidth = 1280\\nheight = 720\\nfps = 10\\nstall_ms = 3000\\n\
    [app]\\nburst = 2\\nstall_ms = 3000\\nanalysis_ms = 120000\\n";

/// So many changes of the screen, all within this time, are a live picture.
const MOVES: usize = 4;
const MOVING_WITHIN: Duration = Duration::from_secs(3);

/// A board with the device running on it.
pub struct Device {
    /// The board.
    pub board: Board,
}

impl Device {
    /// Boots, plugs the camera in, starts the device, waits for its live picture.
    pub fn live(name: &str) -> Device {
        let mut device = Device::with_camera(name);
        device.start();
        device.wait_live();
        device
    }

    /// Boots and plugs the camera in.
    pub fn with_camera(name: &str) -> Device {
        let mut board = Board::boot(name);
        board.ok(&format!(
            "printf '{SETTINGS}' > /etc/bccscope/bccscope.toml"
        ));
        board.ok("uvcsim run /run/camera /scenes >/run/camera.log 2>&1 & while [ ! -e /dev/video0 ]; do sleep 0.1; done; uvcsim tell /run/camera show suspect");
        Device { board }
    }

    /// Starts the program.
    pub fn start(&mut self) {
        self.board
            .ok("device -v run >>/run/bccscope.log 2>&1 & echo $! >/run/bccscope.pid");
    }

    /// Tells the camera something it must do.
    pub fn camera(&mut self, command: &str) -> String {
        self.board.ok(&format!("uvcsim tell /run/camera {command}"))
    }

    /// Waits for a picture that moves and goes on moving, with no verdict on it: a console that
    /// gives way to the first screen, and that to the next, move too.
    pub fn wait_live(&mut self) -> Duration {
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
            (moves.len() >= MOVES).then_some(())
        });
        took
    }

    /// Waits until the picture stands still: a message.
    pub fn wait_message(&mut self) -> Duration {
        let mut same = 0;
        let mut last = None;
        let (_, took) = self
            .board
            .until("a message instead of the picture", |board| {
                let screen = board.screen();
                let still = last
                    .as_ref()
                    .is_some_and(|last| !look::moved(last, &screen));
                same = if still && look::verdict(&screen).is_none() {
                    same + 1
                } else {
                    0
                };
                last = Some(screen);
                (same >= 6).then_some(())
            });
        took
    }

    /// Waits for a verdict.
    pub fn wait_verdict(&mut self) -> Verdict {
        let (verdict, _) = self
            .board
            .until("a verdict", |board| look::verdict(&board.screen()));
        verdict
    }

    /// Waits for the verdict to go.
    pub fn wait_no_verdict(&mut self) -> Duration {
        let (_, took) = self.board.until("the verdict to go", |board| {
            look::verdict(&board.screen()).is_none().then_some(())
        });
        took
    }

    /// The one process that was started is still there.
    pub fn still_runs(&mut self) {
        self.board.ok("kill -0 $(cat /run/bccscope.pid)");
    }
}

/// Where the live screen's button for the shutter is, in fractions of the screen.
fn capture_button() -> (f32, f32) {
    let samples = Samples::new();
    let all = samples.all();
    let live = all
        .iter()
        .find(|sample| matches!(sample.scene, Scene::Live { .. }))
        .expect("there is a sample of the live screen");
    // As on the board: no alert line moves the buttons.
    let status = Status {
        fallback: None,
        stand_in: None,
        power: None,
        display: None,
        ..live.status.clone()
    };
    let target = screen::targets(&live.scene, &status, (800, 480))
        .into_iter()
        .find(|target| target.button && target.action == Action::Capture)
        .expect("the live screen has a button for the shutter");
    let area = target.area;
    (
        (area.x + area.w / 2.0) / 800.0,
        (area.y + area.h / 2.0) / 480.0,
    )
}

/// How much the result screen may differ from this machine's own: it also has the clock, the
/// camera's format and the burst's spread.
const SAME_SCREEN: f32 = 0.08;

/// The result screen this machine draws of a case's frame.
fn drawn_here(folder: &Path, frame: &[u8]) -> RgbImage {
    let picture = folder.join("frame.jpg");
    fs::write(&picture, frame).expect("the frame can be kept");
    let output = Command::new(env!("CARGO_BIN_EXE_bccscope"))
        .args(["analyze", "--size", "800x480", "--screens"])
        .args([&folder.join("expected"), &picture])
        .output()
        .expect("this machine's own build runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let screen = fs::read_dir(folder.join("expected"))
        .expect("a folder of screens")
        .find_map(|entry| image::open(entry.ok()?.path()).ok())
        .expect("one screen was drawn");
    screen.into_rgb8()
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn it_boots_to_the_live_picture_and_every_shutter_brings_a_verdict() {
    let mut device = Device::with_camera("live");
    let cameras = device.board.ok("bccscope cameras");
    println!("{cameras}");
    assert!(cameras.contains("Simulated dermatoscope"), "{cameras}");
    device.start();
    let cold = device.wait_live();
    println!(
        "boot {:.1} s, start to live picture {:.1} s",
        device.board.boot_time.as_secs_f32(),
        cold.as_secs_f32()
    );
    device.board.keep_screen("live");

    // A key.
    device.board.press("ret");
    assert_eq!(device.wait_verdict(), Verdict::Suspected);
    let result = device.board.keep_screen("result");

    // The next heat map, and the case to disk.
    device.board.press("tab");
    device.board.until("another heat map", |board| {
        look::moved(&result, &board.screen()).then_some(())
    });
    device.board.keep_screen("next-map");
    device.board.press("s");
    let (cases, _) = device.board.until("a case on disk", |board| {
        let output = board.run("ls -d /var/lib/bccscope/cases/*/");
        (output.code == 0).then_some(output.text)
    });
    assert_eq!(cases.lines().count(), 1, "{cases}");
    let frame = device.board.file(&format!("{}frame.jpg", cases.trim()));
    let difference = look::difference(&result, &drawn_here(device.board.folder(), &frame));
    println!(
        "result screen: {:.1} % of the pixels differ from this machine's own drawing",
        difference * 100.0
    );
    assert!(
        difference <= SAME_SCREEN,
        "result.png is not what this machine draws"
    );

    // A touch on the button that is drawn for it.
    device.board.press("esc");
    device.wait_live();
    let (x, y) = capture_button();
    device.board.ok(&format!("board-touch {x} {y}"));
    assert_eq!(device.wait_verdict(), Verdict::Suspected);

    // Another lesion: the verdict is the new one's.
    device.camera("show clear");
    device.board.press("esc");
    device.wait_live();
    // The camera's own button.
    device.camera("button");
    assert_eq!(device.wait_verdict(), Verdict::NoSigns);
    device.board.press("d");
    device.wait_live();

    let memory = device
        .board
        .ok("grep -E 'VmHWM|VmRSS|Threads' /proc/$(cat /run/bccscope.pid)/status");
    println!("{memory}");
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_verdict_goes_with_its_camera_and_the_picture_comes_back_on_any_port() {
    let mut device = Device::live("unplug");
    device.board.press("ret");
    assert_eq!(device.wait_verdict(), Verdict::Suspected);
    device.camera("unplug");
    println!(
        "verdict gone {:.1} s after the unplug",
        device.wait_no_verdict().as_secs_f32()
    );
    device.wait_message();
    device.board.keep_screen("unplugged");
    device.camera("plug 20");
    println!(
        "live {:.1} s after the replug",
        device.wait_live().as_secs_f32()
    );
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_verdict_goes_when_the_camera_stalls() {
    let mut device = Device::live("stall");
    device.board.press("ret");
    assert_eq!(device.wait_verdict(), Verdict::Suspected);
    device.camera("freeze");
    println!(
        "verdict gone {:.1} s after the stall",
        device.wait_no_verdict().as_secs_f32()
    );
    device.wait_message();
    device.board.keep_screen("stalled");
    device.camera("thaw");
    println!(
        "live {:.1} s after the thaw",
        device.wait_live().as_secs_f32()
    );
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn it_leaves_in_good_order_on_sigterm_and_comes_back_after_sigkill() {
    let mut device = Device::live("signals");
    device.board.ok("kill -TERM $(cat /run/bccscope.pid)");
    device.board.until("the end of the program", |board| {
        (board.run("kill -0 $(cat /run/bccscope.pid)").code != 0).then_some(())
    });
    device.start();
    device.wait_live();
    device.board.ok("kill -KILL $(cat /run/bccscope.pid)");
    device.start();
    device.wait_live();
    device.still_runs();
}
