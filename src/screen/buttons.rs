//! The buttons of each scene. They are drawn from the same list that touches are looked up in.

use std::borrow::Cow;

use super::{
    Scene,
    layout::Layout,
    scene::{CaseNote, Taken},
    sheet::{Sheet, Sign},
    text::{self, Align, Style, Weight},
    theme,
};
use crate::{assess::Verdict, input::Action};

/// One button.
struct Button {
    label: Cow<'static, str>,
    /// Below the label: the key that does the same, or what it is done with.
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
    fn new(label: impl Into<Cow<'static, str>>, key: &'static str, action: Action) -> Button {
        Button {
            label: label.into(),
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
    let capture = Button {
        weight: 3.0,
        ..Button::new("Capture", "shutter", Action::Capture)
            .sign(Sign::Shutter)
            .first()
    };
    match scene {
        // Without a model it leads nowhere. The shutter and a touch of the picture still say why.
        Scene::Live { sight: None, .. } => vec![capture.off(), help()],
        Scene::Live {
            earlier: Some(taken),
            ..
        } => {
            let mut buttons = vec![Button {
                weight: 1.8,
                ..capture
            }];
            buttons.extend(of_earlier(taken));
            buttons.push(help());
            buttons
        }
        Scene::Live { .. } => vec![capture, help()],
        // The second half of a double tap finds what it has found before, and nothing happens.
        Scene::Capturing { .. } | Scene::Analysing { .. } => {
            vec![capture.off(), Button::new("Cancel", "", Action::Back)]
        }
        Scene::Result {
            assessment, note, ..
        } => {
            let usable = assessment.verdict != Verdict::NotUsable;
            let save = Button::new("Save", "", Action::Save);
            let save_again = || Button::new("Save again", "", Action::Save).first();
            let discard = |key| Button::new("Discard", key, Action::Discard);
            let mut buttons = match note {
                CaseNote::Unsaved if usable => vec![save.first(), discard("shutter")],
                CaseNote::Unsaved => vec![save, again().first()],
                CaseNote::Saving => {
                    vec![Button::new("Saving …", "", Action::Save).off(), again()]
                }
                CaseNote::Saved(_) => {
                    let saved = Button::new("Saved", "", Action::Save).sign(Sign::Tick);
                    vec![saved.off(), again().first()]
                }
                // The shutter leaves it to be tried again; only "discard" throws it away.
                CaseNote::SaveFailed(_) => {
                    let later = Button::new("Save later", "shutter", Action::Capture);
                    vec![save_again(), later, discard("")]
                }
                CaseNote::NoRoom(_) => vec![save_again(), discard("shutter")],
            };
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
        Scene::CameraLost {
            earlier: Some(taken),
            ..
        } => of_earlier(taken).into_iter().chain([help()]).collect(),
        Scene::CameraLost { .. } => vec![help()],
        Scene::ModelRefused { .. } | Scene::Fault { .. } => vec![back().first(), help()],
    }
}

/// For the result that went with the picture, named by its time: what the camera shows now may be
/// another patient.
fn of_earlier(taken: &Taken) -> [Button; 2] {
    let button =
        |verb, action| Button::new(format!("{verb} {}", taken.clock), "earlier result", action);
    [
        button("Save", Action::Save),
        button("Discard", Action::Discard),
    ]
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
        let side = inner.h.min(30.0 * u);
        let words = text::room(&button.label, 23.0 * u, Weight::Bold);
        let used = side + 10.0 * u + words;
        if let Some(sign) = button.sign
            && inner.w >= used
        {
            inner.cut_left((inner.w - used) / 2.0);
            sheet.sign(inner.cut_left(side), sign, ink, ground);
            inner.cut_left(10.0 * u);
            inner.w = words;
        }
        // Rather smaller than broken within a word.
        let word = |word| text::room(word, 23.0 * u, Weight::Bold);
        let longest = button.label.split_whitespace().map(word);
        let longest = longest.fold(1.0, f32::max);
        let label = Style::new(23.0 * u * (inner.w / longest).min(1.0))
            .bold()
            .colour(ink)
            .align(Align::Centre)
            .middle()
            .wrap();
        if !button.key.is_empty() {
            let key = inner.cut_bottom(inner.h * 0.3);
            let small = Style::new(15.0 * u).colour(ink).align(Align::Centre);
            sheet.text(small.set(button.key, key));
        }
        sheet.text(label.set(&button.label, inner));
    }
}
