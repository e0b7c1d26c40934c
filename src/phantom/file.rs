//! A phantom as a PNG file that says it is a phantom, so that it stays one when read back.

use std::{
    fs::File,
    io::{self, BufWriter},
    path::Path,
};

use image::RgbImage;

const KEYWORD: &str = "bccscope-source";

/// Writes a phantom's picture, marked in a PNG text chunk.
///
/// # Errors
/// The system's.
pub fn write_png(path: &Path, picture: &RgbImage) -> io::Result<()> {
    let out = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(out, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .add_text_chunk(KEYWORD.into(), "PHANTOM".into())
        .map_err(io::Error::other)?;
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer
        .write_image_data(picture.as_raw())
        .map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)
}

/// Whether a PNG file's bytes carry the phantom's mark.
pub fn is_marked(png: &[u8]) -> bool {
    // The mark stands before the pixels, right after the header.
    let head = &png[..png.len().min(512)];
    head.windows(KEYWORD.len()).any(|w| w == KEYWORD.as_bytes())
}
