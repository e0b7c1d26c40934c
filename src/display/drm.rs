//! DRM/KMS by its legacy calls: one mode set, two buffers in turn, a page flip a picture.
//! Any card, connector or screen that is not as it should be is a sentence; the former
//! picture is put back when the display is dropped.
//!
//! The screen is looked after once a second. Whoever drops this display and opens it again
//! (see [`super::Reopening`]) sets the mode anew, which is what a screen needs that was
//! plugged in again and what a lost master needs to become master.

mod buffer;
mod card;
mod choose;
mod flip;

use std::{
    io,
    time::{Duration, Instant},
};

use ::drm::control::{ClipRect, Device as _, Mode, PageFlipFlags, connector, crtc, framebuffer};
use image::RgbImage;

use self::{
    buffer::Buffer,
    card::Card,
    choose::Output,
    flip::{Flipper, Scanout},
};
use super::{Display, DisplayError, DrmSettings, check_size, pixels};

/// How often it is asked whether the screen is still plugged in.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// A screen driven by DRM/KMS.
pub(super) struct Drm {
    name: String,
    output: Output,
    former: crtc::Info,
    buffers: [Buffer; 2],
    flipper: Flipper,
    next_check: Instant,
    card: Card,
}

impl Drm {
    /// Sets the mode on the first card that has a screen plugged in, or on the one named.
    pub(super) fn open(settings: &DrmSettings) -> Result<Drm, DisplayError> {
        let mut refusals = Vec::new();
        let refuse = |why: String| DisplayError::new("DRM", why);
        for path in card::paths(settings.card.as_deref()).map_err(refuse)? {
            match Card::open(&path).and_then(|card| Drm::start(card, settings)) {
                Ok(drm) => return Ok(drm),
                Err(why) => refusals.push(why),
            }
        }
        Err(refuse(refusals.join(", ")))
    }

    fn start(card: Card, settings: &DrmSettings) -> Result<Drm, String> {
        let output = choose::output(&card, settings)?;
        let say = |e: io::Error| format!("{} {}: {}", card.name(), output.name, sentence(&e));
        let (width, height) = output.mode.size();
        let size = (u32::from(width), u32::from(height));
        let buffers = [
            Buffer::new(&card, size).map_err(say)?,
            Buffer::new(&card, size).map_err(say)?,
        ];
        let former = card.get_crtc(output.crtc).map_err(say)?;
        let drm = Drm {
            name: format!(
                "DRM {} {} {width}x{height}@{}",
                card.name(),
                output.name,
                output.mode.vrefresh()
            ),
            output,
            former,
            buffers,
            flipper: Flipper::default(),
            next_check: Instant::now() + CHECK_EVERY,
            card,
        };
        // From here on a drop puts the former picture back.
        drm.lines().set(0).map_err(|e| drm.say(&e))?;
        Ok(drm)
    }

    fn lines(&self) -> Lines<'_> {
        Lines {
            card: &self.card,
            crtc: self.output.crtc,
            connector: self.output.connector,
            mode: self.output.mode,
            buffers: [self.buffers[0].framebuffer, self.buffers[1].framebuffer],
        }
    }

    fn say(&self, error: &io::Error) -> String {
        format!(
            "{} {}: {}",
            self.card.name(),
            self.output.name,
            sentence(error)
        )
    }

    /// A card answers from what it knows: no probing, which would stop the picture.
    fn check_plugged(&mut self) -> Result<(), DisplayError> {
        let now = Instant::now();
        if now < self.next_check {
            return Ok(());
        }
        self.next_check = now + CHECK_EVERY;
        let info = self
            .card
            .get_connector(self.output.connector, false)
            .map_err(|e| DisplayError::new(&self.name, sentence(&e)))?;
        if info.state() == connector::State::Disconnected {
            return Err(DisplayError::new(
                &self.name,
                format!("{} is unplugged: plug the screen in", self.output.name),
            ));
        }
        Ok(())
    }
}

impl Display for Drm {
    fn size(&self) -> (u32, u32) {
        let (width, height) = self.output.mode.size();
        (width.into(), height.into())
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
        check_size(&self.name, self.size(), picture)?;
        self.check_plugged()?;
        let mut flipper = self.flipper;
        let shown = flipper.free(&self.lines()).and_then(|free| {
            let buffer = &mut self.buffers[free];
            let pitch = buffer.pitch;
            buffer.draw(|memory| pixels::xrgb8888(picture, memory, pitch));
            flipper.present(&self.lines(), free)
        });
        self.flipper = flipper;
        shown.map_err(|e| DisplayError::new(&self.name, sentence(&e)))
    }
}

impl Drop for Drm {
    fn drop(&mut self) {
        let former = &self.former;
        let connector = [self.output.connector];
        let restored = match (former.mode(), former.framebuffer()) {
            (Some(mode), Some(framebuffer)) => self.card.set_crtc(
                former.handle(),
                Some(framebuffer),
                former.position(),
                &connector,
                Some(mode),
            ),
            // It was dark before.
            _ => self.card.set_crtc(former.handle(), None, (0, 0), &[], None),
        };
        if let Err(e) = restored {
            // A card that is gone, or another master: the kernel puts its console back itself.
            log::debug!("{}: the former picture was not put back: {e}", self.name);
        }
        for buffer in &self.buffers {
            buffer.release(&self.card);
        }
    }
}

/// The calls that bring a buffer to the screen.
struct Lines<'a> {
    card: &'a Card,
    crtc: crtc::Handle,
    connector: connector::Handle,
    mode: Mode,
    buffers: [framebuffer::Handle; 2],
}

impl Scanout for Lines<'_> {
    fn flip(&self, buffer: usize) -> io::Result<()> {
        self.card
            .page_flip(self.crtc, self.buffers[buffer], PageFlipFlags::EVENT, None)
    }

    fn set(&self, buffer: usize) -> io::Result<()> {
        let framebuffer = self.buffers[buffer];
        self.card.set_crtc(
            self.crtc,
            Some(framebuffer),
            (0, 0),
            &[self.connector],
            Some(self.mode),
        )?;
        // Drivers that send to SPI, USB or a host want to be told; the others do not know
        // the call. An empty list of rectangles is refused by the kernel.
        let (width, height) = self.mode.size();
        if let Err(e) = self
            .card
            .dirty_framebuffer(framebuffer, &[ClipRect::new(0, 0, width, height)])
        {
            log::trace!("dirty framebuffer: {e}");
        }
        Ok(())
    }

    fn wait(&self, at_most: Duration) -> io::Result<bool> {
        self.card.wait_for_flip(at_most)
    }
}

/// The system's error with what to do about it.
fn sentence(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM) => "another program holds the screen (a desktop, or a \
            second bccscope): stop it, e.g. sudo systemctl stop display-manager"
            .into(),
        Some(libc::ENODEV | libc::ENXIO) => "the display's card is gone".into(),
        Some(libc::ENOENT) => "the connector is gone".into(),
        Some(libc::ENOMEM | libc::ENOSPC) => {
            format!(
                "no memory for two pictures of this size: set a smaller display.drm.mode ({error})"
            )
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_master_and_a_lost_card_say_what_to_do() {
        for (code, words) in [
            (libc::EACCES, "another program holds the screen"),
            (libc::EPERM, "another program holds the screen"),
            (libc::ENODEV, "card is gone"),
            (libc::ENOSPC, "display.drm.mode"),
        ] {
            let text = sentence(&io::Error::from_raw_os_error(code));
            assert!(text.contains(words), "{text}");
        }
    }

    #[test]
    fn a_card_that_is_not_there_is_refused_by_its_path() {
        let settings = DrmSettings {
            card: Some("/dev/dri/card-of-nobody".into()),
            ..DrmSettings::default()
        };
        let Err(error) = Drm::open(&settings) else {
            panic!("opened a card that is not there");
        };
        assert!(error.to_string().contains("card-of-nobody"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_card_is_refused_and_not_written_to() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let settings = DrmSettings {
            card: Some(file.path().into()),
            ..DrmSettings::default()
        };
        assert!(Drm::open(&settings).is_err());
        assert_eq!(file.as_file().metadata().unwrap().len(), 0);
    }
}
