//! The device's own answer, network and rule together: the index test. What the network alone
//! would say at its thresholds stands in `discrimination`.

use serde::Serialize;

use super::{
    Figure, Inputs,
    view::{View, of_both_classes},
};
use crate::{
    assess::Verdict,
    model::Task,
    study::{labels::Case, metrics::Estimate},
};

/// What was said of the images of one truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// BCC suspected: refer.
    pub suspected: u64,
    /// Uncertain: repeat or refer.
    pub uncertain: u64,
    /// Of the uncertain those whose probability lies between the thresholds.
    pub between_thresholds: u64,
    /// Of the uncertain those in which the rule says other than the network.
    pub rule_disagrees: u64,
    /// No signs of BCC found.
    pub no_signs: u64,
    /// Refused by the quality gate.
    pub not_usable: u64,
}

impl Told {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.suspected + self.uncertain + self.no_signs + self.not_usable
    }

    fn add(&mut self, answer: &Answer<'_>) {
        *match answer.verdict {
            Verdict::BccSuspected => &mut self.suspected,
            Verdict::Uncertain => &mut self.uncertain,
            Verdict::NoBccSigns => &mut self.no_signs,
            Verdict::NotUsable => &mut self.not_usable,
        } += 1;
        self.between_thresholds += u64::from(answer.uncertain(true));
        self.rule_disagrees += u64::from(answer.uncertain(false));
    }
}

/// The verdicts in some of the images.
#[derive(Clone, Debug, Serialize)]
pub struct VerdictTable {
    /// Which images.
    pub subset: String,
    /// Whether the quality gate refuses there; else what it would refuse has a verdict too.
    pub gate: bool,
    /// Of BCC.
    pub bcc: Told,
    /// Of everything else.
    pub non_bcc: Told,
}

/// What the device said of one image.
struct Answer<'a> {
    case: &'a Case,
    verdict: Verdict,
    /// Whether the network's probability lies between its thresholds.
    between: bool,
}

impl Answer<'_> {
    /// Whether it is uncertain, and because of the thresholds or else of the rule.
    fn uncertain(&self, between: bool) -> bool {
        self.verdict == Verdict::Uncertain && self.between == between
    }
}

/// Verdicts as figures name them, the gravest error in a BCC first.
const NAMES: [(Verdict, &str); 4] = [
    (Verdict::NoBccSigns, "no signs"),
    (Verdict::Uncertain, "uncertain"),
    (Verdict::BccSuspected, "suspected"),
    (Verdict::NotUsable, "not usable"),
];

/// Tables and figures of all images, of all with the gate on (where a refusal is an answer,
/// while the network's own figures leave it out), and of BCC against nevi.
pub(super) fn verdicts(
    inputs: &Inputs<'_>,
    all: &View<'_>,
    figures: &mut Vec<Figure>,
) -> Vec<VerdictTable> {
    let nevi = all.against_nevi();
    let mut subsets = vec![(all.name.as_str(), false, ungated(all))];
    subsets.push(("gate on", true, gated(inputs, all)));
    subsets.extend(nevi.iter().map(|v| (v.name.as_str(), false, ungated(v))));
    let told = subsets.into_iter().map(|(subset, gate, answers)| {
        add(subset, gate, &answers, figures);
        table(subset, gate, &answers)
    });
    told.collect()
}

fn ungated<'a>(view: &View<'a>) -> Vec<Answer<'a>> {
    let answer = view.items.iter().map(|item| Answer {
        case: item.case,
        verdict: item.scored.verdict,
        between: view.between(item.p(Task::Bcc)),
    });
    answer.collect()
}

fn gated<'a>(inputs: &Inputs<'a>, all: &View<'_>) -> Vec<Answer<'a>> {
    let images = inputs.cases.iter().zip(&inputs.run.predictions);
    let answers = images.map(|(case, prediction)| Answer {
        case,
        verdict: prediction.verdict(),
        between: prediction
            .scored
            .is_some_and(|scored| all.between(scored.probability[Task::Bcc.index()])),
    });
    answers.collect()
}

fn table(subset: &str, gate: bool, answers: &[Answer<'_>]) -> VerdictTable {
    let mut table = VerdictTable {
        subset: subset.to_owned(),
        gate,
        bcc: Told::default(),
        non_bcc: Told::default(),
    };
    for answer in answers {
        let told = if answer.case.bcc {
            &mut table.bcc
        } else {
            &mut table.non_bcc
        };
        told.add(answer);
    }
    table
}

fn add(subset: &str, gate: bool, answers: &[Answer<'_>], figures: &mut Vec<Figure>) {
    let share = |says: &dyn Fn(&Answer<'_>) -> Option<bool>| {
        let said = answers.iter();
        Estimate::by_lesion(said.filter_map(|a| Some((a.case.lesion.as_str(), says(a)?))))
    };
    let mut add = |metric: String, estimate| {
        figures.push(Figure {
            section: "verdict",
            subset: subset.to_owned(),
            task: Task::Bcc.code(),
            metric,
            estimate,
        });
    };
    // Without the gate nothing is refused, and no share of refusals means anything.
    let names = || {
        NAMES
            .into_iter()
            .filter(|name| gate || name.0 != Verdict::NotUsable)
    };
    for (truth, bcc) in [("BCC", true), ("non-BCC", false)] {
        for (verdict, name) in names() {
            let told = share(&|a| (a.case.bcc == bcc).then_some(a.verdict == verdict));
            add(format!("{truth} told {name}"), told);
        }
        let sent_on = share(&|a| {
            let sent_on = [Verdict::BccSuspected, Verdict::Uncertain].contains(&a.verdict);
            (a.case.bcc == bcc).then_some(sent_on)
        });
        add(format!("{truth} told suspected or uncertain"), sent_on);
    }
    let uncertain = share(&|a| Some(a.verdict == Verdict::Uncertain));
    add("left uncertain".into(), uncertain);
    for (why, between) in [
        ("between the thresholds", true),
        ("the rule disagrees", false),
    ] {
        let uncertain = share(&|a| Some(a.uncertain(between)));
        add(format!("left uncertain: {why}"), uncertain);
    }
    let truth: Vec<bool> = answers.iter().map(|a| a.case.bcc).collect();
    for (verdict, name) in names() {
        let among = share(&|a| (a.verdict == verdict).then_some(a.case.bcc));
        let among = of_both_classes(&truth, among);
        add(format!("BCC among those told {name}"), among);
    }
}
