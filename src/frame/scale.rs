//! A picture at another size: the antialiased bilinear filter of Pillow, which the training used.

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};
use image::RgbImage;

/// What of a picture is scaled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// All of it, whatever becomes of its shape.
    Whole,
    /// The largest centred rectangle of the target's shape.
    Centred,
    /// Left, top, width and height, in pixels.
    Rectangle(f64, f64, f64, f64),
}

/// Scales pictures; keeps its buffers between calls.
///
/// The one user of the library, by its call for one kind of pixel: the call for all kinds, in
/// three places, was half of this crate's code and of its compile time.
#[derive(Default)]
pub(crate) struct Scaler(Resizer);

impl Scaler {
    /// Fills `target`, RGB of width and height `size`, with a part of the picture.
    ///
    /// # Errors
    /// In words, where the target has not that many bytes, the part is not inside the picture, or
    /// one of them is empty: the library would leave the target as it is, another picture's.
    pub fn scale(
        &mut self,
        picture: &RgbImage,
        part: Part,
        target: &mut [u8],
        size: (u32, u32),
    ) -> Result<(), String> {
        let (width, height) = picture.dimensions();
        if picture.is_empty() || size.0 == 0 || size.1 == 0 {
            return Err(format!("{width}x{height} to {}x{}: empty", size.0, size.1));
        }
        if let Part::Rectangle(_, _, width, height) = part
            && (width <= 0.0 || height <= 0.0)
        {
            return Err(format!("its part of {width}x{height} is empty"));
        }
        let source = TypedImageRef::<U8x3>::from_buffer(width, height, picture.as_raw())
            .map_err(|e| e.to_string())?;
        let mut target =
            TypedImage::<U8x3>::from_buffer(size.0, size.1, target).map_err(|e| e.to_string())?;
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        let options = match part {
            Part::Whole => options,
            Part::Centred => options.fit_into_destination(None),
            Part::Rectangle(left, top, width, height) => options.crop(left, top, width, height),
        };
        self.0
            .resize_typed(&source, &mut target, &options)
            .map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: [u8; 3] = [90; 3];
    const RED: [u8; 3] = [255, 0, 0];

    /// Grey, but for the first of its eight columns: the filter reaches one past the middle four.
    fn striped() -> RgbImage {
        RgbImage::from_fn(8, 4, |x, _| image::Rgb(if x < 1 { RED } else { GREY }))
    }

    fn scaled(part: Part) -> Result<Vec<[u8; 3]>, String> {
        let mut target = vec![7; 2 * 2 * 3];
        Scaler::default().scale(&striped(), part, &mut target, (2, 2))?;
        Ok(target.as_chunks::<3>().0.to_vec())
    }

    #[test]
    fn each_part_is_what_it_says() {
        assert_eq!(scaled(Part::Centred).unwrap(), [GREY; 4]);
        assert_eq!(
            scaled(Part::Rectangle(0.0, 1.0, 2.0, 2.0)).unwrap(),
            [RED, GREY, RED, GREY]
        );
        let [left, right, ..] = scaled(Part::Whole).unwrap()[..] else {
            panic!("four pixels");
        };
        assert!(left[0] > 110 && left[0] < 130, "{left:?}");
        assert_eq!(right, GREY);
    }

    #[test]
    fn a_target_too_small_and_a_part_outside_are_errors() {
        let mut target = [0; 11];
        let small = Scaler::default().scale(&striped(), Part::Whole, &mut target, (2, 2));
        assert!(small.is_err());
        assert!(scaled(Part::Rectangle(6.0, 0.0, 4.0, 4.0)).is_err());
    }

    #[test]
    fn what_is_empty_is_an_error() {
        let mut target = vec![7; 12];
        for picture in [RgbImage::new(0, 0), RgbImage::new(0, 4)] {
            for part in [Part::Whole, Part::Centred] {
                let scaled = Scaler::default().scale(&picture, part, &mut target, (2, 2));
                assert!(scaled.is_err(), "{part:?}");
            }
        }
        let none = Scaler::default().scale(&striped(), Part::Whole, &mut target, (2, 0));
        assert!(none.is_err());
        assert!(scaled(Part::Rectangle(2.0, 0.0, 0.0, 4.0)).is_err());
    }
}
