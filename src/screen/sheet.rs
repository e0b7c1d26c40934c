//! A composed screen: what stands where, before a pixel is painted. Touches are looked up in
//! the very sheet that is painted, and tests read it.

use embedded_graphics::pixelcolor::Rgb888;
use image::RgbImage;

use super::{area::Area, text::Text};
use crate::{
    assess::{HeatMaps, Region, signs::Together},
    input::Action,
};

/// One thing to be painted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// A filled rectangle, its corners rounded by `radius`.
    Block {
        area: Area,
        radius: f32,
        colour: Rgb888,
    },
    /// A sign, fitted into a square in the middle of the area.
    Sign {
        area: Area,
        sign: Sign,
        ink: Rgb888,
        /// What shines through its gaps.
        ground: Rgb888,
    },
    /// Words.
    Text(Text),
    /// The heat map's colours, from none to the strongest.
    Scale { area: Area },
    /// Slanted black and yellow stripes.
    Hazard { area: Area },
}

/// Shapes that carry a meaning of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Triangle with an exclamation mark: BCC suspected.
    Warning,
    /// Ring: no signs.
    Ring,
    /// Diamond with a question mark: uncertain.
    Diamond,
    /// Cross: not usable, no picture, stopped.
    Cross,
    /// Tick: ready, saved.
    Tick,
    /// Hourglass: wait.
    Wait,
    /// A filled dot in a ring: the shutter.
    Shutter,
    /// A grid with one cell filled.
    Grid,
}

/// A camera picture and what lies over it.
#[derive(Clone, Copy)]
pub(super) struct Picture<'a> {
    pub image: &'a RgbImage,
    /// Where it lies, whole pixels.
    pub area: Area,
    /// The part the model sees, in the picture's own pixels, and the picture's size in the
    /// same unit.
    pub seen: Option<(Region, (u32, u32))>,
    /// The heat maps over it, those of these tasks in one, and the size of the frame their
    /// region is given in.
    pub heat: Option<(&'a HeatMaps, Together, (u32, u32))>,
    /// Width of the lines drawn on it.
    pub stroke: f32,
}

/// Something that can be touched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Where.
    pub area: Area,
    /// What it asks for.
    pub action: Action,
    /// Whether it is a button, or a thing that can be touched besides.
    pub button: bool,
}

/// A screen before it is painted.
pub(super) struct Sheet<'a> {
    pub picture: Option<Picture<'a>>,
    pub items: Vec<Item>,
    pub targets: Vec<Target>,
    /// Texts for which there was no room at all. A layout that does this is wrong; tests look.
    pub vanished: usize,
}

impl<'a> Sheet<'a> {
    pub fn new() -> Sheet<'a> {
        Sheet {
            picture: None,
            items: Vec::with_capacity(64),
            targets: Vec::new(),
            vanished: 0,
        }
    }

    pub fn block(&mut self, area: Area, radius: f32, colour: Rgb888) {
        self.items.push(Item::Block {
            area,
            radius,
            colour,
        });
    }

    /// A block with a border.
    pub fn bordered(&mut self, area: Area, radius: f32, border: (f32, Rgb888), colour: Rgb888) {
        let (width, line) = border;
        self.block(area, radius, line);
        self.block(area.inset(width, width), radius - width, colour);
    }

    pub fn sign(&mut self, area: Area, sign: Sign, ink: Rgb888, ground: Rgb888) {
        self.items.push(Item::Sign {
            area,
            sign,
            ink,
            ground,
        });
    }

    /// Words, see [`super::text::Style`].
    pub fn text(&mut self, text: Text) {
        if text.is_empty() {
            self.vanished += usize::from(text.shortened);
        } else {
            self.items.push(Item::Text(text));
        }
    }

    pub fn target(&mut self, area: Area, action: Action, button: bool) {
        self.targets.push(Target {
            area,
            action,
            button,
        });
    }

    /// What a touch at this pixel asks for.
    pub fn hit(&self, x: f32, y: f32) -> Option<Action> {
        self.targets
            .iter()
            .find(|target| target.area.holds(x, y))
            .map(|target| target.action)
    }
}
