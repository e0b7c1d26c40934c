//! The pixels of a screen, and what is kept between two of them so that a live picture costs
//! little: letters already drawn, the resizer, and what stands there already.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use image::RgbImage;

use super::{area::Area, glyphs::Glyphs, picture::Fitter, sheet::Item};

/// The pixels of a screen.
pub struct Surface {
    pub(super) pixels: RgbImage,
    pub(super) glyphs: Glyphs,
    pub(super) fitter: Fitter,
    /// One row of a colour, to be copied.
    line: Vec<[u8; 3]>,
    /// What stands there: everything but the picture, and where the picture lies.
    pub(super) standing: Option<(Vec<Item>, Option<Area>)>,
}

impl Surface {
    /// A black surface.
    pub fn new(width: u32, height: u32) -> Surface {
        Surface {
            pixels: RgbImage::new(width, height),
            glyphs: Glyphs::default(),
            fitter: Fitter::default(),
            line: Vec::new(),
            standing: None,
        }
    }

    /// Its pixels, to be shown.
    pub fn picture(&self) -> &RgbImage {
        &self.pixels
    }

    /// Its pixels.
    pub fn into_picture(self) -> RgbImage {
        self.pixels
    }

    /// The bytes of row `y` from column `left` up to `right`, both held to the surface.
    pub(super) fn row(&mut self, y: i32, left: i32, right: i32) -> &mut [u8] {
        let (width, height) = (self.pixels.width() as i32, self.pixels.height() as i32);
        if y < 0 || y >= height {
            return &mut [];
        }
        let (left, right) = (left.clamp(0, width), right.clamp(0, width));
        let start = (y as usize * width as usize + left as usize) * 3;
        let end = start + (right - left).max(0) as usize * 3;
        self.pixels.get_mut(start..end).unwrap_or_default()
    }

    /// Mixes a colour into one pixel; `cover` is 0 to 1.
    pub(super) fn mix(&mut self, x: i32, y: i32, colour: Rgb888, cover: f32) {
        blend(self.row(y, x, x + 1), [colour], cover);
    }
}

/// Mixes colours into the bytes of as many pixels.
pub(super) fn blend(row: &mut [u8], colours: impl IntoIterator<Item = Rgb888>, cover: f32) {
    let part = (cover.clamp(0.0, 1.0) * 256.0) as i32;
    for (pixel, colour) in row.chunks_exact_mut(3).zip(colours) {
        for (old, new) in pixel.iter_mut().zip([colour.r(), colour.g(), colour.b()]) {
            *old = (i32::from(*old) + (((i32::from(new) - i32::from(*old)) * part) >> 8)) as u8;
        }
    }
}

impl OriginDimensions for Surface {
    fn size(&self) -> Size {
        Size::new(self.pixels.width(), self.pixels.height())
    }
}

impl DrawTarget for Surface {
    type Color = Rgb888;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Self::Error> {
        self.standing = None;
        for Pixel(point, colour) in pixels {
            for pixel in self
                .row(point.y, point.x, point.x.saturating_add(1))
                .chunks_exact_mut(3)
            {
                pixel.copy_from_slice(&[colour.r(), colour.g(), colour.b()]);
            }
        }
        Ok(())
    }

    fn fill_contiguous<I: IntoIterator<Item = Rgb888>>(
        &mut self,
        area: &Rectangle,
        colours: I,
    ) -> Result<(), Self::Error> {
        self.standing = None;
        let inside = area.intersection(&self.bounding_box());
        let skip = (inside.top_left.x - area.top_left.x).max(0) as usize;
        let (left, right) = (
            inside.top_left.x,
            inside.top_left.x + inside.size.width as i32,
        );
        let mut colours = colours.into_iter();
        for y in area.top_left.y..area.top_left.y.saturating_add(area.size.height as i32) {
            // The iterator holds a colour for every pixel of the area, also for those outside.
            let mut line = colours.by_ref().take(area.size.width as usize).skip(skip);
            if inside.size.height > 0 && inside.size.width > 0 {
                for (pixel, colour) in self.row(y, left, right).chunks_exact_mut(3).zip(&mut line) {
                    pixel.copy_from_slice(&[colour.r(), colour.g(), colour.b()]);
                }
            }
            line.for_each(drop);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, colour: Rgb888) -> Result<(), Self::Error> {
        self.standing = None;
        let inside = area.intersection(&self.bounding_box());
        let (left, top) = (inside.top_left.x, inside.top_left.y);
        let right = left + inside.size.width as i32;
        let bottom = top + inside.size.height as i32;
        // One row of the colour, copied as often as needed.
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        line.resize(
            (right - left).max(0) as usize,
            [colour.r(), colour.g(), colour.b()],
        );
        for y in top..bottom {
            self.row(y, left, right)
                .copy_from_slice(line.as_flattened());
        }
        self.line = line;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics::primitives::{Circle, PrimitiveStyle};
    use proptest::prelude::*;

    fn colour(n: usize) -> Rgb888 {
        Rgb888::new(n as u8, (n >> 8) as u8, 7)
    }

    proptest! {
        /// The fast paths against the one required method, also half outside the surface.
        #[test]
        fn the_fast_paths_paint_what_single_pixels_would(
            x in -20i32..40, y in -20i32..40, w in 0u32..50, h in 0u32..50,
        ) {
            let area = Rectangle::new(Point::new(x, y), Size::new(w, h));
            let mut slow = Surface::new(32, 24);
            let Ok(()) = slow.draw_iter(area.points().enumerate().map(|(n, p)| Pixel(p, colour(n))));
            let mut fast = Surface::new(32, 24);
            let Ok(()) = fast.fill_contiguous(&area, (0..).map(colour));
            prop_assert_eq!(slow.picture(), fast.picture());

            let mut slow = Surface::new(32, 24);
            let Ok(()) = slow.draw_iter(area.points().map(|p| Pixel(p, colour(99))));
            let mut fast = Surface::new(32, 24);
            let Ok(()) = fast.fill_solid(&area, colour(99));
            prop_assert_eq!(slow.picture(), fast.picture());
        }
    }

    #[test]
    fn primitives_may_reach_over_every_edge() {
        let mut surface = Surface::new(10, 10);
        let style = PrimitiveStyle::with_fill(Rgb888::WHITE);
        let Ok(()) = Circle::new(Point::new(-20, -20), 60)
            .into_styled(style)
            .draw(&mut surface);
        assert_eq!(surface.picture().get_pixel(9, 9).0, [255; 3]);
    }
}
