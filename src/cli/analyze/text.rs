//! One result for people to read in a terminal.

use std::{fmt::Write, path::PathBuf};

use crate::{
    assess::{
        Verdict, percent,
        report::{NOT_LOOKED_FOR, Report},
    },
    cli::out::printable,
};

pub(super) fn describe(report: &Report, screen: Option<PathBuf>) -> String {
    let mut text = printable(&report.path).into_owned();
    for word in &report.stand_ins {
        let _ = write!(text, "  [{word}]");
    }
    let _ = write!(text, "\n  {}", report.verdict_words);
    if !report.quality.usable {
        let reasons: Vec<_> = report.quality.reasons.iter().map(|r| r.words()).collect();
        let _ = write!(text, " (gate: {})", reasons.join(", "));
    }
    text.push('\n');
    if report.verdict == Verdict::NoBccSigns {
        let _ = writeln!(text, "  {NOT_LOOKED_FOR}");
    }
    if let Some(bcc) = &report.bcc {
        let _ = writeln!(
            text,
            "  BCC {}  (no below {}, yes from {})",
            bcc.percent(),
            percent(bcc.low),
            percent(bcc.high)
        );
        let patterns: Vec<_> = report
            .patterns
            .iter()
            .map(|p| {
                let mark = match (p.answer.present, p.answer.possible) {
                    (true, _) => "+",
                    (_, true) => "?",
                    _ => "-",
                };
                format!("{}{mark} {:.0}", p.code, p.answer.probability * 100.0)
            })
            .collect();
        let _ = writeln!(text, "  {}", patterns.join("  "));
    }
    if let Some(rule) = &report.rule {
        let _ = writeln!(text, "  {}", rule.sentence);
    }
    let _ = writeln!(
        text,
        "  {}; {} {}; {:.1} ms; {}",
        report.engine,
        report.model.name,
        report.model.version,
        report.elapsed_ms.total,
        report.notice
    );
    if let Some(engine) = &report.heatmaps_engine {
        let _ = writeln!(text, "  heat maps by another engine: {}", engine.name);
    }
    if let Some(path) = screen {
        let path = path.display().to_string();
        let _ = writeln!(text, "  screen: {}", printable(&path));
    }
    text
}
