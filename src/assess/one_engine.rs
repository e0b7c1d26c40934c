//! Several answers that must all come from one engine: an accelerator may be lost, or come back,
//! between any two inferences.

use super::{AssessError, EngineInfo};
use crate::engine::{Engine, EngineError, Outputs};

/// Tries on an engine that comes and goes, before its fallback is asked alone.
const TRIES: usize = 2;

/// Runs `work`. Where its engine changes between two inferences, `work` is begun anew. An engine
/// that comes and goes is not asked again for it: its fallback answers alone.
///
/// # Errors
/// Those of `work`; [`EngineError::Failed`] for an engine that changes again and again and has no
/// fallback.
pub(super) fn by_one_engine<T>(
    engine: &mut dyn Engine,
    mut work: impl FnMut(&mut dyn Engine) -> Result<T, AssessError>,
) -> Result<T, AssessError> {
    for _ in 0..TRIES {
        let mut steady = Steady::new(engine);
        let done = work(&mut steady);
        if !steady.changed {
            return done;
        }
        log::warn!("the engine changed in the middle of a picture: begun anew");
    }
    engine.hold_fallback(true);
    let held = work(&mut Steady::new(engine));
    engine.hold_fallback(false);
    held
}

/// An engine that refuses to go on once it is another one.
struct Steady<'a> {
    engine: &'a mut dyn Engine,
    first: Option<EngineInfo>,
    changed: bool,
}

impl Steady<'_> {
    fn new(engine: &mut dyn Engine) -> Steady<'_> {
        Steady {
            engine,
            first: None,
            changed: false,
        }
    }
}

impl Engine for Steady<'_> {
    fn info(&self) -> &EngineInfo {
        self.engine.info()
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        let outputs = self.engine.infer(input)?;
        let now = self.engine.info();
        if self.first.get_or_insert_with(|| now.clone()).is_same(now) {
            return Ok(outputs);
        }
        self.changed = true;
        let why = "the engine changed in the middle of the picture again and again";
        Err(EngineError::Failed(why.into()))
    }
}
