//! From a frame to an [`Assessment`]: quality gate, prepare, inference, heat maps, verdict.
//! [`Assessor`] joins the steps; each step is a function of its input and the model.

mod assessment;
mod assessor;
pub(crate) mod between;
mod burst;
mod error;
pub mod explain;
pub mod occlusion;
mod one_engine;
mod percent;
pub mod prepare;
pub mod quality;
pub mod report;
#[cfg(test)]
pub(crate) mod sample;
pub mod signs;
pub mod verdict;
pub mod views;

pub use assessment::{
    Assessment, EngineInfo, Finding, HeatMaps, ModelInfo, Quality, QualityScore, Reason, Region,
    Rule, RuleSays, Timings, Verdict, ViewCount,
};
pub use assessor::{Assessor, Gating};
pub use burst::{BurstResult, Spread, Verdicts};
pub use error::AssessError;
pub use percent::percent;
