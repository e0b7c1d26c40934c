//! JPEG, as files and as the frames of an MJPG camera, by libjpeg-turbo.
//!
//! libjpeg-turbo supplies the standard Huffman tables when a frame carries none (most MJPG
//! cameras leave them out) and reports every damage it notices; the wrapper makes an error
//! of each. Damage that happens to be valid entropy code cannot be noticed by any decoder.

use image::RgbImage;
use turbojpeg::{Colorspace, Decompressor, Image, PixelFormat, ScalingFactor};

use super::decode::{DecodeError, Detail, check_pixels};

/// The scales libjpeg-turbo has SIMD code for, smallest first.
const SCALES: [ScalingFactor; 4] = [
    ScalingFactor::ONE_EIGHTH,
    ScalingFactor::ONE_QUARTER,
    ScalingFactor::ONE_HALF,
    ScalingFactor::ONE,
];

/// Size of a JPEG picture from its header.
///
/// # Errors
/// [`DecodeError::Damaged`] where the header cannot be read.
pub fn size(data: &[u8]) -> Result<(u32, u32), DecodeError> {
    let header = turbojpeg::read_header(data).map_err(damaged)?;
    Ok((header.width as u32, header.height as u32))
}

/// A picture as most cameras' MJPG is: 4:2:2, at this quality.
///
/// # Errors
/// The encoder's own words.
pub fn encode(picture: &RgbImage, quality: i32) -> Result<Vec<u8>, String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let image = Image {
        pixels: picture.as_raw().as_slice(),
        width,
        pitch: width * PixelFormat::RGB.size(),
        height,
        format: PixelFormat::RGB,
    };
    turbojpeg::compress(image, quality, turbojpeg::Subsamp::Sub2x1)
        .map(|jpeg| jpeg.to_vec())
        .map_err(|e| e.to_string())
}

pub(super) fn decode(
    data: &[u8],
    agreed: (u32, u32),
    detail: Detail,
) -> Result<RgbImage, DecodeError> {
    let mut decompressor = Decompressor::new().map_err(damaged)?;
    let header = decompressor.read_header(data).map_err(damaged)?;
    let (width, height) = (header.width as u32, header.height as u32);
    if (width, height) != agreed {
        return Err(DecodeError::SizeDiffers {
            got_width: width,
            got_height: height,
            width: agreed.0,
            height: agreed.1,
        });
    }
    check_pixels(width, height)?;
    let scale = if header.is_lossless {
        ScalingFactor::ONE
    } else {
        scale_for(width.min(height), detail)
    };
    decompressor.set_scaling_factor(scale).map_err(damaged)?;
    // A crafted progressive file can ask for thousands of passes over the picture.
    decompressor.set_scan_limit(100).map_err(damaged)?;
    let scaled = header.scaled(scale);
    // Print files: libjpeg-turbo leaves the conversion of the four inks to the caller.
    let inks = matches!(header.colorspace, Colorspace::CMYK | Colorspace::YCCK);
    let format = if inks {
        PixelFormat::CMYK
    } else {
        PixelFormat::RGB
    };
    let row = scaled.width * format.size();
    let mut pixels = vec![0; row * scaled.height];
    decompressor
        .decompress(
            data,
            Image {
                pixels: pixels.as_mut_slice(),
                width: scaled.width,
                pitch: row,
                height: scaled.height,
                format,
            },
        )
        .map_err(damaged)?;
    if inks {
        pixels = rgb_of_inks(&pixels);
    }
    RgbImage::from_raw(scaled.width as u32, scaled.height as u32, pixels).ok_or(DecodeError::Empty)
}

/// Four inks, inverted as every known writer stores them (Adobe's way, and what Pillow
/// takes for granted), to RGB.
fn rgb_of_inks(pixels: &[u8]) -> Vec<u8> {
    let (inks, _) = pixels.as_chunks::<4>();
    inks.iter()
        .flat_map(|[c, m, y, k]| {
            [c, m, y].map(|ink| ((u32::from(*ink) * u32::from(*k) + 127) / 255) as u8)
        })
        .collect()
}

fn scale_for(short_side: u32, detail: Detail) -> ScalingFactor {
    match detail {
        Detail::Full => ScalingFactor::ONE,
        Detail::ShortSide(wanted) => SCALES
            .into_iter()
            .find(|scale| scale.scale(short_side as usize) >= wanted as usize)
            .unwrap_or(ScalingFactor::ONE),
    }
}

fn damaged(error: turbojpeg::Error) -> DecodeError {
    DecodeError::Damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 640x480 ramp as JPEG.
    fn ramp() -> Vec<u8> {
        let picture = RgbImage::from_fn(640, 480, |x, y| {
            image::Rgb([(x / 3) as u8, (y / 2) as u8, ((x + y) / 5) as u8])
        });
        encode(&picture, 90).expect("a ramp compresses")
    }

    fn without_huffman_tables(jpeg: &[u8]) -> Vec<u8> {
        let mut out = jpeg[..2].to_vec();
        let mut at = 2;
        while jpeg[at + 1] != 0xda {
            let length = 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
            if jpeg[at + 1] != 0xc4 {
                out.extend_from_slice(&jpeg[at..at + length]);
            }
            at += length;
        }
        out.extend_from_slice(&jpeg[at..]);
        out
    }

    #[test]
    fn a_frame_is_decoded_no_smaller_than_asked() {
        let jpeg = ramp();
        for (asked, width) in [(60, 80), (61, 160), (240, 320), (241, 640), (9999, 640)] {
            let picture = decode(&jpeg, (640, 480), Detail::ShortSide(asked)).unwrap();
            assert_eq!(picture.width(), width, "short side {asked}");
        }
    }

    #[test]
    fn a_frame_without_huffman_tables_is_the_same_picture() {
        let jpeg = ramp();
        let bare = without_huffman_tables(&jpeg);
        assert!(bare.len() < jpeg.len());
        assert_eq!(
            decode(&bare, (640, 480), Detail::Full).unwrap(),
            decode(&jpeg, (640, 480), Detail::Full).unwrap()
        );
    }

    #[test]
    fn a_truncated_frame_is_an_error_not_a_grey_half() {
        let jpeg = ramp();
        for keep in [3, 100, jpeg.len() / 2, jpeg.len() * 9 / 10] {
            assert!(matches!(
                decode(&jpeg[..keep], (640, 480), Detail::Full),
                Err(DecodeError::Damaged(_))
            ));
        }
    }

    #[test]
    fn a_print_file_is_read_as_strictly_as_any_other() {
        // Red, as the inverted inks of a CMYK file: no cyan, full magenta and yellow.
        let inks: Vec<u8> = [255, 10, 20, 255].repeat(64 * 48);
        let image = Image {
            pixels: inks.as_slice(),
            width: 64,
            pitch: 64 * 4,
            height: 48,
            format: PixelFormat::CMYK,
        };
        let jpeg = turbojpeg::compress(image, 95, turbojpeg::Subsamp::None)
            .expect("inks compress")
            .to_vec();
        let red = decode(&jpeg, (64, 48), Detail::Full).unwrap();
        let [r, g, b] = red.get_pixel(30, 20).0;
        assert!(
            r > 250 && g.abs_diff(10) < 5 && b.abs_diff(20) < 5,
            "{r} {g} {b}"
        );
        let cut = decode(&jpeg[..jpeg.len() - 30], (64, 48), Detail::Full);
        assert!(matches!(cut, Err(DecodeError::Damaged(_))), "{cut:?}");
    }

    #[test]
    fn a_frame_of_another_size_than_agreed_is_refused() {
        assert_eq!(
            decode(&ramp(), (1280, 720), Detail::Full),
            Err(DecodeError::SizeDiffers {
                got_width: 640,
                got_height: 480,
                width: 1280,
                height: 720
            })
        );
    }
}
