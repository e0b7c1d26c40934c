//! The device's answers against labels and reference standard: every figure a clinic needs to
//! judge the model, each with its interval and its number of cases.

mod calibration;
mod compare;
mod count;
mod discrimination;
mod failures;
mod gate;
mod page;
mod patterns;
mod predict;
mod provenance;
mod subgroups;
mod verdict;
mod view;

use std::path::PathBuf;

use serde::Serialize;

use super::{
    consensus::Reference,
    explain,
    labels::{Case, Columns},
    metrics::{Confusion, Estimate, McNemar},
};
pub use calibration::{Calibration, DecisionCurve, PrevalenceRow};
use count::counted;
pub use discrimination::Curves;
pub use failures::{Failure, Failures};
pub use gate::{GateCount, GateReport};
pub use page::page;
pub use predict::{
    Prediction, Run, Scored, Unreadable, fault, from_assessor, from_json, not_analysed,
};
pub use provenance::{EngineCount, Provenance};
pub use verdict::{Told, VerdictTable};
pub(crate) use view::{AGAINST_NEVI, View};

/// What is judged.
pub struct Inputs<'a> {
    /// The labelled images.
    pub cases: &'a [Case],
    /// The device's answers to them, in the same order.
    pub run: &'a Run,
    /// The readers' consensus, where there is one.
    pub reference: Option<&'a Reference>,
    /// Answers of another engine or model to the same images.
    pub other: Option<&'a Run>,
    /// The gate's answers to pictures that are not dermoscopic.
    pub not_dermoscopic: Option<&'a [Prediction]>,
    /// Where things came from.
    pub source: Source,
    /// Bootstrap rounds.
    pub rounds: usize,
}

/// Where things came from, in words.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Source {
    /// The table of labels.
    pub labels: PathBuf,
    /// The labels' columns.
    pub columns: Columns,
    /// What is doubtful in the labels, in sentences.
    pub doubts: Vec<String>,
    /// Labelled images that could not be read and are in nothing else here.
    pub unreadable: Vec<Unreadable>,
    /// The split, where one was asked for.
    pub split: Option<String>,
    /// The folder of the images.
    pub images: PathBuf,
    /// Readings or consensus, where given.
    pub reference: Option<PathBuf>,
    /// The command line that made this.
    pub command: String,
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Part of the report: `verdict`, `bcc`, `patterns`, `rule`, `calibration`, `subgroups`, `gate`, …
    pub section: &'static str,
    /// Which cases.
    pub subset: String,
    /// Task code.
    pub task: &'static str,
    /// Which metric.
    pub metric: String,
    /// Its value.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// One two-by-two table.
#[derive(Clone, Debug, Serialize)]
pub struct TwoByTwo {
    /// Which cases.
    pub subset: String,
    /// Task code.
    pub task: &'static str,
    /// `low` or `high`.
    pub threshold: &'static str,
    /// The threshold's probability.
    pub at: f64,
    /// The counts.
    #[serde(flatten)]
    pub counts: Confusion,
}

/// Everything found: `evaluation.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// Version of this program.
    pub app_version: &'static str,
    /// Where things came from.
    pub source: Source,
    /// Which model and engines answered.
    pub provenance: Provenance,
    /// Which gave the answers that these are held against.
    pub compared_with: Option<Provenance>,
    /// How many of what.
    pub flow: Flow,
    /// What the device itself says, network and rule together, by diagnosis.
    pub verdicts: Vec<VerdictTable>,
    /// Every figure.
    pub figures: Vec<Figure>,
    /// Every two-by-two table.
    pub tables: Vec<TwoByTwo>,
    /// ROC, precision-recall and risk-coverage of BCC.
    pub curves: Curves,
    /// Reliability of the BCC probability and of each pattern's.
    pub calibration: Vec<Calibration>,
    /// PPV and NPV by prevalence.
    pub prevalence: Vec<PrevalenceRow>,
    /// Decision curves.
    pub decision: Vec<DecisionCurve>,
    /// The quality gate.
    pub gate: GateReport,
    /// The worst answers.
    pub failures: Failures,
    /// Against another engine or model.
    pub mcnemar: Option<McNemar>,
    /// Bootstrap rounds behind the intervals.
    pub bootstrap_rounds: usize,
}

/// The flow of images, as STARD's diagram wants it.
#[derive(Clone, Debug, Serialize)]
pub struct Flow {
    /// Labelled images that were judged: all that could be read.
    pub images: u64,
    /// Labelled images that could not be read and are in no other number here.
    pub unreadable: u64,
    /// Their lesions.
    pub lesions: u64,
    /// BCC among them.
    pub bcc: u64,
    /// Confirmed by histopathology.
    pub histopathology: u64,
    /// Images by how the diagnosis was confirmed; empty where it is not stated.
    pub confirmed_by: Vec<(String, u64)>,
    /// With the readers' consensus.
    pub read: u64,
    /// Refused by the quality gate.
    pub refused: u64,
    /// Scored (with the gate's refusals where it was off).
    pub scored: u64,
    /// Images by diagnosis.
    pub diagnoses: Vec<(String, u64)>,
    /// Images by split, as far as the labels name it.
    pub splits: Vec<(String, u64)>,
}

/// Judges.
///
/// # Errors
/// A sentence where there is nothing to judge: no image was scored.
pub fn evaluate(inputs: &Inputs<'_>) -> Result<Evaluation, String> {
    let all = View::all(inputs);
    if all.is_empty() {
        return Err("no image was scored: run analyze with --no-gate, or look at the gate".into());
    }
    let mut figures = Vec::new();
    let mut tables = Vec::new();
    let verdicts = verdict::verdicts(inputs, &all, &mut figures);
    let curves = discrimination::bcc(&all, &mut figures, &mut tables);
    let calibration = calibration::all(&all, &mut figures);
    let prevalence = calibration::prevalence(&all);
    let decision = calibration::decision(&all);
    patterns::patterns(&all, &mut figures, &mut tables);
    patterns::rule(&all, &mut figures);
    subgroups::subgroups(&all, &mut figures);
    let gate = gate::gate(inputs, &mut figures);
    let mcnemar = inputs
        .other
        .and_then(|other| compare::compare(inputs, other, &mut figures));
    Ok(Evaluation {
        app_version: env!("CARGO_PKG_VERSION"),
        source: inputs.source.clone(),
        provenance: inputs.run.provenance.clone(),
        compared_with: inputs.other.map(|other| other.provenance.clone()),
        flow: flow(inputs, &all),
        failures: failures::failures(&all),
        verdicts,
        figures,
        tables,
        curves,
        calibration,
        prevalence,
        decision,
        gate,
        mcnemar,
        bootstrap_rounds: inputs.rounds,
    })
}

fn flow(inputs: &Inputs<'_>, all: &View<'_>) -> Flow {
    let count = |f: &dyn Fn(&Case) -> bool| inputs.cases.iter().filter(|c| f(c)).count() as u64;
    let mut lesions: Vec<_> = inputs.cases.iter().map(|c| &c.lesion).collect();
    lesions.sort();
    lesions.dedup();
    let splits = inputs.cases.iter().map(|c| &c.split);
    let splits = splits.filter(|split| !split.is_empty());
    Flow {
        images: inputs.cases.len() as u64,
        unreadable: inputs.source.unreadable.len() as u64,
        lesions: lesions.len() as u64,
        bcc: count(&|c| c.bcc),
        histopathology: count(&|c| c.confirmed_by == "histopathology"),
        confirmed_by: counted(inputs.cases.iter().map(|c| c.confirmed_by.clone())),
        read: count(&|c| inputs.reference.is_some_and(|r| r.contains_key(c.name()))),
        refused: inputs.run.predictions.iter().filter(|p| !p.usable).count() as u64,
        scored: all.len() as u64,
        diagnoses: counted(inputs.cases.iter().map(|c| c.diagnosis.clone())),
        splits: counted(splits.cloned()),
    }
}

impl Evaluation {
    /// All figures as CSV.
    pub fn csv(&self) -> Vec<u8> {
        use super::consensus::quoted;
        let mut text = String::from("section,subset,task,metric,value,low,high,n,small,interval\n");
        let number = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.6}"));
        for f in &self.figures {
            let e = &f.estimate;
            text += &format!(
                "{},{},{},{},{},{},{},{},{},{}\n",
                f.section,
                quoted(&f.subset),
                f.task,
                quoted(&f.metric),
                number(e.value),
                number(e.low),
                number(e.high),
                e.n,
                u8::from(e.small),
                e.interval
            );
        }
        text.into_bytes()
    }

    /// The page.
    pub fn html(
        &self,
        explained: Option<&explain::Report>,
        thumbnails: &dyn Fn(&str) -> Option<String>,
    ) -> String {
        page(self, explained, thumbnails)
    }
}

#[cfg(test)]
mod tests;
