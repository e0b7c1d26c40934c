//! What judges the model: readers' consensus, metrics, calibration, heat-map agreement.
//!
//! ```text
//! readings.csv ──▶ consensus ──▶ reference standard ─┐
//! labels.csv ────────────────────────────────────────┼─▶ evaluate ──▶ JSON, CSV, HTML
//! images ──▶ the device's own Assessor ──────────────┴─▶ explain  ──▶ JSON, HTML
//!              └─▶ recalibrate ──▶ a model's folder with other probabilities
//! ```
//!
//! Data errors are one sentence with file and line ([`DataError`]); nothing is written before
//! everything was computed.

pub mod cells;
pub mod consensus;
pub mod evaluate;
pub mod explain;
pub mod html;
pub mod labels;
pub mod metrics;
pub mod names;
pub mod output;
pub mod readings;
pub mod recalibrate;
mod table;

pub use table::DataError;

/// Seed of every bootstrap: the same data give the same intervals.
pub const SEED: u64 = 20_240_704;
