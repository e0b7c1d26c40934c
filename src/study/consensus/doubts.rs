//! What makes readings hard to believe. Nothing of it stops the consensus: only people know whether
//! a reader was careless, or two names are one person.

use std::collections::{BTreeMap, HashMap};

use super::{QuestionReport, Report, few, report::TOO_FEW};
use crate::study::readings::{Reading, Readings};

/// A reader whose sensitivity and specificity come to no more is hardly better than one who guesses.
const GUESSING: f64 = 1.1;
/// Items of either kind from which on a reader is called so.
const ENOUGH: u64 = 10;
/// Told where one positive in so many, or more, was a tie.
const TIED: usize = 4;
/// Two readers are taken for one where they differ in fewer images than one in so many.
const COPIES: usize = 50;

/// How many images have answers of a single reader.
pub(super) fn one_reader(readings: &Readings) -> usize {
    let mut answered = vec![0usize; readings.files.len()];
    for reading in &readings.readings {
        answered[reading.file] += usize::from(few::given(reading).contains(&true));
    }
    answered.iter().filter(|&&n| n == 1).count()
}

/// All doubts, a sentence each.
pub(super) fn doubts(readings: &Readings, report: &Report) -> Vec<String> {
    let mut all = Vec::new();
    if readings.readers.len() == 2 {
        all.push(
            "two readers do not determine their own errors: the priors decide where they differ"
                .to_owned(),
        );
    }
    if report.one_reader > 0 {
        all.push(format!(
            "{} of {} images were answered by one reader only: what stands for them is no \
             consensus but that reader's answer; --min-readers 2 leaves them out",
            report.one_reader, report.images
        ));
    }
    all.extend(ties(report));
    all.extend(names(&readings.readers));
    all.extend(copies(readings));
    for (r, name) in readings.readers.iter().enumerate() {
        all.extend(one_answer(report, r, name));
        all.extend(guesses(report, r, name));
    }
    for question in report.questions.iter().filter(|q| !q.converged) {
        all.push(format!("{}: the EM did not come to rest", question.code));
    }
    all
}

/// Questions whose consensus rests on tied votes in a good part.
fn ties(report: &Report) -> Option<String> {
    let tied = |(code, question): (String, &QuestionReport)| {
        let QuestionReport {
            positive,
            positive_tied,
            ..
        } = question;
        (*positive_tied > 0 && positive_tied * TIED >= *positive)
            .then(|| format!("{code} ({positive_tied} of {positive})"))
    };
    let found: Vec<String> = questions(report).filter_map(tied).collect();
    (!found.is_empty()).then(|| {
        format!(
            "a quarter or more of what is called present had tied votes, and the errors estimated \
             for each reader decided: {}; one more reader for these images would settle them",
            found.join(", ")
        )
    })
}

/// Readers whose names are the same but for capitals and spaces.
fn names(readers: &[String]) -> Vec<String> {
    let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in readers {
        let plain: String = name.split_whitespace().collect();
        let same = alike.entry(plain.to_lowercase()).or_default();
        same.push(format!("{name:?}"));
    }
    let twice = alike.values().filter(|same| same.len() > 1);
    twice
        .map(|same| {
            format!(
                "the readers {} differ only in capitals or spaces and count as {}: if they are one \
                 person, write one name",
                same.join(" and "),
                same.len()
            )
        })
        .collect()
}

/// Pairs who say the same nearly everywhere. Images in which neither sees anything are passed
/// over: there two good readers are the same as well.
fn copies(readings: &Readings) -> Vec<String> {
    let mut by_reader: Vec<HashMap<usize, &Reading>> = vec![HashMap::new(); readings.readers.len()];
    for reading in &readings.readings {
        by_reader[reading.reader].insert(reading.file, reading);
    }
    let mut all = Vec::new();
    for (a, first) in by_reader.iter().enumerate() {
        for (b, second) in by_reader.iter().enumerate().skip(a + 1) {
            let (mut n, mut same) = (0, 0);
            for (file, one) in first {
                if let Some(other) = second.get(file)
                    && (sees(one) || sees(other))
                {
                    n += 1;
                    same += usize::from(says_the_same(one, other));
                }
            }
            if n as u64 >= ENOUGH && (n - same) * COPIES < n {
                all.push(format!(
                    "{} and {} gave the same answers, cells included, in {same} of the {n} images in \
                     which either saw anything: if one is a copy of the other, take it out, or it \
                     counts twice and agreement looks better than it is",
                    readings.readers[a], readings.readers[b]
                ));
            }
        }
    }
    all
}

fn sees(reading: &Reading) -> bool {
    reading.bcc == Some(true) || reading.patterns.contains(&Some(true))
}

fn says_the_same(a: &Reading, b: &Reading) -> bool {
    (a.bcc, a.patterns, a.cells) == (b.bcc, b.patterns, b.cells)
}

/// The questions, each with a name: the patterns' places are asked apart.
fn questions(report: &Report) -> impl Iterator<Item = (String, &QuestionReport)> {
    let asked = report.questions.iter().map(|q| (q.code.to_owned(), q));
    let places = report.regions.iter();
    asked.chain(places.map(|q| (format!("places of {}", q.code), q)))
}

/// A reader who has one answer to all that the others tell apart.
fn one_answer(report: &Report, r: usize, name: &str) -> Option<String> {
    let always = |(code, question): (String, &QuestionReport)| {
        let reader = &question.readers[r];
        let (answer, missed) = match reader.said_yes? {
            1.0 => ("yes", reader.specificity.n),
            0.0 => ("no", reader.sensitivity.n),
            _ => return None,
        };
        let told = format!(
            "{code} ({answer} to all {}, {missed} against the consensus)",
            reader.n
        );
        (missed >= TOO_FEW as u64).then_some(told)
    };
    let found: Vec<String> = questions(report).filter_map(always).collect();
    (!found.is_empty()).then(|| {
        format!(
            "{name} gave one answer only to {}: ask whether the question was read at all, and \
             leave empty what was not",
            found.join(", ")
        )
    })
}

/// A reader whose answers say little of what the others see, or its opposite.
fn guesses(report: &Report, r: usize, name: &str) -> Option<String> {
    let guessed = |(code, question): (String, &QuestionReport)| {
        let reader = &question.readers[r];
        let (hit, pass) = (&reader.sensitivity, &reader.specificity);
        let (sensitivity, specificity) = (hit.value?, pass.value?);
        let poor = hit.n.min(pass.n) >= ENOUGH && sensitivity + specificity <= GUESSING;
        poor.then(|| format!("{code} ({sensitivity:.2} and {specificity:.2})"))
    };
    let found: Vec<String> = questions(report).filter_map(guessed).collect();
    (!found.is_empty()).then(|| {
        format!(
            "{name} is hardly better than guessing, or worse: sensitivity and specificity come to \
             {GUESSING} or less together in {}; ask whether 0 and 1 were turned round or the \
             question misread, and if so correct the readings or leave them out",
            found.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every third image is positive; each reader has slips of their own in every eleventh image.
    fn careful(reader: usize, image: usize) -> bool {
        (image % 3 == 0) != (image % 11 == 2 * reader)
    }

    const FOUR: [&str; 4] = ["R1", "R2", "R3", "R4"];

    fn warnings(readings: &Readings) -> Vec<String> {
        Report::of(readings).warnings
    }

    fn of_the_fourth(said: impl Fn(usize) -> bool) -> Vec<String> {
        warnings(&Readings::made_up(&FOUR, 120, |reader, image| {
            Some(if reader == 3 {
                said(image)
            } else {
                careful(reader, image)
            })
        }))
    }

    #[test]
    fn careful_readers_raise_no_doubt() {
        assert_eq!(of_the_fourth(|image| careful(3, image)), [""; 0]);
    }

    #[test]
    fn who_says_yes_to_all_is_named_with_the_questions() {
        let told = of_the_fourth(|_| true);
        let found = told.iter().find(|w| w.contains("one answer only"));
        let found = found.expect("a warning");
        assert!(
            found.starts_with("R4 ") && found.contains("UL (yes to all 120, "),
            "{found}"
        );
    }

    #[test]
    fn who_never_sees_what_nobody_sees_is_not_doubted() {
        let mut readings =
            Readings::made_up(&FOUR, 120, |reader, image| Some(careful(reader, image)));
        for reading in &mut readings.readings {
            reading.patterns[5] = Some(false);
        }
        assert_eq!(warnings(&readings), [""; 0]);
    }

    #[test]
    fn an_inverted_and_a_guessing_reader_are_named_with_their_figures() {
        for said in [(|image| !careful(3, image)) as fn(usize) -> bool, |image| {
            image % 2 == 0
        }] {
            let told = of_the_fourth(said);
            let found = told.iter().find(|w| w.contains("guessing"));
            let found = found.unwrap_or_else(|| panic!("{told:?}"));
            assert!(
                found.starts_with("R4 is hardly better") && found.contains("BCC (0."),
                "{found}"
            );
        }
    }

    #[test]
    fn a_reader_delivered_twice_is_told_with_how_many_images() {
        let told = of_the_fourth(|image| careful(2, image));
        assert_eq!(told.len(), 1, "{told:?}");
        let seen = (0..120).filter(|&image| careful(2, image)).count();
        assert!(
            told[0].starts_with("R3 and R4 gave the same answers")
                && told[0].contains(&format!("{seen} of the {seen} images")),
            "{told:?}"
        );
    }

    #[test]
    fn readers_who_agree_but_mark_other_cells_are_two() {
        let mut readings = Readings::made_up(&FOUR, 120, |reader, image| {
            Some(careful(reader.min(2), image))
        });
        for reading in &mut readings.readings {
            if reading.patterns[1] == Some(true) {
                reading.cells[1].insert(reading.reader);
            }
        }
        assert!(readings.readings.iter().any(|r| !r.cells[1].is_empty()));
        let told = warnings(&readings);
        assert!(
            !told.iter().any(|w| w.contains("the same answers")),
            "{told:?}"
        );
    }

    #[test]
    fn names_that_differ_in_capitals_or_spaces_are_told() {
        let same = ["R2".to_owned(), "R3".into(), "r 2".into(), "r2".into()];
        let told = names(&same);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("\"R2\" and \"r 2\" and \"r2\"") && told[0].contains("count as 3"),
            "{told:?}"
        );
        assert_eq!(names(&FOUR.map(str::to_owned)), [""; 0]);
    }

    #[test]
    fn images_of_one_reader_are_counted() {
        let readings = Readings::made_up(&FOUR, 120, |reader, image| {
            (reader == 0 || image >= 7).then(|| careful(reader, image))
        });
        let told = warnings(&readings);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("7 of 120 images "), "{told:?}");
    }

    #[test]
    fn positives_that_were_ties_are_told_where_they_are_many() {
        let two = |image: usize| image % 3 == 0 || image % 10 == 1;
        let readings = Readings::made_up(&FOUR, 120, |reader, image| {
            Some(
                if reader < 2 {
                    image % 3 == 0
                } else {
                    two(image)
                } != (image % 13 == reader),
            )
        });
        let report = Report::of(&readings);
        let bcc = &report.questions[0];
        assert!(bcc.positive_tied * TIED < bcc.positive, "{bcc:?}");
        assert_eq!(ties(&report), None);
        let mut more = report.clone();
        more.questions[0].positive_tied = bcc.positive.div_ceil(TIED);
        assert!(ties(&more).is_some_and(|w| w.contains("BCC (")));
    }
}
