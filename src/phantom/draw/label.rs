//! The phantom's name, in the picture itself.

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_6X10},
    pixelcolor::BinaryColor,
    prelude::*,
    text::Text,
};
use image::{Rgb, RgbImage};

/// The name and the seed in the lower left corner, away from the lesion.
pub(super) fn label(picture: &mut RgbImage, seed: u64) {
    struct Ink<'a>(&'a mut RgbImage, u32);
    impl OriginDimensions for Ink<'_> {
        fn size(&self) -> Size {
            Size::new(self.0.width() / self.1, self.0.height() / self.1)
        }
    }
    impl DrawTarget for Ink<'_> {
        type Color = BinaryColor;
        type Error = std::convert::Infallible;
        fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
            &mut self,
            pixels: I,
        ) -> Result<(), Self::Error> {
            for Pixel(point, _) in pixels {
                for (dx, dy) in (0..self.1).flat_map(|dx| (0..self.1).map(move |dy| (dx, dy))) {
                    let (x, y) = (point.x as u32 * self.1 + dx, point.y as u32 * self.1 + dy);
                    if point.x >= 0 && point.y >= 0 && x < self.0.width() && y < self.0.height() {
                        self.0.put_pixel(x, y, Rgb([70, 52, 48]));
                    }
                }
            }
            Ok(())
        }
    }
    let scale = (picture.height() / 300).max(1);
    let bottom = (picture.height() / scale) as i32 - 5;
    let mut ink = Ink(picture, scale);
    let style = MonoTextStyle::new(&FONT_6X10, BinaryColor::On);
    let text = format!("PHANTOM {seed}");
    let Ok(_) = Text::new(&text, Point::new(4, bottom), style).draw(&mut ink);
}
