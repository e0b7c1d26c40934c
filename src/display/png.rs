//! A folder in place of a display: `screen.png` is always the whole picture shown last. For
//! the bench and for tests; it names itself as such.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use image::{
    ExtendedColorType, ImageEncoder, RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

use super::{Display, DisplayError, PngSettings, check_size};

/// Writes each picture as a PNG file.
pub(super) struct Png {
    folder: PathBuf,
    size: (u32, u32),
    name: String,
    /// Number of the next file kept, where files are kept.
    keep: Option<u32>,
    last: Option<RgbImage>,
}

impl Png {
    /// Makes the folder where it is missing. Numbered files of earlier runs stay.
    pub(super) fn open(settings: &PngSettings) -> Result<Png, DisplayError> {
        let what = format!("PNG files in {}", settings.folder.display());
        let refuse = |e: std::io::Error| DisplayError::new(&what, e.to_string());
        fs::create_dir_all(&settings.folder).map_err(refuse)?;
        let keep = if settings.keep {
            Some(next_number(&settings.folder).map_err(refuse)?)
        } else {
            None
        };
        let (width, height) = (settings.size.width, settings.size.height);
        Ok(Png {
            folder: settings.folder.clone(),
            size: (width, height),
            name: format!("{what} {width}x{height} (no display)"),
            keep,
            last: None,
        })
    }
}

impl Png {
    /// Writes the picture beside the one shown, keeps a copy where copies are kept, and shows it.
    fn put(&self, beside: &Path, picture: &RgbImage) -> io::Result<()> {
        write(beside, picture)?;
        if let Some(number) = self.keep {
            let kept = self.folder.join(format!("screen-{number:06}.png"));
            fs::copy(beside, &kept).inspect_err(|_| {
                let _ = fs::remove_file(&kept);
            })?;
        }
        fs::rename(beside, self.folder.join("screen.png"))
    }
}

impl Display for Png {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
        check_size(&self.name, self.size, picture)?;
        if self.last.as_ref() == Some(picture) {
            return Ok(());
        }
        // Written beside and renamed, so that a reader never sees half a picture.
        let beside = self.folder.join(".screen.png.part");
        self.put(&beside, picture).map_err(|e| {
            // Half a picture is of no use, and what is full needs its room.
            let _ = fs::remove_file(&beside);
            DisplayError::new(&self.name, e.to_string())
        })?;
        if let Some(number) = self.keep {
            self.keep = number.checked_add(1);
        }
        self.last = Some(picture.clone());
        Ok(())
    }
}

fn write(path: &Path, picture: &RgbImage) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Sub)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .map_err(io::Error::other)?;
    // What cannot be written at the very end is an error too.
    file.flush()
}

/// One more than the highest number in the folder.
fn next_number(folder: &Path) -> std::io::Result<u32> {
    let mut next = 1;
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix("screen-")?.strip_suffix(".png"))
            .and_then(|number| number.parse::<u32>().ok());
        if let Some(number) = number {
            next = next.max(number.saturating_add(1));
        }
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::Size;
    use image::Rgb;

    fn settings(folder: &Path, keep: bool) -> PngSettings {
        PngSettings {
            folder: folder.join("new"),
            size: Size {
                width: 160,
                height: 160,
            },
            keep,
        }
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder.join("new"))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_file_holds_the_picture_shown_last_and_nothing_else_lies_about() {
        let folder = tempfile::tempdir().unwrap();
        let mut display = Png::open(&settings(folder.path(), false)).unwrap();
        assert!(display.name().contains("no display"));
        for shade in [10, 200] {
            let picture = RgbImage::from_pixel(160, 160, Rgb([shade, 1, 2]));
            display.show(&picture).unwrap();
            let back = image::open(folder.path().join("new/screen.png")).unwrap();
            assert!(back.to_rgb8() == picture);
        }
        assert_eq!(files(folder.path()), ["screen.png"]);
    }

    #[test]
    fn kept_files_are_numbered_on_and_a_picture_shown_twice_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        for shade in [1, 2] {
            let mut display = Png::open(&settings(folder.path(), true)).unwrap();
            let picture = RgbImage::from_pixel(160, 160, Rgb([shade; 3]));
            display.show(&picture).unwrap();
            display.show(&picture).unwrap();
        }
        assert_eq!(
            files(folder.path()),
            ["screen-000001.png", "screen-000002.png", "screen.png"]
        );
    }

    #[test]
    fn a_picture_that_cannot_be_shown_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut display = Png::open(&settings(folder.path(), false)).unwrap();
        fs::create_dir(folder.path().join("new/screen.png")).unwrap();
        assert!(display.show(&RgbImage::new(160, 160)).is_err());
        assert_eq!(files(folder.path()), ["screen.png"]);
    }

    #[test]
    fn a_full_disk_is_an_error_to_the_last_byte() {
        assert!(write(Path::new("/dev/full"), &RgbImage::new(160, 160)).is_err());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("new"), "a file").unwrap();
        let Err(error) = Png::open(&settings(folder.path(), false)) else {
            panic!("opened a file as a folder");
        };
        assert!(error.what.contains("new"), "{error}");
    }
}
