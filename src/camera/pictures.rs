//! Picture files as a camera: each is shown for a while, as if the dermatoscope were held
//! still over it, then the next.

use std::{
    collections::VecDeque,
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

use super::{
    Camera, Lost, News, Opened,
    pace::{Pace, wait_until},
    still::{self, Entry},
};
use crate::frame::{Frame, FrameId};

/// Frames a second.
const FPS: u32 = 10;

/// Picture files, one after the other.
pub struct Pictures {
    entries: VecDeque<Entry>,
    dwell: Duration,
    shown: Shown,
}

/// What is shown now.
enum Shown {
    /// The next picture is due.
    Nothing,
    /// A picture until then.
    Picture {
        frame: Box<Frame>,
        pace: Pace,
        until: Instant,
    },
    /// A file without a picture: its sentence stands until then.
    Unreadable { until: Instant },
}

impl Pictures {
    /// The files and the pictures of the folders, as [`still::expand`] orders them, each shown
    /// for `dwell`.
    pub fn new(paths: &[PathBuf], dwell: Duration) -> Pictures {
        Pictures {
            entries: still::expand(paths, false).into(),
            dwell,
            shown: Shown::Nothing,
        }
    }

    fn show_next(&mut self) -> News {
        let Some(entry) = self.entries.pop_front() else {
            return News::Ended;
        };
        let name = entry.path.display().to_string();
        let until = Instant::now() + self.dwell;
        match entry.load() {
            Ok(frame) => {
                let source = frame.source.clone();
                self.shown = Shown::Picture {
                    frame: Box::new(frame),
                    pace: Pace::new(FPS),
                    until,
                };
                News::Opened(Opened::new(source))
            }
            Err(why) => {
                self.shown = Shown::Unreadable { until };
                News::Lost(Lost {
                    why: format!("{name}: {why}"),
                    advice: "The next picture follows.".into(),
                })
            }
        }
    }
}

impl Camera for Pictures {
    fn next(&mut self, wait: Duration) -> News {
        match &mut self.shown {
            Shown::Picture { frame, pace, until } if Instant::now() < *until => {
                if !pace.wait(wait) {
                    return News::Quiet;
                }
                News::Frame(Frame {
                    id: FrameId::next(),
                    captured_at: SystemTime::now(),
                    captured: Instant::now(),
                    ..Frame::clone(frame)
                })
            }
            Shown::Unreadable { until } if !wait_until(*until, wait) => News::Quiet,
            _ => {
                self.shown = Shown::Nothing;
                self.show_next()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{frame::SourceKind, phantom::write_png};

    #[test]
    fn each_picture_opens_anew_a_marked_phantom_stays_one_and_a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let picture = image::RgbImage::from_pixel(20, 20, image::Rgb([200, 150, 140]));
        let path = |name: &str| folder.path().join(name);
        picture.save(path("a.png")).unwrap();
        write_png(&path("b.png"), &picture).unwrap();
        std::fs::write(path("c.png"), b"no picture").unwrap();

        let mut camera = Pictures::new(&[folder.path().into()], Duration::from_millis(150));
        let (mut kinds, mut frames, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            match camera.next(Duration::from_millis(50)) {
                News::Opened(opened) => kinds.push(opened.source.kind),
                News::Frame(frame) => frames.push((frame.source.kind, frame.id)),
                News::Lost(why) => lost.push(why.why),
                News::Quiet => {}
                News::Ended => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(kinds, [SourceKind::File, SourceKind::Phantom]);
        assert!(lost.len() == 1 && lost[0].contains("c.png"), "{lost:?}");
        for kind in kinds {
            assert!(
                frames.iter().any(|(k, _)| *k == kind),
                "{kind:?} was never shown"
            );
        }
        assert!(frames.is_sorted_by(|a, b| a.1 < b.1));
        assert!(matches!(camera.next(Duration::ZERO), News::Ended));
    }
}
