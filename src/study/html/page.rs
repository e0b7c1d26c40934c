//! A page of sections, and tables.

use super::escape;
use crate::study::metrics::Estimate;

const STYLE: &str = "
body{font:15px/1.5 system-ui,sans-serif;color:#1d2733;max-width:1080px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin-bottom:.2rem}h2{margin-top:2.4rem;border-bottom:2px solid #d5dbe1;padding-bottom:.2rem}
h3{margin:1.4rem 0 .3rem;font-size:1.05rem}p{max-width:75ch}
table{border-collapse:collapse;margin:.6rem 0 1.2rem;font-size:14px}caption{text-align:left;font-weight:600;padding:.2rem 0;min-width:20em}
.wide{overflow-x:auto}th,td{padding:.25rem .5rem;text-align:right;border-bottom:1px solid #e4e8ec;font-variant-numeric:tabular-nums}
th{background:#f3f5f7;vertical-align:bottom}th:first-child,td:first-child,th.t,td.t{text-align:left}
.ci{color:#5b6875;font-size:12.5px;white-space:nowrap}.small{color:#8a4b00;white-space:nowrap}
.warn{background:#fff4e0;border-left:5px solid #c77700;padding:.6rem 1rem;max-width:80ch}
.cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}.card{border:1px solid #d5dbe1;border-radius:6px;padding:.6rem 1rem;min-width:150px}
.card b{display:block;font-size:1.5rem}.plots{display:flex;flex-wrap:wrap;gap:1rem}
figure{margin:0}figcaption{font-size:13px;color:#46525e;max-width:440px}
.gallery{display:flex;flex-wrap:wrap;gap:.8rem}.gallery figure{width:210px;font-size:12.5px;overflow-wrap:anywhere}
.gallery img{width:210px;border-radius:4px}code{font-size:12.5px;overflow-wrap:anywhere}
@media print{body{margin:0}h2{break-after:avoid}figure,tr{break-inside:avoid}}";

/// A page being written.
pub struct Page {
    title: String,
    body: String,
}

impl Page {
    /// An empty page.
    pub fn new(title: &str) -> Page {
        Page {
            title: escape(title),
            body: String::new(),
        }
    }

    /// A section's heading.
    pub fn section(&mut self, title: &str) {
        self.body += &format!("<h2>{}</h2>\n", escape(title));
    }

    /// A smaller heading.
    pub fn heading(&mut self, title: &str) {
        self.body += &format!("<h3>{}</h3>\n", escape(title));
    }

    /// A paragraph of plain text.
    pub fn text(&mut self, text: &str) {
        self.body += &format!("<p>{}</p>\n", escape(text));
    }

    /// A paragraph that must not be passed over.
    pub fn warning(&mut self, text: &str) {
        self.body += &format!("<p class=\"warn\">{}</p>\n", escape(text));
    }

    /// Markup made by this room.
    pub fn raw(&mut self, html: &str) {
        self.body += html;
        self.body.push('\n');
    }

    /// The whole document.
    pub fn finish(self) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title>\
             <style>{STYLE}</style></head>\n<body>\n<h1>{0}</h1>\n{1}</body></html>\n",
            self.title, self.body
        )
    }
}

/// A table.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    caption: String,
}

impl Table {
    /// With these column names.
    pub fn new(caption: &str, head: &[&str]) -> Table {
        Table {
            caption: escape(caption),
            head: head.iter().map(|h| escape(h)).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row: plain text in the first cell, markup in the others.
    pub fn row(&mut self, name: &str, cells: impl IntoIterator<Item = String>) {
        let mut row = vec![escape(name)];
        row.extend(cells);
        self.rows.push(row);
    }

    /// As markup.
    pub fn html(&self) -> String {
        let cells = |tag: &str, row: &[String]| -> String {
            row.iter().map(|c| format!("<{tag}>{c}</{tag}>")).collect()
        };
        let rows: String = self
            .rows
            .iter()
            .map(|row| format!("<tr>{}</tr>\n", cells("td", row)))
            .collect();
        format!(
            "<div class=\"wide\"><table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>\n{rows}</tbody></table></div>",
            self.caption,
            cells("th", &self.head)
        )
    }
}

/// The flag of a figure from few cases.
pub const SMALL: &str =
    " <span class=\"small\" title=\"fewer than 30 cases, or of either class\">small n</span>";

/// A figure with interval and n, flagged where n is small.
pub fn estimate(e: &Estimate) -> String {
    let Some(value) = e.value else {
        return "<span class=\"ci\">not to be had</span>".into();
    };
    let ends = e.ends("–").map_or(String::new(), |ends| ends + ";<wbr> ");
    let flag = if e.small { SMALL } else { "" };
    format!(
        "{value:.3} <span class=\"ci\">({ends}n {})</span>{flag}",
        e.n
    )
}

/// A plain number.
pub fn number(value: f64) -> String {
    format!("{value:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figures_cell_may_break_between_interval_and_n_and_tells_few_cases() {
        let few = estimate(&Estimate::share(9, 10));
        assert!(
            few.contains(";<wbr> n 10)") && few.ends_with(SMALL),
            "{few}"
        );
        let many = estimate(&Estimate::share(90, 100));
        assert!(!many.contains("small"), "{many}");
    }
}
