//! Time: a wall clock that jumps, and a main loop that hangs.

use crate::rig::{Device, SMALL};

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_clock_that_jumps_takes_no_picture_down_and_no_verdict() {
    let mut device = Device::live("clock", SMALL);
    device.board.press("ret");
    let verdict = device.wait_verdict();
    for date in [
        "1970-01-01 00:00:10",
        "2038-01-19 04:00:00",
        "2026-11-24 12:00:00",
    ] {
        device.board.ok(&format!("date -u -s '{date}'"));
        // Longer than the limit of a stall.
        device.board.ok("sleep 4");
        assert_eq!(device.wait_verdict(), verdict);
        device.board.press("esc");
        device.wait_live();
        device.board.press("ret");
        assert_eq!(device.wait_verdict(), verdict);
    }
    assert_eq!(device.logged("WARN bccscope::app::live"), 0);
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_main_loop_that_hangs_starves_the_watchdog_and_the_board_starts_anew() {
    let mut device = Device::with_camera("watchdog", SMALL);
    device.board.ok("modprobe softdog soft_margin=10");
    device
        .board
        .ok("board-supervisor 10 device -v run >&4 2>&1 & \
         while ! pidof bccscope >/run/bccscope.pid; do sleep 0.2; done");
    device.wait_live();
    device.wait_log("supervisor: READY=1", 1);
    device.wait_log("supervisor: WATCHDOG=1", 4);
    device.still_runs();
    device.board.ok("kill -STOP $(cat /run/bccscope.pid)");
    let took = device.board.wait_end();
    println!(
        "the board was reset {:.1} s after the hang",
        took.as_secs_f32()
    );
}
