//! A CSV file with named columns, and errors that name the file and the line.

mod text;

use std::{
    collections::HashMap,
    fmt, fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use self::text::Text;

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
    /// Rows of nothing but separators, as spreadsheets leave them behind the last one, are none.
    ///
    /// # Errors
    /// [`DataError`]: unreadable, not UTF-8, a missing, doubled or misspelt column, a row of
    /// another length, no row at all.
    pub fn read(path: &Path, required: &[&str], optional: &[&str]) -> Result<Table, DataError> {
        let bytes =
            fs::read(path).map_err(|e| DataError::file(path, format!("cannot be read: {e}")))?;
        let text = Text::of(&bytes, required).map_err(|why| DataError::file(path, why))?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(text.separator)
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.table());
        let broken = |e: csv::Error| {
            let line = e.position().map(|at| text.line_of(at));
            let what = match e.kind() {
                csv::ErrorKind::Utf8 { .. } => text::not_utf8(),
                _ => e.to_string(),
            };
            DataError {
                path: path.to_path_buf(),
                line,
                what,
            }
        };
        let head = reader.headers().map_err(broken)?.clone();
        let columns = columns(&head, required, optional)
            .map_err(|why| DataError::line(path, text.first_line(), why))?;
        let mut rows = Vec::new();
        for record in reader.into_records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, |at| text.line_of(at));
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() != head.len() {
                let (found, named) = (record.len(), head.len());
                let what = format!("{found} fields where the first line names {named} columns");
                return Err(DataError::line(path, line, what));
            }
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

    /// Whether there is such a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
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

/// Each column's place by its name.
///
/// # Errors
/// A sentence.
fn columns(
    head: &csv::StringRecord,
    required: &[&str],
    optional: &[&str],
) -> Result<HashMap<String, usize>, String> {
    let mut columns = HashMap::new();
    for (index, name) in head.iter().enumerate() {
        let mut known = required.iter().chain(optional);
        if let Some(meant) = known.find(|known| known.eq_ignore_ascii_case(name))
            && *meant != name
        {
            return Err(format!(
                "the column {name} is not known; small and capital letters count: write {meant}"
            ));
        }
        // A column without a name is none of those that are read.
        if !name.is_empty() && columns.insert(name.to_owned(), index).is_some() {
            return Err(format!("the column {name} is there twice"));
        }
    }
    let missing: Vec<_> = required
        .iter()
        .filter(|name| !columns.contains_key(**name))
        .copied()
        .collect();
    if missing.is_empty() {
        return Ok(columns);
    }
    Err(format!(
        "the column {} is missing; needed are {}",
        missing.join(", "),
        required.join(", ")
    ))
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

    /// A field; empty also where it holds what spreadsheets and statistics programs write for
    /// nothing known.
    pub fn stated(&self, column: &str) -> &'a str {
        let text = self.get(column);
        let unknown = UNKNOWN.iter().any(|word| word.eq_ignore_ascii_case(text));
        if unknown { "" } else { text }
    }

    /// A field that is yes or no, or not stated.
    ///
    /// # Errors
    /// [`DataError`] for anything else.
    pub fn yes_no(&self, column: &str) -> Result<Option<bool>, DataError> {
        let text = self.stated(column);
        let wrong = || {
            self.error(format!(
                "{column} is {text:?}; 0, 1 or empty (not read) is needed"
            ))
        };
        match text {
            "" => Ok(None),
            text => truth(text).map(Some).ok_or_else(wrong),
        }
    }

    /// A field that is yes or no.
    ///
    /// # Errors
    /// [`DataError`] for anything else.
    pub fn yes_or_no(&self, column: &str) -> Result<bool, DataError> {
        match self.get(column) {
            "" => Err(self.error(format!("{column} is empty; 0 or 1 is needed"))),
            text => truth(text)
                .ok_or_else(|| self.error(format!("{column} is {text:?}; 0 or 1 is needed"))),
        }
    }

    /// A field that is a number in a range, or not stated; `needed` says so in words.
    ///
    /// # Errors
    /// [`DataError`] for anything else.
    pub fn number(
        &self,
        column: &str,
        range: RangeInclusive<f64>,
        needed: &str,
    ) -> Result<Option<f64>, DataError> {
        let text = self.stated(column);
        if text.is_empty() {
            return Ok(None);
        }
        // German spreadsheets write a comma, and none of these numbers has thousands.
        match text.replace(',', ".").parse::<f64>() {
            Ok(value) if range.contains(&value) => Ok(Some(value)),
            _ => Err(self.error(format!("{column} is {text:?}; {needed}"))),
        }
    }

    /// A field that is a number from 0 to 1, or not stated.
    ///
    /// # Errors
    /// [`DataError`] for anything else.
    pub fn share(&self, column: &str) -> Result<Option<f64>, DataError> {
        let needed = "a number from 0 to 1 or empty (not read) is needed";
        self.number(column, 0.0..=1.0, needed)
    }

    /// An error at this row.
    pub fn error(&self, what: impl Into<String>) -> DataError {
        DataError::line(&self.table.path, self.line, what)
    }
}

/// What stands for nothing known, in whatever letters.
const UNKNOWN: [&str; 6] = ["NA", "N/A", "NaN", "null", "-", "unknown"];

/// Yes or no as people and programs write it, in whatever letters.
fn truth(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(["1", "1.0", "yes", "true"]) {
        return Some(true);
    }
    is(["0", "0.0", "no", "false"]).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Table, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        fs::write(&path, bytes).unwrap();
        Table::read(&path, &["file", "p"], &[])
    }

    #[test]
    fn a_table_out_of_german_excel_is_read_with_its_decimal_commas() {
        let table = read(b"sep=;\r\nfile;p;note\r\na;0,25;x, y\r\nb;na;\r\n").unwrap();
        let shares: Vec<_> = table.rows().map(|row| row.share("p").unwrap()).collect();
        assert_eq!(shares, [Some(0.25), None]);
        let said = read(b"sep=;\r\nfile;p\r\na;1,5\r\n").unwrap();
        let said = said.rows().next().unwrap().share("p").unwrap_err();
        assert!(said.to_string().contains("line 3: p is \"1,5\""), "{said}");
    }

    #[test]
    fn rows_of_nothing_but_separators_are_no_rows() {
        let table = read(b"file,p,,\n,,,\na,1,,\n,,,\n,\n").unwrap();
        assert_eq!(table.rows().map(|row| row.line).collect::<Vec<_>>(), [3]);
        let said = read(b"file,p\n,\n,,\n").unwrap_err();
        assert!(said.to_string().ends_with("holds no rows"), "{said}");
    }

    #[test]
    fn another_encoding_is_named_with_what_to_do() {
        let wide: Vec<u8> = "file,p\na,1\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked = [&b"\xff\xfe"[..], &wide].concat();
        for (bytes, word) in [
            (&b"file,p\nL\xe4sion,1\n"[..], "line 2: is not UTF-8"),
            (&wide, "UTF-16"),
            (&marked, "UTF-16"),
        ] {
            let said = read(bytes).unwrap_err().to_string();
            assert!(
                said.contains(word) && said.ends_with("save it as \"CSV UTF-8\""),
                "{said}"
            );
        }
    }
}
