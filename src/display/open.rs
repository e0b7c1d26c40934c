//! Opens the first display of the order that works. Each refusal is logged with its reason.

use super::{Display, DisplayError, Kind, OpenDisplay, Rotated, Settings, drm, fbdev, panel, png};

/// Opens displays: the machine's own, or those of a test.
pub trait Opener {
    /// Opens one display of this kind.
    ///
    /// # Errors
    /// [`DisplayError`]: why there is none.
    fn open(&mut self, kind: Kind) -> Result<Box<dyn Display>, DisplayError>;
}

/// The displays of this machine.
pub struct Devices {
    settings: Settings,
}

impl Devices {
    /// The machine's displays under these settings.
    pub fn new(settings: &Settings) -> Devices {
        Devices {
            settings: settings.clone(),
        }
    }
}

impl Opener for Devices {
    fn open(&mut self, kind: Kind) -> Result<Box<dyn Display>, DisplayError> {
        let settings = &self.settings;
        let display: Box<dyn Display> = match kind {
            Kind::Drm => Box::new(drm::Drm::open(&settings.drm)?),
            Kind::Fbdev => Box::new(fbdev::Fbdev::open(&settings.fbdev)?),
            Kind::Panel => Box::new(panel::Panel::open(&settings.panel)?),
            Kind::Png => Box::new(png::Png::open(&settings.png)?),
        };
        Ok(Rotated::around(display, settings.rotate))
    }
}

/// Opens the first display of the settings' order that works: once, for a single picture or
/// a test. The running device holds a [`super::Reopening`].
///
/// # Errors
/// [`DisplayError`] lists why each one was refused.
pub fn open(settings: &Settings) -> Result<OpenDisplay, DisplayError> {
    match first_that_works(settings.order.kinds(), &mut Devices::new(settings)) {
        Ok(first) => {
            for refusal in &first.refusals {
                log::warn!("display refused: {refusal}");
            }
            log::info!("display: {}", first.display.name());
            Ok(OpenDisplay {
                fallback: first.refusals.first().map(ToString::to_string),
                display: first.display,
            })
        }
        Err(refusals) => Err(none_works(&refusals)),
    }
}

/// The first display that works, and why those before it do not.
pub(super) struct First {
    pub(super) index: usize,
    pub(super) display: Box<dyn Display>,
    pub(super) refusals: Vec<DisplayError>,
}

pub(super) fn first_that_works(
    kinds: &[Kind],
    opener: &mut dyn Opener,
) -> Result<First, Vec<DisplayError>> {
    let mut refusals = Vec::new();
    for (index, kind) in kinds.iter().enumerate() {
        match opener.open(*kind) {
            Ok(display) => {
                return Ok(First {
                    index,
                    display,
                    refusals,
                });
            }
            Err(error) => refusals.push(error),
        }
    }
    Err(refusals)
}

pub(super) fn none_works(refusals: &[DisplayError]) -> DisplayError {
    let each: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    DisplayError::new("no display works", each.join("; "))
}
