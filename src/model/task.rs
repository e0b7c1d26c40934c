//! The eight tasks of the multitask model, in the order of its outputs.
//!
//! Source: arXiv 2407.00104 (the diagnosis and seven dermoscopic patterns), after the
//! criteria of Menzies et al. 2000 for pigmented basal cell carcinoma.

use serde::{Deserialize, Serialize};

/// Number of tasks.
pub const TASKS: usize = 8;

/// One task of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Basal cell carcinoma yes or no.
    Bcc,
    /// Pigment network: its presence speaks against BCC.
    PigmentNetwork,
    /// Ulceration.
    Ulceration,
    /// Large blue-grey ovoid nests.
    OvoidNests,
    /// Multiple blue-grey globules.
    MultipleGlobules,
    /// Maple-leaf-like areas.
    MapleLeaf,
    /// Spoke-wheel areas.
    SpokeWheel,
    /// Arborizing telangiectasia.
    ArborizingTelangiectasia,
}

/// What a task's answer means for the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The network's own answer.
    Diagnosis,
    /// Its presence speaks for BCC.
    PositiveCriterion,
    /// Its presence speaks against BCC.
    NegativeCriterion,
}

impl Task {
    /// All tasks in the order of the model's outputs.
    pub const ALL: [Task; TASKS] = [
        Task::Bcc,
        Task::PigmentNetwork,
        Task::Ulceration,
        Task::OvoidNests,
        Task::MultipleGlobules,
        Task::MapleLeaf,
        Task::SpokeWheel,
        Task::ArborizingTelangiectasia,
    ];

    /// The seven dermoscopic patterns: all but the diagnosis.
    pub const PATTERNS: [Task; TASKS - 1] = [
        Task::PigmentNetwork,
        Task::Ulceration,
        Task::OvoidNests,
        Task::MultipleGlobules,
        Task::MapleLeaf,
        Task::SpokeWheel,
        Task::ArborizingTelangiectasia,
    ];

    /// Position among the model's outputs, 0 to 7.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Two or three letters, as in the paper.
    pub fn code(self) -> &'static str {
        match self {
            Task::Bcc => "BCC",
            Task::PigmentNetwork => "PN",
            Task::Ulceration => "UL",
            Task::OvoidNests => "ON",
            Task::MultipleGlobules => "MG",
            Task::MapleLeaf => "ML",
            Task::SpokeWheel => "SW",
            Task::ArborizingTelangiectasia => "AT",
        }
    }

    /// The identifier in manifests.
    pub fn id(self) -> &'static str {
        match self {
            Task::Bcc => "bcc",
            Task::PigmentNetwork => "pigment_network",
            Task::Ulceration => "ulceration",
            Task::OvoidNests => "ovoid_nests",
            Task::MultipleGlobules => "multiple_globules",
            Task::MapleLeaf => "maple_leaf",
            Task::SpokeWheel => "spoke_wheel",
            Task::ArborizingTelangiectasia => "arborizing_telangiectasia",
        }
    }

    /// The name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Task::Bcc => "Basal cell carcinoma",
            Task::PigmentNetwork => "Pigment network",
            Task::Ulceration => "Ulceration",
            Task::OvoidNests => "Ovoid nests",
            Task::MultipleGlobules => "Multiple globules",
            Task::MapleLeaf => "Maple-leaf areas",
            Task::SpokeWheel => "Spoke-wheel areas",
            Task::ArborizingTelangiectasia => "Arborizing vessels",
        }
    }

    /// What its presence means.
    pub fn role(self) -> Role {
        match self {
            Task::Bcc => Role::Diagnosis,
            Task::PigmentNetwork => Role::NegativeCriterion,
            _ => Role::PositiveCriterion,
        }
    }

    /// The task with this two- or three-letter code, in any case.
    pub fn from_code(code: &str) -> Option<Task> {
        Task::ALL
            .into_iter()
            .find(|task| task.code().eq_ignore_ascii_case(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_stand_in_the_order_of_the_outputs() {
        for (i, task) in Task::ALL.into_iter().enumerate() {
            assert_eq!(task.index(), i);
            assert_eq!(Task::from_code(task.code()), Some(task));
        }
    }
}
