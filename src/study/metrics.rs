//! The metrics, one job a file. All are pure functions of scores and truth.
//!
//! A figure that its data cannot give (no positive, no negative, …) is `None`, never 0 and
//! never NaN.

mod bootstrap;
mod calibration;
mod clustered;
mod confusion;
mod coverage;
mod decision;
mod estimate;
mod mcnemar;
mod prevalence;
mod ranking;
mod wilson;

pub use bootstrap::{Bootstrap, percentile};
pub use calibration::{
    Bin, Bins, Recalibration, brier, calibration_in_the_large, ece, reliability, slope_intercept,
};
pub(super) use calibration::{logit, sigmoid};
pub use clustered::Clustered;
pub use confusion::Confusion;
pub use coverage::{Coverage, risk_coverage};
pub use decision::{NetBenefit, net_benefit};
pub use estimate::{Estimate, SMALL};
pub use mcnemar::{McNemar, mcnemar, mcnemar_by_cluster};
pub use prevalence::{npv, ppv};
pub use ranking::{auroc, average_precision, precision_recall_curve, roc_curve};
pub use wilson::wilson;

/// A share, where there is anything to take it of.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
