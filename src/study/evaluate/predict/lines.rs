//! The device's answers out of the lines of `analyze --json`.

mod line;

use std::{collections::HashMap, fs, path::Path};

pub(super) use self::line::Line;
use self::line::{Model, Quality, Thresholds};
use super::{Prediction, Provenance, Run, unreadable::meant};
use crate::study::{labels::Case, names::plain, table::DataError};

/// Reads answers from the output of `bccscope analyze --json` (better with `--no-gate`). Where a
/// line has no verdict, it is decided from its probabilities as the device decides it.
///
/// # Errors
/// [`DataError`]: a line that is none, an image twice, another model or other thresholds than in
/// the lines before, a verdict that its probabilities do not give, an image of the labels that is
/// not in it.
pub fn from_json(path: &Path, labels: &Path, cases: &[Case]) -> Result<Run, DataError> {
    let text = fs::read_to_string(path)
        .map_err(|e| DataError::file(path, format!("cannot be read: {e}")))?;
    let lines = lines(path, &text)?;
    let meant = meant(path, labels, &lines)?;
    let mut model: Option<(u64, Model)> = None;
    let mut thresholds: Option<(u64, Thresholds)> = None;
    let mut decided_here = 0u64;
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
        let scored = match line.answers().map_err(wrong)? {
            None => None,
            Some((found, scored)) => {
                as_before(&mut thresholds, number, found, |_, first, _| {
                    format!(
                        "has other thresholds than line {first}; answers by different \
                         thresholds belong in files of their own"
                    )
                })
                .map_err(wrong)?;
                decided_here += u64::from(line.verdict.is_none());
                Some(scored)
            }
        };
        let quality = line.quality.unwrap_or(Quality {
            usable: scored.is_some(),
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
        by: format!(
            "read from {}{}",
            path.display(),
            if decided_here > 0 {
                format!(" (lines without a verdict: {decided_here}; theirs is decided here)")
            } else {
                String::new()
            }
        ),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assess::Verdict, model::Task};

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

    /// What becomes of the second line with this before its answers.
    fn verdict(said: &str, second: &str) -> Result<(Verdict, String), String> {
        let said = format!(r#"{{"verdict":{said},"path""#);
        let run = read(&second.replacen(r#"{"path""#, &said, 1)).map_err(|e| e.to_string())?;
        Ok((run.predictions[1].verdict(), run.provenance.by))
    }

    #[test]
    fn a_verdict_is_that_of_the_answers_or_refused() {
        // 0.5 between 0.2 and 0.6, with every pattern alike.
        let second = line("b.jpg");
        let (said, by) = verdict(r#""uncertain""#, &second).unwrap();
        assert_eq!(said, Verdict::Uncertain);
        assert!(by.contains("lines without a verdict: 1;"), "{by}");
        for other in ["bcc_suspected", "no_bcc_signs", "not_usable"] {
            let why = verdict(&format!("{other:?}"), &second).unwrap_err();
            for word in [
                "a.jsonl, line 2: ",
                "b.jpg has the verdict",
                "Uncertain: repeat",
            ] {
                assert!(why.contains(word), "{word}: {why}");
            }
        }
        assert!(
            verdict(r#""benign""#, &second)
                .unwrap_err()
                .contains("line 2")
        );
    }

    #[test]
    fn where_a_line_has_no_verdict_the_rule_counts_all_the_same() {
        // Of a BCC that the network is sure of, with pigment network.
        let sure = line("b.jpg").replacen("0.5", "0.9", 2);
        assert_eq!(
            read(&sure).unwrap().predictions[1].verdict(),
            Verdict::Uncertain
        );
        let without = line("b.jpg").replacen("0.5", "0.9", 1);
        let run = read(&without).unwrap();
        assert_eq!(run.predictions[1].verdict(), Verdict::BccSuspected);
        assert!(run.provenance.by.contains("lines without a verdict: 2;"));
    }

    #[test]
    fn what_the_gate_refused_is_not_usable_scored_or_not() {
        let refused = r#""quality":{"usable":false},"engine":"CPU""#;
        let scored = line("b.jpg").replace(r#""engine":"CPU""#, refused);
        let run = read(&scored).unwrap();
        let prediction = &run.predictions[1];
        assert_eq!(prediction.verdict(), Verdict::NotUsable);
        assert_eq!(prediction.scored.unwrap().verdict, Verdict::Uncertain);

        let model = r#""model":{"name":"m","version":"1","sha256":"ab"}"#;
        let unscored = format!(r#"{{"path":"b.jpg","bcc":null,{model}}}"#);
        assert_eq!(
            verdict(r#""not_usable""#, &unscored).unwrap().0,
            Verdict::NotUsable
        );
        let why = verdict(r#""no_bcc_signs""#, &unscored).unwrap_err();
        assert!(why.contains("no answer for BCC"), "{why}");
        let usable = unscored.replace("null,", r#"null,"quality":{"usable":true},"#);
        assert!(
            read(&usable)
                .unwrap_err()
                .to_string()
                .contains("a usable image")
        );
    }
}
