//! Two buffers in turn, by page flips where the driver has them. Nothing here waits longer
//! than [`LONGEST_FLIP`], and no answer of a driver leaves it stuck.

use std::{io, time::Duration};

/// A slow SPI panel needs a tenth of a second a picture.
const LONGEST_FLIP: Duration = Duration::from_millis(500);
/// So many flips without their event, and the driver is taken to have none.
const LOST_EVENTS: u8 = 3;

/// The calls of a card that bring a buffer to the screen.
pub(super) trait Scanout {
    /// Asks for a flip to the buffer, with an event when it is done.
    fn flip(&self, buffer: usize) -> io::Result<()>;
    /// Sets the mode with the buffer; done when it returns.
    fn set(&self, buffer: usize) -> io::Result<()>;
    /// Waits for the event of a flip; `false`: none came in time.
    fn wait(&self, at_most: Duration) -> io::Result<bool>;
}

/// Which buffer is where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flipper {
    /// The buffer on the screen, or on its way there.
    front: usize,
    /// Its flip is not known to be done.
    pending: bool,
    /// The driver has no page flip.
    no_flips: bool,
    /// Flips without an event, in a row.
    lost: u8,
    /// The last event was lost: the screen may be dark, and setting the mode wakes it.
    unsure: bool,
}

impl Flipper {
    /// The buffer that is free to be drawn in, once a flip under way is done.
    pub(super) fn free(&mut self, scanout: &impl Scanout) -> io::Result<usize> {
        if self.pending {
            let done = scanout.wait(LONGEST_FLIP)?;
            self.pending = false;
            self.unsure = !done;
            self.lost = if done { 0 } else { self.lost + 1 };
            if self.lost == LOST_EVENTS {
                log::warn!("page flips never end on this driver: each picture sets the mode");
                self.no_flips = true;
            }
        }
        Ok(1 - self.front)
    }

    /// Brings `buffer` to the screen.
    pub(super) fn present(&mut self, scanout: &impl Scanout, buffer: usize) -> io::Result<()> {
        if self.no_flips || self.unsure {
            self.set(scanout, buffer)?;
            self.unsure = false;
            return Ok(());
        }
        let mut answer = scanout.flip(buffer);
        if code(&answer) == Some(libc::EBUSY) {
            // A flip we do not know of is under way.
            scanout.wait(LONGEST_FLIP)?;
            answer = scanout.flip(buffer);
        }
        match code(&answer) {
            // Still busy: the kernel took the buffer off the screen (an unplugged screen).
            Some(libc::EBUSY) => self.set(scanout, buffer),
            Some(libc::EINVAL | libc::ENOSYS | libc::EOPNOTSUPP | libc::ENOTTY) => {
                self.set(scanout, buffer)?;
                log::warn!("no page flip on this driver: each picture sets the mode");
                self.no_flips = true;
                Ok(())
            }
            Some(_) => answer,
            None => {
                self.pending = true;
                self.front = buffer;
                Ok(())
            }
        }
    }

    fn set(&mut self, scanout: &impl Scanout, buffer: usize) -> io::Result<()> {
        scanout.set(buffer)?;
        self.front = buffer;
        Ok(())
    }
}

/// The system's number of an error; `None` for success.
fn code(answer: &io::Result<()>) -> Option<i32> {
    answer
        .as_ref()
        .err()
        .map(|e| e.raw_os_error().unwrap_or(libc::EIO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::RefCell;

    /// A card that follows the kernel's rules: one flip at a time, an event for each.
    #[derive(Default)]
    struct Model {
        calls: RefCell<Vec<String>>,
        flip_errors: RefCell<Vec<i32>>,
        set_error: Option<i32>,
        under_way: RefCell<bool>,
        events_lost: bool,
    }

    impl Scanout for Model {
        fn flip(&self, buffer: usize) -> io::Result<()> {
            self.calls.borrow_mut().push(format!("flip {buffer}"));
            if let Some(code) = self.flip_errors.borrow_mut().pop().filter(|c| *c != 0) {
                return Err(io::Error::from_raw_os_error(code));
            }
            if self.under_way.replace(true) {
                return Err(io::Error::from_raw_os_error(libc::EBUSY));
            }
            Ok(())
        }
        fn set(&self, buffer: usize) -> io::Result<()> {
            self.calls.borrow_mut().push(format!("set {buffer}"));
            match self.set_error {
                Some(code) => Err(io::Error::from_raw_os_error(code)),
                None => {
                    self.under_way.replace(false);
                    Ok(())
                }
            }
        }
        fn wait(&self, _: Duration) -> io::Result<bool> {
            self.calls.borrow_mut().push("wait".into());
            Ok(self.under_way.replace(false) && !self.events_lost)
        }
    }

    fn show(flipper: &mut Flipper, model: &Model) -> io::Result<usize> {
        let free = flipper.free(model)?;
        flipper.present(model, free)?;
        Ok(free)
    }

    #[test]
    fn buffers_take_turns_and_a_flip_is_waited_for_before_its_buffer_is_drawn_in() {
        let model = Model::default();
        let mut flipper = Flipper::default();
        let drawn: Vec<usize> = (0..4)
            .map(|_| show(&mut flipper, &model).unwrap())
            .collect();
        assert_eq!(drawn, [1, 0, 1, 0]);
        assert_eq!(
            *model.calls.borrow(),
            [
                "flip 1", "wait", "flip 0", "wait", "flip 1", "wait", "flip 0"
            ]
        );
    }

    #[test]
    fn a_busy_card_is_waited_for_and_asked_again() {
        let model = Model::default();
        *model.flip_errors.borrow_mut() = vec![libc::EBUSY];
        show(&mut Flipper::default(), &model).unwrap();
        assert_eq!(*model.calls.borrow(), ["flip 1", "wait", "flip 1"]);
    }

    #[test]
    fn a_card_that_stays_busy_gets_its_mode_set() {
        let model = Model::default();
        *model.flip_errors.borrow_mut() = vec![libc::EBUSY, libc::EBUSY];
        show(&mut Flipper::default(), &model).unwrap();
        assert_eq!(*model.calls.borrow(), ["flip 1", "wait", "flip 1", "set 1"]);
    }

    #[test]
    fn a_driver_without_page_flips_is_asked_once() {
        let model = Model::default();
        *model.flip_errors.borrow_mut() = vec![libc::EINVAL];
        let mut flipper = Flipper::default();
        for _ in 0..3 {
            show(&mut flipper, &model).unwrap();
        }
        assert_eq!(*model.calls.borrow(), ["flip 1", "set 1", "set 0", "set 1"]);
    }

    #[test]
    fn lost_events_set_the_mode_and_end_in_no_flips() {
        let model = Model {
            events_lost: true,
            ..Model::default()
        };
        let mut flipper = Flipper::default();
        for _ in 0..10 {
            show(&mut flipper, &model).unwrap();
        }
        #[rustfmt::skip]
        assert_eq!(*model.calls.borrow(), [
            "flip 1", "wait", "set 0", "flip 1", "wait", "set 0", "flip 1", "wait", "set 0",
            "set 1", "set 0", "set 1", "set 0",
        ]);
    }

    #[test]
    fn a_lost_master_is_an_error_and_no_set() {
        let model = Model::default();
        *model.flip_errors.borrow_mut() = vec![libc::EACCES];
        let error = show(&mut Flipper::default(), &model).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EACCES));
        assert_eq!(*model.calls.borrow(), ["flip 1"]);
    }

    proptest! {
        #[test]
        fn whatever_a_driver_answers_a_picture_is_shown_or_refused_and_never_into_the_front(
            errors in proptest::collection::vec(
                prop::sample::select(vec![0, 0, 0, libc::EBUSY, libc::EINVAL, libc::EACCES, libc::ENODEV]),
                0..60,
            ),
            events_lost: bool,
            set_fails: bool,
        ) {
            let model = Model {
                flip_errors: RefCell::new(errors),
                set_error: set_fails.then_some(libc::EACCES),
                events_lost,
                ..Model::default()
            };
            let mut flipper = Flipper::default();
            for _ in 0..60 {
                let front = flipper.front;
                let free = flipper.free(&model).unwrap();
                prop_assert_ne!(free, front);
                match flipper.present(&model, free) {
                    Ok(()) => prop_assert_eq!(flipper.front, free),
                    Err(_) => prop_assert_eq!(flipper.front, front),
                }
            }
        }
    }
}
