//! Labels: each image's diagnosis and what is known of the patient.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::Path,
};

use super::table::{DataError, Table, file_name};

/// One labelled image.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// As the table names it, relative to the images' folder.
    pub file: String,
    /// Its lesion: what intervals are clustered by.
    pub lesion: String,
    /// Its split; empty where the table names none.
    pub split: String,
    /// Diagnosis code, `BCC`, `NV`, …
    pub diagnosis: String,
    /// Whether it is a BCC.
    pub bcc: bool,
    /// How the diagnosis was confirmed; empty where not stated.
    pub confirmed_by: String,
    /// Age in years, where known.
    pub age: Option<f64>,
    /// Sex; empty where not stated.
    pub sex: String,
    /// Skin tone class; empty where not stated.
    pub skin_tone: String,
    /// Site on the body; empty where not stated.
    pub site: String,
    /// Its line in the table.
    pub line: u64,
}

impl Case {
    /// The file's name without folders.
    pub fn name(&self) -> &str {
        file_name(&self.file)
    }
}

/// Checks that every image of `other`, a table with a column `file`, stands in the labels, in
/// whatever split: one that does not is more likely misnamed than meant to be left out.
///
/// # Errors
/// [`DataError`] at the first that does not, or what is wrong with either file.
pub fn cover(labels: &Path, other: &Path) -> Result<(), DataError> {
    let table = Table::read(labels, &["file"], &[])?;
    let labelled: HashSet<&str> = table.rows().map(|row| file_name(row.get("file"))).collect();
    for row in Table::read(other, &["file"], &[])?.rows() {
        let file = row.filled("file")?;
        if !labelled.contains(file_name(file)) {
            return Err(row.error(format!(
                "{file} is not among the images of {}",
                labels.display()
            )));
        }
    }
    Ok(())
}

/// Columns that are used where they are there.
const OPTIONAL: [&str; 7] = [
    "lesion_id",
    "split",
    "confirmed_by",
    "age_approx",
    "sex",
    "skin_tone_class",
    "site",
];

/// Reads the labels of one split (`None`: of all rows).
///
/// Columns needed: `file`, `diagnosis`, `bcc`; used where there: `lesion_id`, `split`,
/// `confirmed_by`, `age_approx`, `sex`, `skin_tone_class`, `site`.
///
/// # Errors
/// [`DataError`]: a missing column, a value that is none, an image twice, an empty split, a
/// `bcc` that contradicts the diagnosis.
pub fn read(path: &Path, split: Option<&str>) -> Result<Vec<Case>, DataError> {
    let mut required = vec!["file", "diagnosis", "bcc"];
    if split.is_some() {
        required.push("split");
    }
    let table = Table::read(path, &required, &OPTIONAL)?;
    let mut cases = Vec::new();
    let mut splits = BTreeSet::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut split_of: HashMap<String, String> = HashMap::new();
    for row in table.rows() {
        let file = row.filled("file")?.to_owned();
        if let Some(first) = seen.insert(file_name(&file).to_owned(), row.line) {
            return Err(row.error(format!("{file} stands in line {first} already")));
        }
        let diagnosis = row.filled("diagnosis")?.to_owned();
        let bcc = row
            .yes_no("bcc")?
            .ok_or_else(|| row.error("bcc is empty; 0 or 1 is needed"))?;
        if bcc != (diagnosis == "BCC") {
            return Err(row.error(format!(
                "bcc is {} but the diagnosis is {diagnosis}",
                u8::from(bcc)
            )));
        }
        let age = match row.get("age_approx") {
            "" => None,
            text => match text.parse::<f64>() {
                Ok(age) if (0.0..=130.0).contains(&age) => Some(age),
                _ => {
                    return Err(row.error(format!(
                        "age_approx is {text:?}; years from 0 to 130 or empty are needed"
                    )));
                }
            },
        };
        let lesion = match row.get("lesion_id") {
            "" => file.clone(),
            lesion => lesion.to_owned(),
        };
        let own = row.get("split");
        splits.insert(own.to_owned());
        let first = split_of
            .entry(lesion.clone())
            .or_insert_with(|| own.to_owned());
        if first != own {
            return Err(row.error(format!(
                "the lesion {lesion} is in split {own} here and in {first} elsewhere"
            )));
        }
        if split.is_some_and(|wanted| wanted != own) {
            continue;
        }
        cases.push(Case {
            lesion,
            split: own.to_owned(),
            diagnosis,
            bcc,
            confirmed_by: row.get("confirmed_by").to_owned(),
            age,
            sex: row.get("sex").to_owned(),
            skin_tone: row.get("skin_tone_class").to_owned(),
            site: row.get("site").to_owned(),
            line: row.line,
            file,
        });
    }
    if cases.is_empty() {
        let have: Vec<_> = splits.into_iter().collect();
        return Err(DataError::file(
            path,
            format!(
                "no image is in the split {}; there are {}",
                split.unwrap_or_default(),
                have.join(", ")
            ),
        ));
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(rows: &str) -> String {
        refusal_under("file,lesion_id,split,diagnosis,bcc,age_approx", rows)
    }

    fn refusal_under(head: &str, rows: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, format!("{head}\n{rows}")).unwrap();
        read(&path, Some("val")).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_label_is_named_with_its_line() {
        for (rows, line, word) in [
            ("x,L1,val,BBC,1,50\n", 2, "bcc is 1"),
            ("x,L1,val,BCC,yes,50\n", 2, "bcc is \"yes\""),
            ("x,L1,val,BCC,1,old\n", 2, "age_approx"),
            ("x,L1,val,BCC,1,\na/x,L2,val,NV,0,\n", 3, "line 2"),
            ("x,L1,val,BCC,1,\ny,L1,train,BCC,1,\n", 3, "L1"),
        ] {
            let sentence = refusal(rows);
            assert!(sentence.contains(&format!("line {line}: ")), "{sentence}");
            assert!(sentence.contains(word), "{sentence}");
        }
    }

    #[test]
    fn a_head_in_other_letters_is_named_and_not_passed_over() {
        for (head, meant) in [
            ("file,Lesion_ID,split,diagnosis,bcc,age_approx", "lesion_id"),
            ("file,lesion_id,Split,diagnosis,bcc,age_approx", "split"),
            ("file,lesion_id,split,diagnosis,BCC,age_approx", "bcc"),
        ] {
            let sentence = refusal_under(head, "x,L1,val,BCC,1,50\n");
            assert!(
                sentence.contains("line 1: ") && sentence.ends_with(&format!("write {meant}")),
                "{sentence}"
            );
        }
    }

    #[test]
    fn an_empty_split_names_those_there_are() {
        let sentence = refusal("x,L1,train,BCC,1,\n");
        assert!(
            sentence.contains("split val") && sentence.contains("train"),
            "{sentence}"
        );
    }
}
