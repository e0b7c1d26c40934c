//! One open device: what it is, and its events.

use std::{
    fs::OpenOptions,
    io,
    os::{
        fd::{AsRawFd, RawFd},
        unix::fs::OpenOptionsExt,
    },
    path::Path,
};

use evdev::{AbsoluteAxisCode as Axis, KeyCode, PropType, raw_stream::RawDevice};

use crate::{
    display::Rotation,
    input::{
        InputEvent, Settings,
        touch::{Contacts, Panel, Protocol, Range},
        translate::{Raw, Translator},
    },
};

pub(super) struct Device {
    /// Raw: the translator knows what to do when events were lost.
    raw: RawDevice,
    translator: Translator,
    name: String,
}

impl Device {
    /// Opens a device; `None` where it has nothing for us.
    pub(super) fn open(
        path: &Path,
        settings: &Settings,
        rotation: Rotation,
    ) -> io::Result<Option<Device>> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)?;
        let raw = RawDevice::from_fd(file.into())?;
        let panel = panel(&raw)?;
        let has_key = raw.supported_keys().is_some_and(|keys| {
            settings
                .keys
                .codes()
                .any(|(code, _)| keys.contains(KeyCode(code)))
        });
        if panel.is_none() && !has_key {
            return Ok(None);
        }
        let what = match (&panel, has_key) {
            (Some(_), true) => "touch panel and keys",
            (Some(_), false) => "touch panel",
            (None, _) => "keys",
        };
        let contacts = panel.map(|panel| Contacts::new(panel, settings.touch, rotation));
        Ok(Some(Device {
            name: format!(
                "{} {} ({what})",
                path.display(),
                raw.name().unwrap_or("without a name")
            ),
            translator: Translator::new(settings.keys.clone(), contacts),
            raw,
        }))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn fd(&self) -> RawFd {
        self.raw.as_raw_fd()
    }

    /// What it has to say now; never waits.
    pub(super) fn read(&mut self) -> io::Result<Vec<InputEvent>> {
        let fetched = self.raw.fetch_events();
        match fetched.map(|events| events.map(Raw::from).collect::<Vec<_>>()) {
            Ok(raws) => Ok(raws.into_iter().filter_map(|raw| self.feed(raw)).collect()),
            Err(e)
                if matches!(
                    e.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(Vec::new())
            }
            Err(e) => Err(e),
        }
    }

    fn feed(&mut self, raw: Raw) -> Option<InputEvent> {
        let event = self.translator.feed(raw);
        // One that does not answer is asked again; one that is gone says so when it is read.
        if self.translator.resumes()
            && let Ok(Some(panel)) = panel(&self.raw)
        {
            self.translator.resume(panel);
        }
        event
    }
}

/// What the device is as a touch panel. A touchpad (it needs a pointer) and a joystick (no
/// contact button) are none.
fn panel(raw: &RawDevice) -> io::Result<Option<Panel>> {
    let (Some(axes), false) = (
        raw.supported_absolute_axes(),
        raw.properties().contains(PropType::POINTER),
    ) else {
        return Ok(None);
    };
    let has_key = |key| raw.supported_keys().is_some_and(|keys| keys.contains(key));
    let button = has_key(KeyCode::BTN_TOUCH) || has_key(KeyCode::BTN_LEFT);
    let has = |x, y| axes.contains(x) && axes.contains(y);
    let (protocol, x, y) = if has(Axis::ABS_X, Axis::ABS_Y) && button {
        (Protocol::Single, Axis::ABS_X, Axis::ABS_Y)
    } else if has(Axis::ABS_MT_POSITION_X, Axis::ABS_MT_POSITION_Y)
        && axes.contains(Axis::ABS_MT_TRACKING_ID)
    {
        (
            Protocol::Slots,
            Axis::ABS_MT_POSITION_X,
            Axis::ABS_MT_POSITION_Y,
        )
    } else {
        return Ok(None);
    };
    let (mut x_info, mut y_info, mut slot) = (None, None, 0);
    for (axis, info) in raw.get_absinfo()? {
        if axis == x {
            x_info = Some(info);
        } else if axis == y {
            y_info = Some(info);
        } else if axis == Axis::ABS_MT_SLOT && protocol == Protocol::Slots {
            slot = info.value();
        }
    }
    let (Some(x_info), Some(y_info)) = (x_info, y_info) else {
        return Ok(None);
    };
    let range = |info: &evdev::AbsInfo| Range {
        least: info.minimum(),
        most: info.maximum(),
    };
    let last = match protocol {
        Protocol::Single => (Some(x_info.value()), Some(y_info.value())),
        // Each slot has its own, which the kernel does not tell this way.
        Protocol::Slots => (None, None),
    };
    Ok(Some(Panel {
        protocol,
        x: range(&x_info),
        y: range(&y_info),
        last,
        slot,
    }))
}
