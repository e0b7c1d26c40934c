//! Any order of events.

use proptest::prelude::*;

use super::*;
use crate::model::Task;

/// What a random run is made of.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open(u8),
    Frame(u8),
    Lost,
    Ended,
    Press(Action),
    Answer {
        question: u8,
        verdict: Option<Verdict>,
    },
    Saved {
        save: u8,
        fails: bool,
    },
    Wait(u16),
}

/// No verdict: the analysis fails.
const ANSWERS: [Option<Verdict>; 4] = [
    None,
    Some(Verdict::NotUsable),
    Some(Verdict::BccSuspected),
    Some(Verdict::Uncertain),
];

fn steps() -> impl Strategy<Value = Step> {
    use Action::*;
    let actions = [
        Capture,
        NextMap,
        PreviousMap,
        ShowMap(Task::Ulceration),
        Save,
        Discard,
        Help,
        Back,
    ];
    prop_oneof![
        2 => (0u8..2).prop_map(Step::Open),
        12 => (0u8..2).prop_map(Step::Frame),
        1 => Just(Step::Lost),
        1 => Just(Step::Ended),
        6 => prop::sample::select(actions.to_vec()).prop_map(Step::Press),
        4 => (0u8..4, prop::sample::select(ANSWERS.to_vec()))
            .prop_map(|(question, verdict)| Step::Answer { question, verdict }),
        1 => (0u8..3, any::<bool>()).prop_map(|(save, fails)| Step::Saved { save, fails }),
        3 => (0u16..1500).prop_map(Step::Wait),
    ]
}

/// What a device holds that can be lost.
#[derive(Debug)]
struct Held {
    /// The result on the screen that nobody has decided about, and when it came.
    undecided: Option<(FrameId, Instant)>,
    /// The case on the screen whose save failed.
    failed: Option<FrameId>,
    /// Any case on the screen.
    shown: Option<FrameId>,
    earlier: Option<FrameId>,
}

impl Held {
    fn by(state: &State) -> Held {
        let shown = state.mode.case();
        let id = |showing: &Showing| showing.case.frame.id;
        let failed = |showing: &&Showing| matches!(showing.note, CaseNote::SaveFailed(_));
        Held {
            undecided: shown
                .filter(|showing| showing.undecided())
                .map(|showing| (id(showing), showing.since)),
            failed: shown.filter(failed).map(id),
            shown: shown.map(id),
            earlier: state.earlier.as_ref().map(|earlier| earlier.case.frame.id),
        }
    }
}

/// Whether nothing that was held before this step is lost in silence or too soon.
fn kept(before: &Held, step: Step, saves: usize, bench: &Bench) -> Result<(), String> {
    let state = bench.state();
    let now = Held::by(state);
    let told = matches!(
        state.mode,
        Mode::Live(Some(Noted {
            notice: Notice::Discarded | Notice::NoRoom,
            ..
        }))
    );
    if let Some((id, since)) = before.undecided
        && now.shown != Some(id)
    {
        let seen = bench.now.duration_since(since) >= Duration::from_secs(1);
        if now.earlier != Some(id) && !(told && seen) {
            return Err(format!("{step:?} loses the result {id:?}"));
        }
    }
    if before.failed.is_some() && now.shown != before.failed && !told && state.unsaved().is_none() {
        return Err(format!("{step:?} loses what could not be saved"));
    }
    if before.earlier.is_some() && now.earlier != before.earlier {
        let ended = match step {
            Step::Press(Action::Save) => bench.saves.len() > saves,
            Step::Press(Action::Discard) => true,
            Step::Answer { .. } => now.undecided.is_some(),
            _ => false,
        };
        if !ended {
            return Err(format!("{step:?} loses the earlier result"));
        }
    }
    if now.earlier.is_some() && state.unsaved().is_none() {
        return Err("an earlier result is offered in silence".to_owned());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The promises at the head of the room, over any order of events.
    #[test]
    fn no_verdict_is_ever_shown_that_is_not_of_the_open_camera_and_the_last_question(
        run in prop::collection::vec(steps(), 0..80)
    ) {
        let cameras = [source("a"), source("b")];
        let mut bench = Bench::new(None);
        let mut id = 0;
        // Frames at or before this number are of before the last opening or loss.
        let mut void_until = 0;
        let mut open = false;
        for step in run {
            id += 1;
            let (before, saves) = (Held::by(bench.state()), bench.saves.len());
            match step {
                Step::Open(n) => {
                    void_until = id;
                    open = true;
                    bench.tell(opened(&cameras[usize::from(n)]));
                }
                Step::Frame(n) => { bench.tell(live(id, &cameras[usize::from(n)])); }
                Step::Lost => { void_until = id; open = false; bench.tell(lost()); }
                Step::Ended => { void_until = id; open = false; bench.tell(Event::Ended); }
                Step::Press(action) => { bench.tell(Event::Action(action)); }
                Step::Answer { question, verdict } => {
                    let back = bench.asked.len().checked_sub(1 + usize::from(question));
                    if let Some((question, frames)) = back.map(|at| bench.asked[at].clone()) {
                        let outcome = match (frames.last(), verdict) {
                            (Some(frame), Some(verdict)) => Ok(case(frame.clone(), verdict)),
                            _ => Err("failed".into()),
                        };
                        bench.tell(Event::Analysed(question, outcome));
                    }
                }
                Step::Saved { save, fails } => {
                    if let Some(number) = bench.saves.iter().rev().nth(usize::from(save)).copied() {
                        let outcome = if fails { Err("full".into()) } else { Ok("name".into()) };
                        bench.tell(Event::Saved(number, outcome));
                    }
                }
                Step::Wait(ms) => { bench.wait(Duration::from_millis(u64::from(ms))); }
            }
            prop_assert_eq!(kept(&before, step, saves, &bench), Ok(()));
            let state = bench.state();
            let shown = match &state.mode {
                Mode::Help(behind) => behind.as_ref(),
                mode => mode,
            };
            if let Mode::Result(showing) = shown {
                let assessment = &showing.case.assessment;
                prop_assert!(open);
                prop_assert_eq!(Some(&assessment.source), state.source.as_ref());
                prop_assert!(assessment.frame.0 > void_until, "a verdict of before the replug");
                prop_assert_eq!(assessment.frame, showing.case.frame.id);
                let asked = bench.asked.iter().flat_map(|(_, frames)| frames);
                let mut asked = asked.filter(|live| live.frame.id == assessment.frame);
                prop_assert!(asked.any(|live| Arc::ptr_eq(&live.picture, &showing.case.picture)));
                let (seen, _) = state.live.as_ref().expect("a live frame behind a result");
                prop_assert!(bench.now.duration_since(*seen) <= LIMITS.stall + Duration::from_millis(1500));
            }
            if matches!(shown, Mode::Live(_) | Mode::Collecting(_) | Mode::Analysing(_)) {
                prop_assert!(state.live.is_some(), "a live mode without a live picture");
            }
            for (_, frames) in &bench.asked {
                prop_assert!(frames.windows(2).all(|pair| pair[0].frame.source == pair[1].frame.source));
            }
        }
    }
}
