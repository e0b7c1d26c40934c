//! Which of a camera's formats is used: the size wished for first, then a rate one can work
//! with, then MJPG before YUYV.

use std::io;

use super::kernel::{FourCc, Rate, Rates, Sizes, Video};
use crate::camera::settings::{FormatWish, Settings};

/// The formats that can be used, the better one first.
pub(super) const USABLE: [FourCc; 2] = [FourCc::MJPG, FourCc::YUYV];
/// Most formats, sizes of a format and rates of a size that are asked for: a driver without
/// an end to its list does not hold us.
const MOST: u32 = 128;
/// A live picture slower than this is of no use while the dermatoscope is moved.
const SLOW: f64 = 10.0;

/// A format as the camera offers it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offer {
    pub(super) fourcc: FourCc,
    pub(super) size: Sizes,
    /// Frames a second, fastest first; empty where the driver does not say.
    pub(super) rates: Vec<f64>,
}

/// What is asked of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) fourcc: FourCc,
    pub(super) size: (u32, u32),
}

/// Everything a camera offers, in its own order. A format without a list of sizes is there
/// with none.
pub(super) fn offers(device: &impl Video) -> io::Result<Vec<(FourCc, Vec<Offer>)>> {
    let mut all = Vec::new();
    for fourcc in listed(|index| device.pixel_format(index))? {
        if all.iter().any(|(known, _)| *known == fourcc) {
            continue;
        }
        let sizes = listed(|index| device.sizes(fourcc, index)).unwrap_or_default();
        let offers = sizes
            .into_iter()
            .map(|size| {
                let at = match size {
                    Sizes::One(width, height) => (width, height),
                    Sizes::Range { max, .. } => max,
                };
                let rates = listed(|index| device.rates(fourcc, at, index)).unwrap_or_default();
                Offer {
                    fourcc,
                    size,
                    rates: fastest_first(&rates),
                }
            })
            .collect();
        all.push((fourcc, offers));
    }
    Ok(all)
}

/// The entries of one of the kernel's lists, which ends with EINVAL.
fn listed<T>(ask: impl Fn(u32) -> io::Result<T>) -> io::Result<Vec<T>> {
    let mut entries = Vec::new();
    for index in 0..MOST {
        match ask(index) {
            Ok(entry) => entries.push(entry),
            Err(error) if index == 0 && error.raw_os_error() != Some(libc::EINVAL) => {
                return Err(error);
            }
            Err(_) => break,
        }
    }
    Ok(entries)
}

fn fastest_first(rates: &[Rates]) -> Vec<f64> {
    let mut all: Vec<f64> = rates
        .iter()
        .flat_map(|rates| match *rates {
            Rates::One(rate) => vec![rate],
            Rates::Range { slowest, fastest } => vec![slowest, fastest],
        })
        .map(Rate::fps)
        .filter(|fps| *fps > 0.0)
        .collect();
    all.sort_by(|a, b| b.total_cmp(a));
    all.dedup();
    all
}

/// The offer nearest to the wish; `None` where the camera has no format we can use.
pub(super) fn choose(offers: &[(FourCc, Vec<Offer>)], wish: &Settings) -> Option<Choice> {
    let usable: &[FourCc] = match wish.format {
        FormatWish::Auto => &USABLE,
        FormatWish::Mjpg => &[FourCc::MJPG],
        FormatWish::Yuyv => &[FourCc::YUYV],
    };
    let wished = (wish.width, wish.height);
    let ranked = usable.iter().enumerate().flat_map(|(rank, fourcc)| {
        offers
            .iter()
            .filter(move |(offered, _)| offered == fourcc)
            .flat_map(move |(_, sizes)| sizes)
            .map(move |offer| {
                let size = nearest(offer.size, wished);
                (badness(offer, size, rank, wish), offer.fourcc, size)
            })
    });
    let best = ranked
        .min_by_key(|(badness, ..)| *badness)
        .map(|(_, fourcc, size)| Choice { fourcc, size });
    // A format without sizes: the driver is asked for the wish and says what it makes of it.
    best.or_else(|| {
        usable
            .iter()
            .find(|fourcc| offers.iter().any(|(offered, _)| offered == *fourcc))
            .map(|fourcc| Choice {
                fourcc: *fourcc,
                size: wished,
            })
    })
}

/// Too slow; larger than wished; how far from the wished size; how much slower than wished;
/// rank of the format.
fn badness(
    offer: &Offer,
    size: (u32, u32),
    rank: usize,
    wish: &Settings,
) -> (bool, bool, u64, u64, usize) {
    let wished_fps = f64::from(wish.fps);
    // A driver that does not say is taken at our word.
    let fastest = offer.rates.first().copied().unwrap_or(wished_fps);
    let short = (wished_fps - fastest).max(0.0);
    let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    (
        fastest < wished_fps.min(SLOW),
        size.0 > wish.width || size.1 > wish.height,
        area(size).abs_diff(area((wish.width, wish.height))),
        (short * 10.0) as u64,
        rank,
    )
}

/// The size of an offer nearest to the wished one.
fn nearest(size: Sizes, wished: (u32, u32)) -> (u32, u32) {
    match size {
        Sizes::One(width, height) => (width, height),
        Sizes::Range { min, max, step } => {
            let side = |min: u32, max: u32, step: u32, wished: u32| {
                let wished = wished.min(max).max(min);
                min + (wished - min) / step.max(1) * step.max(1)
            };
            (
                side(min.0, max.0, step.0, wished.0),
                side(min.1, max.1, step.1, wished.1),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(width: u32, height: u32) -> Settings {
        Settings {
            width,
            height,
            ..Settings::default()
        }
    }

    fn offer(fourcc: FourCc, width: u32, height: u32, fps: f64) -> Offer {
        Offer {
            fourcc,
            size: Sizes::One(width, height),
            rates: vec![fps],
        }
    }

    /// What a USB 2 dermatoscope offers: large pictures fast enough only as MJPG.
    fn dermatoscope() -> Vec<(FourCc, Vec<Offer>)> {
        let yuyv = FourCc::YUYV;
        let mjpg = FourCc::MJPG;
        vec![
            (
                yuyv,
                vec![offer(yuyv, 640, 480, 30.0), offer(yuyv, 1920, 1080, 5.0)],
            ),
            (
                mjpg,
                vec![
                    offer(mjpg, 640, 480, 30.0),
                    offer(mjpg, 1280, 720, 30.0),
                    offer(mjpg, 1920, 1080, 30.0),
                    offer(mjpg, 2592, 1944, 15.0),
                ],
            ),
        ]
    }

    fn chosen(offers: &[(FourCc, Vec<Offer>)], wish: &Settings) -> (FourCc, (u32, u32)) {
        let choice = choose(offers, wish).unwrap();
        (choice.fourcc, choice.size)
    }

    #[test]
    fn mjpg_is_preferred_at_the_wished_size() {
        let camera = dermatoscope();
        assert_eq!(
            chosen(&camera, &wish(1920, 1080)),
            (FourCc::MJPG, (1920, 1080))
        );
        assert_eq!(chosen(&camera, &wish(640, 480)), (FourCc::MJPG, (640, 480)));
    }

    #[test]
    fn a_size_it_does_not_have_gives_the_next_smaller_one() {
        let camera = dermatoscope();
        assert_eq!(
            chosen(&camera, &wish(1600, 1200)),
            (FourCc::MJPG, (1280, 720))
        );
        assert_eq!(chosen(&camera, &wish(320, 240)), (FourCc::MJPG, (640, 480)));
    }

    #[test]
    fn a_picture_too_slow_to_aim_with_is_not_taken_for_its_size() {
        let camera: Vec<_> = dermatoscope().into_iter().take(1).collect();
        assert_eq!(
            chosen(&camera, &wish(1920, 1080)),
            (FourCc::YUYV, (640, 480))
        );
    }

    #[test]
    fn a_format_named_in_the_settings_is_kept_to() {
        let settings = Settings {
            format: FormatWish::Yuyv,
            ..wish(1280, 720)
        };
        assert_eq!(
            chosen(&dermatoscope(), &settings),
            (FourCc::YUYV, (640, 480))
        );
        let mjpg_only: Vec<_> = dermatoscope().into_iter().skip(1).collect();
        assert_eq!(choose(&mjpg_only, &settings), None);
    }

    #[test]
    fn a_range_of_sizes_gives_the_wished_one_on_its_raster() {
        let range = |step| {
            vec![(
                FourCc::YUYV,
                vec![Offer {
                    fourcc: FourCc::YUYV,
                    size: Sizes::Range {
                        min: (32, 32),
                        max: (3840, 2160),
                        step,
                    },
                    rates: vec![],
                }],
            )]
        };
        assert_eq!(chosen(&range((2, 2)), &wish(1921, 1080)).1, (1920, 1080));
        // A driver's nonsense is no division by zero.
        assert_eq!(chosen(&range((0, 0)), &wish(1920, 1080)).1, (1920, 1080));
    }

    #[test]
    fn a_list_without_an_end_is_left() {
        let entries = listed(|index| Ok(index)).unwrap();
        assert_eq!(entries.len(), MOST as usize);
    }
}
