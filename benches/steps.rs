//! What each step from a 1920×1080 MJPG frame to the screen costs: `cargo bench --bench steps`.
//!
//! The frame is the phantom camera's: JPEG quality 90, 4:2:2, 183 kB, at the light end of what
//! dermatoscopes send. A decode costs what it has to read, at any scale: the bytes of a frame
//! matter more than its pixels. `decode with noise` is the model's decode of the same picture
//! with a sensor's noise, 362 kB.
//!
//! - `decode for the model`, `decode for the screen`: one decode at the size each needs (DCT
//!   scaling of libjpeg-turbo, here 1/4 and 1/2); a case costs one of each, a live frame one
//!   for the screen. `decode full` is what a program without scaling pays.
//! - `gate`: the quality gate on the model's picture; every live frame pays it too.
//! - `prepare`: crop, resize and quantise to the model's input. `infer`: the network.
//!   `explain`: the eight heat maps of its outputs.
//! - `compose`: the result with a heat map, painted over the live screen at 800×480.
//! - `live`: the next live picture, painted over the one before.
//! - `all but infer`: decode for the model, gate, prepare, explain and compose in a row: what
//!   a clinic waits for besides the network.
//! - `whole`: from the frame to the painted result with the network, and the SHA-256 of the
//!   frame that goes into the record.

// criterion's macro makes a public function without a word.
#![allow(missing_docs)]

use std::{hint::black_box, path::Path, time::Duration};

use bccscope::{
    assess::{Assessment, Assessor, Gating, explain, prepare::Preparer, prepare::seen_region},
    camera::{
        Camera, News,
        phantom::{PhantomCamera, PhantomSettings},
    },
    engine::{CpuEngine, Engine, Settings},
    frame::{Detail, Frame, jpeg},
    model::{TASKS, Task},
    screen::{self, CaseNote, MapView, Scene, Surface, samples::Samples},
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use image::RgbImage;

const SIZE: (u32, u32) = (800, 480);

fn frame() -> Frame {
    let mut camera = PhantomCamera::new(PhantomSettings {
        width: 1920,
        height: 1080,
        ..PhantomSettings::default()
    });
    loop {
        match camera.next(Duration::from_secs(1)) {
            News::Frame(frame) => return frame,
            News::Lost(lost) => panic!("{}", lost.why),
            _ => {}
        }
    }
}

/// The same picture with the noise of a sensor in poor light: a frame as heavy as a camera's
/// heaviest.
fn noisy(frame: &Frame) -> Frame {
    let mut picture = frame.decode(Detail::Full).expect("the phantom decodes");
    for (i, byte) in picture.iter_mut().enumerate() {
        let noise = (i as u32).wrapping_mul(2_654_435_761).rotate_left(13) % 13;
        *byte = byte.saturating_add(noise as u8).saturating_sub(6);
    }
    Frame {
        data: jpeg::encode(&picture, 90).expect("it encodes").into(),
        ..frame.clone()
    }
}

/// The result with the network's own heat map.
fn with_map<'a>(picture: &'a RgbImage, assessment: &'a Assessment) -> Scene<'a> {
    Scene::Result {
        picture,
        assessment,
        burst: None,
        map: MapView::Task(Task::Bcc),
        note: &CaseNote::Unsaved,
        taken: None,
    }
}

fn steps(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bcc8-mnv2");
    let settings = Settings::default();
    let mut assessor = Assessor::open(&folder, &settings).expect("the shipped model opens");
    let frame = frame();
    let heavy = noisy(&frame);
    let kilobytes = |frame: &Frame| frame.data.len() / 1000;
    println!(
        "a frame of {} kB, with noise {} kB",
        kilobytes(&frame),
        kilobytes(&heavy)
    );
    let frame_size = (frame.width, frame.height);
    let input = assessor.package().manifest.input.clone();
    let wanted = assessor.detail();
    let shown = Detail::ShortSide(SIZE.1);
    let picture = frame.decode(wanted).expect("the phantom decodes");
    let large = frame.decode(shown).expect("the phantom decodes");

    let mut group = criterion.benchmark_group("1080p");
    for (name, detail) in [
        ("decode for the model", wanted),
        ("decode for the screen", shown),
        ("decode full", Detail::Full),
    ] {
        group.bench_function(name, |b| b.iter(|| black_box(frame.decode(detail))));
    }
    group.bench_function("decode with noise", |b| {
        b.iter(|| black_box(heavy.decode(wanted)));
    });
    group.bench_function("gate", |b| {
        b.iter(|| black_box(assessor.gate().check(&picture, frame_size)));
    });
    let mut preparer = Preparer::new(&input);
    group.bench_function("prepare", |b| {
        b.iter(|| black_box(preparer.prepare(&picture).map(<[i8]>::len)));
    });
    let bytes = std::fs::read(assessor.package().cpu_path()).expect("the model is there");
    let mut engine = CpuEngine::open(bytes, &assessor.package().manifest, &settings)
        .expect("the shipped model runs");
    let tensor = preparer.prepare(&picture).expect("it fits").to_vec();
    group.bench_function("infer", |b| {
        b.iter(|| black_box(engine.infer(&tensor).is_ok()));
    });
    let outputs = engine.infer(&tensor).expect("the engine answers");
    let region = seen_region(frame_size, (input.width, input.height));
    group.bench_function("explain", |b| {
        b.iter(|| black_box(explain::heat_maps(&outputs, region, [0.5; TASKS])));
    });

    let samples = Samples::new();
    let status = samples.all()[0].status.clone();
    let result = assessor.assess(&frame, Gating::Off).expect("it is scored");
    let live = Scene::Live {
        picture: &large,
        quality: None,
        sight: None,
        notice: None,
        earlier: None,
    };
    // What stood on the screen before the result is not part of its time.
    let shows_live = || {
        let mut surface = Surface::new(SIZE.0, SIZE.1);
        screen::draw(&live, &status, &mut surface);
        surface
    };
    group.bench_function("compose", |b| {
        b.iter_batched(
            shows_live,
            |mut surface| {
                screen::draw(&with_map(&large, &result), &status, &mut surface);
                surface
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("live", |b| {
        let mut surface = shows_live();
        b.iter(|| {
            screen::draw(&live, &status, &mut surface);
            black_box(surface.picture().as_raw()[0])
        });
    });
    group.bench_function("all but infer", |b| {
        b.iter_batched(
            shows_live,
            |mut surface| {
                let picture = frame.decode(wanted).expect("the phantom decodes");
                black_box(assessor.gate().check(&picture, frame_size));
                black_box(preparer.prepare(&picture).map(<[i8]>::len).is_ok());
                black_box(explain::heat_maps(&outputs, region, [0.5; TASKS]));
                screen::draw(&with_map(&large, &result), &status, &mut surface);
                surface
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("whole", |b| {
        b.iter_batched(
            shows_live,
            |mut surface| {
                let result = assessor.assess(&frame, Gating::Off).expect("it is scored");
                screen::draw(&with_map(&large, &result), &status, &mut surface);
                surface
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
