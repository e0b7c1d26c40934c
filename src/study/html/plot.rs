//! Plots as SVG.

use super::escape;
use crate::study::metrics::Estimate;

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 70.0;
// Tick labels of six letters end 6 before the axis; the label beside them ends at 20.
const _: () = assert!(LEFT - 6.0 - 6.0 * 7.0 > 20.0);
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 48.0;
/// Colours that colour-blind readers tell apart (Okabe & Ito 2008).
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#7a7a7a"];

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A line.
    Line,
    /// A dashed line.
    Dashed,
    /// Dots.
    Dots,
}

/// A plot of series on two axes.
pub struct Plot {
    caption: String,
    labels: (String, String),
    x: (f64, f64),
    y: (f64, f64),
    /// Cut off where they leave the axes.
    lines: String,
    dots: String,
    legend: Vec<(String, usize)>,
}

impl Plot {
    /// Axes from and to.
    pub fn new(caption: &str, labels: (&str, &str), x: (f64, f64), y: (f64, f64)) -> Plot {
        Plot {
            caption: escape(caption),
            labels: (escape(labels.0), escape(labels.1)),
            x,
            y,
            lines: String::new(),
            dots: String::new(),
            legend: Vec::new(),
        }
    }

    /// Where a point lies; off the axes where it is off them.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let share = |v: f64, (from, to): (f64, f64)| (v - from) / (to - from);
        (
            LEFT + share(x, self.x) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - share(y, self.y) * (HEIGHT - TOP - BOTTOM),
        )
    }

    /// Adds a series; with a name it stands in the legend. `colour` is 0 to 3.
    pub fn series(mut self, name: &str, points: &[(f64, f64)], mark: Mark, colour: usize) -> Plot {
        let ink = COLOURS[colour % COLOURS.len()];
        let places: Vec<(f64, f64)> = points.iter().map(|&p| self.place(p)).collect();
        match mark {
            Mark::Dots => {
                for (x, y) in &places {
                    self.dots +=
                        &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{ink}\"/>");
                }
            }
            Mark::Line | Mark::Dashed => {
                let path: Vec<String> = places
                    .iter()
                    .map(|(x, y)| format!("{x:.1},{y:.1}"))
                    .collect();
                let dash = if mark == Mark::Dashed {
                    " stroke-dasharray=\"5 4\""
                } else {
                    ""
                };
                self.lines += &format!(
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"2\"{dash}/>",
                    path.join(" ")
                );
            }
        }
        if !name.is_empty() {
            self.legend.push((escape(name), colour));
        }
        self
    }

    /// Adds an upright line from (`x`, `low`) to (`x`, `high`): an interval.
    pub fn interval(mut self, x: f64, low: f64, high: f64, colour: usize) -> Plot {
        let (a, b) = (self.place((x, low)), self.place((x, high)));
        self.lines += &format!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{}\" stroke-width=\"1.5\"/>",
            a.0,
            a.1,
            b.0,
            b.1,
            COLOURS[colour % COLOURS.len()]
        );
        self
    }

    /// As markup.
    pub fn html(&self) -> String {
        let mut axes = String::new();
        for i in 0..=5 {
            let share = f64::from(i) / 5.0;
            let x = self.x.0 + share * (self.x.1 - self.x.0);
            let y = self.y.0 + share * (self.y.1 - self.y.0);
            let (px, bottom) = self.place((x, self.y.0));
            let (left, py) = self.place((self.x.0, y));
            axes += &format!(
                "<line x1=\"{px:.1}\" y1=\"{TOP}\" x2=\"{px:.1}\" y2=\"{bottom:.1}\" stroke=\"#e4e8ec\"/>\
                 <line x1=\"{left:.1}\" y1=\"{py:.1}\" x2=\"{:.1}\" y2=\"{py:.1}\" stroke=\"#e4e8ec\"/>\
                 <text x=\"{px:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                bottom + 16.0,
                tick(x, self.x),
                left - 6.0,
                py + 4.0,
                tick(y, self.y)
            );
        }
        let legend: String = self
            .legend
            .iter()
            .enumerate()
            .map(|(i, (name, colour))| {
                let y = HEIGHT - BOTTOM - 12.0 - 17.0 * (self.legend.len() - 1 - i) as f64;
                let x = WIDTH - RIGHT - 8.0;
                format!(
                    "<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"end\" font-weight=\"600\" fill=\"{}\" \
                     stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">{name}</text>",
                    COLOURS[colour % COLOURS.len()]
                )
            })
            .collect();
        format!(
            "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" \
             aria-label=\"{0}\" font-family=\"system-ui,sans-serif\" font-size=\"12\" fill=\"#46525e\">{axes}{1}{2}{legend}\
             <text x=\"{3:.0}\" y=\"{4:.0}\" text-anchor=\"middle\">{5}</text>\
             <text x=\"14\" y=\"{6:.0}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {6:.0})\">{7}</text>\
             </svg><figcaption>{0}</figcaption></figure>",
            self.caption,
            self.clipped(),
            self.dots,
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 10.0,
            self.labels.0,
            (TOP + HEIGHT - BOTTOM) / 2.0,
            self.labels.1
        )
    }

    /// The lines in a picture of their own, which ends at the axes: a value beyond them is cut
    /// off there and not drawn along the edge as if it lay on it.
    fn clipped(&self) -> String {
        let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        format!(
            "<svg x=\"{LEFT}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{LEFT} {TOP} {width} {height}\" overflow=\"hidden\">{}</svg>",
            self.lines
        )
    }
}

fn tick(value: f64, (from, to): (f64, f64)) -> String {
    let value = if value.abs() < 1e-9 { 0.0 } else { value };
    if (to - from).abs() < 0.1 {
        format!("{value:.3}")
    } else if (to - from).abs() < 0.6 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    }
}

/// One figure in many groups: a row each, interval as a line; a hollow dot where n is small, an
/// arrowhead where value or interval go on beyond the axis.
pub fn forest(caption: &str, range: (f64, f64), rows: &[(String, &Estimate)]) -> String {
    let (width, left, line) = (720.0, 250.0, 20.0);
    let height = 34.0 + line * rows.len() as f64;
    let at = |v: f64| {
        left + ((v - range.0) / (range.1 - range.0)).clamp(0.0, 1.0) * (width - left - 150.0)
    };
    let mut body = String::new();
    for i in 0..=5 {
        let v = range.0 + f64::from(i) / 5.0 * (range.1 - range.0);
        body += &format!(
            "<line x1=\"{0:.1}\" y1=\"8\" x2=\"{0:.1}\" y2=\"{1:.0}\" stroke=\"#e4e8ec\"/>\
             <text x=\"{0:.1}\" y=\"{2:.0}\" text-anchor=\"middle\">{v:.2}</text>",
            at(v),
            height - 22.0,
            height - 6.0
        );
    }
    for (i, (name, e)) in rows.iter().enumerate() {
        let y = 20.0 + line * i as f64;
        body += &format!(
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
            left - 10.0,
            y + 4.0,
            escape(name)
        );
        let Some(value) = e.value else {
            continue;
        };
        if let (Some(low), Some(high)) = (e.low, e.high) {
            body += &format!(
                "<line x1=\"{:.1}\" y1=\"{y}\" x2=\"{:.1}\" y2=\"{y}\" stroke=\"{}\" stroke-width=\"2\"/>",
                at(low),
                at(high),
                COLOURS[0]
            );
        }
        let least = e.low.map_or(value, |low| low.min(value));
        let most = e.high.map_or(value, |high| high.max(value));
        for (beyond, edge, tip) in [
            (least < range.0, range.0, -9.0),
            (most > range.1, range.1, 9.0),
        ] {
            if beyond {
                let x = at(edge);
                body += &format!(
                    "<polygon points=\"{x:.1},{:.1} {x:.1},{:.1} {:.1},{y}\" fill=\"{}\"/>",
                    y - 5.0,
                    y + 5.0,
                    x + tip,
                    COLOURS[0]
                );
            }
        }
        let fill = if e.small { "#fff" } else { COLOURS[0] };
        body += &format!(
            "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"4.5\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"1.5\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\">{value:.3} (n {}{})</text>",
            at(value),
            COLOURS[0],
            width - 140.0,
            y + 4.0,
            e.n,
            if e.small { ", small" } else { "" }
        );
    }
    format!(
        "<figure><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         font-family=\"system-ui,sans-serif\" font-size=\"12\" fill=\"#46525e\">{body}</svg>\
         <figcaption>{}</figcaption></figure>",
        escape(caption)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_that_falls_below_the_axis_leaves_the_plot_and_does_not_run_along_its_edge() {
        let page = Plot::new("c", ("x", "y"), (0.0, 1.0), (0.0, 1.0))
            .series("", &[(0.0, 0.5), (1.0, -1.0)], Mark::Line, 0)
            .html();
        let bottom = HEIGHT - BOTTOM;
        let below = bottom + (HEIGHT - TOP - BOTTOM);
        assert!(
            page.contains(&format!("{:.1},{below:.1}", WIDTH - RIGHT)),
            "{page}"
        );
        assert!(page.contains("overflow=\"hidden\""), "{page}");
    }

    #[test]
    fn an_interval_beyond_a_forests_axis_ends_in_an_arrow() {
        let mut e = Estimate::share(40, 80);
        let whole = [("a".to_owned(), &e)];
        assert!(!forest("c", (0.0, 1.0), &whole).contains("<polygon"));
        e.low = Some(0.3);
        let beyond = [("a".to_owned(), &e)];
        assert!(forest("c", (0.45, 1.0), &beyond).contains("<polygon"));
    }
}
