//! A card's device file.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use drm::control::{Device as ControlDevice, Event};

use crate::platform::permission_advice;

const FOLDER: &str = "/dev/dri";

/// An open card.
pub(super) struct Card {
    file: File,
    name: String,
}

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl drm::Device for Card {}
impl ControlDevice for Card {}

/// The card named, or all there are, by number.
pub(super) fn paths(named: Option<&Path>) -> Result<Vec<PathBuf>, String> {
    if let Some(path) = named {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut cards: Vec<(u32, PathBuf)> = fs::read_dir(FOLDER)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let number = entry
                .file_name()
                .to_str()?
                .strip_prefix("card")?
                .parse()
                .ok()?;
            Some((number, entry.path()))
        })
        .collect();
    if cards.is_empty() {
        return Err(format!(
            "there is no {FOLDER}/card*: the kernel has no DRM driver for this display \
             (Raspberry Pi: dtoverlay=vc4-kms-v3d in config.txt)"
        ));
    }
    cards.sort();
    Ok(cards.into_iter().map(|(_, path)| path).collect())
}

impl Card {
    /// Opens a card; the first to open one becomes its master.
    pub(super) fn open(path: &Path) -> Result<Card, String> {
        let name = path.display().to_string();
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map(|file| Card {
                file,
                name: name.clone(),
            })
            .map_err(|e| match e.kind() {
                io::ErrorKind::PermissionDenied => {
                    let advice = permission_advice(&e, "video");
                    format!("no permission on {name}: {advice}")
                }
                _ => format!("{name}: {e}"),
            })
    }

    /// Its path, for messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Waits for the event of a finished page flip. `false`: none came in time.
    pub(super) fn wait_for_flip(&self, at_most: Duration) -> io::Result<bool> {
        let end = Instant::now() + at_most;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.readable(left) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                // A signal; the time left shrinks all the same.
                Err(e) if e.kind() == io::ErrorKind::Interrupted && !left.is_zero() => continue,
                Err(e) => return Err(e),
            }
            let mut flipped = false;
            for event in self.receive_events()? {
                flipped |= matches!(event, Event::PageFlip(_));
            }
            if flipped {
                return Ok(true);
            }
        }
    }

    fn readable(&self, at_most: Duration) -> io::Result<bool> {
        let mut poll = libc::pollfd {
            fd: self.file.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let milliseconds = at_most.as_millis().min(10_000) as libc::c_int;
        // SAFETY: one pollfd, which lives through the call.
        let rc = unsafe { libc::poll(&raw mut poll, 1, milliseconds) };
        if rc < 0 {
            return Err(io::Error::last_os_error());
        }
        if poll.revents & libc::POLLIN != 0 {
            return Ok(true);
        }
        if poll.revents != 0 {
            // POLLHUP or POLLERR with nothing to read: the card is gone.
            return Err(io::Error::from_raw_os_error(libc::ENODEV));
        }
        Ok(false)
    }
}
