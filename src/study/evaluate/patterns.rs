//! The seven patterns against the readers' consensus, and the paper's rule.

use super::{
    Figure, TwoByTwo,
    view::{Item, View},
};
use crate::{
    model::{Role, Task},
    study::metrics::{Estimate, auroc, average_precision},
};

pub(super) fn patterns(all: &View<'_>, figures: &mut Vec<Figure>, tables: &mut Vec<TwoByTwo>) {
    for task in Task::PATTERNS {
        let read = all.part("read", |i| i.consensus(task).is_some());
        if read.is_empty() {
            continue;
        }
        let truth: Vec<bool> = read
            .items
            .iter()
            .map(|i| i.consensus(task) == Some(true))
            .collect();
        let add = |figures: &mut Vec<Figure>, metric: &str, estimate| {
            read.add(figures, "patterns", task, metric, estimate);
        };
        add(figures, "prevalence", read.share(|i| i.consensus(task)));
        add(figures, "AUROC", read.scored(task, &truth, auroc));
        add(
            figures,
            "AUPRC",
            read.scored(task, &truth, average_precision),
        );
        for threshold in [("high", read.high(task)), ("low", read.low(task))] {
            read.at_threshold("patterns", task, threshold, &truth, figures, Some(tables));
        }
        // What the accuracy can be held against: the readers are no more of one mind than this.
        for (whose, estimate) in readers(&read, task) {
            add(figures, &format!("accuracy of {whose}"), estimate);
        }
    }
}

/// How often the readers' answers are repeated by readers; nothing where nobody could say.
fn readers(view: &View<'_>, task: Task) -> impl Iterator<Item = (&'static str, Estimate)> {
    [
        (
            "one reader against the others",
            view.mean(|i| i.single(task)),
        ),
        ("a second panel", view.mean(|i| i.again(task))),
        (
            "half the readers against the others",
            view.mean(|i| i.halves(task)),
        ),
    ]
    .into_iter()
    .filter_map(|(whose, estimate)| Some((whose, estimate?)))
}

/// The rule of arXiv 2407.00104: not BCC with pigment network, BCC with any other pattern.
pub(super) fn rule(all: &View<'_>, figures: &mut Vec<Figure>) {
    let read = all.part("read", |i| {
        Task::PATTERNS
            .into_iter()
            .all(|task| i.consensus(task).is_some())
    });
    if read.is_empty() {
        return;
    }
    let positive = || {
        Task::PATTERNS
            .into_iter()
            .filter(|task| task.role() == Role::PositiveCriterion)
    };
    let agreed = |i: &Item<'_>| positive().any(|task| i.consensus(task) == Some(true));
    let high = |i: &Item<'_>, task: Task| i.p(task) >= all.high(task);
    let any_high = |i: &Item<'_>| positive().any(|task| high(i, task));
    let any_low = |i: &Item<'_>| positive().any(|task| i.p(task) >= all.low(task));
    let network = |i: &Item<'_>| high(i, Task::PigmentNetwork);
    let mut add = |view: &View<'_>, metric: &str, right: &dyn Fn(&Item<'_>) -> bool| {
        view.add(
            figures,
            "rule",
            Task::Bcc,
            metric,
            view.share(|i| Some(right(i))),
        );
    };

    let with_pattern = read.part("BCC with a pattern by consensus", |i| {
        i.case.bcc && agreed(i)
    });
    add(&with_pattern, "any positive pattern at high", &any_high);
    add(&with_pattern, "any positive pattern at low", &any_low);
    add(
        &with_pattern,
        "a positive pattern that the readers saw, at high",
        &|i| positive().any(|task| i.consensus(task) == Some(true) && high(i, task)),
    );
    let others = read.part("non-BCC", |i| !i.case.bcc);
    add(
        &others,
        "pigment network at high as in the consensus",
        &|i| i.consensus(Task::PigmentNetwork) == Some(network(i)),
    );
    let decided = read.part("non-BCC, consensus decided", |i| {
        !i.case.bcc && i.decided(Task::PigmentNetwork)
    });
    add(
        &decided,
        "pigment network at high as in the consensus",
        &|i| i.consensus(Task::PigmentNetwork) == Some(network(i)),
    );
    add(&others, "no positive pattern at high", &|i| !any_high(i));
    let with_network = read.part("non-BCC with pigment network by consensus", |i| {
        !i.case.bcc && i.consensus(Task::PigmentNetwork) == Some(true)
    });
    add(&with_network, "pigment network at high", &network);
    let bcc = all.part("BCC", |i| i.case.bcc);
    add(&bcc, "no pigment network at high", &|i| !network(i));
    add(&bcc, "rule says BCC", &|i| !network(i) && any_high(i));
    let non = all.part("non-BCC", |i| !i.case.bcc);
    add(&non, "rule does not say BCC", &|i| {
        network(i) || !any_high(i)
    });

    // What the readers' own patterns reach by the same rule: the ceiling of any imitation.
    let readers_network = |i: &Item<'_>| i.consensus(Task::PigmentNetwork) == Some(true);
    let read_bcc = read.part("BCC, readers themselves", |i| i.case.bcc);
    add(&read_bcc, "rule says BCC", &|i| {
        !readers_network(i) && agreed(i)
    });
    let read_non = read.part("non-BCC, readers themselves", |i| !i.case.bcc);
    add(&read_non, "rule does not say BCC", &|i| {
        readers_network(i) || !agreed(i)
    });
    for (whose, estimate) in readers(&read_non, Task::PigmentNetwork) {
        let metric = format!("pigment network of {whose}");
        read_non.add(figures, "rule", Task::Bcc, &metric, estimate);
    }
}
