//! RGB pictures as the bytes a scan-out buffer wants, row by row. A buffer's rows may be
//! longer than the picture's (the pitch); the rest of a row is left alone.

use image::RgbImage;

/// Where a colour sits in a pixel, as the kernel states it: bits from the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Lowest bit.
    pub offset: u32,
    /// Bits, 1 to 8.
    pub bits: u32,
}

impl Field {
    fn fits(self, pixel_bits: u32) -> bool {
        (1..=8).contains(&self.bits)
            && self
                .offset
                .checked_add(self.bits)
                .is_some_and(|end| end <= pixel_bits)
    }

    #[inline(always)]
    fn place(self, value: u8) -> u32 {
        (u32::from(value) >> (8 - self.bits)) << self.offset
    }
}

/// Layout of a pixel of 16 or 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    bytes: usize,
    red: Field,
    green: Field,
    blue: Field,
    /// Bits of no colour that are set (opaque, where there is transparency).
    fill: u32,
}

impl Layout {
    /// Five, six and five bits.
    pub const RGB565: Layout = Layout {
        bytes: 2,
        red: Field {
            offset: 11,
            bits: 5,
        },
        green: Field { offset: 5, bits: 6 },
        blue: Field { offset: 0, bits: 5 },
        fill: 0,
    };

    /// A layout as the kernel states it; `None` where it is not one of 16 or 32 bits with
    /// 1 to 8 bits a colour.
    pub fn new(
        pixel_bits: u32,
        red: Field,
        green: Field,
        blue: Field,
        alpha: Option<Field>,
    ) -> Option<Layout> {
        let known = matches!(pixel_bits, 16 | 32);
        if !known || ![red, green, blue].into_iter().all(|f| f.fits(pixel_bits)) {
            return None;
        }
        let fill = match alpha {
            Some(alpha) if alpha.fits(pixel_bits) => alpha.place(255),
            Some(_) => return None,
            None => 0,
        };
        Some(Layout {
            bytes: pixel_bits as usize / 8,
            red,
            green,
            blue,
            fill,
        })
    }

    /// Bytes a pixel.
    pub fn bytes(self) -> usize {
        self.bytes
    }

    #[inline(always)]
    fn pixel(self, rgb: [u8; 3]) -> u32 {
        self.red.place(rgb[0]) | self.green.place(rgb[1]) | self.blue.place(rgb[2]) | self.fill
    }
}

/// Writes `picture` as XRGB8888 (in memory: blue, green, red, 255; DRM's fourcc is little
/// endian on every machine) into rows of `pitch` bytes. Pixels beyond `buffer` are dropped.
pub fn xrgb8888(picture: &RgbImage, buffer: &mut [u8], pitch: usize) {
    rows(picture, buffer, pitch, |from, to| {
        for (rgb, out) in from.iter().zip(to.as_chunks_mut::<4>().0) {
            *out = [rgb[2], rgb[1], rgb[0], 255];
        }
    });
}

/// Writes `picture` in `layout`, in the machine's byte order as fbdev has it, into rows of
/// `pitch` bytes. Pixels beyond `buffer` are dropped.
pub fn packed(picture: &RgbImage, layout: Layout, buffer: &mut [u8], pitch: usize) {
    rows(picture, buffer, pitch, |from, to| {
        if layout.bytes == 2 {
            for (rgb, out) in from.iter().zip(to.as_chunks_mut::<2>().0) {
                *out = (layout.pixel(*rgb) as u16).to_ne_bytes();
            }
        } else {
            for (rgb, out) in from.iter().zip(to.as_chunks_mut::<4>().0) {
                *out = layout.pixel(*rgb).to_ne_bytes();
            }
        }
    });
}

fn rows(
    picture: &RgbImage,
    buffer: &mut [u8],
    pitch: usize,
    mut convert: impl FnMut(&[[u8; 3]], &mut [u8]),
) {
    let row = picture.width() as usize * 3;
    if row == 0 || pitch == 0 {
        return;
    }
    for (from, to) in picture
        .as_raw()
        .chunks_exact(row)
        .zip(buffer.chunks_mut(pitch))
    {
        convert(from.as_chunks::<3>().0, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use proptest::prelude::*;

    fn field(offset: u32, bits: u32) -> Field {
        Field { offset, bits }
    }

    fn two_by_two() -> RgbImage {
        RgbImage::from_fn(2, 2, |x, y| {
            Rgb([10 + x as u8, 20 + y as u8, 30 + (x + y) as u8])
        })
    }

    #[test]
    fn xrgb8888_honours_the_pitch_and_leaves_the_rest_of_a_row_alone() {
        let mut buffer = vec![7; 24];
        xrgb8888(&two_by_two(), &mut buffer, 12);
        #[rustfmt::skip]
        assert_eq!(buffer, [
            30, 20, 10, 255, 31, 20, 11, 255, 7, 7, 7, 7,
            31, 21, 10, 255, 32, 21, 11, 255, 7, 7, 7, 7,
        ]);
    }

    #[test]
    fn rgb565_has_the_pure_colours_where_the_kernel_says() {
        let mut picture = RgbImage::new(4, 1);
        for (x, rgb) in [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3]]
            .into_iter()
            .enumerate()
        {
            picture.put_pixel(x as u32, 0, Rgb(rgb));
        }
        let mut buffer = vec![0; 8];
        packed(&picture, Layout::RGB565, &mut buffer, 8);
        let words: Vec<u16> = buffer
            .chunks_exact(2)
            .map(|b| u16::from_ne_bytes([b[0], b[1]]))
            .collect();
        assert_eq!(words, [0xf800, 0x07e0, 0x001f, 0xffff]);
    }

    #[test]
    fn a_blue_first_panel_gets_blue_first_and_opaque() {
        let layout = Layout::new(
            32,
            field(0, 8),
            field(8, 8),
            field(16, 8),
            Some(field(24, 8)),
        )
        .unwrap();
        let mut buffer = vec![0; 4];
        packed(
            &RgbImage::from_pixel(1, 1, Rgb([1, 2, 3])),
            layout,
            &mut buffer,
            4,
        );
        assert_eq!(u32::from_ne_bytes(buffer.try_into().unwrap()), 0xff03_0201);
    }

    #[test]
    fn a_layout_that_makes_no_sense_is_refused() {
        let ok = field(0, 5);
        assert!(Layout::new(24, ok, ok, ok, None).is_none());
        assert!(Layout::new(16, field(12, 5), ok, ok, None).is_none());
        assert!(Layout::new(32, field(0, 10), ok, ok, None).is_none());
        assert!(Layout::new(32, field(0, 0), ok, ok, None).is_none());
        assert!(Layout::new(32, field(u32::MAX, 8), ok, ok, None).is_none());
        assert!(Layout::new(16, ok, ok, ok, Some(field(16, 1))).is_none());
    }

    proptest! {
        #[test]
        fn no_buffer_is_too_small_or_too_odd(
            width in 0u32..9, height in 0u32..9, pitch in 0usize..50, len in 0usize..400,
        ) {
            let picture = RgbImage::new(width, height);
            let mut buffer = vec![0; len];
            xrgb8888(&picture, &mut buffer, pitch);
            packed(&picture, Layout::RGB565, &mut buffer, pitch);
        }

        #[test]
        fn rgb565_is_the_textbook_formula(r in 0u8.., g in 0u8.., b in 0u8..) {
            let mut buffer = [0; 2];
            packed(&RgbImage::from_pixel(1, 1, Rgb([r, g, b])), Layout::RGB565, &mut buffer, 2);
            let want = (u16::from(r) >> 3) << 11 | (u16::from(g) >> 2) << 5 | u16::from(b) >> 3;
            prop_assert_eq!(u16::from_ne_bytes(buffer), want);
        }
    }
}
