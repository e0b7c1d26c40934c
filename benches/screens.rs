//! What a screen costs, from a 1080p picture: `cargo bench --bench screens`.
//!
//! `live next frame` is what thirty times a second happens: a new picture on a surface that
//! shows the live scene already. `live from scratch` paints everything. `old picture alone` is
//! the former way to bring the picture to its place, without a single letter.

// criterion's macro makes a public function without a word.
#![allow(missing_docs)]

use std::hint::black_box;

use bccscope::screen::{self, MapView, Scene, Sight, Surface, samples::Samples};
use criterion::{Criterion, criterion_group, criterion_main};
use image::{RgbImage, imageops};

fn picture(shift: u32) -> RgbImage {
    RgbImage::from_fn(1920, 1080, |x, y| {
        let v = (((x + shift) * 7) ^ (y * 13)) as u8;
        image::Rgb([v, 200 - v / 2, 120])
    })
}

fn screens(criterion: &mut Criterion) {
    let samples = Samples::new();
    let all = samples.all();
    let pictures = [picture(0), picture(5)];
    let quality = bccscope::assess::Quality {
        usable: true,
        reasons: vec![],
        scores: vec![],
    };
    for (width, height) in [(800, 480), (1920, 1080)] {
        let mut group = criterion.benchmark_group(format!("{width}x{height}"));
        let status = &all[0].status;
        let live = |n: usize| Scene::Live {
            picture: &pictures[n % 2],
            quality: Some(&quality),
            sight: Some(Sight {
                input: (256, 192),
                grid: (12, 9),
            }),
            notice: None,
            earlier: None,
        };
        group.bench_function("live next frame", |b| {
            let mut surface = Surface::new(width, height);
            let mut n = 0;
            b.iter(|| {
                n += 1;
                screen::draw(&live(n), status, &mut surface);
                black_box(surface.picture().as_raw()[0])
            });
        });
        group.bench_function("live from scratch", |b| {
            b.iter(|| {
                let mut surface = Surface::new(width, height);
                screen::draw(&live(0), status, &mut surface);
                black_box(surface.into_picture())
            });
        });
        let result = all.iter().find(|s| s.name == "result-suspected-wide");
        let Some(Scene::Result {
            assessment,
            note,
            burst,
            ..
        }) = result.map(|s| s.scene)
        else {
            continue;
        };
        let shown = |map| Scene::Result {
            picture: &pictures[0],
            assessment,
            burst,
            map,
            note,
            taken: None,
        };
        group.bench_function("result next map", |b| {
            let mut surface = Surface::new(width, height);
            let mut n = 0;
            b.iter(|| {
                n += 1;
                let map = MapView::Task(bccscope::model::Task::ALL[n % 8]);
                screen::draw(&shown(map), status, &mut surface);
                black_box(surface.picture().as_raw()[0])
            });
        });
        group.bench_function("result from scratch", |b| {
            b.iter(|| {
                let mut surface = Surface::new(width, height);
                screen::draw(
                    &shown(MapView::Task(bccscope::model::Task::Bcc)),
                    status,
                    &mut surface,
                );
                black_box(surface.into_picture())
            });
        });
        // The picture as large as the live scene shows it.
        let (w, h) = if height == 480 {
            (576, 324)
        } else {
            (1400, 788)
        };
        group.bench_function("old picture alone", |b| {
            let mut target = RgbImage::new(width, height);
            b.iter(|| {
                let fitted = imageops::resize(&pictures[0], w, h, imageops::FilterType::Triangle);
                imageops::replace(&mut target, &fitted, 8, 8);
                black_box(target.as_raw()[0])
            });
        });
        group.finish();
    }
}

criterion_group!(benches, screens);
criterion_main!(benches);
