//! A shutter and a lamp on the lines of a real gpiochip (PL061). Line 3 is QEMU's power button;
//! the lamp is read back where the kernel says what its lines are.

use std::time::Duration;

use crate::{
    board::Board,
    look::{self, Verdict},
    rig::{Device, SMALL},
};

const SETTINGS: &str = "[lamp]\\nchip = \"/dev/gpiochip0\"\\nline = 0\\n[input.gpio]\\n\
    buttons = [{ chip = \"/dev/gpiochip0\", line = 3, action = \"capture\" }]\\n";

/// The number the kernel gave the chip's first line.
fn base(board: &mut Board) -> u32 {
    let lines = board.ok("cat /sys/kernel/debug/gpio");
    lines
        .split("GPIOs ")
        .nth(1)
        .and_then(|rest| rest.split('-').next()?.trim().parse().ok())
        .unwrap_or_else(|| panic!("no chip in: {lines}"))
}

/// A line as the kernel tells it: who holds it, its direction and its level; empty where nobody
/// holds it.
fn line(board: &mut Board, number: u32) -> String {
    let name = format!("gpio-{} ", base(board) + number);
    board
        .ok("cat /sys/kernel/debug/gpio")
        .lines()
        .map(str::trim_start)
        .find(|line| line.starts_with(&name))
        .unwrap_or_default()
        .to_owned()
}

/// The level of a line that nobody holds, taken for a moment as it is.
fn level_left(board: &mut Board, number: u32) -> String {
    let number = base(board) + number;
    board.ok(&format!(
        "cd /sys/class/gpio && echo {number} >export && cat gpio{number}/direction gpio{number}/value; \
         echo {number} >unexport"
    ))
}

fn wait_lamp(board: &mut Board, lit: bool) -> Duration {
    let level = if lit { "out hi" } else { "out lo" };
    let what = format!("the lamp at {level:?}");
    let (_, took) = board.until(&what, |board| line(board, 0).contains(level).then_some(()));
    took
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_button_on_a_gpio_line_takes_a_picture_and_the_lamp_follows_the_screen() {
    let mut device = Device::with_camera("gpio", SMALL);
    device
        .board
        .ok("mount -t debugfs debugfs /sys/kernel/debug");
    device.board.ok(&format!(
        "printf '{SETTINGS}' >> /etc/bccscope/bccscope.toml"
    ));
    assert_eq!(line(&mut device.board, 0), "", "nobody holds the lamp yet");

    device.start();
    device.wait_live();
    wait_lamp(&mut device.board, true);
    let shutter = line(&mut device.board, 3);
    assert!(
        shutter.contains("bccscope") && shutter.contains("in "),
        "{shutter:?}"
    );

    device.board.pulse_gpio();
    assert_eq!(device.wait_verdict(), Verdict::Suspected);
    let result = device.board.keep_screen("result");
    wait_lamp(&mut device.board, false);

    // A second press leaves the result, not within its first second; it does not take another picture
    // at once.
    device.board.ok("sleep 1");
    device.board.pulse_gpio();
    device.wait_live();
    println!(
        "lamp lit {:.1} s after the live picture",
        wait_lamp(&mut device.board, true).as_secs_f32()
    );
    assert!(look::moved(&result, &device.board.screen()));

    // No camera, no light.
    device.camera("unplug");
    wait_lamp(&mut device.board, false);
    device.camera("plug 20");
    device.wait_live();
    wait_lamp(&mut device.board, true);

    // A second device finds both lines taken: it says so and goes on. Its model plays no part here
    // and would take a minute of this processor.
    device.board.ok(
        "(echo '[model]'; echo 'path = \"/nowhere\"'; cat /etc/bccscope/bccscope.toml) >/run/no-model.toml; \
         mkdir -m 777 /run/second; device -v run --config /run/no-model.toml --source phantom:size=320x240,fps=1 --display png \
         --screens /run/second --size 480x320 >/run/second.log 2>&1 & echo $! >/run/second.pid",
    );
    for words in [
        "GPIO button for capture is dead, tried again: line 3 of /dev/gpiochip0 is in use by bccscope",
        "lamp: line 0 of /dev/gpiochip0 is in use by bccscope",
    ] {
        device.board.until(words, |board| {
            let found = board.run(&format!("grep -q '{words}' /run/second.log"));
            (found.code == 0).then_some(())
        });
    }
    device.board.until("the second device's screen", |board| {
        (board.run("test -s /run/second/screen.png").code == 0).then_some(())
    });
    device.board.ok("kill $(cat /run/second.pid)");
    device.still_runs();

    // It leaves no light on.
    device.board.ok("kill -TERM $(cat /run/bccscope.pid)");
    device.board.until("the end of the program", |board| {
        (board.run("kill -0 $(cat /run/bccscope.pid)").code != 0).then_some(())
    });
    assert_eq!(line(&mut device.board, 0), "", "the lamp is still held");
    assert_eq!(level_left(&mut device.board, 0), "out\n0\n");

    // Nobody holds them now: the self-test has both.
    device
        .board
        .ok("device selftest --config /run/no-model.toml >/run/selftest.txt 2>&1 & true");
    let (said, _) = device.board.until("the self-test of the lamp", |board| {
        let said = board.run("cat /run/selftest.txt").text;
        said.contains("was switched on").then_some(said)
    });
    for words in [
        // In brackets the chip's label.
        "GPIO line 3 of /dev/gpiochip0 (",
        ") for capture, not pressed now",
        "line 0 of /dev/gpiochip0 (",
        ") was switched on for 1 s",
    ] {
        assert!(said.contains(words), "{said}");
    }
}
