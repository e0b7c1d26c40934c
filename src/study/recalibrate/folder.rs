//! The recalibrated model's folder: the network's own files byte for byte, a manifest of its own
//! and a card that says what it is.

use crate::{
    files,
    model::{Evidence, Figure, Manifest, Package, known, package::MAX_FILE},
    study::metrics::{Confusion, Estimate, npv, ppv},
};

use super::{ENOUGH, Recalibrated};

/// What the new model is called.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Today, `YYYY-MM-DD`.
    pub created: String,
    /// The command line that makes it.
    pub command: String,
}

/// The files of the new folder, with their names.
///
/// # Errors
/// A sentence: a name that is the old one's, a file of the old folder that cannot be read, a manifest
/// that does not make sense.
pub fn files(
    old: &Package,
    new: &Recalibrated,
    named: &Named,
) -> Result<Vec<(String, Vec<u8>)>, String> {
    let was = &old.manifest;
    if (&*was.name, &*was.version) == (&*named.name, &*named.version) {
        return Err(format!(
            "{} {} is the model it is made from: another name or version is needed, so that \
             results of the two can be told apart",
            was.name, was.version
        ));
    }
    let manifest = manifest(old, new, named)?;
    let mut all = vec![
        ("manifest.toml".to_owned(), manifest.into_bytes()),
        (
            "MODEL_CARD.md".to_owned(),
            card(old, new, named).into_bytes(),
        ),
        (was.files.cpu.path.clone(), old.cpu.clone()),
    ];
    let compiled = was.files.edgetpu.iter().map(|file| &*file.path);
    // The scores are the old ones, so their known answers are too.
    for name in compiled.chain(["gate.toml", known::FILE]) {
        let path = old.folder.join(name);
        let bytes = files::read(&path, MAX_FILE).map_err(|e| format!("{}: {e}", path.display()))?;
        all.push((name.to_owned(), bytes));
    }
    Ok(all)
}

fn manifest(old: &Package, new: &Recalibrated, named: &Named) -> Result<String, String> {
    let was = &old.manifest;
    let mut manifest = Manifest {
        name: named.name.clone(),
        version: named.version.clone(),
        created: named.created.clone(),
        fitted: Some(new.fitted.clone()),
        evidence: Some(Evidence {
            data: new.fitted.on.clone(),
            note: format!(
                "BCC's probability and thresholds were fitted on these images, so its figures are \
                 optimistic; network, patterns and their figures are those of {} {}",
                was.name, was.version
            ),
            figures: figures(new),
        }),
        ..was.clone()
    };
    manifest.tasks[0] = new.task.clone();
    let text = toml::to_string(&manifest).map_err(|e| e.to_string())?;
    // What is written has to be read again.
    if Manifest::parse(&text)? != manifest {
        return Err("the new manifest does not read back as it was written".into());
    }
    Ok(format!(
        "# Written by bccscope study recalibrate from {} {} (manifest's sha256 {}).\n{text}",
        was.name, was.version, old.manifest_sha256
    ))
}

/// Sensitivity and specificity at both thresholds, with their names.
fn shares(new: &Recalibrated) -> [(&'static str, Estimate); 4] {
    let sensitivity = |c: &Confusion| Estimate::share(c.true_positive, c.positives());
    let specificity = |c: &Confusion| Estimate::share(c.true_negative, c.negatives());
    [
        ("sensitivity at low", sensitivity(&new.at_low)),
        ("specificity at low", specificity(&new.at_low)),
        ("sensitivity at high", sensitivity(&new.at_high)),
        ("specificity at high", specificity(&new.at_high)),
    ]
}

fn figures(new: &Recalibrated) -> Vec<Figure> {
    let figure = |(metric, e): (&str, Estimate)| {
        Some(Figure {
            task: new.task.code.clone(),
            metric: metric.into(),
            value: e.value?,
            low: e.low,
            high: e.high,
            n: e.n as u32,
            int8: true,
        })
    };
    shares(new).into_iter().filter_map(figure).collect()
}

/// What people read first.
pub fn summary(new: &Recalibrated) -> String {
    let fitted = &new.fitted;
    let prevalence = f64::from(fitted.prevalence);
    let mut text = format!(
        "Fitted on {} images that the gate lets pass, {} of them BCC; the probability holds where \
         {:.1} % are BCC.\nThe old probabilities had a calibration slope of {:.2} (1 is right, \
         below 1 is too sure) and an intercept of {:.2}.\n",
        fitted.images,
        fitted.bcc,
        100.0 * prevalence,
        new.before.slope,
        new.before.intercept,
    );
    text += &format!(
        "temperature {:.4}, bias {:.4}, low {:.4}, high {:.4}\n\n",
        new.task.temperature, new.task.bias, new.task.low, new.task.high
    );
    text += &format!("{:<44} {:>6}  95% interval     n\n", "on these images", "");
    let mut line = |name: &str, e: &Estimate| {
        let value = e.value.map_or_else(|| "-".into(), |v| format!("{v:.3}"));
        let ends = e.ends(" to ").unwrap_or_else(|| "-".into());
        text += &format!("{name:<44} {value:>6}  {ends:<15}  {}\n", e.n);
    };
    for (name, e) in &shares(new) {
        line(name, e);
    }
    for (name, counts) in [("low", &new.at_low), ("high", &new.at_high)] {
        let worth = |of: fn(f64, f64, f64) -> Option<f64>| {
            Estimate::of_shares(
                &Estimate::share(counts.true_positive, counts.positives()),
                &Estimate::share(counts.true_negative, counts.negatives()),
                |a, b| of(a, b, prevalence),
            )
        };
        let at = format!("at {name}, {:.1} % BCC", 100.0 * prevalence);
        line(&format!("PPV {at}"), &worth(ppv));
        line(&format!("NPV {at}"), &worth(npv));
    }
    if (fitted.bcc.min(fitted.images - fitted.bcc) as usize) < ENOUGH {
        text += &format!("\nFewer than {ENOUGH} of either class: the calibration is uncertain.\n");
    }
    text
}

fn card(old: &Package, new: &Recalibrated, named: &Named) -> String {
    let was = &old.manifest;
    format!(
        "# {} {}\n\nMade {} by `bccscope study recalibrate` from {} {} (sha256 of its manifest \
         `{}`): the same network, file by file. Only the probability of BCC and its thresholds \
         `low` and `high` are others, fitted on {}. Intended use, training data, limits and \
         licence are those of {} {}: read its card. **Not a diagnosis.**\n\n```\n{}```\n\nThese \
         figures are of the images that it was fitted on, by the network's own answer: optimistic. \
         Judge it by `bccscope study evaluate` on others. The pattern rule stands beside the \
         network's answer, so the verdict can be \"uncertain\" outside the thresholds as well.\n\n\
         Made by: `{}`\n",
        named.name,
        named.version,
        named.created,
        was.name,
        was.version,
        old.manifest_sha256,
        new.fitted.on,
        was.name,
        was.version,
        summary(new),
        named.command,
    )
}
