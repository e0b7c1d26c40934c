use std::time::SystemTime;

use image::RgbImage;
use proptest::prelude::*;

use super::*;
use crate::{
    assess::{Spread, sample},
    frame::{Frame, FrameId, PixelFormat},
};

const LIMITS: Limits = Limits {
    burst: 3,
    stall: Duration::from_secs(1),
    analysis: Duration::from_secs(20),
};

fn engine() -> EngineInfo {
    EngineInfo {
        name: "CPU".into(),
        runtime: String::new(),
        fallback: None,
    }
}

fn source(name: &str) -> Arc<Source> {
    Arc::new(Source {
        kind: SourceKind::Camera,
        name: name.into(),
        detail: String::new(),
    })
}

fn frame(id: u64, source: &Arc<Source>) -> Frame {
    Frame {
        id: FrameId(id),
        source: Arc::clone(source),
        captured_at: SystemTime::UNIX_EPOCH,
        captured: Instant::now(),
        format: PixelFormat::Rgb8,
        width: 1,
        height: 1,
        data: Arc::from([0u8; 3]),
    }
}

fn live(id: u64, source: &Arc<Source>) -> Event {
    Event::Frame(LiveFrame {
        frame: frame(id, source),
        picture: Arc::new(RgbImage::new(1, 1)),
        quality: None,
    })
}

fn opened(source: &Arc<Source>) -> Event {
    Event::Opened(Opened {
        source: Arc::clone(source),
        adjusted: None,
    })
}

fn lost() -> Event {
    Event::Lost(Lost {
        why: "unplugged".into(),
        advice: "plug it in".into(),
    })
}

fn case(live: LiveFrame) -> Box<Case> {
    Box::new(Case {
        picture: live.picture,
        assessment: sample::refused(&live.frame),
        burst: Spread {
            frames: 3,
            scored: 0,
            lowest: 0.0,
            highest: 0.0,
        },
        frame: live.frame,
    })
}

/// A device with a hand on its clock.
struct Bench {
    state: Option<State>,
    now: Instant,
    asked: Vec<(Ticket, Vec<LiveFrame>)>,
    saves: Vec<Ticket>,
}

impl Bench {
    fn new(refused: Option<String>) -> Bench {
        Bench {
            state: Some(State::new(LIMITS, engine(), "m 1".into(), refused)),
            now: Instant::now(),
            asked: vec![],
            saves: vec![],
        }
    }

    fn tell(&mut self, event: Event) -> &mut Bench {
        let state = self.state.take().expect("a step always gives a state");
        let (state, effects) = state.step(self.now, event);
        self.state = Some(state);
        for effect in effects {
            match effect {
                Effect::Analyse(ticket, frames) => self.asked.push((ticket, frames)),
                Effect::Save(ticket, _) => self.saves.push(ticket),
                Effect::Show | Effect::Quit => {}
            }
        }
        self
    }

    fn wait(&mut self, time: Duration) -> &mut Bench {
        self.now += time;
        self.tell(Event::Tick("12:00".into()))
    }

    fn view(&self) -> &View {
        &self.state.as_ref().expect("a state").view
    }

    /// Live on `camera`, and a burst of three pressed and taken.
    fn burst(&mut self, camera: &Arc<Source>) -> &mut Bench {
        self.tell(opened(camera))
            .tell(live(1, camera))
            .tell(Event::Action(Action::Capture));
        for id in 2..5 {
            self.tell(live(id, camera));
        }
        self
    }

    /// The answer to the newest question.
    fn answer(&mut self) -> &mut Bench {
        let (ticket, frames) = self.asked.last().expect("a question").clone();
        let chosen = frames.first().expect("a burst has frames").clone();
        self.tell(Event::Analysed(ticket, Ok(case(chosen))))
    }
}

#[test]
fn a_burst_holds_only_frames_that_came_after_the_shutter() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera);
    let ids: Vec<_> = bench.asked[0].1.iter().map(|f| f.frame.id.0).collect();
    assert_eq!(ids, [2, 3, 4]);
    assert!(matches!(bench.view(), View::Analysing(_)));
    bench.answer();
    assert!(matches!(bench.view(), View::Result(_)));
}

#[test]
fn a_picture_of_a_folder_is_analysed_alone() {
    let file = Arc::new(Source {
        kind: SourceKind::File,
        name: "a.jpg".into(),
        detail: String::new(),
    });
    let mut bench = Bench::new(None);
    bench
        .tell(opened(&file))
        .tell(live(1, &file))
        .tell(Event::Action(Action::Capture))
        .tell(live(2, &file));
    assert_eq!(bench.asked[0].1.len(), 1);
}

#[test]
fn a_lost_camera_takes_the_verdict_down_at_once() {
    let camera = source("a");
    for gone in [lost(), Event::Ended, opened(&camera), opened(&source("b"))] {
        let mut bench = Bench::new(None);
        bench.burst(&camera).answer();
        assert!(matches!(bench.view(), View::Result(_)));
        bench.tell(gone);
        assert!(matches!(bench.view(), View::Lost(_)));
        assert!(bench.state.as_ref().expect("a state").live.is_none());
    }
}

#[test]
fn a_picture_that_stands_still_takes_the_verdict_down() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.wait(Duration::from_millis(900));
    assert!(matches!(bench.view(), View::Result(_)));
    bench.wait(Duration::from_millis(200));
    assert!(matches!(bench.view(), View::Lost(_)));
}

#[test]
fn the_picture_comes_back_after_a_stall_that_the_camera_never_noticed() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.tell(opened(&camera)).tell(live(1, &camera));
    bench.wait(Duration::from_secs(2));
    assert!(matches!(bench.view(), View::Lost(_)));
    bench.tell(live(2, &camera));
    assert!(matches!(bench.view(), View::Live(_)));
}

#[test]
fn an_answer_that_comes_after_a_replug_is_never_shown() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera);
    bench
        .tell(lost())
        .tell(opened(&camera))
        .tell(live(9, &camera));
    bench.answer();
    assert!(matches!(bench.view(), View::Live(_)));
}

#[test]
fn a_frame_of_a_camera_that_is_gone_is_not_shown() {
    let (old, new) = (source("a"), source("b"));
    let mut bench = Bench::new(None);
    bench.tell(opened(&new)).tell(live(1, &old));
    assert!(matches!(bench.view(), View::Lost(_)));
}

#[test]
fn a_second_press_leaves_the_result_and_takes_no_new_burst() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.tell(Event::Action(Action::Capture));
    assert!(matches!(bench.view(), View::Live(None)));
    assert_eq!(bench.asked.len(), 1);
}

#[test]
fn an_analysis_without_end_becomes_a_fault_and_its_late_answer_is_dropped() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera);
    for id in 10..35 {
        bench
            .tell(live(id, &camera))
            .wait(Duration::from_millis(990));
    }
    assert!(matches!(bench.view(), View::Fault(_)));
    bench.answer();
    assert!(matches!(bench.view(), View::Fault(_)));
    bench.tell(Event::Action(Action::Back));
    assert!(matches!(bench.view(), View::Live(_)));
}

#[test]
fn without_a_model_the_shutter_shows_why() {
    let camera = source("a");
    let mut bench = Bench::new(Some("sha256 differs".into()));
    bench
        .tell(opened(&camera))
        .tell(live(1, &camera))
        .tell(Event::Action(Action::Capture))
        .tell(live(2, &camera));
    assert!(matches!(bench.view(), View::Fault(_)));
    assert!(bench.asked.is_empty());
}

#[test]
fn a_failed_save_keeps_the_case_and_can_be_tried_again() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.tell(Event::Action(Action::Save));
    bench.tell(Event::Action(Action::Save));
    assert_eq!(bench.saves.len(), 1, "one save at a time");
    let ticket = bench.saves[0];
    bench.tell(Event::Saved(ticket, Err("disk full".into())));
    assert!(
        matches!(bench.view(), View::Result(s) if s.note == CaseNote::SaveFailed("disk full".into()))
    );
    bench.tell(Event::Action(Action::Save));
    let ticket = bench.saves[1];
    bench.tell(Event::Saved(ticket, Ok("x".into())));
    assert!(matches!(bench.view(), View::Result(s) if s.note == CaseNote::Saved("x".into())));
}

#[test]
fn the_help_page_gives_way_to_a_lost_camera() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.tell(Event::Action(Action::Help));
    assert!(matches!(bench.view(), View::Help(_)));
    bench.tell(lost());
    assert!(matches!(bench.view(), View::Lost(_)));
}

/// What a random run is made of.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open(u8),
    Frame(u8),
    Lost,
    Ended,
    Press(Action),
    Answer { question: u8, fails: bool },
    Saved(u8),
    Wait(u16),
}

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
        4 => (0u8..4, any::<bool>()).prop_map(|(question, fails)| Step::Answer { question, fails }),
        1 => (0u8..3).prop_map(Step::Saved),
        3 => (0u16..1500).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The three promises at the head of the room, over any order of events.
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
                Step::Answer { question, fails } => {
                    let back = bench.asked.len().checked_sub(1 + usize::from(question));
                    if let Some((ticket, frames)) = back.map(|at| bench.asked[at].clone()) {
                        let outcome = match frames.last() {
                            Some(frame) if !fails => Ok(case(frame.clone())),
                            _ => Err("failed".into()),
                        };
                        bench.tell(Event::Analysed(ticket, outcome));
                    }
                }
                Step::Saved(n) => {
                    if let Some(ticket) = bench.saves.iter().rev().nth(usize::from(n)).copied() {
                        bench.tell(Event::Saved(ticket, Ok("name".into())));
                    }
                }
                Step::Wait(ms) => { bench.wait(Duration::from_millis(u64::from(ms))); }
            }
            let state = bench.state.as_ref().expect("a state");
            let shown = match &state.view {
                View::Help(behind) => behind.as_ref(),
                view => view,
            };
            if let View::Result(showing) = shown {
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
            if matches!(shown, View::Live(_) | View::Collecting(_) | View::Analysing(_)) {
                prop_assert!(state.live.is_some(), "a live view without a live picture");
            }
            for (_, frames) in &bench.asked {
                prop_assert!(frames.windows(2).all(|pair| pair[0].frame.source == pair[1].frame.source));
            }
        }
    }
}
