//! The buttons of each scene. They are drawn from the same list that touches are looked up in.

use super::{
    Scene,
    layout::Layout,
    scene::CaseNote,
    sheet::{Sheet, Sign},
    text::{self, Align, Style, Weight},
    theme,
};
use crate::{assess::Verdict, input::Action};

/// One button.
struct Button {
    label: &'static str,
    /// Below the label: the key that does the same.
    key: &'static str,
    sign: Option<Sign>,
    /// `None`: it does nothing now and looks like it.
    action: Option<Action>,
    /// Width beside the others.
    weight: f32,
    /// The one that is wanted most.
    first: bool,
}

impl Button {
    fn new(label: &'static str, key: &'static str, action: Action) -> Button {
        Button {
            label,
            key,
            sign: None,
            action: Some(action),
            weight: 1.0,
            first: false,
        }
    }

    fn first(self) -> Button {
        Button {
            weight: 1.4,
            first: true,
            ..self
        }
    }

    fn off(self) -> Button {
        Button {
            action: None,
            first: false,
            ..self
        }
    }

    fn sign(self, sign: Sign) -> Button {
        Button {
            sign: Some(sign),
            ..self
        }
    }
}

fn of(scene: &Scene<'_>) -> Vec<Button> {
    let help = || Button::new("Help", "", Action::Help);
    let back = || Button::new("Back", "", Action::Back);
    let again = || Button::new("New picture", "shutter", Action::Capture).sign(Sign::Shutter);
    match scene {
        Scene::Live { .. } => vec![
            Button {
                weight: 3.0,
                ..Button::new("Capture", "shutter", Action::Capture)
                    .sign(Sign::Shutter)
                    .first()
            },
            help(),
        ],
        Scene::Capturing { .. } | Scene::Analysing { .. } => {
            vec![Button::new("Cancel", "", Action::Back)]
        }
        Scene::Result {
            assessment, note, ..
        } => {
            let usable = assessment.verdict != Verdict::NotUsable;
            let save = Button::new("Save", "", Action::Save);
            let saved = Button {
                label: "Saved",
                ..Button::new("", "", Action::Save).sign(Sign::Tick)
            };
            let (save, leave) = match note {
                CaseNote::Unsaved if usable => (
                    save.first(),
                    Button::new("Discard", "shutter", Action::Discard),
                ),
                CaseNote::Unsaved => (save, again().first()),
                CaseNote::Saving => (
                    Button {
                        label: "Saving …",
                        ..save.off()
                    },
                    again(),
                ),
                CaseNote::Saved(_) => (saved.off(), again().first()),
                CaseNote::SaveFailed(_) => (
                    Button {
                        label: "Save again",
                        ..save.first()
                    },
                    Button::new("Discard", "shutter", Action::Discard),
                ),
            };
            let mut buttons = vec![save, leave];
            if usable {
                let next = Button::new("Next map", "", Action::NextMap).sign(Sign::Grid);
                buttons.push(if assessment.maps.is_some() {
                    next
                } else {
                    next.off()
                });
            }
            buttons.push(help());
            buttons
        }
        Scene::Help { .. } => vec![back().first()],
        Scene::CameraLost { .. } => vec![help()],
        Scene::ModelRefused { .. } | Scene::Fault { .. } => vec![back().first(), help()],
    }
}

/// Adds the scene's buttons to the sheet.
pub(super) fn add(sheet: &mut Sheet<'_>, layout: &Layout, scene: &Scene<'_>) {
    let u = layout.unit;
    let gap = 8.0 * u;
    let buttons = of(scene);
    let weights: f32 = buttons.iter().map(|b| b.weight).sum();
    let room = layout.buttons.w - gap * (buttons.len().saturating_sub(1)) as f32;
    let mut rest = layout.buttons;
    for button in buttons {
        let area = rest.cut_left(room * button.weight / weights);
        rest.cut_left(gap);
        let (ground, ink) = match (button.action, button.first) {
            (None, _) => (theme::BACKGROUND, theme::BUTTON_OFF),
            (_, true) => (theme::BUTTON_FIRST, theme::BACKGROUND),
            (_, false) => (theme::BUTTON, theme::TEXT),
        };
        let radius = 10.0 * u;
        match button.action {
            Some(action) => {
                sheet.block(area, radius, ground);
                sheet.target(area, action, true);
            }
            None => sheet.bordered(area, radius, ((1.5 * u).max(1.0), theme::GROUND), ground),
        }
        let mut inner = area.inset(6.0 * u, 5.0 * u);
        // The sign only where the words keep enough room.
        if let Some(sign) = button.sign
            && inner.w > 120.0 * u
        {
            let side = inner.h.min(30.0 * u);
            let words = text::room(button.label, 23.0 * u, Weight::Bold);
            let used = (side + 10.0 * u + words).min(inner.w);
            inner.cut_left((inner.w - used) / 2.0);
            sheet.sign(inner.cut_left(side), sign, ink, ground);
            inner.cut_left(10.0 * u);
            inner.w = inner.w.min(words);
        }
        let label = Style::new(23.0 * u)
            .bold()
            .colour(ink)
            .align(Align::Centre)
            .middle()
            .wrap();
        if !button.key.is_empty() && inner.h > 34.0 {
            let key = inner.cut_bottom(inner.h * 0.3);
            let small = Style::new(15.0 * u).colour(ink).align(Align::Centre);
            sheet.text(small.set(button.key, key));
        }
        sheet.text(label.set(button.label, inner));
    }
}
