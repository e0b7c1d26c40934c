//! Images that too few have read, left out.

use serde::Serialize;

use crate::study::{
    cells::Cells,
    readings::{PATTERNS, Reading, Readings},
};

/// What was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// An answer was kept where so many readers, or more, gave one.
    pub min_readers: usize,
    /// Images without any such answer, left out whole.
    pub images: usize,
    /// Single questions left out of the images that stay.
    pub questions: usize,
}

impl Default for LeftOut {
    fn default() -> Self {
        LeftOut {
            min_readers: 1,
            images: 0,
            questions: 0,
        }
    }
}

/// The readings without what fewer than `least` readers answered: images, and of the images that
/// stay single questions. One reader is enough for everything to stay as it is.
///
/// # Errors
/// A sentence where nothing is left.
pub fn enough_readers(readings: &Readings, least: usize) -> Result<(Readings, LeftOut), String> {
    let mut left_out = LeftOut {
        min_readers: least,
        ..LeftOut::default()
    };
    if least <= 1 {
        return Ok((readings.clone(), left_out));
    }
    let mut answers = vec![[0usize; PATTERNS + 1]; readings.files.len()];
    for reading in &readings.readings {
        for (count, given) in answers[reading.file].iter_mut().zip(given(reading)) {
            *count += usize::from(given);
        }
    }
    let keeps = |file: usize| answers[file].iter().any(|&n| n >= least);
    let mut files = Vec::new();
    let mut renamed = vec![None; readings.files.len()];
    for (file, name) in readings.files.iter().enumerate() {
        if keeps(file) {
            renamed[file] = Some(files.len());
            files.push(name.clone());
            let few = answers[file].iter().filter(|&&n| n > 0 && n < least);
            left_out.questions += few.count();
        }
    }
    left_out.images = readings.files.len() - files.len();
    if files.is_empty() {
        return Err(format!(
            "no image has the answers of {least} readers; lower --min-readers"
        ));
    }
    let mut kept = Vec::new();
    for reading in &readings.readings {
        let mut reading = reading.clone();
        let enough = answers[reading.file].map(|n| n >= least);
        keep(&mut reading, enough);
        if let Some(file) = renamed[reading.file]
            && given(&reading).contains(&true)
        {
            reading.file = file;
            kept.push(reading);
        }
    }
    // Who has nothing left to say is no reader any more: Fleiss' kappa asks for all of them.
    let mut numbers: Vec<usize> = kept.iter().map(|r| r.reader).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for reading in &mut kept {
        reading.reader = numbers.partition_point(|&r| r < reading.reader);
    }
    let readers = numbers.iter().map(|&r| readings.readers[r].clone());
    let kept = Readings {
        files,
        readers: readers.collect(),
        readings: kept,
    };
    Ok((kept, left_out))
}

/// Which questions a reading answers, in the order of [`crate::model::Task::ALL`].
pub(super) fn given(reading: &Reading) -> [bool; PATTERNS + 1] {
    std::array::from_fn(|q| match q.checked_sub(1) {
        None => reading.bcc.is_some(),
        Some(pattern) => reading.patterns[pattern].is_some(),
    })
}

fn keep(reading: &mut Reading, enough: [bool; PATTERNS + 1]) {
    if !enough[0] {
        reading.bcc = None;
    }
    for pattern in 0..PATTERNS {
        if !enough[1 + pattern] {
            reading.patterns[pattern] = None;
            reading.cells[pattern] = Cells::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three readers; the second leaves out image 0 and the third images 0 and 1.
    fn gaps() -> Readings {
        Readings::made_up(&["A", "B", "C"], 4, |reader, image| {
            (image >= reader).then_some(image == 1)
        })
    }

    #[test]
    fn one_reader_is_enough_for_all_to_stay_as_it_is() {
        assert_eq!(enough_readers(&gaps(), 1), Ok((gaps(), LeftOut::default())));
    }

    #[test]
    fn images_of_too_few_readers_go_and_the_others_keep_their_answers() {
        let (kept, left_out) = enough_readers(&gaps(), 2).unwrap();
        assert_eq!(kept.files, ["1.jpg", "2.jpg", "3.jpg"]);
        assert_eq!((left_out.images, left_out.questions), (1, 0));
        assert_eq!(kept.readings.len(), 8);
        assert_eq!(kept.readings[0].patterns, [Some(true); PATTERNS]);
    }

    #[test]
    fn a_question_that_too_few_answered_goes_alone_with_its_cells() {
        let mut readings = gaps();
        for reading in &mut readings.readings {
            if reading.file == 1 && reading.reader == 0 {
                reading.patterns[1] = None;
            } else if reading.file == 1 {
                reading.cells[1].insert(4);
            }
        }
        let (kept, left_out) = enough_readers(&readings, 2).unwrap();
        assert_eq!((left_out.images, left_out.questions), (1, 1));
        let of_image: Vec<_> = kept.readings.iter().filter(|r| r.file == 0).collect();
        assert_eq!(of_image.len(), 2);
        for reading in of_image {
            assert_eq!(reading.patterns[..3], [Some(true), None, Some(true)]);
            assert!(reading.cells[1].is_empty());
        }
    }

    #[test]
    fn who_has_no_answer_left_is_no_reader_any_more() {
        let readings = Readings::made_up(&["A", "B", "C"], 4, |reader, image| {
            (reader != 1 || image == 0).then_some(true)
        });
        let (kept, _) = enough_readers(&readings, 2).unwrap();
        assert_eq!(kept.readers, ["A", "B", "C"]);
        let readings = Readings::made_up(&["A", "B", "C"], 4, |reader, image| {
            ((reader == 1) == (image == 0)).then_some(true)
        });
        let (kept, left_out) = enough_readers(&readings, 2).unwrap();
        assert_eq!(
            (kept.readers, left_out.images),
            (vec!["A".into(), "C".into()], 1)
        );
        assert!(kept.readings.iter().all(|r| r.reader < 2));
    }

    #[test]
    fn nothing_left_is_an_error_that_names_the_option() {
        let why = enough_readers(&gaps(), 4).unwrap_err();
        assert!(
            why.contains("4 readers") && why.contains("--min-readers"),
            "{why}"
        );
    }
}
