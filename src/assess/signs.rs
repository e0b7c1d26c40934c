//! The signs of BCC that were found, and their heat maps laid one over the other: where to look.
//!
//! The network's own BCC map is less of an answer to that. On MILK10k val, against the cells in
//! which readers marked a pattern, it is no better than a blob in the middle (`bccscope study
//! explain`, the model card): a whole lesion speaks for BCC, and what the readers marked is a part
//! of it. The patterns are the paper's first explanation, too, and its Grad-CAM the second.

use super::assessment::{Finding, HeatMaps};
use crate::model::{Role, TASKS, Task};

/// Tasks whose maps are shown together, in the order of [`Task::ALL`].
pub type Together = [bool; TASKS];

/// One task alone.
pub fn only(task: Task) -> Together {
    Task::ALL.map(|each| each == task)
}

/// The patterns found that speak for BCC.
pub fn signs(findings: &[Finding; TASKS]) -> Together {
    findings.map(|f| f.task.role() == Role::PositiveCriterion && f.present())
}

/// What answers "where" first: the signs found, and the network's own map where there is none.
pub fn first(findings: &[Finding; TASKS]) -> Together {
    let signs = signs(findings);
    if signs.contains(&true) {
        signs
    } else {
        only(Task::Bcc)
    }
}

impl HeatMaps {
    /// The maps of these tasks in one: each cell as strong as its strongest. Values as in
    /// [`HeatMaps::maps`], columns × rows of them; all 0 for no task.
    pub fn together(&self, tasks: &Together) -> Vec<f32> {
        let mut cells = vec![0.0; self.columns * self.rows];
        for (map, _) in self.maps.iter().zip(tasks).filter(|(_, on)| **on) {
            for (cell, value) in cells.iter_mut().zip(map) {
                *cell = value.max(*cell);
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::Region;

    fn findings(present: &[Task]) -> [Finding; TASKS] {
        Task::ALL.map(|task| Finding {
            task,
            score: 0.0,
            probability: if present.contains(&task) { 0.9 } else { 0.4 },
            low: 0.3,
            high: 0.5,
        })
    }

    #[test]
    fn signs_are_positive_patterns_that_are_present() {
        let all = findings(&[Task::Bcc, Task::PigmentNetwork, Task::Ulceration]);
        assert_eq!(signs(&all), only(Task::Ulceration));
        assert_eq!(signs(&findings(&[Task::Bcc])), [false; TASKS]);
    }

    #[test]
    fn without_a_sign_the_networks_own_map_comes_first() {
        assert_eq!(first(&findings(&[Task::PigmentNetwork])), only(Task::Bcc));
        let vessels = findings(&[Task::Bcc, Task::ArborizingTelangiectasia]);
        assert_eq!(first(&vessels), signs(&vessels));
    }

    #[test]
    fn together_each_cell_is_as_strong_as_its_strongest() {
        let mut maps = HeatMaps {
            columns: 2,
            rows: 1,
            maps: std::array::from_fn(|_| vec![0.9, 0.9]),
            region: Region {
                x: 0,
                y: 0,
                width: 20,
                height: 10,
            },
        };
        maps.maps[Task::Ulceration.index()] = vec![0.2, 0.0];
        maps.maps[Task::OvoidNests.index()] = vec![0.1, 0.6];
        let both = signs(&findings(&[Task::Ulceration, Task::OvoidNests]));
        assert_eq!(maps.together(&both), [0.2, 0.6]);
        assert_eq!(maps.together(&[false; TASKS]), [0.0, 0.0]);
    }
}
