//! One person who counts as several readers.

use std::collections::{BTreeMap, HashMap};

use super::ENOUGH;
use crate::study::readings::{Reading, Readings};

/// Two readers are taken for one where they differ in fewer images than one in so many.
const COPIES: usize = 50;

/// Readers whose names are the same but for capitals and spaces.
pub(super) fn names(readers: &[String]) -> Vec<String> {
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
pub(super) fn copies(readings: &Readings) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::consensus::doubts::tests::{FOUR, careful, of_the_fourth};

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
        let told = copies(&readings);
        assert_eq!(told, [""; 0]);
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
}
