//! From the device's state to the scene and the status line that are drawn.

use super::state::{Mode, State};
use crate::{
    frame::SourceKind,
    screen::{Scene, Status, stand_in_words},
};

/// The scene of a state.
pub fn scene(state: &State) -> Scene<'_> {
    let live = state.live.as_ref().map(|(_, frame)| frame);
    match (&state.mode, live) {
        (Mode::Lost(lost), _) => Scene::CameraLost {
            why: &lost.why,
            advice: &lost.advice,
            earlier: state.earlier(),
        },
        (Mode::Live(noted), Some(frame)) => Scene::Live {
            picture: &frame.picture,
            quality: frame.quality.as_ref(),
            sight: state.sight,
            notice: noted.map(|noted| noted.notice),
            earlier: state.earlier(),
        },
        (Mode::Collecting(frames), Some(frame)) => Scene::Capturing {
            picture: &frame.picture,
            sight: state.sight,
            taken: frames.len(),
            wanted: state.burst(),
        },
        (Mode::Analysing(_), Some(frame)) => Scene::Analysing {
            picture: &frame.picture,
            sight: state.sight,
        },
        // Without a live frame there is nothing live to show; the state machine leaves these
        // views when the frame goes, so this is a guard, not a path.
        (Mode::Live(_) | Mode::Collecting(_) | Mode::Analysing(_), None) => Scene::CameraLost {
            why: "No picture yet",
            advice: "Check the dermatoscope.",
            earlier: None,
        },
        (Mode::Result(showing), _) => Scene::Result {
            picture: &showing.case.picture,
            assessment: &showing.case.assessment,
            burst: Some(showing.case.burst).filter(|burst| burst.frames > 1),
            map: showing.map,
            note: &showing.note,
            taken: Some(&showing.shot.taken),
        },
        (Mode::Help(_), _) => Scene::Help { sight: state.sight },
        (Mode::Fault(fault), _) => match &state.refused {
            Some(why) => Scene::ModelRefused { why },
            None => Scene::Fault {
                why: &fault.why,
                advice: &fault.advice,
            },
        },
    }
}

/// Whether the lamp is lit: while a live picture is on the screen, and so while a burst is
/// taken.
pub fn lit(scene: &Scene) -> bool {
    match scene {
        Scene::Live { .. } | Scene::Capturing { .. } | Scene::Analysing { .. } => true,
        Scene::Result { .. }
        | Scene::Help { .. }
        | Scene::CameraLost { .. }
        | Scene::ModelRefused { .. }
        | Scene::Fault { .. } => false,
    }
}

/// The status line of a state. On a result it speaks of what made that result.
pub fn status(state: &State, display: Option<String>) -> Status {
    let shown = match &state.mode {
        Mode::Result(showing) => Some(&showing.case.assessment),
        _ => None,
    };
    let in_use = shown.map_or(&state.engine, |assessment| &assessment.engine);
    let source = shown.map(|a| &a.source).or(state.source.as_ref());
    let camera = source.map_or_else(String::new, |source| match source.kind {
        SourceKind::Camera => format!("{} {}", source.name, source.detail),
        _ => source.name.clone(),
    });
    Status {
        engine: in_use.name.clone(),
        fallback: in_use.fallback.clone(),
        model: state.model.clone(),
        camera: match &state.adjusted {
            Some(adjusted) => format!("{camera} ({adjusted})"),
            None => camera,
        },
        stand_in: stand_in_words(source.map(|source| &**source), in_use),
        clock: state.clock.clone(),
        power: state.power.clone(),
        unsaved: state.unsaved(),
        display,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::samples::Samples;

    #[test]
    fn the_lamp_is_lit_on_every_screen_with_a_live_picture_and_dark_on_all_others() {
        let samples = Samples::new();
        for sample in samples.all() {
            let name = sample.name;
            let live = name.starts_with("live") || ["capturing", "analysing"].contains(&name);
            assert_eq!(lit(&sample.scene), live, "{name}");
        }
    }
}
