//! The drawn test target as a live camera: MJPG frames at a rate, each a little shifted,
//! brighter or out of focus, as a hand holds a dermatoscope, so that a burst has a spread.
//! The same seed gives the same frames in the same order. It says PHANTOM wherever it shows.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use image::{RgbImage, imageops};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use super::{Camera, Lost, News, Opened, pace::Pace};
use crate::{
    frame::{Frame, PixelFormat, Source, SourceKind, jpeg},
    model::Task,
    phantom::Phantom,
};

/// Different frames; after them they come again, in an order left to chance.
const VARIANTS: usize = 12;
/// The picture is drawn this much larger than a frame, to shift the frame in it, in pixels.
const MARGIN: u32 = 8;
/// Most that a frame is brighter or darker, in grey levels.
const BRIGHTNESS: i32 = 5;
/// Most that a frame is out of focus: sigma of the blur, in pixels at 1,000 pixels height.
const BLUR: f32 = 1.2;
/// Quality of the JPEG frames; a dermatoscope's are about as good.
const QUALITY: i32 = 90;

/// What the phantom camera shows, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhantomSettings {
    /// Seed of the drawing and of the jitter.
    pub seed: u64,
    /// Patterns to draw, any of [`Task::PATTERNS`].
    pub patterns: Vec<Task>,
    /// Width of a frame in pixels, 160 to 4096.
    pub width: u32,
    /// Height of a frame in pixels, 160 to 4096.
    pub height: u32,
    /// Frames a second, 1 to 120.
    pub fps: u32,
}

impl Default for PhantomSettings {
    fn default() -> Self {
        PhantomSettings {
            seed: 7,
            patterns: vec![Task::Ulceration, Task::ArborizingTelangiectasia],
            width: 1280,
            height: 720,
            fps: 15,
        }
    }
}

/// The phantom as a camera.
pub struct PhantomCamera {
    settings: PhantomSettings,
    source: Arc<Source>,
    /// The drawing, until every variant was made of it.
    drawn: Option<RgbImage>,
    variants: Vec<Arc<[u8]>>,
    chance: ChaCha8Rng,
    pace: Pace,
    opened: bool,
    /// The order of the next frames.
    order: VecDeque<usize>,
}

impl PhantomCamera {
    /// A phantom camera. Draws the target, which takes a moment for a large one.
    pub fn new(settings: PhantomSettings) -> PhantomCamera {
        let PhantomSettings {
            seed,
            width,
            height,
            fps,
            ..
        } = settings;
        let codes: Vec<&str> = settings.patterns.iter().map(|task| task.code()).collect();
        let codes = if codes.is_empty() {
            "no pattern".to_owned()
        } else {
            codes.join(",")
        };
        let drawing = Phantom {
            seed,
            patterns: settings.patterns.clone(),
            width: width + MARGIN,
            height: height + MARGIN,
        }
        .draw();
        PhantomCamera {
            source: Arc::new(Source {
                kind: SourceKind::Phantom,
                name: format!("PHANTOM seed {seed} {codes}"),
                detail: format!("drawn, MJPG {width}x{height}@{fps}"),
            }),
            pace: Pace::new(fps),
            chance: ChaCha8Rng::seed_from_u64(seed),
            settings,
            drawn: Some(drawing.picture),
            variants: Vec::new(),
            opened: false,
            order: VecDeque::new(),
        }
    }

    /// The bytes of the next frame: drawn and encoded once each, then used again.
    fn bytes(&mut self) -> Result<Arc<[u8]>, String> {
        if self.variants.len() < VARIANTS {
            let data: Arc<[u8]> = self.variant()?.into();
            self.variants.push(data.clone());
            return Ok(data);
        }
        if self.order.is_empty() {
            let mut order: Vec<usize> = (0..self.variants.len()).collect();
            for i in (1..order.len()).rev() {
                order.swap(i, self.chance.next_u32() as usize % (i + 1));
            }
            self.order = order.into();
        }
        let next = self.order.pop_front().unwrap_or(0);
        self.variants
            .get(next)
            .cloned()
            .ok_or_else(|| "no frame was drawn".into())
    }

    /// A frame a little off: shifted, brighter or darker, out of focus.
    fn variant(&mut self) -> Result<Vec<u8>, String> {
        let PhantomSettings { width, height, .. } = self.settings;
        let Some(drawn) = &self.drawn else {
            return Err("no drawing is left".into());
        };
        let mut unit = || (self.chance.next_u32() >> 8) as f32 / (1u32 << 24) as f32;
        let (x, y) = (unit() * MARGIN as f32, unit() * MARGIN as f32);
        let brighter = ((unit() * 2.0 - 1.0) * BRIGHTNESS as f32).round() as i32;
        let sigma = unit() * BLUR * height as f32 / 1000.0;
        let mut frame = imageops::crop_imm(drawn, x as u32, y as u32, width, height).to_image();
        if sigma > 0.3 {
            frame = imageops::fast_blur(&frame, sigma);
        }
        imageops::colorops::brighten_in_place(&mut frame, brighter);
        if self.variants.len() + 1 == VARIANTS {
            self.drawn = None;
        }
        jpeg::encode(&frame, QUALITY)
    }
}

/// One frame of a phantom without patterns, for what measures or checks the device itself; as
/// the camera's MJPG, or as plain pixels. `why` stands in its source.
///
/// # Errors
/// A sentence where it cannot be encoded.
pub fn still((width, height): (u32, u32), format: PixelFormat, why: &str) -> Result<Frame, String> {
    let seed = 1;
    let drawing = Phantom {
        seed,
        patterns: vec![],
        width,
        height,
    }
    .draw();
    let data = match format {
        PixelFormat::Mjpeg => jpeg::encode(&drawing.picture, QUALITY)?,
        PixelFormat::Rgb8 => drawing.picture.into_raw(),
        PixelFormat::Yuyv { .. } => return Err("the phantom is not drawn as YUYV".into()),
    };
    let source = Source {
        kind: SourceKind::Phantom,
        name: format!("PHANTOM seed {seed}"),
        detail: why.into(),
    };
    Ok(Frame::now(source.into(), format, (width, height), data))
}

impl Camera for PhantomCamera {
    fn next(&mut self, wait: Duration) -> News {
        if !self.opened {
            self.opened = true;
            return News::Opened(Opened::new(self.source.clone()));
        }
        if !self.pace.wait(wait) {
            return News::Quiet;
        }
        match self.bytes() {
            Ok(data) => {
                let size = (self.settings.width, self.settings.height);
                let source = Arc::clone(&self.source);
                News::Frame(Frame::now(source, PixelFormat::Mjpeg, size, data))
            }
            Err(why) => News::Lost(Lost {
                why: format!("The phantom could not be drawn: {why}"),
                advice: "Choose a smaller size.".into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Detail;

    fn frames(seed: u64, count: usize) -> Vec<Frame> {
        let mut camera = PhantomCamera::new(PhantomSettings {
            seed,
            width: 200,
            height: 160,
            fps: 120,
            ..PhantomSettings::default()
        });
        assert!(matches!(camera.next(Duration::ZERO), News::Opened(_)));
        let mut frames = Vec::new();
        while frames.len() < count {
            match camera.next(Duration::from_secs(1)) {
                News::Frame(frame) => frames.push(frame),
                other => panic!("{other:?}"),
            }
        }
        frames
    }

    #[test]
    fn it_says_phantom_seed_and_patterns() {
        let camera = PhantomCamera::new(PhantomSettings::default());
        assert_eq!(camera.source.name, "PHANTOM seed 7 UL,AT");
        assert_eq!(camera.source.stand_in(), Some("PHANTOM"));
    }

    #[test]
    fn a_seed_gives_the_same_frames_again_and_each_differs_from_the_one_before() {
        let first = frames(7, 30);
        let again = frames(7, 30);
        for (a, b) in first.iter().zip(&again) {
            assert_eq!(a.data, b.data);
            assert!(a.id < b.id);
        }
        // Beyond the variants an order may repeat a frame, but not a whole burst.
        let different: std::collections::HashSet<_> = first.iter().map(|f| &f.data).collect();
        assert_eq!(different.len(), VARIANTS);
        assert_ne!(frames(8, 1)[0].data, first[0].data);
    }

    #[test]
    fn frames_decode_to_the_size_they_say() {
        let frame = &frames(7, 1)[0];
        let picture = frame.decode(Detail::Full).unwrap();
        assert_eq!(picture.dimensions(), (200, 160));
    }
}
