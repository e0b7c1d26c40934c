//! The device's answers out of the lines of `analyze --json`.

use std::{collections::HashMap, fmt, fs, path::Path};

use serde::Deserialize;

use super::{Prediction, Provenance, Run, Scored, unreadable::meant};
use crate::{
    model::{TASKS, Task},
    study::{labels::Case, names::plain, table::DataError},
};

/// A line of `analyze --json`, as far as it is needed here.
#[derive(Deserialize)]
pub(super) struct Line {
    pub path: String,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    bcc: Option<Answer>,
    #[serde(default)]
    patterns: Vec<Pattern>,
    #[serde(default)]
    quality: Option<Quality>,
    #[serde(default)]
    engine: String,
    #[serde(default)]
    engine_runtime: String,
    #[serde(default)]
    stand_ins: Vec<String>,
    #[serde(default)]
    model: Model,
}

#[derive(Clone, Copy, Deserialize)]
struct Answer {
    probability: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Pattern {
    code: String,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Deserialize)]
struct Quality {
    usable: bool,
    #[serde(default)]
    reasons: Vec<String>,
}

#[derive(Default, Deserialize, PartialEq)]
struct Model {
    name: String,
    version: String,
    sha256: String,
    /// Lines of an older program have neither.
    #[serde(default)]
    manifest_sha256: Option<String>,
    #[serde(default)]
    prevalence: Option<f64>,
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Model::default() {
            return f.write_str("no model named");
        }
        write!(f, "{} {}, sha256 {}", self.name, self.version, self.sha256)?;
        match &self.manifest_sha256 {
            Some(manifest) => write!(f, ", manifest {manifest}"),
            None => Ok(()),
        }
    }
}

/// Lower and upper ones, in the order of [`Task::ALL`].
type Thresholds = ([f64; TASKS], [f64; TASKS]);

/// Reads answers from the output of `bccscope analyze --json` (better with `--no-gate`).
///
/// # Errors
/// [`DataError`]: a line that is none, an image twice, another model or other thresholds than in
/// the lines before, an image of the labels that is not in it.
pub fn from_json(path: &Path, labels: &Path, cases: &[Case]) -> Result<Run, DataError> {
    let text = fs::read_to_string(path)
        .map_err(|e| DataError::file(path, format!("cannot be read: {e}")))?;
    let lines = lines(path, &text)?;
    let meant = meant(path, labels, &lines)?;
    let mut model: Option<(u64, Model)> = None;
    let mut thresholds: Option<(u64, Thresholds)> = None;
    let mut by_name: HashMap<String, (u64, Prediction)> = HashMap::new();
    for (number, mut line) in lines {
        let wrong = |what: String| DataError::line(path, number, what);
        let image = meant.get(&line.path);
        if let Some(error) = line.error {
            // Of a picture that is not judged it does not matter.
            if cases.iter().all(|case| Some(&case.file) != image) {
                continue;
            }
            return Err(wrong(format!(
                "{} could not be analysed: {error} (study evaluate --skip-unreadable leaves it out)",
                line.path
            )));
        }
        let name = image.cloned().unwrap_or_else(|| plain(&line.path));
        if let Some((first, _)) = by_name.get(&name) {
            return Err(wrong(format!("{name} stands in line {first} already")));
        }
        let answered = std::mem::take(&mut line.model);
        as_before(&mut model, number, answered, |answered, first, other| {
            format!(
                "answered by another model ({answered}) than line {first} ({other}); \
                 each model's answers belong in a file of their own"
            )
        })
        .map_err(wrong)?;
        let scored = match line.bcc {
            None => None,
            Some(bcc) => {
                let (found, scored) = answers(&line, bcc).map_err(wrong)?;
                as_before(&mut thresholds, number, found, |_, first, _| {
                    format!(
                        "has other thresholds than line {first}; answers by different \
                         thresholds belong in files of their own"
                    )
                })
                .map_err(wrong)?;
                Some(scored)
            }
        };
        let quality = line.quality.unwrap_or(Quality {
            usable: true,
            reasons: Vec::new(),
        });
        let prediction = Prediction {
            usable: quality.usable,
            reasons: quality.reasons,
            scored,
            engine: line.engine,
            runtime: line.engine_runtime,
            stand_ins: line.stand_ins,
        };
        by_name.insert(name, (number, prediction));
    }
    let predictions = cases
        .iter()
        .map(|case| match by_name.remove(case.name()) {
            Some((_, prediction)) => Ok(prediction),
            None => Err(DataError::line(
                labels,
                case.line,
                format!("{} has no result in {}", case.file, path.display()),
            )),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let (Some((_, model)), Some((_, (low, high)))) = (model, thresholds) else {
        return Err(DataError::file(path, "holds no scored image"));
    };
    let provenance = Provenance {
        model: model.name,
        version: model.version,
        sha256: model.sha256,
        manifest_sha256: model.manifest_sha256,
        prevalence: model.prevalence,
        low,
        high,
        by: format!("read from {}", path.display()),
        ..Provenance::default()
    };
    Ok(Run {
        provenance: provenance.of(&predictions),
        predictions,
    })
}

/// The lines with their numbers.
pub(super) fn lines(path: &Path, text: &str) -> Result<Vec<(u64, Line)>, DataError> {
    let filled = (1..)
        .zip(text.lines())
        .filter(|(_, l)| !l.trim().is_empty());
    filled
        .map(|(number, line)| {
            let wrong = |e| format!("is not a result of analyze --json: {e}");
            let line =
                serde_json::from_str(line).map_err(|e| DataError::line(path, number, wrong(e)))?;
            Ok((number, line))
        })
        .collect()
}

/// Every line has to say the same as the first one that says it at all, `known`; else the sentence
/// that `differs` makes of the two and of that line's number.
fn as_before<T: PartialEq>(
    known: &mut Option<(u64, T)>,
    line: u64,
    said: T,
    differs: impl FnOnce(&T, u64, &T) -> String,
) -> Result<(), String> {
    let (first, before) = match known {
        Some((first, before)) => (*first, before),
        None => {
            *known = Some((line, said));
            return Ok(());
        }
    };
    if *before == said {
        return Ok(());
    }
    Err(differs(&said, first, before))
}

/// The answers of a line, and the thresholds they go by.
fn answers(line: &Line, bcc: Answer) -> Result<(Thresholds, Scored), String> {
    let mut answers = [bcc; TASKS];
    for task in Task::PATTERNS {
        answers[task.index()] = line
            .patterns
            .iter()
            .find(|p| p.code == task.code())
            .map(|p| p.answer)
            .ok_or_else(|| format!("{} has no answer for {}", line.path, task.code()))?;
    }
    if answers
        .iter()
        .any(|a| !(0.0..=1.0).contains(&a.probability))
    {
        return Err(format!("{} has a probability outside 0 to 1", line.path));
    }
    Ok((
        (answers.map(|a| a.low), answers.map(|a| a.high)),
        Scored {
            probability: answers.map(|a| a.probability),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line as `analyze --json` writes it, as far as it is read here.
    fn line(name: &str) -> String {
        let answer = r#""probability":0.5,"low":0.2,"high":0.6"#;
        let patterns: Vec<String> = Task::PATTERNS
            .map(|task| format!(r#"{{"code":"{}",{answer}}}"#, task.code()))
            .into();
        format!(
            r#"{{"path":"{name}","bcc":{{{answer}}},"patterns":[{}],"engine":"CPU","engine_runtime":"R","stand_ins":[],"model":{{"name":"m","version":"1","sha256":"ab"}}}}"#,
            patterns.join(",")
        )
    }

    fn read(second: &str) -> Result<Run, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let (labels, path) = (folder.path().join("l.csv"), folder.path().join("a.jsonl"));
        std::fs::write(&labels, "file,diagnosis,bcc\na.jpg,BCC,1\nb.jpg,NV,0\n").unwrap();
        std::fs::write(&path, format!("{}\n{second}\n", line("a.jpg"))).unwrap();
        let cases = crate::study::labels::read(&labels, None).unwrap();
        from_json(&path, &labels, &cases)
    }

    #[test]
    fn a_line_of_another_model_or_other_thresholds_is_refused_by_its_number() {
        let second = line("b.jpg");
        assert!(read(&second).is_ok());
        for (from, to, word) in [
            (r#""name":"m""#, r#""name":"n""#, "another model (n 1"),
            (r#""version":"1""#, r#""version":"2""#, "another model (m 2"),
            (r#""sha256":"ab""#, r#""sha256":"cd""#, "sha256 cd"),
            (r#""low":0.2"#, r#""low":0.3"#, "other thresholds"),
            (r#""high":0.6"#, r#""high":0.7"#, "other thresholds"),
        ] {
            let mixed = second.replacen(from, to, 1);
            assert_ne!(mixed, second);
            let said = read(&mixed).unwrap_err().to_string();
            assert!(
                said.contains("a.jsonl, line 2: ") && said.contains(word),
                "{said}"
            );
            assert!(said.contains("line 1"), "{said}");
        }
        // Of a picture that was refused, the model counts as well.
        let refused =
            r#"{"path":"b.jpg","bcc":null,"model":{"name":"n","version":"1","sha256":"ab"}}"#;
        assert!(
            read(refused)
                .unwrap_err()
                .to_string()
                .contains("another model")
        );
    }

    #[test]
    fn mixed_engines_and_stand_ins_are_told_with_their_numbers() {
        let second = line("b.jpg")
            .replace(r#""engine":"CPU""#, r#""engine":"Edge TPU SIMULATED""#)
            .replace(r#""stand_ins":[]"#, r#""stand_ins":["SIMULATED"]"#);
        let told = read(&second).unwrap().provenance;
        let engines: Vec<_> = told
            .engines
            .iter()
            .map(|e| (&*e.engine, e.images))
            .collect();
        assert_eq!(engines, [("CPU", 1), ("Edge TPU SIMULATED", 1)]);
        assert_eq!(told.stand_ins, [("SIMULATED".to_owned(), 1)]);
    }
}
