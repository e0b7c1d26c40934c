//! What holds on every screen at every size.

mod letters;
mod order;
mod words;

use std::sync::OnceLock;

use super::{
    samples::Samples,
    sheet::{Item, Sheet},
    text::Text,
};

/// What the screens are made for.
const SIZES: [(u32, u32); 5] = [
    (480, 320),
    (800, 480),
    (1024, 600),
    (1280, 720),
    (1920, 1080),
];

fn samples() -> &'static Samples {
    static SAMPLES: OnceLock<Samples> = OnceLock::new();
    SAMPLES.get_or_init(Samples::new)
}

fn texts(sheet: &Sheet<'_>) -> Vec<Text> {
    let text = |item: &Item| match item {
        Item::Text(text) => Some(text.clone()),
        _ => None,
    };
    sheet.items.iter().filter_map(text).collect()
}
