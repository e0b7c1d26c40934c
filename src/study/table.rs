//! A CSV file with named columns, and errors that name the file and the line.

use std::{
    collections::HashMap,
    fmt, fs,
    path::{Path, PathBuf},
};

/// What is wrong with a study's data: file, line, one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct DataError {
    /// Which file.
    pub path: PathBuf,
    /// Which line, from 1; `None` where it concerns the file as a whole.
    pub line: Option<u64>,
    /// What is wrong and what is needed.
    pub what: String,
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.path.display(), self.what),
            None => write!(f, "{}: {}", self.path.display(), self.what),
        }
    }
}

impl DataError {
    /// Concerns the file as a whole.
    pub fn file(path: &Path, what: impl Into<String>) -> DataError {
        DataError {
            path: path.to_path_buf(),
            line: None,
            what: what.into(),
        }
    }

    /// Concerns one line.
    pub fn line(path: &Path, line: u64, what: impl Into<String>) -> DataError {
        DataError {
            path: path.to_path_buf(),
            line: Some(line),
            what: what.into(),
        }
    }
}

/// A CSV file, read whole.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    columns: HashMap<String, usize>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// One row of a [`Table`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    /// Its line in the file, from 1.
    pub line: u64,
    record: &'a csv::StringRecord,
}

impl Table {
    /// Reads `path`; its first line must name at least the columns `required`. `optional`: what
    /// is read beside them where it is there. Any other column is left alone, but for one that
    /// is a known one in other letters: that was meant to be read.
    ///
    /// # Errors
    /// [`DataError`]: unreadable, not UTF-8, a missing, doubled or misspelt column, a row of
    /// another length, no row at all.
    pub fn read(path: &Path, required: &[&str], optional: &[&str]) -> Result<Table, DataError> {
        let bytes =
            fs::read(path).map_err(|e| DataError::file(path, format!("cannot be read: {e}")))?;
        // Spreadsheets put a byte order mark in front of the first column's name.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if bytes.trim_ascii().is_empty() {
            return Err(DataError::file(path, "is empty"));
        }
        let lines = Lines::of(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let broken = |e: csv::Error| {
            let line = e.position().map(|at| lines.of_record(at));
            let what = match e.kind() {
                csv::ErrorKind::UnequalLengths {
                    expected_len, len, ..
                } => format!("{len} fields where the first line names {expected_len} columns"),
                csv::ErrorKind::Utf8 { .. } => "is not UTF-8 text".into(),
                _ => e.to_string(),
            };
            DataError {
                path: path.to_path_buf(),
                line,
                what,
            }
        };
        let mut columns = HashMap::new();
        for (index, name) in reader.headers().map_err(broken)?.iter().enumerate() {
            let wrong = |what: String| Err(DataError::line(path, 1, what));
            let mut known = required.iter().chain(optional);
            if let Some(meant) = known.find(|known| known.eq_ignore_ascii_case(name))
                && *meant != name
            {
                return wrong(format!(
                    "the column {name} is not known; small and capital letters count: write {meant}"
                ));
            }
            if columns.insert(name.to_owned(), index).is_some() {
                return wrong(format!("the column {name} is there twice"));
            }
        }
        let missing: Vec<_> = required
            .iter()
            .filter(|name| !columns.contains_key(**name))
            .copied()
            .collect();
        if !missing.is_empty() {
            return Err(DataError::line(
                path,
                1,
                format!(
                    "the column {} is missing; needed are {}",
                    missing.join(", "),
                    required.join(", ")
                ),
            ));
        }
        let mut rows = Vec::new();
        for record in reader.into_records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, |at| lines.of_record(at));
            rows.push((line, record));
        }
        if rows.is_empty() {
            return Err(DataError::file(path, "holds no rows"));
        }
        Ok(Table {
            path: path.to_path_buf(),
            columns,
            rows,
        })
    }

    /// The columns' names, sorted.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.columns.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row {
            table: self,
            line: *line,
            record,
        })
    }
}

/// Where a file's lines end. The `csv` crate's own count is one short after a line that ends as
/// spreadsheets end it (CR LF): it takes a record's place before the LF.
struct Lines<'a> {
    bytes: &'a [u8],
    ends: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Lines<'a> {
        let ends = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n');
        Lines {
            bytes,
            ends: ends.map(|(at, _)| at).collect(),
        }
    }

    /// The line, from 1, that the record's first letter stands in.
    fn of_record(&self, at: &csv::Position) -> u64 {
        let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let breaks = rest.iter().take_while(|b| matches!(**b, b'\r' | b'\n'));
        let first = from.saturating_add(breaks.count());
        self.ends.partition_point(|&end| end < first) as u64 + 1
    }
}

impl<'a> Row<'a> {
    /// A field; empty where there is no such column.
    pub fn get(&self, column: &str) -> &'a str {
        self.table
            .columns
            .get(column)
            .and_then(|&index| self.record.get(index))
            .unwrap_or("")
    }

    /// A field that must not be empty.
    ///
    /// # Errors
    /// [`DataError`] where it is.
    pub fn filled(&self, column: &str) -> Result<&'a str, DataError> {
        match self.get(column) {
            "" => Err(self.error(format!("{column} is empty"))),
            text => Ok(text),
        }
    }

    /// A field that is 0, 1 or empty.
    ///
    /// # Errors
    /// [`DataError`] for anything else.
    pub fn yes_no(&self, column: &str) -> Result<Option<bool>, DataError> {
        match self.get(column) {
            "" => Ok(None),
            "0" => Ok(Some(false)),
            "1" => Ok(Some(true)),
            other => Err(self.error(format!(
                "{column} is {other:?}; 0, 1 or empty (not read) is needed"
            ))),
        }
    }

    /// A field that is a number from 0 to 1, or empty.
    ///
    /// # Errors
    /// [`DataError`] for anything else.
    pub fn share(&self, column: &str) -> Result<Option<f64>, DataError> {
        match self.get(column) {
            "" => Ok(None),
            text => match text.parse::<f64>() {
                Ok(value) if (0.0..=1.0).contains(&value) => Ok(Some(value)),
                _ => Err(self.error(format!(
                    "{column} is {text:?}; a number from 0 to 1 or empty (not read) is needed"
                ))),
            },
        }
    }

    /// An error at this row.
    pub fn error(&self, what: impl Into<String>) -> DataError {
        DataError::line(&self.table.path, self.line, what)
    }
}

/// What images are matched by: their file name, whatever folder a table puts before it.
pub fn file_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}
