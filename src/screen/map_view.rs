//! Which heat map lies over the picture, which one first, and which one next.

use crate::{
    assess::{Assessment, Verdict, signs},
    model::{TASKS, Task},
};

/// Which heat map lies over the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapView {
    /// None: the plain picture.
    #[default]
    Off,
    /// The maps of all signs found, in one.
    Signs,
    /// One task's own map.
    Task(Task),
}

impl MapView {
    /// The map a reader wants first: where the signs are; the network's own map where it sees BCC
    /// without a sign; none where nothing speaks for BCC.
    pub fn first(assessment: &Assessment) -> MapView {
        let speaks = matches!(
            assessment.verdict,
            Verdict::BccSuspected | Verdict::Uncertain
        );
        let (Some(findings), true, true) =
            (&assessment.findings, assessment.maps.is_some(), speaks)
        else {
            return MapView::Off;
        };
        let tasks = signs::first(findings);
        // Uncertain by the other pictures of its burst: this one has nothing to show.
        if tasks == signs::only(Task::Bcc) && findings[Task::Bcc.index()].absent() {
            return MapView::Off;
        }
        MapView::of(tasks)
    }

    /// The next map (`by` is 1) or the one before (-1), in a circle: none, the signs together
    /// where there are several, BCC, then each pattern.
    pub fn turned(self, by: isize, assessment: &Assessment) -> MapView {
        let mut circle = vec![MapView::Off];
        if let Some(findings) = &assessment.findings
            && MapView::of(signs::signs(findings)) == MapView::Signs
        {
            circle.push(MapView::Signs);
        }
        circle.extend(Task::ALL.map(MapView::Task));
        let here = circle.iter().position(|&view| view == self).unwrap_or(0);
        let there = (here as isize + by).rem_euclid(circle.len() as isize);
        circle[there as usize]
    }

    /// The tasks whose maps are shown.
    pub fn tasks(self, assessment: &Assessment) -> signs::Together {
        match (self, &assessment.findings) {
            (MapView::Task(task), _) => signs::only(task),
            (MapView::Signs, Some(findings)) => signs::signs(findings),
            (MapView::Signs, None) | (MapView::Off, _) => [false; TASKS],
        }
    }

    /// A single map goes by its own name.
    fn of(tasks: signs::Together) -> MapView {
        let mut shown = Task::ALL.into_iter().zip(tasks).filter(|(_, on)| *on);
        match (shown.next(), shown.next()) {
            (None, _) => MapView::Off,
            (Some((task, _)), None) => MapView::Task(task),
            (Some(_), Some(_)) => MapView::Signs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::{Scene, samples::Samples};

    /// The assessment of a sample screen.
    fn of_sample(name: &str) -> Assessment {
        let samples = Samples::new();
        let sample = samples.all().into_iter().find(|s| s.name == name);
        match sample.map(|s| s.scene) {
            Some(Scene::Result { assessment, .. }) => assessment.clone(),
            _ => panic!("{name} is no result"),
        }
    }

    #[test]
    fn the_signs_come_first_and_a_single_one_by_its_name() {
        let several = of_sample("result-suspected");
        assert_eq!(MapView::first(&several), MapView::Signs);
        let mut one = several.clone();
        for finding in one.findings.iter_mut().flatten() {
            if ![Task::Bcc, Task::Ulceration].contains(&finding.task) {
                finding.probability = 0.0;
            }
        }
        assert_eq!(MapView::first(&one), MapView::Task(Task::Ulceration));
        let mut none = one.clone();
        for finding in none.findings.iter_mut().flatten() {
            if finding.task != Task::Bcc {
                finding.probability = 0.0;
            }
        }
        assert_eq!(MapView::first(&none), MapView::Task(Task::Bcc));
    }

    #[test]
    fn without_bcc_signs_a_map_or_a_usable_picture_none_comes_first() {
        for name in [
            "result-no-signs",
            "result-pictures-differ",
            "result-no-map",
            "not-usable",
        ] {
            assert_eq!(MapView::first(&of_sample(name)), MapView::Off, "{name}");
        }
    }

    #[test]
    fn turning_goes_through_every_map_once_and_back() {
        for (name, maps) in [("result-suspected", 10), ("result-no-signs", 9)] {
            let assessment = of_sample(name);
            let mut view = MapView::Off;
            let mut seen = vec![];
            for _ in 0..maps {
                seen.push(view);
                let next = view.turned(1, &assessment);
                assert_eq!(next.turned(-1, &assessment), view, "{name}");
                view = next;
            }
            assert_eq!(view, MapView::Off, "{name}: {seen:?}");
            assert!((1..seen.len()).all(|i| !seen[..i].contains(&seen[i])));
        }
    }
}
