mod earlier;
mod leaving;
mod saving;
mod sequences;

use std::time::SystemTime;

use image::RgbImage;

use super::*;
use crate::{
    assess::{Assessment, Spread, Verdict, sample},
    frame::{Frame, FrameId, PixelFormat},
    input::Action,
    screen::{CaseNote, Notice},
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
    Event::Opened(Opened::new(Arc::clone(source)))
}

fn lost() -> Event {
    Event::Lost(Lost {
        why: "unplugged".into(),
        advice: "plug it in".into(),
    })
}

fn case(live: LiveFrame, verdict: Verdict) -> Box<Case> {
    Box::new(Case {
        picture: live.picture,
        assessment: Assessment {
            verdict,
            ..sample::refused(&live.frame)
        },
        burst: Spread {
            frames: 3,
            ..Spread::default()
        },
        frame: live.frame,
    })
}

/// A device with a hand on its clock.
struct Bench {
    state: Option<State>,
    now: Instant,
    asked: Vec<(Question, Vec<LiveFrame>)>,
    saves: Vec<SaveNumber>,
    quit: bool,
}

impl Bench {
    fn new(refused: Option<String>) -> Bench {
        Bench {
            state: Some(State::new(LIMITS, engine(), "m 1".into(), refused)),
            now: Instant::now(),
            asked: vec![],
            saves: vec![],
            quit: false,
        }
    }

    fn tell(&mut self, event: Event) -> &mut Bench {
        let state = self.state.take().expect("a step always gives a state");
        let (state, effects) = state.step(self.now, event);
        self.state = Some(state);
        for effect in effects {
            match effect {
                Effect::Analyse(question, frames) => self.asked.push((question, frames)),
                Effect::Save(number, _) => self.saves.push(number),
                Effect::Quit => self.quit = true,
                Effect::Show => {}
            }
        }
        self
    }

    fn wait(&mut self, time: Duration) -> &mut Bench {
        self.now += time;
        self.tell(Event::Tick("12:00".into()))
    }

    fn mode(&self) -> &Mode {
        &self.state().mode
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
        self.answer_with(Verdict::NoBccSigns)
    }

    fn answer_with(&mut self, verdict: Verdict) -> &mut Bench {
        let (question, frames) = self.asked.last().expect("a question").clone();
        let chosen = frames.first().expect("a burst has frames").clone();
        self.tell(Event::Analysed(question, Ok(case(chosen, verdict))))
    }

    fn press(&mut self, action: Action) -> &mut Bench {
        self.tell(Event::Action(action))
    }

    /// Time with a live picture, long enough to have seen what is on the screen.
    fn look(&mut self) -> &mut Bench {
        self.live_for(Duration::from_secs(1))
    }

    /// Time with a live picture.
    fn live_for(&mut self, time: Duration) -> &mut Bench {
        let end = self.now + time;
        while self.now < end {
            if let Some(camera) = self.state().source.clone() {
                self.tell(live(100, &camera));
            }
            self.wait((end - self.now).min(Duration::from_millis(500)));
        }
        self
    }

    fn state(&self) -> &State {
        self.state.as_ref().expect("a state")
    }

    fn notice(&self) -> Option<Notice> {
        match self.mode() {
            Mode::Live(noted) => noted.map(|noted| noted.notice),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_burst_holds_only_frames_that_came_after_the_shutter() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera);
    let ids: Vec<_> = bench.asked[0].1.iter().map(|f| f.frame.id.0).collect();
    assert_eq!(ids, [2, 3, 4]);
    assert!(matches!(bench.mode(), Mode::Analysing(_)));
    bench.answer();
    assert!(matches!(bench.mode(), Mode::Result(_)));
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
        assert!(matches!(bench.mode(), Mode::Result(_)));
        bench.tell(gone);
        assert!(matches!(bench.mode(), Mode::Lost(_)));
        assert!(bench.state().live.is_none());
    }
}

#[test]
fn a_picture_that_stands_still_takes_the_verdict_down() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.wait(Duration::from_millis(900));
    assert!(matches!(bench.mode(), Mode::Result(_)));
    bench.wait(Duration::from_millis(200));
    assert!(matches!(bench.mode(), Mode::Lost(_)));
}

#[test]
fn the_picture_of_a_slow_camera_stays_between_two_frames_and_goes_with_it() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.tell(Event::Opened(Opened {
        interval: Some(Duration::from_secs(1)),
        ..Opened::new(camera.clone())
    }));
    bench
        .tell(live(1, &camera))
        .wait(Duration::from_millis(2900));
    assert!(matches!(bench.mode(), Mode::Live(_)));
    bench.wait(Duration::from_millis(200));
    assert!(matches!(bench.mode(), Mode::Lost(_)));
    // The next camera is held to its own time.
    bench.tell(opened(&camera)).tell(live(2, &camera));
    bench.wait(Duration::from_millis(1100));
    assert!(matches!(bench.mode(), Mode::Lost(_)));
}

#[test]
fn the_picture_comes_back_after_a_stall_that_the_camera_never_noticed() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.tell(opened(&camera)).tell(live(1, &camera));
    bench.wait(Duration::from_secs(2));
    assert!(matches!(bench.mode(), Mode::Lost(_)));
    bench.tell(live(2, &camera));
    assert!(matches!(bench.mode(), Mode::Live(_)));
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
    assert!(matches!(bench.mode(), Mode::Live(_)));
}

#[test]
fn a_frame_of_a_camera_that_is_gone_is_not_shown() {
    let (old, new) = (source("a"), source("b"));
    let mut bench = Bench::new(None);
    bench.tell(opened(&new)).tell(live(1, &old));
    assert!(matches!(bench.mode(), Mode::Lost(_)));
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
    assert!(matches!(bench.mode(), Mode::Fault(_)));
    bench.answer();
    assert!(matches!(bench.mode(), Mode::Fault(_)));
    bench.tell(Event::Action(Action::Back));
    assert!(matches!(bench.mode(), Mode::Live(_)));
}

#[test]
fn a_burst_that_was_cancelled_is_the_newest_question_no_more() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera);
    let newest = |bench: &Bench| bench.state().question();
    assert_eq!(newest(&bench), bench.asked[0].0);
    bench.tell(Event::Action(Action::Back));
    assert_ne!(newest(&bench), bench.asked[0].0);
}

#[test]
fn a_notice_goes_by_itself() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).tell(Event::Action(Action::Back));
    bench
        .tell(live(5, &camera))
        .wait(Duration::from_millis(900));
    assert_eq!(bench.notice(), Some(Notice::Cancelled));
    for id in 6..9 {
        bench
            .tell(live(id, &camera))
            .wait(Duration::from_millis(900));
    }
    assert_eq!(bench.notice(), None);
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
    assert!(matches!(bench.mode(), Mode::Fault(_)));
    assert!(bench.asked.is_empty());
}

#[test]
fn the_help_page_gives_way_to_a_lost_camera() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.tell(Event::Action(Action::Help));
    assert!(matches!(bench.mode(), Mode::Help(_)));
    bench.tell(lost());
    assert!(matches!(bench.mode(), Mode::Lost(_)));
}
