//! The display is lost: another one is used in the order of the settings, that is said, and
//! the first choice comes back.

use crate::rig::{Device, SMALL};

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_display_owned_by_another_program_is_taken_back_when_it_is_free() {
    let mut device = Device::with_camera("display-master", SMALL);
    // Whoever opens the card first is its master.
    device
        .board
        .ok("sh -c 'exec 5<>/dev/dri/card0; exec sleep 1000' & echo $! >/run/master");
    device.start();
    device.wait_log("display refused: .*/dev/dri/card0", 1);
    device.wait_log("display: .*/dev/fb0", 1);
    device.board.ok("kill $(cat /run/master)");
    device.wait_log("display: DRM /dev/dri/card0", 1);
    device.wait_live();
    device.board.keep_screen("back");
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn without_drm_the_framebuffer_shows_it_and_says_so() {
    let mut device = Device::boot("display-fbdev", SMALL, Vec::new());
    device.plug_in("camera", "SIM0001", 0);
    device.board.ok("mv /dev/dri/card0 /run/card0");
    device.start();
    device.wait_log("display: .*/dev/fb0", 1);
    device.wait_live();
    device.board.keep_screen("framebuffer");
    device.board.ok("mv /run/card0 /dev/dri/card0");
    device.wait_log("display: DRM /dev/dri/card0", 1);
    device.wait_live();
    device.board.keep_screen("drm");
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn without_any_display_it_ends_with_a_sentence_that_names_them_all() {
    let mut device = Device::boot("display-none", SMALL, Vec::new());
    device
        .board
        .ok("mv /dev/dri/card0 /run/card0; mv /dev/fb0 /run/fb0");
    let output = device.board.run("device run 2>&1");
    println!("{}", output.text);
    assert_eq!(output.code, 1);
    assert!(output.text.contains("no display works"), "{}", output.text);
    assert!(output.text.contains("/dev/fb0"), "{}", output.text);
}
