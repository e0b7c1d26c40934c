//! The analysis thread: owns the model and the engine, one burst at a time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::Receiver,
    },
    thread,
    time::Instant,
};

use super::{
    event::{Case, Event, LiveFrame, Question},
    mailbox::Sending,
};
use crate::assess::Assessor;

/// A burst to analyse.
pub(super) type Job = (Question, Vec<LiveFrame>);

/// The newest question's number, as the loop last knew it.
#[derive(Clone, Debug, Default)]
pub(super) struct Newest(Arc<AtomicU64>);

impl Newest {
    /// From now on nothing else is asked.
    pub fn set(&self, Question(number): Question) {
        self.0.store(number, Ordering::Relaxed);
    }

    fn is(&self, Question(number): Question) -> bool {
        self.0.load(Ordering::Relaxed) == number
    }
}

/// Answers each job with [`Event::Analysed`] until the sending end of `jobs` is gone. What is
/// not the newest question any more is left, or the next one would wait behind it.
pub(super) fn spawn(
    mut assessor: Assessor,
    jobs: Receiver<Job>,
    newest: Newest,
    out: Sending,
) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new()
        .name("analyst".into())
        .spawn(move || {
            for (question, frames) in jobs {
                let clock = Instant::now();
                let asked = || newest.is(question);
                let Some(outcome) = analyse(&mut assessor, &frames, asked).transpose() else {
                    log::info!("a burst was cancelled: its analysis was left");
                    continue;
                };
                match &outcome {
                    Ok(case) => log::info!(
                        "{} of {} frames scored in {:.0} ms: {} (frame {}, {})",
                        case.burst.scored,
                        case.burst.frames,
                        clock.elapsed().as_secs_f64() * 1e3,
                        case.assessment.verdict.words(),
                        case.frame.id.0,
                        case.assessment.engine.name,
                    ),
                    Err(why) => log::error!("analysis failed: {why}"),
                }
                if !out.event(Event::Analysed(question, outcome)) {
                    break;
                }
            }
        })
}

fn analyse(
    assessor: &mut Assessor,
    burst: &[LiveFrame],
    asked: impl Fn() -> bool,
) -> Result<Option<Box<Case>>, String> {
    let frames: Vec<_> = burst.iter().map(|live| live.frame.clone()).collect();
    let result = assessor
        .assess_burst(&frames, asked)
        .map_err(|e| format!("The picture could not be analysed: {e}"))?;
    let Some(result) = result else {
        return Ok(None);
    };
    // Frame and picture of one live frame: the picture was made of these very bytes.
    let LiveFrame { frame, picture, .. } = burst
        .get(result.chosen)
        .ok_or("The analysis answered for a frame that was not asked")?
        .clone();
    Ok(Some(Box::new(Case {
        picture,
        assessment: result.assessment,
        burst: result.spread,
        frame,
    })))
}
