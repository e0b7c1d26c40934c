//! The touch part of a device: axis values become one touch a contact, in fractions of the
//! picture. Two ways of the kernel: one contact (ABS_X, ABS_Y and a button) and slots
//! (multi-touch protocol B). Only the first finger counts; a resting palm asks for nothing.

use std::collections::BTreeMap;

use evdev::{AbsoluteAxisCode as Axis, KeyCode};

use super::TouchSettings;
use crate::display::Rotation;

/// More fingers than any panel tells apart.
const MOST_SLOTS: usize = 32;

/// Values an axis takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) least: i32,
    pub(super) most: i32,
}

impl Range {
    /// The value as a fraction, 0 to 1. Panels do report values outside of their range.
    fn fraction(self, value: i32) -> Option<f32> {
        let span = f64::from(self.most) - f64::from(self.least);
        (span > 0.0)
            .then(|| ((f64::from(value) - f64::from(self.least)) / span).clamp(0.0, 1.0) as f32)
    }
}

/// How a device reports contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// One contact: ABS_X and ABS_Y, with BTN_TOUCH (or BTN_LEFT: a tablet of a virtual machine).
    Single,
    /// Slots with tracking ids.
    Slots,
}

/// What a device is as a touch panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Panel {
    pub(super) protocol: Protocol,
    pub(super) x: Range,
    pub(super) y: Range,
    /// Where it was last touched, where the kernel knows.
    pub(super) last: (Option<i32>, Option<i32>),
    /// The slot its next values are of; 0 for a panel with one contact.
    pub(super) slot: i32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Contact {
    x: Option<i32>,
    y: Option<i32>,
    down: bool,
}

/// The contacts on a panel.
#[derive(Debug)]
pub(super) struct Contacts {
    panel: Panel,
    settings: TouchSettings,
    rotation: Rotation,
    /// Key: the slot; 0 for a panel with one contact. Positions outlive their contact, as
    /// the kernel leaves out values that did not change.
    contacts: BTreeMap<i32, Contact>,
    /// The slot the values are of; `None` where that is not known.
    slot: Option<i32>,
    /// The slot of a contact that began since the last report.
    begun: Option<i32>,
    lifted: bool,
}

/// What a report says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Report {
    /// The first finger came down here, in fractions of the picture.
    Down(f32, f32),
    /// The last finger left.
    Up,
    /// Neither.
    Nothing,
}

impl Contacts {
    pub(super) fn new(panel: Panel, settings: TouchSettings, rotation: Rotation) -> Contacts {
        let mut contacts = Contacts {
            panel,
            settings,
            rotation,
            contacts: BTreeMap::new(),
            slot: None,
            begun: None,
            lifted: false,
        };
        contacts.resume(panel);
        contacts
    }

    /// A button of the panel. Answers whether it is one.
    pub(super) fn button(&mut self, key: KeyCode, value: i32) -> bool {
        let is_contact = matches!(key, KeyCode::BTN_TOUCH | KeyCode::BTN_LEFT);
        if is_contact && self.panel.protocol == Protocol::Single && value != 2 {
            self.set_down(value == 1);
        }
        is_contact
    }

    pub(super) fn axis(&mut self, axis: Axis, value: i32) {
        match (self.panel.protocol, axis) {
            (Protocol::Single, Axis::ABS_X) | (Protocol::Slots, Axis::ABS_MT_POSITION_X) => {
                if let Some(contact) = self.contact() {
                    contact.x = Some(value);
                }
            }
            (Protocol::Single, Axis::ABS_Y) | (Protocol::Slots, Axis::ABS_MT_POSITION_Y) => {
                if let Some(contact) = self.contact() {
                    contact.y = Some(value);
                }
            }
            (Protocol::Slots, Axis::ABS_MT_SLOT) => self.slot = Some(value),
            (Protocol::Slots, Axis::ABS_MT_TRACKING_ID) => self.set_down(value >= 0),
            _ => {}
        }
    }

    /// The end of a report: all its values belong together.
    pub(super) fn report(&mut self) -> Report {
        let lifted = std::mem::take(&mut self.lifted);
        let Some(slot) = self.begun.take() else {
            let any_down = self.contacts.values().any(|c| c.down);
            return if lifted && !any_down {
                Report::Up
            } else {
                Report::Nothing
            };
        };
        // A touch whose place is not known asks for nothing: better a second tap than the
        // wrong button.
        match self.contacts.get(&slot).and_then(|c| self.place(*c)) {
            Some((x, y)) => Report::Down(x, y),
            None => Report::Nothing,
        }
    }

    /// Events were lost: no contact, no place and no slot is known any more. The kernel will
    /// leave out what does not change from there on, so an old place would be a wrong one.
    pub(super) fn forget(&mut self) {
        self.contacts.clear();
        self.slot = None;
        self.begun = None;
        self.lifted = false;
    }

    /// Goes on from what the kernel says of the panel now.
    pub(super) fn resume(&mut self, panel: Panel) {
        let (x, y) = panel.last;
        self.panel = panel;
        self.slot = Some(panel.slot);
        self.contacts = BTreeMap::from([(panel.slot, Contact { x, y, down: false })]);
    }

    fn contact(&mut self) -> Option<&mut Contact> {
        let slot = self.slot?;
        if !self.contacts.contains_key(&slot) && self.contacts.len() >= MOST_SLOTS {
            return None;
        }
        Some(self.contacts.entry(slot).or_default())
    }

    fn set_down(&mut self, down: bool) {
        let Some(slot) = self.slot else {
            return;
        };
        let others = self.contacts.iter().any(|(s, c)| *s != slot && c.down);
        let Some(contact) = self.contact() else {
            return;
        };
        let was_down = std::mem::replace(&mut contact.down, down);
        if down && !was_down && !others {
            self.begun = Some(slot);
        }
        self.lifted |= was_down && !down;
    }

    fn place(&self, contact: Contact) -> Option<(f32, f32)> {
        let mut x = self.panel.x.fraction(contact.x?)?;
        let mut y = self.panel.y.fraction(contact.y?)?;
        if self.settings.swap_axes {
            std::mem::swap(&mut x, &mut y);
        }
        if self.settings.invert_x {
            x = 1.0 - x;
        }
        if self.settings.invert_y {
            y = 1.0 - y;
        }
        Some(self.rotation.panel_to_picture((x, y)))
    }
}
