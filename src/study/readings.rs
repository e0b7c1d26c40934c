//! Readings: what each reader saw in each image. One line an image and reader, as a clinic's
//! annotators deliver them; any number of readers, with gaps.

use std::{collections::HashMap, path::Path};

use super::{
    cells::Cells,
    names::plain,
    table::{DataError, Row, Table},
};
use crate::model::Task;

/// Number of patterns.
pub const PATTERNS: usize = Task::PATTERNS.len();

/// One reader's reading of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Index into [`Readings::files`].
    pub file: usize,
    /// Index into [`Readings::readers`].
    pub reader: usize,
    /// Overall impression: BCC or not; `None` where not given.
    pub bcc: Option<bool>,
    /// Whether the reader called the image poor.
    pub poor: bool,
    /// The patterns in the order of [`Task::PATTERNS`]; `None` where not read.
    pub patterns: [Option<bool>; PATTERNS],
    /// Where they were seen; empty where absent or no place was given.
    pub cells: [Cells; PATTERNS],
}

/// A file of readings, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    /// The images as the file names them, in order of first appearance.
    pub files: Vec<String>,
    /// The readers, sorted.
    pub readers: Vec<String>,
    /// The readings, in the file's order.
    pub readings: Vec<Reading>,
}

impl Readings {
    /// Reads a file with the columns `file`, `reader`, those of PN, UL, ON, MG, ML, SW, AT that
    /// were read (0, 1 or empty for not read) and optionally `bcc`, `quality` (`ok`, `poor`) and
    /// `<code>_cells`.
    ///
    /// # Errors
    /// [`DataError`]: a missing column, an unknown code, a value that is none, the same reader
    /// twice on one image, a consensus.
    pub fn read(path: &Path) -> Result<Readings, DataError> {
        let codes = Task::PATTERNS.map(Task::code);
        let cells = codes.map(|code| format!("{code}_cells"));
        let mut optional = vec!["bcc", "quality"];
        optional.extend(codes);
        optional.extend(cells.iter().map(String::as_str));
        let table =
            Table::read(path, &["file", "reader"], &optional).map_err(|e| {
                match Table::read(path, &["file", "readers"], &[]) {
                    Ok(_) => DataError::file(
                        path,
                        "is a consensus (it has the column readers), not readings: evaluate and \
                     explain take it with --consensus",
                    ),
                    Err(_) => e,
                }
            })?;
        check_codes(&table).map_err(|why| DataError::line(path, 1, why))?;
        let mut files = Index::default();
        let mut names: Vec<String> = table
            .rows()
            .map(|row| row.filled("reader").map(str::to_owned))
            .collect::<Result<_, _>>()?;
        names.sort();
        names.dedup();
        let mut seen: HashMap<(usize, usize), u64> = HashMap::new();
        let mut written: HashMap<String, String> = HashMap::new();
        let mut readings = Vec::new();
        for row in table.rows() {
            let file = row.filled("file")?;
            let known = written
                .entry(plain(file))
                .or_insert_with(|| file.to_owned());
            if known != file {
                return Err(row.error(format!(
                    "{file} and {known} are the same image: write it in one way"
                )));
            }
            let reading = read_row(&row, &mut files, &names)?;
            if let Some(first) = seen.insert((reading.file, reading.reader), row.line) {
                return Err(row.error(format!(
                    "{} has read {file} already in line {first}",
                    names[reading.reader]
                )));
            }
            readings.push(reading);
        }
        Ok(Readings {
            files: files.names,
            readers: names,
            readings,
        })
    }
}

/// Pattern columns that are not there were not read; but one under a wrong name was.
fn check_codes(table: &Table) -> Result<(), String> {
    let codes = Task::PATTERNS.map(Task::code);
    let absent: Vec<_> = codes.into_iter().filter(|code| !table.has(code)).collect();
    let like_a_code =
        |name: &str| name.len() == 2 && name.bytes().all(|letter| letter.is_ascii_uppercase());
    for column in table.columns() {
        let code = column.strip_suffix("_cells");
        let wrong = match code {
            Some(code) => !codes.contains(&code),
            None => !absent.is_empty() && like_a_code(column) && !codes.contains(&column),
        };
        if wrong {
            return Err(format!(
                "the column {column} names an unknown pattern; known are {}",
                codes.join(", ")
            ));
        }
        if let Some(code) = code.filter(|code| absent.contains(code)) {
            return Err(format!("the column {code} is missing; {column} is there"));
        }
    }
    if absent.len() == codes.len() {
        let codes = codes.join(", ");
        return Err(format!("no pattern is there; write those read of {codes}"));
    }
    Ok(())
}

fn read_row(row: &Row<'_>, files: &mut Index, readers: &[String]) -> Result<Reading, DataError> {
    let reader = row.filled("reader")?;
    let poor = match row.get("quality") {
        "" => false,
        ok if ok.eq_ignore_ascii_case("ok") => false,
        poor if poor.eq_ignore_ascii_case("poor") => true,
        other => return Err(row.error(format!("quality is {other:?}; ok or poor is needed"))),
    };
    let mut patterns = [None; PATTERNS];
    let mut cells = [Cells::default(); PATTERNS];
    for (p, task) in Task::PATTERNS.into_iter().enumerate() {
        let code = task.code();
        let column = format!("{code}_cells");
        patterns[p] = row.yes_no(code)?;
        cells[p] =
            Cells::parse(row.get(&column)).map_err(|why| row.error(format!("{column} {why}")))?;
        if patterns[p] != Some(true) && !cells[p].is_empty() {
            return Err(row.error(format!(
                "{column} marks cells {} but {code} is not 1",
                cells[p]
            )));
        }
    }
    Ok(Reading {
        file: files.of(row.filled("file")?),
        reader: readers
            .binary_search_by(|r| r.as_str().cmp(reader))
            .unwrap_or(0),
        bcc: row.yes_no("bcc")?,
        poor,
        patterns,
        cells,
    })
}

/// Names and their numbers in order of first appearance.
#[derive(Default)]
struct Index {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Index {
    fn of(&mut self, name: &str) -> usize {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "file,reader,bcc,quality,PN,UL,ON,MG,ML,SW,AT,UL_cells\n";

    fn read(text: &str) -> Result<Readings, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("readings.csv");
        std::fs::write(&path, text).unwrap();
        Readings::read(&path)
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn gaps_are_gaps_and_marks_are_marks() {
        let r = read(&format!(
            "{HEAD}a/x.jpg,R2,1,ok,0,1,,0,0,0,0,25\na/x.jpg,R1,,poor,0,0,0,0,0,0,0,\n"
        ))
        .unwrap();
        assert_eq!(r.readers, ["R1", "R2"]);
        assert_eq!(r.files, ["a/x.jpg"]);
        let first = &r.readings[0];
        assert_eq!((first.reader, first.bcc), (1, Some(true)));
        assert_eq!(first.patterns[1..3], [Some(true), None]);
        assert_eq!(first.cells[1].to_string(), "25");
        assert!(r.readings[1].poor && r.readings[1].bcc.is_none());
    }

    #[test]
    fn a_pattern_without_a_column_was_not_read_and_other_columns_are_left_alone() {
        let r =
            read("file,reader,PN,UL,Note,quality\nx,R1,yes,0,ID,OK\nx,R2,NA,1,,Poor\n").unwrap();
        assert_eq!(r.readings[0].patterns[..3], [Some(true), Some(false), None]);
        assert_eq!(r.readings[1].patterns[..3], [None, Some(true), None]);
        assert!(!r.readings[0].poor && r.readings[1].poor);
        // Where all seven are there, two letters more are nobody's code.
        let all = HEAD.replace("quality", "quality,ID");
        assert!(read(&format!("{all}x,R1,0,ok,7,0,0,0,0,0,0,0,\n")).is_ok());
    }

    #[test]
    fn a_folder_a_patient_is_two_images() {
        let r = read("file,reader,PN\na/1.jpg,R1,1\nb/1.jpg,R1,0\na/1.jpg,R2,1\n").unwrap();
        assert_eq!(r.files, ["a/1.jpg", "b/1.jpg"]);
    }

    #[test]
    fn a_wrong_line_is_named_with_its_fault() {
        for (rows, line, word) in [
            ("x,R1,0,ok,0,2,0,0,0,0,0,\n", 2, "UL is \"2\""),
            ("x,R1,0,bad,0,0,0,0,0,0,0,\n", 2, "quality"),
            ("x,R1,0,ok,0,1,0,0,0,0,0,07\n", 2, "UL_cells"),
            ("x,R1,0,ok,0,0,0,0,0,0,0,5\n", 2, "UL is not 1"),
            (
                "x,R1,0,ok,0,0,0,0,0,0,0,\nx,R1,0,ok,0,0,0,0,0,0,0,\n",
                3,
                "line 2",
            ),
            (
                "x,R1,0,ok,0,0,0,0,0,0,0,\nx,,0,ok,0,0,0,0,0,0,0,\n",
                3,
                "reader is empty",
            ),
            (
                "a/x,R1,0,ok,0,0,0,0,0,0,0,\na\\x,R2,0,ok,0,0,0,0,0,0,0,\n",
                3,
                "the same image",
            ),
            ("x,R1,0,ok,0,0\n", 2, "6 fields"),
        ] {
            let sentence = refusal(&format!("{HEAD}{rows}"));
            assert!(sentence.contains(&format!("line {line}: ")), "{sentence}");
            assert!(sentence.contains(word), "{sentence}");
        }
    }

    #[test]
    fn a_line_is_the_editors_line_however_lines_end() {
        let rows = "a,R1,0,ok,0,0,0,0,0,0,0,\n\nb,R1,0,ok,0,2,0,0,0,0,0,\n";
        for (end, name) in [("\n", "LF"), ("\r\n", "CR LF")] {
            let sentence = refusal(&format!("{HEAD}{rows}").replace('\n', end));
            assert!(sentence.contains("line 4: UL is"), "{name}: {sentence}");
            let short = rows.replace(",2,0", "");
            let sentence = refusal(&format!("{HEAD}{short}").replace('\n', end));
            assert!(sentence.contains("line 4: 10 fields"), "{name}: {sentence}");
        }
        let quoted = "\"a\nb\",R1,0,ok,0,0,0,0,0,0,0,\nc,R1,0,ok,0,2,0,0,0,0,0,\n";
        let sentence = refusal(&format!("{HEAD}{quoted}"));
        assert!(sentence.contains("line 4: UL is"), "{sentence}");
    }

    #[test]
    fn an_empty_file_is_called_empty() {
        assert!(refusal(" \n").ends_with("is empty"));
    }

    #[test]
    fn a_wrong_head_is_named() {
        assert!(refusal("file,PN\nx,0\n").contains("column reader is missing"));
        assert!(refusal("file,reader,bcc\nx,R1,0\n").contains("no pattern is there"));
        assert!(refusal("file,reader,PN,UC\nx,R1,0,1\n").contains("column UC names an unknown"));
        let alone = refusal("file,reader,PN,UL_cells\nx,R1,0,5\n");
        assert!(alone.ends_with("the column UL is missing; UL_cells is there"));
        let consensus = refusal("file,readers,PN\nx,3,0.2\n");
        assert!(consensus.contains("is a consensus"), "{consensus}");
        let unknown = HEAD.replace("UL_cells", "XX_cells");
        assert!(refusal(&format!("{unknown}x,R1,0,ok,0,0,0,0,0,0,0,\n")).contains("XX_cells"));
        assert!(refusal(HEAD).contains("no rows"));
        for (given, meant) in [
            ("BCC", "bcc"),
            ("Quality", "quality"),
            ("ul_Cells", "UL_cells"),
            ("pn", "PN"),
            ("File", "file"),
        ] {
            let head = HEAD.replace(meant, given);
            assert_ne!(head, HEAD);
            let said = refusal(&format!("{head}x,R1,0,ok,0,0,0,0,0,0,0,\n"));
            assert!(
                said.contains(&format!("line 1: the column {given} ")),
                "{said}"
            );
            assert!(said.ends_with(&format!("write {meant}")), "{said}");
        }
    }
}
