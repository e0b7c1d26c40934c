//! Which connector, mode and CRTC. A wish that cannot be had is refused with what there is.

use drm::{
    Device as _, DriverCapability,
    control::{Device as _, Mode, ModeFlags, ModeTypeFlags, ResourceHandles, connector, crtc},
};

use super::card::Card;
use crate::display::{DrmSettings, Size};

/// A screen and what drives it.
pub(super) struct Output {
    pub(super) connector: connector::Handle,
    pub(super) crtc: crtc::Handle,
    pub(super) mode: Mode,
    /// The connector's name, e.g. `HDMI-A-1`.
    pub(super) name: String,
}

/// The screen the settings ask for, or the first one plugged in.
pub(super) fn output(card: &Card, settings: &DrmSettings) -> Result<Output, String> {
    let path = card.name();
    let resources = card
        .resource_handles()
        .map_err(|_| format!("{path} has no screens (it only renders, or is no card)"))?;
    if card
        .get_driver_capability(DriverCapability::DumbBuffer)
        .unwrap_or(0)
        == 0
    {
        return Err(format!(
            "{path}: its driver has no buffers a program can draw in"
        ));
    }
    let mut seen = Vec::new();
    for handle in resources.connectors() {
        let Ok(info) = card.get_connector(*handle, false) else {
            continue;
        };
        let name = info.to_string();
        let named = settings.connector.as_ref().is_none_or(|wish| *wish == name);
        // Asks the screen itself, for its modes as of now; needless where none is plugged in.
        let info = if named && info.state() != connector::State::Disconnected {
            card.get_connector(*handle, true).unwrap_or(info)
        } else {
            info
        };
        let state = match info.state() {
            connector::State::Connected => "plugged in",
            connector::State::Disconnected => "nothing plugged in",
            connector::State::Unknown => "unknown",
        };
        seen.push(format!("{name} {state}"));
        if !named || info.state() == connector::State::Disconnected || info.modes().is_empty() {
            continue;
        }
        let modes: Vec<Offered> = info.modes().iter().map(Offered::of).collect();
        let mode = choose_mode(&modes, settings.mode)
            .map_err(|why| format!("{path} {name}: {why}"))
            .and_then(|i| info.modes().get(i).copied().ok_or_else(String::new))?;
        let crtc = choose_crtc(card, &resources, &info)
            .ok_or_else(|| format!("{path} {name}: no free display controller drives it"))?;
        return Ok(Output {
            connector: *handle,
            crtc,
            mode,
            name,
        });
    }
    let wish = match &settings.connector {
        Some(name) => format!("no screen on {name}"),
        None => "no screen".into(),
    };
    Err(if seen.is_empty() {
        format!("{path} has no connectors")
    } else {
        format!("{path}: {wish} ({}): plug one in", seen.join(", "))
    })
}

/// The CRTC that drives the connector already, else one that is dark, else any that can.
fn choose_crtc(
    card: &Card,
    resources: &ResourceHandles,
    connector: &connector::Info,
) -> Option<crtc::Handle> {
    let current = connector
        .current_encoder()
        .and_then(|encoder| card.get_encoder(encoder).ok()?.crtc());
    if current.is_some() {
        return current;
    }
    let possible: Vec<crtc::Handle> = connector
        .encoders()
        .iter()
        .filter_map(|encoder| card.get_encoder(*encoder).ok())
        .flat_map(|encoder| resources.filter_crtcs(encoder.possible_crtcs()))
        .collect();
    possible
        .iter()
        .find(|crtc| {
            card.get_crtc(**crtc)
                .is_ok_and(|info| info.mode().is_none())
        })
        .or(possible.first())
        .copied()
}

/// What matters of a mode.
#[derive(Clone, Copy, Debug)]
struct Offered {
    size: (u32, u32),
    hertz: u32,
    preferred: bool,
    interlaced: bool,
}

impl Offered {
    fn of(mode: &Mode) -> Offered {
        let (width, height) = mode.size();
        Offered {
            size: (width.into(), height.into()),
            hertz: mode.vrefresh(),
            preferred: mode.mode_type().contains(ModeTypeFlags::PREFERRED),
            interlaced: mode.flags().contains(ModeFlags::INTERLACE),
        }
    }
}

/// The mode of the size wished for, nearest to 60 Hz; without a wish the preferred one, else
/// the driver's first. Interlaced only where there is nothing else.
fn choose_mode(modes: &[Offered], wish: Option<Size>) -> Result<usize, String> {
    let all = || modes.iter().enumerate();
    let best = match wish {
        Some(wish) => all()
            .filter(|(_, m)| m.size == (wish.width, wish.height))
            .min_by_key(|(i, m)| (m.interlaced, m.hertz.abs_diff(60), !m.preferred, *i)),
        None => all().min_by_key(|(i, m)| (m.interlaced, !m.preferred, *i)),
    };
    if let Some((i, _)) = best {
        return Ok(i);
    }
    let mut sizes: Vec<String> = Vec::new();
    for mode in modes {
        let size = format!("{}x{}", mode.size.0, mode.size.1);
        if !sizes.contains(&size) {
            sizes.push(size);
        }
    }
    Err(match wish {
        Some(wish) => format!(
            "display.drm.mode {wish} is not one of the screen's: {}",
            sizes.join(", ")
        ),
        None => "the screen offers no mode".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(width: u32, height: u32, hertz: u32) -> Offered {
        Offered {
            size: (width, height),
            hertz,
            preferred: false,
            interlaced: false,
        }
    }

    fn monitor() -> Vec<Offered> {
        let mut modes = vec![
            mode(1920, 1080, 60),
            mode(1920, 1080, 24),
            mode(1280, 720, 50),
            mode(1280, 720, 60),
        ];
        modes[0].interlaced = true;
        modes[1].preferred = true;
        modes
    }

    fn wish(width: u32, height: u32) -> Option<Size> {
        Some(Size { width, height })
    }

    #[test]
    fn without_a_wish_the_preferred_mode_is_taken() {
        assert_eq!(choose_mode(&monitor(), None), Ok(1));
    }

    #[test]
    fn a_wish_takes_the_mode_nearest_to_60_hz_and_not_interlaced() {
        assert_eq!(choose_mode(&monitor(), wish(1280, 720)), Ok(3));
        assert_eq!(choose_mode(&monitor(), wish(1920, 1080)), Ok(1));
    }

    #[test]
    fn a_wish_the_screen_has_not_is_refused_with_what_it_has() {
        let error = choose_mode(&monitor(), wish(800, 480)).unwrap_err();
        assert!(error.contains("800x480"), "{error}");
        assert!(error.ends_with("1920x1080, 1280x720"), "{error}");
    }

    #[test]
    fn a_screen_without_modes_is_refused() {
        assert!(choose_mode(&[], None).is_err());
    }
}
