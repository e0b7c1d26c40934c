//! The kernel's framebuffer, 16 or 32 bits a pixel, laid out as the kernel states.
//!
//! Written with `pwrite` and not through a memory map: a panel that goes away then gives
//! `ENODEV` where a map would kill the program with SIGBUS, and drivers that send to SPI or
//! USB learn at once what changed.

mod kernel;

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

use image::RgbImage;

use super::{Display, DisplayError, FbdevSettings, check_size, console::QuietConsole, pixels};
use kernel::Geometry;

/// An open framebuffer.
pub(super) struct Fbdev {
    file: File,
    name: String,
    geometry: Geometry,
    /// The picture as the kernel wants it.
    staged: Vec<u8>,
    /// Whether anything but black was to be shown.
    used: bool,
    /// Held for its drop: gives the console back.
    _console: Option<QuietConsole>,
}

impl Fbdev {
    /// Opens the framebuffer; the screen is black then.
    pub(super) fn open(settings: &FbdevSettings) -> Result<Fbdev, DisplayError> {
        let path = settings.device.display();
        let refuse = |why: String| DisplayError::new("fbdev", why);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&settings.device)
            .map_err(|e| {
                refuse(match e.kind() {
                    io::ErrorKind::NotFound => {
                        format!("there is no {path}: the kernel has no framebuffer driver for this display")
                    }
                    io::ErrorKind::PermissionDenied => {
                        format!("no permission on {path}: add the user to group video")
                    }
                    _ => format!("{path}: {e}"),
                })
            })?;
        let geometry = kernel::geometry(&file).map_err(|why| refuse(format!("{path}: {why}")))?;
        let console = QuietConsole::take()
            .inspect_err(|e| {
                log::warn!(
                    "the text console may draw over the screen ({e}): add \
                     vt.global_cursor_default=0 to the kernel's command line"
                );
            })
            .ok();
        let fbdev = Fbdev::start(file, &settings.device, geometry, console)?;
        // Only now: what it held before stays in the dark.
        kernel::unblank(&fbdev.file);
        Ok(fbdev)
    }

    /// Takes over a framebuffer of this geometry.
    fn start(
        file: File,
        path: &Path,
        geometry: Geometry,
        console: Option<QuietConsole>,
    ) -> Result<Fbdev, DisplayError> {
        let mut fbdev = Fbdev {
            file,
            name: format!(
                "fbdev {} {}x{} {} bits",
                path.display(),
                geometry.width,
                geometry.height,
                geometry.layout.bytes() * 8
            ),
            staged: vec![0; geometry.length],
            geometry,
            used: false,
            _console: console,
        };
        // A framebuffer outlives who draws in it: the picture of a run that crashed, with a
        // verdict perhaps, must not stay until the first one of this run.
        fbdev.darken()?;
        Ok(fbdev)
    }

    fn darken(&mut self) -> Result<(), DisplayError> {
        let (width, height) = self.size();
        self.send(&RgbImage::new(width, height))
    }

    fn send(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
        let Geometry {
            layout,
            pitch,
            start,
            ..
        } = self.geometry;
        pixels::packed(picture, layout, &mut self.staged, pitch);
        self.file
            .write_all_at(&self.staged, start)
            .map_err(|e| DisplayError::new(&self.name, e.to_string()))
    }
}

impl Display for Fbdev {
    fn size(&self) -> (u32, u32) {
        (self.geometry.width, self.geometry.height)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
        check_size(&self.name, self.size(), picture)?;
        self.used = true;
        self.send(picture)
    }
}

impl Drop for Fbdev {
    /// A verdict must not stay on the screen when nobody keeps it true.
    fn drop(&mut self) {
        if self.used
            && let Err(e) = self.darken()
        {
            log::warn!("the last picture may still be on the screen: {e}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use image::Rgb;

    use super::*;
    use crate::display::pixels::Layout;

    /// Four pixels of 16 bits, in rows of six bytes, four bytes into the memory.
    const GEOMETRY: Geometry = Geometry {
        width: 2,
        height: 2,
        layout: Layout::RGB565,
        pitch: 6,
        start: 4,
        length: 10,
    };
    const BEFORE: [u8; 16] = [0xaa; 16];
    const BLACK: [u8; 10] = [0; 10];

    /// A framebuffer whose memory is a file, with somebody's picture in it.
    fn framebuffer(memory: &Path) -> Fbdev {
        fs::write(memory, BEFORE).unwrap();
        let file = OpenOptions::new().write(true).open(memory).unwrap();
        Fbdev::start(file, memory, GEOMETRY, None).unwrap()
    }

    #[test]
    fn what_a_run_before_left_on_the_screen_is_black_once_the_framebuffer_is_open() {
        let memory = tempfile::NamedTempFile::new().unwrap();
        let _fbdev = framebuffer(memory.path());
        let bytes = fs::read(memory.path()).unwrap();
        assert_eq!(bytes[4..14], BLACK);
        // Nothing beside what is seen.
        assert_eq!((&bytes[..4], &bytes[14..]), (&BEFORE[..4], &BEFORE[14..]));
    }

    #[test]
    fn no_picture_stays_on_the_screen_of_a_framebuffer_that_is_closed() {
        let memory = tempfile::NamedTempFile::new().unwrap();
        let mut fbdev = framebuffer(memory.path());
        let white = RgbImage::from_pixel(2, 2, Rgb([255; 3]));
        fbdev.show(&white).unwrap();
        let shown = fs::read(memory.path()).unwrap();
        assert_eq!(shown[4..8], [0xff; 4]);
        drop(fbdev);
        assert_eq!(fs::read(memory.path()).unwrap()[4..14], BLACK);
    }

    #[test]
    fn a_framebuffer_that_cannot_be_made_black_is_not_open() {
        let memory = tempfile::NamedTempFile::new().unwrap();
        let unwritable = File::open(memory.path()).unwrap();
        assert!(Fbdev::start(unwritable, memory.path(), GEOMETRY, None).is_err());
    }
}
