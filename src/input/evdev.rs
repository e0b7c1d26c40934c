//! Keyboards, touch panels, the dermatoscope's button and gpio-keys in `/dev/input`: one
//! thread for all of them. Devices may come and go; the folder is looked through once a second.

mod device;

use std::{
    collections::HashMap,
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::mpsc::Sender,
    time::{Duration, Instant},
};

use super::{InputEvent, Settings};
use crate::display::Rotation;
use device::Device;

const FOLDER: &str = "/dev/input";
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// udev sets a new device's permission a moment after it appears: only what stays refused
/// this many looks is worth a word.
const PATIENCE: u32 = 3;

/// Reads all devices until nobody listens any more.
pub(super) fn run(settings: &Settings, rotation: Rotation, events: &Sender<InputEvent>) {
    let mut watch = Watch::new(Path::new(FOLDER));
    let mut next_look = Instant::now();
    let mut first = true;
    loop {
        let now = Instant::now();
        if now >= next_look {
            watch.look(|path| Device::open(path, settings, rotation));
            if std::mem::take(&mut first) && !watch.any_open() {
                log::warn!("no keys and no touch panel in {FOLDER} yet");
            }
            next_look = now + LOOK_EVERY;
        }
        let wait = next_look.saturating_duration_since(now);
        if let Err(e) = watch.wait(wait) {
            log::error!("input devices cannot be waited for: {e}");
            std::thread::sleep(wait);
        }
        if !watch.read(|event| events.send(event).is_ok()) {
            return;
        }
    }
}

/// Names of the devices that can be read now.
pub(super) fn names(settings: &Settings, rotation: Rotation) -> Vec<String> {
    let mut watch = Watch::new(Path::new(FOLDER));
    watch.look(|path| Device::open(path, settings, rotation));
    let open = watch.seen.values().filter_map(|seen| match seen {
        Seen::Open(device) => Some(device.name().to_owned()),
        _ => None,
    });
    let mut names: Vec<_> = open.collect();
    names.sort();
    names
}

/// What became of a device file.
enum Seen {
    Open(Box<Device>),
    /// Neither a key we know nor a touch panel.
    OfNoUse,
    /// Could not be opened, this many times.
    Refused(u32),
}

/// A device file with the inode it had: `event5` may be another device next time.
type Id = (PathBuf, u64);

struct Watch {
    folder: PathBuf,
    seen: HashMap<Id, Seen>,
}

impl Watch {
    fn new(folder: &Path) -> Watch {
        Watch {
            folder: folder.to_path_buf(),
            seen: HashMap::new(),
        }
    }

    /// Opens what is new and forgets what is gone.
    fn look(&mut self, open: impl Fn(&Path) -> io::Result<Option<Device>>) {
        let there: Vec<Id> = fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"event"))
            .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.ino())))
            .collect();
        self.seen.retain(|id, seen| {
            let stays = there.contains(id);
            if let (false, Seen::Open(device)) = (stays, &*seen) {
                log::info!("input gone: {}", device.name());
            }
            stays
        });
        for id in there {
            let refused = match self.seen.get(&id) {
                None => 0,
                Some(Seen::Refused(times)) => *times,
                Some(_) => continue,
            };
            let seen = match open(&id.0) {
                Ok(Some(device)) => {
                    log::info!("input: {}", device.name());
                    Seen::Open(Box::new(device))
                }
                Ok(None) => Seen::OfNoUse,
                Err(e) => {
                    if refused + 1 == PATIENCE {
                        log::warn!("{}: {}", id.0.display(), sentence(&e));
                    }
                    Seen::Refused(refused.saturating_add(1))
                }
            };
            self.seen.insert(id, seen);
        }
    }

    fn any_open(&self) -> bool {
        self.seen.values().any(|seen| matches!(seen, Seen::Open(_)))
    }

    /// Waits until a device has something to say.
    fn wait(&self, at_most: Duration) -> io::Result<()> {
        let mut polls: Vec<libc::pollfd> = self
            .seen
            .values()
            .filter_map(|seen| match seen {
                Seen::Open(device) => Some(libc::pollfd {
                    fd: device.fd(),
                    events: libc::POLLIN,
                    revents: 0,
                }),
                _ => None,
            })
            .collect();
        // At least a millisecond, so that no arithmetic makes a busy loop.
        let milliseconds = at_most.as_millis().clamp(1, 10_000) as libc::c_int;
        // SAFETY: the pointer and the length are those of `polls`, which lives through the call.
        let rc = unsafe {
            libc::poll(
                polls.as_mut_ptr(),
                polls.len() as libc::nfds_t,
                milliseconds,
            )
        };
        if rc < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Hands on what every device has to say. `false`: nobody listens.
    fn read(&mut self, mut hand_on: impl FnMut(InputEvent) -> bool) -> bool {
        let mut listening = true;
        self.seen.retain(|_, seen| {
            let Seen::Open(device) = seen else {
                return true;
            };
            match device.read() {
                Ok(events) => {
                    listening &= events.into_iter().all(&mut hand_on);
                    true
                }
                Err(e) => {
                    // Unplugged; opened anew by the next look, where it is still there.
                    log::info!("input gone: {} ({e})", device.name());
                    false
                }
            }
        });
        listening
    }
}

fn sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "no permission: keys and touch are dead; add the user to group input".into()
        }
        _ => format!("cannot be used: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_refused_device_is_tried_again_and_one_of_no_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["event0", "mouse0", "event1"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let mut watch = Watch::new(folder.path());
        let tries = Cell::new(0);
        for _ in 0..5 {
            watch.look(|path| {
                tries.set(tries.get() + 1);
                if path.ends_with("event0") {
                    Err(io::ErrorKind::PermissionDenied.into())
                } else {
                    Ok(None)
                }
            });
        }
        assert_eq!(tries.get(), 5 + 1);
    }

    #[test]
    fn a_device_that_is_gone_is_forgotten_and_asked_anew_when_it_returns() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("event3");
        let mut watch = Watch::new(folder.path());
        let tries = Cell::new(0);
        for there in [true, true, false, true] {
            if there {
                fs::write(&file, "").unwrap();
            } else {
                fs::remove_file(&file).unwrap();
            }
            watch.look(|_| {
                tries.set(tries.get() + 1);
                Ok(None)
            });
        }
        assert_eq!(tries.get(), 2);
    }

    #[test]
    fn a_file_that_is_no_device_is_an_error_and_a_missing_folder_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("event0"), "not a device").unwrap();
        let settings = Settings::default();
        let path = folder.path().join("event0");
        assert!(Device::open(&path, &settings, Rotation::Upright).is_err());

        let mut watch = Watch::new(Path::new("/nowhere/at/all"));
        watch.look(|_| panic!("there is nothing to open"));
        watch.wait(Duration::ZERO).unwrap();
        assert!(watch.read(|_| true));
    }
}
