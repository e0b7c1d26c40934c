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
    /// Held for its drop: gives the console back.
    _console: Option<QuietConsole>,
}

impl Fbdev {
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
        kernel::unblank(&file);
        let console = QuietConsole::take()
            .inspect_err(|e| log::warn!("the text console may draw over the screen: {e}"))
            .ok();
        Ok(Fbdev {
            file,
            name: format!(
                "fbdev {path} {}x{} {} bits",
                geometry.width,
                geometry.height,
                geometry.layout.bytes() * 8
            ),
            staged: vec![0; geometry.length],
            geometry,
            _console: console,
        })
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
