//! Text in the bundled Inter (SIL Open Font License): measured, wrapped and fitted here,
//! painted in [`super::paint`].

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use embedded_graphics::pixelcolor::Rgb888;

use super::{area::Area, theme};

/// Weight of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Weight {
    Medium,
    Bold,
}

/// How lines stand in their area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// Distance of two lines, in sizes.
const LEADING: f32 = 1.08;

/// Text is never set smaller than this, in pixels: it is shortened instead, visibly.
const LEAST: f32 = 8.0;

/// Words fitted into an area: broken into lines, set smaller where they need it, and ended
/// with `…` where even that does not do. Nothing is cut in silence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    /// Where it stands; no letter leaves it.
    pub area: Area,
    /// The lines as they are shown.
    pub lines: Vec<String>,
    /// Height of a line in pixels.
    pub size: f32,
    pub weight: Weight,
    pub colour: Rgb888,
    pub align: Align,
    /// Distance of the first line from the area's top.
    pub drop: f32,
    /// Whether it had to be shortened.
    pub shortened: bool,
}

/// How words are to be set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub size: f32,
    /// The smallest size taken to make it fit.
    pub least: f32,
    pub weight: Weight,
    pub colour: Rgb888,
    pub align: Align,
    /// In the middle of the area's height instead of at its top.
    pub middle: bool,
    /// May be broken into lines.
    pub wrap: bool,
}

impl Style {
    /// Medium, left, from the top, one line, white; shrinks to two thirds.
    pub fn new(size: f32) -> Style {
        Style {
            size,
            least: size * 0.62,
            weight: Weight::Medium,
            colour: theme::TEXT,
            align: Align::Left,
            middle: false,
            wrap: false,
        }
    }

    pub fn bold(self) -> Style {
        Style {
            weight: Weight::Bold,
            ..self
        }
    }

    pub fn colour(self, colour: Rgb888) -> Style {
        Style { colour, ..self }
    }

    pub fn align(self, align: Align) -> Style {
        Style { align, ..self }
    }

    pub fn middle(self) -> Style {
        Style {
            middle: true,
            ..self
        }
    }

    pub fn wrap(self) -> Style {
        Style { wrap: true, ..self }
    }

    /// Sets words into an area.
    pub fn set(self, words: &str, area: Area) -> Text {
        let least = self.least.max(LEAST).min(self.size.max(LEAST));
        let mut size = self.size.max(LEAST);
        loop {
            let lines = self.broken(words, size, area.w);
            let fits = lines
                .iter()
                .all(|line| width(line, size, self.weight) <= area.w)
                && height(lines.len(), size) <= area.h;
            if fits {
                return self.text(lines, size, area, false);
            }
            if size <= least {
                return self.shortened(lines, size, area);
            }
            size = (size * 0.96).max(least);
        }
    }

    fn broken(&self, words: &str, size: f32, room: f32) -> Vec<String> {
        if self.wrap {
            wrapped(words, room, size, self.weight)
        } else {
            // A line break from outside must not become a box or a second line.
            vec![words.split_whitespace().collect::<Vec<_>>().join(" ")]
        }
    }

    /// As many lines as there is room for, the last one ended with `…`.
    fn shortened(&self, mut lines: Vec<String>, size: f32, area: Area) -> Text {
        let mut room = 0;
        while height(room + 1, size) <= area.h {
            room += 1;
        }
        let more = lines.len() > room;
        lines.truncate(room);
        let count = lines.len();
        for (index, line) in lines.iter_mut().enumerate() {
            let last = more && index + 1 == count;
            if last || width(line, size, self.weight) > area.w {
                *line = ellipsis(line, size, self.weight, area.w);
            }
        }
        self.text(lines, size, area, true)
    }

    fn text(self, lines: Vec<String>, size: f32, area: Area, shortened: bool) -> Text {
        let spare = (area.h - height(lines.len(), size)).max(0.0);
        Text {
            area,
            lines,
            size,
            weight: self.weight,
            colour: self.colour,
            align: self.align,
            drop: if self.middle { spare / 2.0 } else { 0.0 },
            shortened,
        }
    }
}

impl Text {
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(String::is_empty)
    }

    /// Height the lines take.
    pub fn height(&self) -> f32 {
        height(self.lines.len(), self.size)
    }

    /// The lines with the upper left corner of each.
    pub fn placed(&self) -> impl Iterator<Item = (&str, f32, f32)> {
        self.lines.iter().enumerate().map(|(index, line)| {
            let spare = || self.area.w - width(line, self.size, self.weight);
            let x = match self.align {
                Align::Left => self.area.x,
                Align::Centre => self.area.x + spare() / 2.0,
                Align::Right => self.area.x + spare(),
            };
            let y = self.area.y + self.drop + index as f32 * self.size * LEADING;
            (line.as_str(), x, y)
        })
    }
}

fn height(lines: usize, size: f32) -> f32 {
    match lines {
        0 => 0.0,
        n => size * (1.0 + (n - 1) as f32 * LEADING),
    }
}

/// The bundled font, read once.
pub(super) fn font(weight: Weight) -> &'static FontRef<'static> {
    static FONTS: OnceLock<[FontRef<'static>; 2]> = OnceLock::new();
    let [medium, bold] = FONTS.get_or_init(|| {
        let read = |bytes: &'static [u8]| {
            FontRef::try_from_slice(bytes)
                .expect("the bundled font is a font: compiled in and tested")
        };
        [
            read(include_bytes!("fonts/Inter-Medium.otf")),
            read(include_bytes!("fonts/Inter-Bold.otf")),
        ]
    });
    match weight {
        Weight::Medium => medium,
        Weight::Bold => bold,
    }
}

/// Width of a line in pixels.
pub(super) fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let scaled = font(weight).as_scaled(PxScale::from(size));
    text.chars()
        .map(|c| scaled.h_advance(scaled.glyph_id(c)))
        .sum()
}

/// Width of the box in which a line keeps its size, also where that is below the least.
pub(super) fn room(text: &str, size: f32, weight: Weight) -> f32 {
    width(text, size.max(LEAST), weight) + 1.0
}

/// The longest beginning that fits with an ellipsis behind it.
fn ellipsis(line: &str, size: f32, weight: Weight, room: f32) -> String {
    let mut kept = line.to_owned();
    loop {
        let shown = format!("{}…", kept.trim_end());
        if width(&shown, size, weight) <= room {
            return shown;
        }
        if kept.pop().is_none() {
            return String::new();
        }
    }
}

/// Breaks a text into lines of at most `room` pixels, between words where it can be.
fn wrapped(text: &str, room: f32, size: f32, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if width(&format!("{last} {word}"), size, weight) <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ if width(word, size, weight) <= room => lines.push(word.to_owned()),
            // A path or a name longer than a line is broken where the line ends.
            _ => {
                let mut part = String::new();
                for c in word.chars() {
                    part.push(c);
                    if width(&part, size, weight) > room && part.chars().count() > 1 {
                        part.pop();
                        lines.push(std::mem::replace(&mut part, c.to_string()));
                    }
                }
                lines.push(part);
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_that_does_not_fit_ends_in_an_ellipsis() {
        let text = Style::new(20.0).set("usb-0000:01:00.0-1.2", Area::new(0.0, 0.0, 60.0, 20.0));
        assert!(text.shortened);
        assert!(text.lines[0].ends_with('…'), "{:?}", text.lines);
    }

    #[test]
    fn every_letter_the_screens_use_is_in_the_font() {
        for c in "…–→·°%≥%äöüéß".chars() {
            for weight in [Weight::Medium, Weight::Bold] {
                assert_ne!(font(weight).glyph_id(c).0, 0, "{c}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_is_wider_or_higher_than_its_area(
            words in "\\PC{0,80}", w in 0.0f32..400.0, h in 0.0f32..120.0, size in 1.0f32..60.0, wrap: bool,
        ) {
            let style = Style { wrap, ..Style::new(size) };
            let text = style.set(&words, Area::new(0.0, 0.0, w, h));
            prop_assert!(text.height() <= h + 0.01);
            for line in &text.lines {
                prop_assert!(width(line, text.size, text.weight) <= w + 0.01);
            }
        }
    }
}
