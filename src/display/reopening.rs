//! The display of the running device: falls back in order, is opened again when it dies,
//! and returns to the first choice. Says each change once, however many pictures fail.

use std::time::{Duration, Instant};

use image::RgbImage;

use super::{
    Devices, Display, DisplayError, Kind, Opener, Settings, check_size,
    open::{first_that_works, none_works},
};

/// Wait before the second try; it doubles with each further one.
const SHORTEST_WAIT: Duration = Duration::from_millis(500);
/// A screen that is plugged in again is back within this time.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// A display that lived this long is tried again at once when it fails.
const STABLE: Duration = Duration::from_secs(10);

/// A display that comes back.
///
/// The loop calls [`Reopening::tend`] before it draws; where it answers `true`, size, name
/// and fallback may have changed and everything is to be drawn anew.
pub struct Reopening<O: Opener = Devices> {
    kinds: Vec<Kind>,
    opener: O,
    current: Option<Current>,
    /// Size of the last display that worked, for a picture nobody sees.
    size: (u32, u32),
    next_try: Instant,
    wait: Duration,
    /// The reasons as last logged: the same ones are not logged again.
    logged: Vec<DisplayError>,
}

struct Current {
    index: usize,
    display: Box<dyn Display>,
    fallback: Option<String>,
    since: Instant,
}

impl Reopening<Devices> {
    /// Opens the first display of the settings' order that works.
    ///
    /// # Errors
    /// [`DisplayError`] lists why each one was refused.
    pub fn open(settings: &Settings) -> Result<Self, DisplayError> {
        Self::with(
            settings.order.kinds(),
            Devices::new(settings),
            Instant::now(),
        )
    }
}

impl<O: Opener> Reopening<O> {
    /// Opens the first of `kinds` that `opener` opens; the first kind is the first choice.
    ///
    /// # Errors
    /// [`DisplayError`] lists why each one was refused.
    pub fn with(kinds: &[Kind], opener: O, now: Instant) -> Result<Self, DisplayError> {
        let mut this = Reopening {
            kinds: kinds.to_vec(),
            opener,
            current: None,
            size: (0, 0),
            next_try: now,
            wait: SHORTEST_WAIT,
            logged: Vec::new(),
        };
        if this.tend(now) {
            Ok(this)
        } else {
            Err(none_works(&this.logged))
        }
    }

    /// Width and height to draw in; that of the last display where none works now.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The display in use, `None` while none works.
    pub fn name(&self) -> Option<&str> {
        self.current.as_ref().map(|c| c.display.name())
    }

    /// Why this is not the first choice, for every screen.
    pub fn fallback(&self) -> Option<&str> {
        self.current.as_ref()?.fallback.as_deref()
    }

    /// Opens a display where none works, or a better choice where one is back. Answers
    /// whether the display is another one now.
    pub fn tend(&mut self, now: Instant) -> bool {
        let better = match &self.current {
            Some(current) => current.index,
            None => self.kinds.len(),
        };
        if better == 0 || now < self.next_try {
            return false;
        }
        match first_that_works(&self.kinds[..better], &mut self.opener) {
            Ok(first) => {
                log::info!("display: {}", first.display.name());
                self.size = first.display.size();
                let fallback = first.refusals.first().map(ToString::to_string);
                self.log_once(first.refusals);
                self.current = Some(Current {
                    index: first.index,
                    display: first.display,
                    fallback,
                    since: now,
                });
                self.put_off(now);
                true
            }
            Err(refusals) => {
                self.log_once(refusals);
                self.put_off(now);
                false
            }
        }
    }

    /// Shows a picture of exactly [`Reopening::size`].
    ///
    /// # Errors
    /// [`DisplayError`]: nobody sees the picture. The display is closed and looked for again
    /// by [`Reopening::tend`]; the error is logged here, once.
    pub fn show(&mut self, picture: &RgbImage, now: Instant) -> Result<(), DisplayError> {
        let Some(current) = &mut self.current else {
            return Err(none_works(&self.logged));
        };
        check_size(current.display.name(), current.display.size(), picture)?;
        let Err(error) = current.display.show(picture) else {
            return Ok(());
        };
        log::error!("display failed: {error}");
        if now.saturating_duration_since(current.since) >= STABLE {
            self.wait = SHORTEST_WAIT;
            self.next_try = now;
        } else {
            self.put_off(now);
        }
        self.current = None;
        self.logged = vec![error.clone()];
        Err(error)
    }

    fn put_off(&mut self, now: Instant) {
        self.next_try = now + self.wait;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
    }

    fn log_once(&mut self, refusals: Vec<DisplayError>) {
        for refusal in &refusals {
            if self.logged.contains(refusal) {
                log::debug!("display refused again: {refusal}");
            } else {
                log::warn!("display refused: {refusal}");
            }
        }
        self.logged = refusals;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::{Memory, Seen};
    use std::{cell::RefCell, rc::Rc};

    /// What the fake machine has plugged in, and what happened to it.
    #[derive(Default)]
    struct Machine {
        drm: bool,
        fbdev: bool,
        shows_fail: bool,
        tries: Vec<Kind>,
        seen: Option<Seen>,
    }

    #[derive(Clone, Default)]
    struct Fake(Rc<RefCell<Machine>>);

    struct FakeDisplay {
        memory: Memory,
        machine: Rc<RefCell<Machine>>,
        kind: Kind,
    }

    impl Display for FakeDisplay {
        fn size(&self) -> (u32, u32) {
            self.memory.size()
        }
        fn name(&self) -> &str {
            if self.kind == Kind::Drm {
                "DRM fake"
            } else {
                "fbdev fake"
            }
        }
        fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
            let machine = self.machine.borrow();
            let there = match self.kind {
                Kind::Drm => machine.drm && !machine.shows_fail,
                _ => machine.fbdev,
            };
            if there {
                self.memory.show(picture)
            } else {
                Err(DisplayError::new(self.name(), "unplugged"))
            }
        }
    }

    impl Opener for Fake {
        fn open(&mut self, kind: Kind) -> Result<Box<dyn Display>, DisplayError> {
            let mut machine = self.0.borrow_mut();
            machine.tries.push(kind);
            let (there, size) = match kind {
                Kind::Drm => (machine.drm, (8, 6)),
                _ => (machine.fbdev, (4, 3)),
            };
            if !there {
                return Err(DisplayError::new(kind.to_string(), "nothing plugged in"));
            }
            let (memory, seen) = Memory::new(size.0, size.1);
            machine.seen = Some(seen);
            Ok(Box::new(FakeDisplay {
                memory,
                machine: self.0.clone(),
                kind,
            }))
        }
    }

    fn machine(drm: bool, fbdev: bool) -> Fake {
        let fake = Fake::default();
        fake.0.borrow_mut().drm = drm;
        fake.0.borrow_mut().fbdev = fbdev;
        fake
    }

    const ORDER: [Kind; 2] = [Kind::Drm, Kind::Fbdev];

    fn show(display: &mut Reopening<Fake>, now: Instant) -> Result<(), DisplayError> {
        let (width, height) = display.size();
        display.show(&RgbImage::new(width, height), now)
    }

    #[test]
    fn the_first_choice_is_no_fallback() {
        let display = Reopening::with(&ORDER, machine(true, true), Instant::now()).unwrap();
        assert_eq!(display.name(), Some("DRM fake"));
        assert_eq!(display.fallback(), None);
    }

    #[test]
    fn a_fallback_says_why_the_first_choice_was_refused() {
        let display = Reopening::with(&ORDER, machine(false, true), Instant::now()).unwrap();
        assert_eq!(display.name(), Some("fbdev fake"));
        assert_eq!(display.fallback(), Some("DRM: nothing plugged in"));
    }

    #[test]
    fn with_no_display_at_all_the_error_lists_each_try() {
        let Err(error) = Reopening::with(&ORDER, machine(false, false), Instant::now()) else {
            panic!("opened a display that is not there");
        };
        assert_eq!(
            error.to_string(),
            "no display works: DRM: nothing plugged in; fbdev: nothing plugged in"
        );
    }

    #[test]
    fn an_unplugged_display_falls_back_and_returns_when_it_is_plugged_in() {
        let fake = machine(true, true);
        let start = Instant::now();
        let mut display = Reopening::with(&ORDER, fake.clone(), start).unwrap();
        let later = start + STABLE;
        show(&mut display, later).unwrap();

        fake.0.borrow_mut().drm = false;
        let error = show(&mut display, later).unwrap_err();
        assert_eq!(error.to_string(), "DRM fake: unplugged");
        assert_eq!(display.name(), None);
        assert!(
            display.tend(later),
            "a display that was stable is replaced at once"
        );
        assert_eq!(display.size(), (4, 3));
        assert_eq!(display.fallback(), Some("DRM: nothing plugged in"));
        show(&mut display, later).unwrap();

        fake.0.borrow_mut().drm = true;
        assert!(!display.tend(later), "not before its time");
        assert!(display.tend(later + LONGEST_WAIT));
        assert_eq!(display.fallback(), None);
        assert_eq!(display.size(), (8, 6));
        show(&mut display, later + LONGEST_WAIT).unwrap();
        assert_eq!(fake.0.borrow().seen.as_ref().unwrap().count(), 1);
    }

    #[test]
    fn with_all_unplugged_the_size_stays_and_pictures_are_refused_until_one_is_back() {
        let fake = machine(true, false);
        let start = Instant::now();
        let mut display = Reopening::with(&ORDER, fake.clone(), start).unwrap();
        fake.0.borrow_mut().drm = false;
        show(&mut display, start).unwrap_err();
        for second in 1..60 {
            let now = start + Duration::from_secs(second);
            assert!(!display.tend(now));
            assert_eq!(display.size(), (8, 6));
            show(&mut display, now).unwrap_err();
        }
        fake.0.borrow_mut().drm = true;
        assert!(display.tend(start + Duration::from_secs(60) + LONGEST_WAIT));
    }

    #[test]
    fn a_display_that_opens_and_fails_is_tried_ever_more_rarely() {
        let fake = machine(true, false);
        fake.0.borrow_mut().shows_fail = true;
        let start = Instant::now();
        let mut display = Reopening::with(&[Kind::Drm], fake.clone(), start).unwrap();
        for step in 0..6000 {
            let now = start + Duration::from_millis(step * 10);
            display.tend(now);
            show(&mut display, now).unwrap_err();
        }
        let tries = fake.0.borrow().tries.len();
        assert!((5..=14).contains(&tries), "{tries} tries in a minute");
    }

    #[test]
    fn a_picture_of_the_wrong_size_is_refused_and_closes_nothing() {
        let now = Instant::now();
        let mut display = Reopening::with(&ORDER, machine(true, true), now).unwrap();
        let error = display.show(&RgbImage::new(5, 5), now).unwrap_err();
        assert!(error.why.contains("5x5"), "{error}");
        assert_eq!(display.name(), Some("DRM fake"));
    }
}
