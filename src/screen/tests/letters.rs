//! Letters: inside their box, and told from their ground.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use proptest::prelude::*;

use super::super::{area::Area, text::Style, *};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_letter_is_painted_outside_its_area(
        x in -20.0f32..100.0, y in -20.0f32..80.0, w in 0.0f32..120.0, h in 0.0f32..60.0,
        size in 8.0f32..40.0, words in "[jfgA-Z…y ]{1,12}",
    ) {
        let area = Area::new(x, y, w, h);
        let mut surface = Surface::new(120, 90);
        glyphs::paint(&mut surface, &Style::new(size).wrap().set(&words, area));
        let (left, top, right, bottom) = area.pixels();
        for (px, py, pixel) in surface.picture().enumerate_pixels() {
            let (px, py) = (px as i32, py as i32);
            if px < left || px >= right || py < top || py >= bottom {
                prop_assert_eq!(pixel.0, [0; 3]);
            }
        }
    }
}

/// WCAG 2.1, 1.4.3: 4.5 for text, 3 for large bold text.
#[test]
fn letters_stand_out_from_what_they_are_written_on() {
    let luminance = |colour: Rgb888| {
        let part = |byte: u8| {
            let v = f32::from(byte) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    };
    let contrast = |a: Rgb888, b: Rgb888| {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    };
    for ground in [
        theme::SUSPECTED,
        theme::NO_SIGNS,
        theme::UNCERTAIN,
        theme::NOT_USABLE,
        theme::GOOD,
        theme::PRESENT,
        theme::AGAINST,
    ] {
        let ink = theme::ink_on(ground);
        assert!(
            contrast(ink, ground) >= 4.0,
            "{ground:?}: {}",
            contrast(ink, ground)
        );
    }
    for (ink, ground) in [
        (theme::TEXT, theme::BACKGROUND),
        (theme::QUIET, theme::BACKGROUND),
        (theme::TEXT, theme::BUTTON),
        (theme::QUIET, theme::GROUND),
        (theme::BUTTON_OFF, theme::BACKGROUND),
        (theme::BACKGROUND, theme::ALERT),
        (theme::BACKGROUND, theme::STAND_IN),
    ] {
        assert!(
            contrast(ink, ground) >= 4.5,
            "{ink:?} on {ground:?}: {}",
            contrast(ink, ground)
        );
    }
}
