//! The camera with a witness: whatever it says is compared with what happened.

use std::time::{Duration, Instant};

use super::{BUS, CARD, STALL, WAIT};
use crate::{
    camera::{
        Lost, News, Opened,
        settings::Settings,
        v4l2::{
            Following,
            fake::{SIZE, World},
        },
    },
    frame::{Frame, FrameId},
};

pub(super) fn settings() -> Settings {
    Settings {
        width: SIZE.0,
        height: SIZE.1,
        stall_ms: STALL.as_millis() as u64,
        ..Settings::default()
    }
}

/// A camera under watch: whatever it says is compared with what happened.
pub(super) struct Watched {
    pub world: World,
    camera: Following<World>,
    open: bool,
    /// When it last opened: frames captured before are of another frame set.
    opened: Option<Instant>,
    /// The cameras that were plugged in then.
    plugged: Vec<u64>,
    /// The one the frames since then come from.
    life: Option<u64>,
    last_serial: Option<u64>,
    last_id: Option<FrameId>,
}

impl Watched {
    pub fn new() -> Watched {
        Watched::with(settings())
    }

    pub fn with(settings: Settings) -> Watched {
        let world = World::new();
        Watched {
            camera: Following::new(world.clone(), settings),
            world,
            open: false,
            opened: None,
            plugged: Vec::new(),
            life: None,
            last_serial: None,
            last_id: None,
        }
    }

    pub fn plugged() -> Watched {
        let watched = Watched::new();
        watched.world.plug(BUS, CARD);
        watched
    }

    pub fn next(&mut self, wait: Duration) -> News {
        let before = self.world.time();
        let news = self.camera.next(wait);
        let took = self.world.time() - before;
        assert!(
            took <= wait + Duration::from_millis(3),
            "held {took:?}, asked for {wait:?}"
        );
        match &news {
            News::Opened(_) => {
                assert!(!self.open, "opened twice");
                self.open = true;
                self.opened = Some(self.world.time());
                self.plugged = self.world.lives();
                self.life = None;
            }
            News::Lost(_) => self.open = false,
            News::Frame(frame) => self.check(frame),
            News::Dropped(_) | News::Quiet => {}
            News::Ended | News::Failed(_) => panic!("a camera has no end"),
        }
        assert_eq!(self.world.violations(), [] as [String; 0]);
        assert!(self.world.open_files() <= 1, "a file was left open");
        news
    }

    fn check(&mut self, frame: &Frame) {
        assert!(self.open, "a frame of a camera that is not open");
        let truth = self.world.stamp(&frame.data).expect("a whole frame");
        let now = self.world.time();
        assert!(
            self.last_serial.is_none_or(|last| truth.serial > last),
            "a frame older than the one before"
        );
        assert!(
            self.plugged.contains(&truth.life),
            "a frame from before a replug"
        );
        assert_eq!(
            *self.life.get_or_insert(truth.life),
            truth.life,
            "two cameras in one frame set"
        );
        let opened = self.opened.expect("it is open");
        // The frame that proved it opens may lie in the same drain; older ones may not.
        assert!(truth.at >= opened - WAIT, "a frame from before it opened");
        assert!(now - truth.at <= STALL, "a frame {:?} old", now - truth.at);
        assert!(
            frame.captured <= truth.at,
            "a frame said to be younger than it is"
        );
        assert!(
            self.last_id.is_none_or(|last| frame.id > last),
            "a frame number used twice"
        );
        self.last_serial = Some(truth.serial);
        self.last_id = Some(frame.id);
    }

    /// Asks until something but quiet and dropped frames comes.
    fn wait_for<T>(&mut self, what: &str, mut pick: impl FnMut(News) -> Option<T>) -> T {
        for _ in 0..300 {
            if let Some(found) = pick(self.next(WAIT)) {
                return found;
            }
        }
        panic!("no {what} within 30 s");
    }

    pub fn opened(&mut self) -> Opened {
        self.wait_for("opening", |news| match news {
            News::Opened(opened) => Some(opened),
            _ => None,
        })
    }

    pub fn frame(&mut self) -> Frame {
        self.wait_for("frame", |news| match news {
            News::Frame(frame) => Some(frame),
            _ => None,
        })
    }

    pub fn lost(&mut self) -> Lost {
        self.wait_for("loss", |news| match news {
            News::Lost(lost) => Some(lost),
            _ => None,
        })
    }

    pub fn dropped(&mut self) -> String {
        self.wait_for("dropped frame", |news| match news {
            News::Dropped(why) => Some(why),
            _ => None,
        })
    }
}
