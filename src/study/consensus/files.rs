//! The reference standard as CSV: written by `study consensus`, read by the training and by
//! `study evaluate`.

use std::{collections::HashMap, path::Path};

use super::Consensus;
use crate::{
    model::{TASKS, Task},
    study::{
        cells::Cells,
        names::plain,
        readings::{PATTERNS, Readings},
        table::{DataError, Table},
    },
};

/// What the readers together say of one image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standard {
    /// As the readings name it.
    pub file: String,
    /// Posterior of the overall impression and the patterns, in the order of [`Task::ALL`];
    /// `None` where nobody read it.
    pub posterior: [Option<f64>; TASKS],
    /// The cells agreed on, a pattern each; empty where absent.
    pub cells: [Cells; PATTERNS],
    /// Share of its readers who say what the others agree on, in the order of [`Task::ALL`];
    /// `None` where no two read it, or an older file does not tell.
    pub single: [Option<f64>; TASKS],
    /// Chance that the same readers, read anew, come to the same consensus, in the order of
    /// [`Task::ALL`]; `None` where nobody read it, or an older file does not tell.
    pub again: [Option<f64>; TASKS],
    /// Share of the ways to halve its readers in which both halves agree, in the order of
    /// [`Task::ALL`]; `None` where fewer than four read it, or an older file does not tell.
    pub halves: [Option<f64>; TASKS],
}

/// What is told of each question beside its posterior, in the order of the columns.
const SHARES: [&str; 4] = ["votes", "single", "again", "halves"];

/// Standards by their images, as the labels write them.
pub type Reference = HashMap<String, Standard>;

impl Standard {
    /// Reads a file that [`Consensus::csv`] wrote.
    ///
    /// # Errors
    /// [`DataError`].
    pub fn read(path: &Path) -> Result<Vec<Standard>, DataError> {
        let codes = Task::PATTERNS.map(Task::code);
        let mut required = vec!["file"];
        required.extend(codes);
        let mut optional = vec!["bcc".to_owned()];
        optional.extend(SHARES.map(|share| format!("bcc_{share}")));
        for code in codes {
            optional.extend(
                ["cells"]
                    .iter()
                    .chain(&SHARES)
                    .map(|c| format!("{code}_{c}")),
            );
        }
        let optional: Vec<&str> = optional.iter().map(String::as_str).collect();
        if Table::read(path, &["file", "reader"], &[]).is_ok() {
            return Err(DataError::file(
                path,
                "is a file of readings (it has the column reader), not a consensus: give it with \
                 --readings",
            ));
        }
        let table = Table::read(path, &required, &optional)?;
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut standards = Vec::new();
        for row in table.rows() {
            let file = row.filled("file")?;
            if let Some(first) = seen.insert(plain(file), row.line) {
                return Err(row.error(format!("{file} stands in line {first} already")));
            }
            let mut posterior = [None; TASKS];
            let mut cells = [Cells::default(); PATTERNS];
            let mut single = [None; TASKS];
            posterior[0] = row.share("bcc")?;
            let mut again = [None; TASKS];
            let mut halves = [None; TASKS];
            single[0] = row.share("bcc_single")?;
            halves[0] = row.share("bcc_halves")?;
            again[0] = row.share("bcc_again")?;
            for (p, code) in codes.into_iter().enumerate() {
                posterior[1 + p] = row.share(code)?;
                single[1 + p] = row.share(&format!("{code}_single"))?;
                again[1 + p] = row.share(&format!("{code}_again"))?;
                halves[1 + p] = row.share(&format!("{code}_halves"))?;
                let column = format!("{code}_cells");
                cells[p] = Cells::parse(row.get(&column))
                    .map_err(|why| row.error(format!("{column} {why}")))?;
            }
            standards.push(Standard {
                file: file.to_owned(),
                posterior,
                cells,
                single,
                again,
                halves,
            });
        }
        Ok(standards)
    }
}

impl Consensus {
    /// One line an image: `file`, `readers`, posteriors (`bcc`, PN … AT), agreed cells
    /// (`PN_cells` …), shares of votes (`bcc_votes`, `PN_votes` …), shares of its readers who say
    /// what the others agree on (`bcc_single`, `PN_single` …), chances that the same readers come to
    /// the same consensus again (`bcc_again` …), shares of the ways to halve its readers in which both
    /// halves agree (`bcc_halves` …). Empty is "not read".
    pub fn csv(&self, readings: &Readings) -> Vec<u8> {
        let mut text = String::from("file,readers,bcc");
        for code in Task::PATTERNS.map(Task::code) {
            text += &format!(",{code}");
        }
        for code in Task::PATTERNS.map(Task::code) {
            text += &format!(",{code}_cells");
        }
        for column in SHARES {
            text += &format!(",bcc_{column}");
            for code in Task::PATTERNS.map(Task::code) {
                text += &format!(",{code}_{column}");
            }
        }
        text.push('\n');
        let mut readers = vec![0usize; readings.files.len()];
        for reading in &readings.readings {
            readers[reading.file] += 1;
        }
        let number = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v:.6}"));
        for (i, standard) in self.standards(readings).iter().enumerate() {
            text += &format!("{},{}", quoted(&standard.file), readers[i]);
            for p in standard.posterior {
                text += &format!(",{}", number(p));
            }
            for cells in standard.cells {
                text += &format!(",{cells}");
            }
            for question in &self.questions {
                text += &format!(",{}", number(question.votes.majority(i)));
            }
            for shares in [standard.single, standard.again, standard.halves] {
                for share in shares {
                    text += &format!(",{}", number(share));
                }
            }
            text.push('\n');
        }
        text.into_bytes()
    }

    /// One line an image, pattern and cell: `file`, `pattern`, `cell` (1 to 9), `posterior`,
    /// `votes` (share of the readers who saw the pattern).
    pub fn cells_csv(&self, readings: &Readings) -> Vec<u8> {
        let mut text = String::from("file,pattern,cell,posterior,votes\n");
        for (task, regions) in Task::PATTERNS.into_iter().zip(&self.regions) {
            for (item, &file) in regions.votes.cluster.iter().enumerate() {
                let (Some(posterior), Some(votes)) =
                    (regions.fit.posterior[item], regions.votes.majority(item))
                else {
                    continue;
                };
                text += &format!(
                    "{},{},{},{posterior:.6},{votes:.6}\n",
                    quoted(&readings.files[file]),
                    task.code(),
                    regions.votes.group[item] + 1,
                );
            }
        }
        text.into_bytes()
    }
}

/// A CSV field, quoted where it must be.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
