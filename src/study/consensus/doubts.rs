//! What makes readings hard to believe. Nothing of it stops the consensus: only people know whether
//! a reader was careless, or two names are one person.

mod twice;

use super::{QuestionReport, Report, few, report::TOO_FEW};
use crate::study::readings::Readings;

/// A reader whose sensitivity and specificity come to no more is hardly better than one who guesses.
const GUESSING: f64 = 1.1;
/// Items of either kind from which on a reader is called so.
const ENOUGH: u64 = 10;
/// Told where one positive in so many, or more, was a tie.
const TIED: usize = 4;

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
    all.extend(twice::names(&readings.readers));
    all.extend(twice::copies(readings));
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
    let tied = |question: &QuestionReport| {
        let QuestionReport {
            code,
            positive,
            positive_tied,
            ..
        } = question;
        (*positive_tied > 0 && positive_tied * TIED >= *positive)
            .then(|| format!("{code} ({positive_tied} of {positive})"))
    };
    let found: Vec<String> = report.questions.iter().filter_map(tied).collect();
    (!found.is_empty()).then(|| {
        format!(
            "a quarter or more of what is called present had tied votes, and the errors estimated \
             for each reader decided: {}; one more reader for these images would settle them",
            found.join(", ")
        )
    })
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
pub(super) mod tests {
    use super::*;

    /// Every third image is positive; each reader has slips of their own in every eleventh image.
    pub fn careful(reader: usize, image: usize) -> bool {
        image.is_multiple_of(3) != (image % 11 == 2 * reader)
    }

    pub const FOUR: [&str; 4] = ["R1", "R2", "R3", "R4"];

    fn warnings(readings: &Readings) -> Vec<String> {
        Report::of(readings).warnings
    }

    pub fn of_the_fourth(said: impl Fn(usize) -> bool) -> Vec<String> {
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
        let two = |image: usize| image.is_multiple_of(3) || image % 10 == 1;
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
