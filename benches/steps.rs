//! What each step from a 1920×1080 MJPG frame to the screen costs: `cargo bench --bench steps`.
//!
//! The frame is the phantom camera's (JPEG quality 90). `decode for the model` and `decode for
//! the screen` are one decode each at the size that is needed (DCT scaling of libjpeg-turbo);
//! `decode full` is what a program without it pays. `compose` paints the result over the live
//! picture at 800×480. `all but infer` is the sum a clinic waits for besides the network:
//! decode, gate, prepare, explain, compose; `whole` has the network too.

// criterion's macro makes a public function without a word.
#![allow(missing_docs)]

use std::{hint::black_box, path::Path, time::Duration};

use bccscope::{
    assess::{Assessor, Gating, explain, prepare::Preparer, prepare::seen_region},
    camera::{
        Camera, News,
        phantom::{PhantomCamera, PhantomSettings},
    },
    engine::{CpuEngine, Engine, Settings},
    frame::{Detail, Frame},
    model::Task,
    screen::{self, CaseNote, MapView, Scene, Surface, samples::Samples},
};
use criterion::{Criterion, criterion_group, criterion_main};

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

fn steps(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bcc8-mnv2");
    let settings = Settings::default();
    let mut assessor = Assessor::open(&folder, &settings).expect("the shipped model opens");
    let frame = frame();
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
        b.iter(|| black_box(explain::heat_maps(&outputs, region)));
    });

    let samples = Samples::new();
    let status = samples.all()[0].status.clone();
    let result = assessor.assess(&frame, Gating::Off).expect("it is scored");
    let live = Scene::Live {
        picture: &large,
        quality: None,
        sight: None,
        notice: None,
    };
    let verdict = Scene::Result {
        picture: &large,
        assessment: &result,
        burst: None,
        map: MapView::Task(Task::Bcc),
        note: &CaseNote::Unsaved,
    };
    let mut surface = Surface::new(SIZE.0, SIZE.1);
    group.bench_function("compose", |b| {
        // The live picture that the result replaces is not part of the time.
        b.iter_batched(
            || {
                let mut surface = Surface::new(SIZE.0, SIZE.1);
                screen::draw(&live, &status, &mut surface);
                surface
            },
            |mut surface| {
                screen::draw(&verdict, &status, &mut surface);
                surface
            },
            criterion::BatchSize::LargeInput,
        );
    });
    group.bench_function("all but infer", |b| {
        b.iter(|| {
            let picture = frame.decode(wanted).expect("the phantom decodes");
            black_box(assessor.gate().check(&picture, frame_size));
            black_box(preparer.prepare(&picture).map(<[i8]>::len).is_ok());
            black_box(explain::heat_maps(&outputs, region));
            screen::draw(&live, &status, &mut surface);
            screen::draw(&verdict, &status, &mut surface);
            black_box(surface.picture().as_raw()[0])
        });
    });
    group.bench_function("whole", |b| {
        b.iter(|| {
            let result = assessor.assess(&frame, Gating::Off).expect("it is scored");
            let verdict = Scene::Result {
                picture: &large,
                assessment: &result,
                burst: None,
                map: MapView::Task(Task::Bcc),
                note: &CaseNote::Unsaved,
            };
            screen::draw(&live, &status, &mut surface);
            screen::draw(&verdict, &status, &mut surface);
            black_box(surface.picture().as_raw()[0])
        });
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
