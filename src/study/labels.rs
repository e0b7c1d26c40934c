//! Labels: each image's diagnosis and what is known of the patient.

mod columns;

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use super::{
    names::plain,
    table::{DataError, Row, Table},
};
pub use columns::Columns;

/// What stands for a diagnosis that is not stated.
pub const NOT_STATED: &str = "not stated";

/// One labelled image.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// As the table names it, relative to the images' folder.
    pub file: String,
    /// Its lesion: what intervals are clustered by.
    pub lesion: String,
    /// Its split; empty where the table names none.
    pub split: String,
    /// Diagnosis, `BCC`, `NV`, … or the clinic's own words; `BCC` or [`NOT_STATED`] where the table
    /// has none.
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
    /// What a [`super::consensus::Reference`] knows it by.
    pub fn name(&self) -> &str {
        &self.file
    }
}

/// Diagnoses of which it is known whether they are a BCC: the codes of MILK10k.
const CODES: [&str; 11] = [
    "BCC", "NV", "BKL", "SCCKA", "MEL", "AKIEC", "DF", "INF", "VASC", "BEN_OTH", "MAL_OTH",
];

/// Columns that must be there.
const REQUIRED: [&str; 2] = ["file", "bcc"];

/// Columns that are used where they are there.
const OPTIONAL: [&str; 8] = [
    "diagnosis",
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
/// Columns needed: `file`, `bcc`; used where there: `diagnosis`, `lesion_id`, `split`,
/// `confirmed_by`, `age_approx`, `sex`, `skin_tone_class`, `site`.
///
/// # Errors
/// [`DataError`]: a missing column, a value that is none, an image twice, an empty split, a
/// `bcc` that contradicts the diagnosis.
pub fn read(path: &Path, split: Option<&str>) -> Result<Vec<Case>, DataError> {
    let mut required = REQUIRED.to_vec();
    if split.is_some() {
        required.push("split");
    }
    let table = Table::read(path, &required, &OPTIONAL)?;
    let mut cases = Vec::new();
    let mut splits = BTreeSet::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut lesions: HashMap<String, (String, u64)> = HashMap::new();
    for row in table.rows() {
        let case = case(&row)?;
        if let Some(first) = seen.insert(plain(&case.file), row.line) {
            return Err(row.error(format!("{} stands in line {first} already", case.file)));
        }
        let (first, line) = lesions
            .entry(case.lesion.clone())
            .or_insert_with(|| (case.split.clone(), row.line));
        if *first != case.split {
            return Err(row.error(format!(
                "the lesion {} is in split {} here and in {first} in line {line}",
                case.lesion, case.split
            )));
        }
        splits.insert(case.split.clone());
        if split.is_none_or(|wanted| wanted == case.split) {
            cases.push(case);
        }
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

fn case(row: &Row<'_>) -> Result<Case, DataError> {
    let file = row.filled("file")?.to_owned();
    let bcc = row.yes_or_no("bcc")?;
    let stated = row.stated("diagnosis");
    let code = CODES
        .into_iter()
        .find(|code| code.eq_ignore_ascii_case(stated));
    if let Some(code) = code
        && bcc != (code == "BCC")
    {
        return Err(row.error(format!(
            "bcc is {} but the diagnosis is {stated}; one of the two is wrong",
            u8::from(bcc)
        )));
    }
    let diagnosis = match (code, stated) {
        (Some(code), _) => code,
        (None, "") if bcc => "BCC",
        (None, "") => NOT_STATED,
        (None, own) => own,
    };
    let lesion = match row.stated("lesion_id") {
        "" => &file,
        lesion => lesion,
    };
    let confirmed_by = row.stated("confirmed_by");
    let histology = confirmed_by.eq_ignore_ascii_case(HISTOPATHOLOGY);
    let needed = "years from 0 to 130 or empty are needed";
    Ok(Case {
        lesion: lesion.to_owned(),
        split: row.get("split").to_owned(),
        diagnosis: diagnosis.to_owned(),
        bcc,
        confirmed_by: if histology {
            HISTOPATHOLOGY
        } else {
            confirmed_by
        }
        .to_owned(),
        age: row.number("age_approx", 0.0..=130.0, needed)?,
        sex: row.stated("sex").to_owned(),
        skin_tone: row.stated("skin_tone_class").to_owned(),
        site: row.stated("site").to_owned(),
        line: row.line,
        file,
    })
}

/// How the labels write that a microscope saw it.
const HISTOPATHOLOGY: &str = "histopathology";

/// What is doubtful where some images of a lesion are BCC and others are not; `None` where none is.
/// It is no fault where a clinic has no ids but its patients': clustering by them is sound too.
pub fn mixed_lesions(cases: &[Case]) -> Option<String> {
    let mut first: HashMap<&str, &Case> = HashMap::new();
    let mut mixed: HashMap<&str, (&Case, &Case)> = HashMap::new();
    for case in cases {
        let before = *first.entry(&case.lesion).or_insert(case);
        if before.bcc != case.bcc {
            mixed.entry(&case.lesion).or_insert((before, case));
        }
    }
    let (one, other) = mixed.values().min_by_key(|(_, other)| other.line)?;
    Some(format!(
        "In {} of the lesions some images are BCC and some are not; the first is {}, lines {} and {} \
         of the labels. Either bcc is wrong there, or lesion_id names patients: then \"lesions\" are \
         patients in all that follows, and the intervals are clustered by them.",
        mixed.len(),
        one.lesion,
        one.line,
        other.line
    ))
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
            ("x,L1,val,NV,1,50\n", 2, "bcc is 1"),
            ("x,L1,val,mel,yes,50\n", 2, "bcc is 1"),
            ("x,L1,val,bcc,0,50\n", 2, "bcc is 0"),
            ("x,L1,val,BCC,j,50\n", 2, "bcc is \"j\"; 0 or 1 is needed"),
            ("x,L1,val,BCC,,50\n", 2, "bcc is empty; 0 or 1 is needed"),
            ("x,L1,val,BCC,1,old\n", 2, "age_approx"),
            ("x,L1,val,BCC,1,\n./x,L2,val,NV,0,\n", 3, "line 2"),
            ("x,L1,val,BCC,1,\ny,L1,train,BCC,1,\n", 3, "L1 is in split"),
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

    fn read_all(text: &str) -> Vec<Case> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, text).unwrap();
        read(&path, None).unwrap()
    }

    #[test]
    fn labels_of_yes_and_no_alone_are_enough() {
        for (yes, no) in [("1", "0"), ("yes", "No"), ("TRUE", "false"), ("1.0", "0.0")] {
            let cases = read_all(&format!("file,bcc\nx,{yes}\ny,{no}\n"));
            assert_eq!((cases[0].bcc, cases[1].bcc), (true, false), "{yes}");
            assert_eq!(cases[0].diagnosis, "BCC");
            assert_eq!(cases[1].diagnosis, NOT_STATED);
        }
    }

    #[test]
    fn a_diagnosis_in_the_clinics_words_is_left_and_bcc_trusted() {
        let rows =
            "u,Nodular BCC,1\nv,basal cell carcinoma,1\nw,bcc,1\nx,Nv,0\ny,Naevus,0\nz,NA,0\n";
        let cases = read_all(&format!("file,diagnosis,bcc\n{rows}"));
        let told: Vec<_> = cases.iter().map(|c| (&*c.diagnosis, c.bcc)).collect();
        let expected = [
            ("Nodular BCC", true),
            ("basal cell carcinoma", true),
            ("BCC", true),
            ("NV", false),
            ("Naevus", false),
            (NOT_STATED, false),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_folder_a_patient_may_hold_the_same_names() {
        let cases = read_all("file,bcc\na/img1.jpg,1\nb/img1.jpg,0\n");
        assert_eq!(cases[1].lesion, "b/img1.jpg");
        assert_ne!(cases[0].name(), cases[1].name());
    }

    #[test]
    fn what_is_not_known_is_not_stated_however_a_program_writes_it() {
        let head = "file,bcc,lesion_id,confirmed_by,age_approx,sex,skin_tone_class,site";
        for unknown in ["", "NA", "n/a", "NaN", "-", "Unknown"] {
            let u = [unknown; 6].join(",");
            let cases = read_all(&format!("{head}\nx,1,{u}\ny,0,{u}\n"));
            let c = &cases[1];
            assert_eq!((&*c.lesion, c.age), ("y", None), "{unknown}");
            for field in [&c.confirmed_by, &c.sex, &c.skin_tone, &c.site] {
                assert_eq!(field, "", "{unknown}");
            }
        }
        let cases = read_all(&format!("{head}\nx,1,,Histopathology,63.5,,,\n"));
        assert_eq!(cases[0].confirmed_by, "histopathology");
        assert_eq!(cases[0].age, Some(63.5));
    }

    #[test]
    fn lesions_of_which_some_images_are_bcc_are_doubtful() {
        let doubt = |rows: &str| mixed_lesions(&read_all(&format!("file,lesion_id,bcc\n{rows}")));
        assert_eq!(doubt("u,L1,1\nv,L1,1\nw,L2,0\n"), None);
        let said = doubt("u,L1,1\nv,L2,0\nw,L2,1\nx,L2,0\ny,L1,0\n").unwrap();
        let words = "In 2 of the lesions some images are BCC and some are not; the first is L2, lines 3 and 4";
        assert!(said.starts_with(words), "{said}");
    }
}
