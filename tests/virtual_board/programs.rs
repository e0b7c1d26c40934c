//! The commands that need no device.

use std::process::Command;

use serde_json::Value;

use crate::{
    board::{Board, Equipment, PI4, PI5},
    rig::{Device, SMALL},
};

/// What this machine's own build says of a picture the board's camera looks at.
fn assessed_here(scene: &str) -> Value {
    let picture = format!(
        "{}/target/board/root/scenes/{scene}/720-0.jpg",
        env!("CARGO_MANIFEST_DIR")
    );
    let output = Command::new(env!("CARGO_BIN_EXE_bccscope"))
        .args(["analyze", "--json", &picture])
        .output()
        .expect("the host's own build runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("analyze writes JSON")
}

/// The difference of two probabilities that rounding on another processor may make.
const ROUNDING: f64 = 0.02;

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn the_shipped_model_gives_its_known_answers_on_each_processor() {
    // XNNPACK takes other code on a processor that has dot products.
    for (processor, has) in [(PI4, false), (PI5, true)] {
        let equipment = Equipment {
            processor,
            ..Equipment::default()
        };
        let mut board = Board::boot_with(&format!("model-{processor}"), &equipment);
        println!("{processor}: boot {:.1} s", board.boot_time.as_secs_f32());
        let features = board.ok("grep -m 1 Features /proc/cpuinfo");
        assert_eq!(features.contains("asimddp"), has, "{features}");
        println!("{}", board.ok("bccscope model verify"));
    }
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_picture_gets_the_same_verdict_on_the_board_as_here() {
    let mut board = Board::boot("analyze");
    for scene in ["suspect", "clear", "two-nests"] {
        let here = assessed_here(scene);
        let text = board.ok(&format!(
            "bccscope analyze --json /scenes/{scene}/720-0.jpg 2>/dev/null"
        ));
        let there: Value = serde_json::from_str(&text).expect("analyze writes JSON");
        println!("{scene}: {}", there["verdict_words"]);
        assert_eq!(there["verdict"], here["verdict"], "{scene}");
        let probability = |assessed: &Value| assessed["bcc"]["probability"].as_f64();
        match (probability(&there), probability(&here)) {
            (Some(there), Some(here)) => assert!(
                (there - here).abs() <= ROUNDING,
                "{scene}: {there} there, {here} here"
            ),
            (there, here) => assert_eq!(there, here, "{scene}"),
        }
    }
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn analysing_opens_no_socket_and_there_is_no_network_to_open_one_to() {
    let mut board = Board::boot("sockets");
    let interfaces = board.ok("ls /sys/class/net");
    assert_eq!(interfaces.trim(), "lo", "a network interface on the board");
    board.ok("strace -f -e trace=%network -o /run/calls bccscope analyze /scenes/clear/720-0.jpg");
    let calls = board.ok("cat /run/calls");
    assert!(
        calls.contains("exited with 0"),
        "nothing was traced: {calls}"
    );
    assert!(!calls.contains("socket("), "{calls}");
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn the_running_device_opens_no_socket_but_to_the_kernel_and_the_watchdog() {
    let mut device = Device::with_camera("run-sockets", SMALL);
    device.board.ok(
        "board-supervisor 60 strace -f -e trace=%network -o /run/calls bccscope -v run \
         >/run/bccscope.log 2>&1 &",
    );
    device.wait_live();
    device.board.press("ret");
    device.wait_verdict();
    let calls = device.board.ok("cat /run/calls");
    let sockets: Vec<&str> = calls.lines().filter(|l| l.contains("socket(")).collect();
    println!("{}", sockets.join("\n"));
    assert!(!sockets.is_empty(), "nothing was traced: {calls}");
    let allowed = |call: &&str| call.contains("AF_UNIX") || call.contains("AF_NETLINK");
    assert!(sockets.iter().all(allowed), "{calls}");
}
