//! A table's bytes as spreadsheets write them: byte order mark, separator, line ends.

/// Tried in this order.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

const SAVE_AS: &str = "save it as \"CSV UTF-8\"";

/// A CSV file's text.
pub(super) struct Text<'a> {
    bytes: &'a [u8],
    /// Where the first line that names columns begins.
    head: usize,
    /// What stands between two fields.
    pub separator: u8,
    /// Where the lines end. The `csv` crate's own count is one short after a line that ends as
    /// spreadsheets end it (CR LF): it takes a record's place before the LF.
    ends: Vec<usize>,
}

impl<'a> Text<'a> {
    /// Looks at `bytes`. The separator is the one by which the first line names most of the
    /// columns `required`, and of those most columns: German Excel writes semicolons. A line
    /// `sep=;` before it, which Excel takes for itself, is obeyed.
    ///
    /// # Errors
    /// A sentence: empty, or UTF-16.
    pub fn of(bytes: &'a [u8], required: &[&str]) -> Result<Text<'a>, String> {
        // Spreadsheets put a byte order mark in front of the first column's name.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.trim_ascii().is_empty() {
            return Err("is empty".into());
        }
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
            return Err(format!("is UTF-16 text or no text: {SAVE_AS}"));
        }
        let ends = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n');
        let ends: Vec<usize> = ends.map(|(at, _)| at).collect();
        let end = ends.first().copied().unwrap_or(bytes.len());
        let first = bytes[..end].trim_ascii_end();
        let (head, separator) = match first {
            [b's', b'e', b'p', b'=', separator] => ((end + 1).min(bytes.len()), *separator),
            _ => (0, separator(first, required)),
        };
        Ok(Text {
            bytes,
            head,
            separator,
            ends,
        })
    }

    /// From the line on that names the columns.
    pub fn table(&self) -> &'a [u8] {
        &self.bytes[self.head..]
    }

    /// The line, from 1, that names the columns.
    pub fn first_line(&self) -> u64 {
        if self.head == 0 { 1 } else { 2 }
    }

    /// The line, from 1, that the first letter of a record of [`Text::table`] stands in.
    pub fn line_of(&self, at: &csv::Position) -> u64 {
        let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
        let from = from.saturating_add(self.head);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let breaks = rest.iter().take_while(|b| matches!(**b, b'\r' | b'\n'));
        let first = from.saturating_add(breaks.count());
        self.ends.partition_point(|&end| end < first) as u64 + 1
    }
}

/// What is wrong with bytes that are not UTF-8.
pub(super) fn not_utf8() -> String {
    format!("is not UTF-8 text: {SAVE_AS}")
}

fn separator(first: &[u8], required: &[&str]) -> u8 {
    let mut best = (b',', (0, 0));
    for separator in SEPARATORS {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .trim(csv::Trim::All)
            .from_reader(first);
        let Ok(names) = reader.byte_headers() else {
            continue;
        };
        let known = |name: &&str| {
            names
                .iter()
                .any(|n| n.eq_ignore_ascii_case(name.as_bytes()))
        };
        let found = (
            required.iter().filter(|name| known(name)).count(),
            names.len(),
        );
        if found > best.1 {
            best = (separator, found);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_one_by_which_the_needed_columns_are_there() {
        for (text, separator) in [
            ("file,bcc\n", b','),
            ("file;bcc\n", b';'),
            ("file\tbcc\n", b'\t'),
            ("\"file\";\"bcc\";\"a, b, c, d\"\n", b';'),
            ("file,bcc,a;b;c;d\n", b','),
            ("Datei;bcc;x\n", b';'),
            ("sep=;\nfile;bcc\n", b';'),
            ("sep=,\r\nfile,bcc\n", b','),
            ("file", b','),
        ] {
            let found = Text::of(text.as_bytes(), &["file", "bcc"]).ok().unwrap();
            assert_eq!(found.separator, separator, "{text}");
        }
    }

    #[test]
    fn a_line_for_excel_alone_is_counted_and_not_read() {
        let text = Text::of(b"sep=;\r\nfile;bcc\r\n", &["file"]).ok().unwrap();
        assert_eq!(text.table(), b"file;bcc\r\n");
        assert_eq!(text.first_line(), 2);
        assert_eq!(text.line_of(&csv::Position::new()), 2);
    }
}
