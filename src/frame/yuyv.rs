//! Packed YUV 4:2:2 to RGB, BT.601 limited range: what UVC cameras send unless their colour
//! descriptor says otherwise (USB Video Class 1.1, 3.9.2.6; ITU-R BT.601).

use image::RgbImage;

use super::decode::DecodeError;

pub(super) fn decode(
    data: &[u8],
    width: u32,
    height: u32,
    stride: u32,
) -> Result<RgbImage, DecodeError> {
    // Pixels come in pairs; a row of odd width still carries its last pair whole.
    let row_bytes = width.div_ceil(2) as usize * 4;
    let stride = (stride as usize).max(row_bytes);
    let need = stride * (height as usize - 1) + row_bytes;
    if data.len() < need {
        return Err(DecodeError::Short {
            got: data.len(),
            need,
        });
    }
    let mut picture = RgbImage::new(width, height);
    let out_row = width as usize * 3;
    for (row, out) in data
        .chunks(stride)
        .zip(picture.as_mut().chunks_exact_mut(out_row))
    {
        for (pair, rgb) in row.chunks_exact(4).zip(out.chunks_mut(6)) {
            let [y0, u, y1, v] = [pair[0], pair[1], pair[2], pair[3]].map(i32::from);
            let (u, v) = (u - 128, v - 128);
            // Coefficients of BT.601 times 2^16.
            let (red, green, blue) = (104_597 * v, -25_675 * u - 53_279 * v, 132_201 * u);
            for (y, rgb) in [y0, y1].into_iter().zip(rgb.chunks_exact_mut(3)) {
                let luma = 76_309 * (y - 16) + 32_768;
                rgb[0] = ((luma + red) >> 16).clamp(0, 255) as u8;
                rgb[1] = ((luma + green) >> 16).clamp(0, 255) as u8;
                rgb[2] = ((luma + blue) >> 16).clamp(0, 255) as u8;
            }
        }
    }
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn oracle(y: u8, u: u8, v: u8) -> [f64; 3] {
        let (y, u, v) = (
            255.0 / 219.0 * (f64::from(y) - 16.0),
            255.0 / 224.0 * (f64::from(u) - 128.0),
            255.0 / 224.0 * (f64::from(v) - 128.0),
        );
        [
            y + 1.402 * v,
            y - 0.344_136 * u - 0.714_136 * v,
            y + 1.772 * u,
        ]
        .map(|c| c.clamp(0.0, 255.0))
    }

    proptest! {
        #[test]
        fn every_colour_is_within_one_step_of_bt601(y in 0u8.., u in 0u8.., v in 0u8..) {
            let picture = decode(&[y, u, y, v], 2, 1, 4).unwrap();
            for (got, want) in picture.get_pixel(1, 0).0.iter().zip(oracle(y, u, v)) {
                prop_assert!((f64::from(*got) - want).abs() <= 1.0);
            }
        }

        #[test]
        fn any_length_gives_a_picture_or_a_sentence(
            data in proptest::collection::vec(any::<u8>(), 0..200),
            width in 1u32..12, height in 1u32..12, stride in 0u32..40,
        ) {
            let _ = decode(&data, width, height, stride);
        }
    }

    #[test]
    fn the_padding_at_a_row_end_is_skipped() {
        let mut data = vec![235, 128, 235, 128, 9, 9, 9, 9];
        data.extend([16, 128, 16, 128]);
        let picture = decode(&data, 2, 2, 8).unwrap();
        assert_eq!(picture.get_pixel(0, 0).0, [255; 3]);
        assert_eq!(picture.get_pixel(0, 1).0, [0; 3]);
    }
}
