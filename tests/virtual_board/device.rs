//! `bccscope run` on the board: camera in, screen out, people between.

use std::{fs, path::Path, process::Command};

use bccscope::{
    input::Action,
    screen::{self, Scene, Status, samples::Samples},
};
use image::RgbImage;

use crate::{
    look::{self, Verdict},
    rig::{Device, SMALL, THOROUGH, USUAL},
};

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
const SAME_SCREEN: f32 = 0.03;

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
    let mut device = Device::with_camera("live", THOROUGH);
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
    device.leave("esc");
    device.wait_live();
    let (x, y) = capture_button();
    device.board.ok(&format!("board-touch {x} {y}"));
    assert_eq!(device.wait_verdict(), Verdict::Suspected);

    // Another lesion: the verdict is the new one's.
    device.camera("show clear");
    device.leave("esc");
    device.wait_live();
    // The camera's own button.
    device.camera("button");
    assert_eq!(device.wait_verdict(), Verdict::NoSigns);
    device.leave("d");
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
    let mut device = Device::live("unplug", USUAL);
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
    let mut device = Device::live("stall", SMALL);
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
    let mut device = Device::live("signals", SMALL);
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
