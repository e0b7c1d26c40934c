//! A folder in place of a display: `screen.png` is always the whole picture shown last. For
//! the bench and for tests; it names itself as such.

use std::{
    fs::{self, File},
    io::BufWriter,
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
        let refuse = |e: String| DisplayError::new(&self.name, e);
        let shown = self.folder.join("screen.png");
        // Written beside and renamed, so that a reader never sees half a picture.
        let beside = self.folder.join(".screen.png.part");
        write(&beside, picture).map_err(refuse)?;
        if let Some(number) = self.keep {
            let kept = self.folder.join(format!("screen-{number:06}.png"));
            fs::copy(&beside, kept).map_err(|e| refuse(e.to_string()))?;
            self.keep = number.checked_add(1);
        }
        fs::rename(&beside, &shown).map_err(|e| DisplayError::new(&self.name, e.to_string()))?;
        self.last = Some(picture.clone());
        Ok(())
    }
}

fn write(path: &Path, picture: &RgbImage) -> Result<(), String> {
    let file = BufWriter::new(File::create(path).map_err(|e| e.to_string())?);
    PngEncoder::new_with_quality(file, CompressionType::Fast, FilterType::Sub)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .map_err(|e| e.to_string())
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
    fn a_folder_that_cannot_be_made_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("new"), "a file").unwrap();
        let Err(error) = Png::open(&settings(folder.path(), false)) else {
            panic!("opened a file as a folder");
        };
        assert!(error.what.contains("new"), "{error}");
    }
}
