//! A picture file as a frame. JPEG keeps its bytes; everything else is decoded here.

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use image::{ImageFormat, ImageReader};

use crate::frame::{DecodeError, Frame, PixelFormat, Source, SourceKind, jpeg};

/// Largest file that is read, in bytes.
pub const MAX_FILE: u64 = 256 << 20;

/// What a folder's entries must end in to be taken for pictures.
const EXTENSIONS: [&str; 7] = ["jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp"];

/// Why a path gave no frame.
#[derive(Debug, thiserror::Error)]
pub enum StillError {
    /// The system's words: missing, no permission, …
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Not a plain file.
    #[error("is not a file")]
    NotAFile,
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Over [`MAX_FILE`].
    #[error("the file has {0} bytes, the limit is {MAX_FILE}")]
    TooLarge(u64),
    /// Its content is of no known picture format.
    #[error("is not a picture (JPEG, PNG, BMP, TIFF or WebP)")]
    NotAPicture,
    /// A picture, but not one that can be used.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Of a known format, in a form that is not read.
    #[error("is of a form that is not read: {0}; save it as JPEG or 8-bit PNG")]
    Unsupported(String),
    /// It asks for more memory than a picture of the largest size needs.
    #[error("needs too much memory to decode; save it as 8-bit PNG")]
    TooMuchMemory,
    /// A folder without pictures.
    #[error("the folder holds no pictures")]
    NoPictures,
}

/// One path to be analysed, or why it cannot be.
#[derive(Debug)]
pub struct Entry {
    /// As named, or as found in a named folder.
    pub path: PathBuf,
    /// Set where it is already known to be unreadable.
    pub error: Option<StillError>,
}

impl Entry {
    /// Reads the picture.
    ///
    /// # Errors
    /// [`StillError`].
    pub fn load(self) -> Result<Frame, StillError> {
        match self.error {
            Some(error) => Err(error),
            None => load(&self.path),
        }
    }
}

/// Files and the pictures of folders, in the order named, folders sorted by name. What cannot
/// be read becomes an entry of its own, so that nothing is passed over in silence.
pub fn expand(paths: &[PathBuf], recursive: bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = entries.len();
            add_folder(path, recursive, &mut entries);
            if entries.len() == before {
                entries.push(Entry {
                    path: path.clone(),
                    error: Some(StillError::NoPictures),
                });
            }
        } else {
            entries.push(Entry {
                path: path.clone(),
                error: None,
            });
        }
    }
    entries
}

fn add_folder(folder: &Path, recursive: bool, entries: &mut Vec<Entry>) {
    let listed = fs::read_dir(folder).and_then(|dir| {
        dir.map(|entry| entry.map(|e| e.path()))
            .collect::<Result<Vec<_>, _>>()
    });
    let mut children = match listed {
        Ok(children) => children,
        Err(error) => {
            entries.push(Entry {
                path: folder.to_path_buf(),
                error: Some(error.into()),
            });
            return;
        }
    };
    children.sort();
    for child in children {
        // A link to a folder is not followed: it could lead in a circle.
        if child.is_dir() {
            if recursive && !child.is_symlink() {
                add_folder(&child, recursive, entries);
            }
        } else if has_picture_name(&child) {
            entries.push(Entry {
                path: child,
                error: None,
            });
        }
    }
}

fn has_picture_name(path: &Path) -> bool {
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(e)))
}

/// Reads a picture file. Its format is told by its content, not by its name.
///
/// # Errors
/// [`StillError`].
pub fn load(path: &Path) -> Result<Frame, StillError> {
    // Asked before opening: opening a FIFO would wait for ever.
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(StillError::NotAFile);
    }
    if meta.len() > MAX_FILE {
        return Err(StillError::TooLarge(meta.len()));
    }
    let data = fs::read(path)?;
    from_bytes(data, path.display().to_string())
}

/// A frame of a picture file's bytes.
///
/// # Errors
/// [`StillError`].
pub fn from_bytes(data: Vec<u8>, name: String) -> Result<Frame, StillError> {
    if data.is_empty() {
        return Err(StillError::Empty);
    }
    let format = image::guess_format(&data).map_err(|_| StillError::NotAPicture)?;
    let kind = source_kind(format, &data);
    let (format, (width, height), data, detail) = if format == ImageFormat::Jpeg {
        let size = jpeg::size(&data)?;
        (PixelFormat::Mjpeg, size, data, "JPEG".to_owned())
    } else {
        let (size, pixels) = decode_other(&data, format)?;
        (PixelFormat::Rgb8, size, pixels, format!("{format:?}"))
    };
    check_size(width, height)?;
    let source = Source { kind, name, detail };
    Ok(Frame::now(source.into(), format, (width, height), data))
}

fn decode_other(data: &[u8], format: ImageFormat) -> Result<((u32, u32), Vec<u8>), StillError> {
    let damaged = |e: image::ImageError| match e {
        image::ImageError::Unsupported(what) => StillError::Unsupported(what.to_string()),
        image::ImageError::Limits(_) => StillError::TooMuchMemory,
        other => DecodeError::Damaged(other.to_string()).into(),
    };
    let reader = || ImageReader::with_format(Cursor::new(data), format);
    // The size first: a small file can claim a huge picture.
    let (width, height) = reader().into_dimensions().map_err(damaged)?;
    check_size(width, height)?;
    let picture = reader().decode().map_err(damaged)?.into_rgb8();
    Ok((picture.dimensions(), picture.into_raw()))
}

fn check_size(width: u32, height: u32) -> Result<(), StillError> {
    Ok(crate::frame::check_pixels(width, height)?)
}

/// Phantoms say in their file that they are phantoms, and stay phantoms when read back.
fn source_kind(format: ImageFormat, data: &[u8]) -> SourceKind {
    if format == ImageFormat::Png && crate::phantom::is_marked(data) {
        SourceKind::Phantom
    } else {
        SourceKind::File
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Luma, RgbImage};

    fn encoded(picture: impl Into<image::DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture
            .into()
            .write_to(&mut bytes, format)
            .expect("a small picture encodes");
        bytes.into_inner()
    }

    #[test]
    fn content_decides_not_the_name() {
        let png = encoded(RgbImage::new(20, 10), ImageFormat::Png);
        let frame = from_bytes(png, "lesion.jpg".into()).unwrap();
        assert_eq!((frame.width, frame.height), (20, 10));
        assert_eq!(frame.format, PixelFormat::Rgb8);
    }

    #[test]
    fn sixteen_bit_grey_becomes_rgb() {
        let grey = ImageBuffer::<Luma<u16>, _>::from_pixel(4, 4, Luma([65_535]));
        let frame = from_bytes(encoded(grey, ImageFormat::Png), "x".into()).unwrap();
        assert_eq!(&frame.data[..], &[255; 48]);
    }

    #[test]
    fn a_huge_picture_is_refused_before_it_is_decoded() {
        // A PNG whose header claims 12000x9000; no pixel of it exists.
        let mut png = encoded(RgbImage::new(1, 1), ImageFormat::Bmp);
        png[18..22].copy_from_slice(&12_000u32.to_le_bytes());
        png[22..26].copy_from_slice(&9_000u32.to_le_bytes());
        let error = from_bytes(png, "x".into()).unwrap_err().to_string();
        assert!(error.contains("12000x9000"), "{error}");
    }

    #[test]
    fn text_and_nothing_are_named_as_such() {
        let text = from_bytes(b"hello".to_vec(), "x".into()).unwrap_err();
        assert!(matches!(text, StillError::NotAPicture));
        assert!(matches!(
            from_bytes(Vec::new(), "x".into()).unwrap_err(),
            StillError::Empty
        ));
    }

    #[test]
    fn frame_numbers_are_never_reused() {
        let png = encoded(RgbImage::new(2, 2), ImageFormat::Png);
        let first = from_bytes(png.clone(), "x".into()).unwrap();
        let second = from_bytes(png, "x".into()).unwrap();
        assert!(second.id > first.id);
    }
}
