use image::Rgb;
use proptest::prelude::*;

use super::{
    controller::{NoDelay, Reset, Wires},
    *,
};
use crate::{
    display::{Rotated, Rotation},
    screen::{self, Surface, samples::Samples},
};

fn settings(controller: Controller) -> PanelSettings {
    PanelSettings {
        controller,
        ..PanelSettings::default()
    }
}

fn started(settings: &PanelSettings, wires: &Wires) -> Result<Panel, String> {
    let no_reset: Option<Reset> = None;
    Panel::start(settings, wires.clone(), wires.dc(), no_reset, &mut NoDelay)
}

fn panel(controller: Controller) -> (Panel, Wires) {
    let wires = Wires::new();
    let panel = started(&settings(controller), &wires).expect("the wires are whole");
    (panel, wires)
}

/// The picture in the colours a panel has.
fn in_its_colours(picture: &RgbImage, controller: Controller) -> RgbImage {
    let green = 63;
    let red_and_blue = match controller {
        Controller::St7796 => 31,
        Controller::Ili9486 | Controller::Ili9488 => 63,
    };
    let mut picture = picture.clone();
    for Rgb(pixel) in picture.pixels_mut() {
        for (value, most) in pixel.iter_mut().zip([red_and_blue, green, red_and_blue]) {
            let steps = (u32::from(*value) * most + 127) / 255;
            *value = ((steps * 255 + most / 2) / most) as u8;
        }
    }
    picture
}

fn colourful() -> RgbImage {
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        Rgb([x as u8, y as u8, (x * 7 + y * 3) as u8])
    })
}

const ALL: [Controller; 3] = [Controller::St7796, Controller::Ili9486, Controller::Ili9488];

#[test]
fn the_bytes_on_the_wires_are_the_picture_on_every_controller() {
    for controller in ALL {
        let (mut panel, wires) = panel(controller);
        {
            let state = wires.0.borrow();
            assert!(state.awake && state.on, "{controller:?}");
            assert_eq!(state.soft_resets, 1, "no reset line: reset by command");
        }
        assert!(wires.blue_first() && !wires.0.borrow().inverted);
        let picture = colourful();
        panel.show(&picture).unwrap();
        let want = in_its_colours(&picture, controller);
        assert!(wires.seen() == want, "{controller:?} shows something else");
    }
}

#[test]
fn every_screen_comes_out_on_the_panel_one_after_the_other() {
    let (mut panel, wires) = panel(Controller::St7796);
    let samples = Samples::new();
    for sample in samples.all() {
        let mut surface = Surface::new(SIZE.0, SIZE.1);
        screen::draw(&sample.scene, &sample.status, &mut surface);
        panel.show(surface.picture()).unwrap();
        let want = in_its_colours(surface.picture(), Controller::St7796);
        assert!(wires.seen() == want, "{}", sample.name);
    }
}

#[test]
fn what_the_glass_does_is_set_right() {
    let wires = Wires::new();
    let settings = PanelSettings {
        bgr: false,
        inverted: true,
        mirrored: true,
        ..settings(Controller::St7796)
    };
    let mut panel = started(&settings, &wires).unwrap();
    assert!(!wires.blue_first() && wires.0.borrow().inverted);
    let picture = colourful();
    panel.show(&picture).unwrap();
    // The memory is written mirrored, so that a mirroring glass shows it right.
    let want = in_its_colours(&picture, Controller::St7796);
    assert!(wires.seen() == image::imageops::flip_vertical(&want));
}

#[test]
fn a_reset_line_is_pulled_and_let_go() {
    let wires = Wires::new();
    let reset = Some(wires.reset());
    let settings = settings(Controller::Ili9488);
    let _panel = Panel::start(&settings, wires.clone(), wires.dc(), reset, &mut NoDelay).unwrap();
    assert_eq!(wires.0.borrow().resets, [false, true]);
    assert_eq!(wires.0.borrow().soft_resets, 0);
}

#[test]
fn the_picture_of_the_run_before_is_gone_at_once_and_the_last_one_at_the_end() {
    let (mut panel, wires) = panel(Controller::St7796);
    let black = |wires: &Wires| wires.seen().pixels().all(|p| p.0 == [0; 3]);
    assert!(black(&wires), "what the memory held is on the glass");
    panel.show(&colourful()).unwrap();
    assert!(!black(&wires));
    drop(panel);
    assert!(black(&wires), "the last picture stays");
}

#[test]
fn only_what_changed_is_sent_and_now_and_then_all_of_it() {
    let (mut panel, wires) = panel(Controller::St7796);
    let mut picture = colourful();
    panel.show(&picture).unwrap();
    let taken = || wires.0.borrow().pixels;

    let before = taken();
    panel.show(&picture).unwrap();
    assert_eq!(taken(), before, "nothing changed");

    picture.put_pixel(100, 50, Rgb([255, 0, 0]));
    picture.put_pixel(103, 51, Rgb([0, 255, 0]));
    panel.show(&picture).unwrap();
    assert_eq!(taken(), before + 8);

    // A disturbance of the panel's memory is healed within a number of pictures.
    wires.0.borrow_mut().memory.fill(9);
    for _ in 0..=WHOLE_EVERY {
        panel.show(&picture).unwrap();
    }
    assert!(wires.seen() == in_its_colours(&picture, Controller::St7796));
}

#[test]
fn a_bus_that_fails_is_an_error_with_a_sentence_and_the_next_picture_is_sent_whole() {
    let picture = colourful();
    for after in [1, 2, 5, 9, 40] {
        let (mut panel, wires) = panel(Controller::St7796);
        let transfers = wires.0.borrow().transfers;
        wires.0.borrow_mut().fails_at = Some(transfers + after);
        let error = panel.show(&picture).unwrap_err().to_string();
        for words in ["SPI panel st7796", "Input/output error", "wires"] {
            assert!(error.contains(words), "{error}");
        }
        panel.show(&picture).unwrap();
        assert!(
            wires.seen() == in_its_colours(&picture, Controller::St7796),
            "after transfer {after}"
        );
    }
}

#[test]
fn a_bus_that_fails_while_the_controller_is_started_opens_no_display() {
    for controller in ALL {
        for transfer in 1..30 {
            let wires = Wires::new();
            wires.0.borrow_mut().fails_at = Some(transfer);
            let Err(error) = started(&settings(controller), &wires) else {
                panic!("{controller:?} opened though transfer {transfer} failed");
            };
            assert!(error.contains("Input/output error"), "{error}");
            // Nothing was shown: nobody goes on talking to a bus that failed.
            assert_eq!(wires.0.borrow().transfers, transfer);
        }
    }
}

#[test]
fn a_turned_panel_shows_the_turned_picture() {
    let (inner, wires) = panel(Controller::St7796);
    let mut turned = Rotated::around(Box::new(inner), Rotation::Clockwise90);
    assert_eq!(turned.size(), (320, 480));
    let picture = image::imageops::rotate90(&colourful());
    turned.show(&picture).unwrap();
    let want = image::imageops::rotate90(&picture);
    assert!(wires.seen() == in_its_colours(&want, Controller::St7796));
}

#[test]
fn a_picture_of_another_size_is_refused_and_nothing_is_sent() {
    let (mut panel, wires) = panel(Controller::St7796);
    let before = wires.0.borrow().transfers;
    assert!(panel.show(&RgbImage::new(320, 480)).is_err());
    assert_eq!(wires.0.borrow().transfers, before);
}

#[test]
fn a_bus_that_is_missing_or_none_is_named_with_what_to_do() {
    for (path, words) in [
        ("/dev/spidev-of-nobody", "switch the board's SPI bus on"),
        ("/dev/null", "is no SPI bus"),
    ] {
        let settings = PanelSettings {
            spi: path.into(),
            ..PanelSettings::default()
        };
        let Err(error) = Panel::open(&settings) else {
            panic!("{path} was opened");
        };
        let error = error.to_string();
        assert!(error.contains(path) && error.contains(words), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn whatever_is_shown_and_whatever_fails_a_picture_reported_shown_is_on_the_glass(
        pictures in proptest::collection::vec(
            (0u32..480, 0u32..320, 1u32..200, 1u32..200, any::<[u8; 3]>(), 0usize..60), 1..8,
        ),
    ) {
        let (mut panel, wires) = panel(Controller::Ili9488);
        let mut picture = RgbImage::new(SIZE.0, SIZE.1);
        for (left, top, width, height, colour, fails_after) in pictures {
            for y in top..(top + height).min(SIZE.1) {
                for x in left..(left + width).min(SIZE.0) {
                    picture.put_pixel(x, y, Rgb(colour));
                }
            }
            let transfers = wires.0.borrow().transfers;
            wires.0.borrow_mut().fails_at = Some(transfers + fails_after);
            if panel.show(&picture).is_ok() {
                let want = in_its_colours(&picture, Controller::Ili9488);
                prop_assert!(wires.seen() == want);
            }
        }
    }
}
