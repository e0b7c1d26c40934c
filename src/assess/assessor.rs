//! Joins the steps: one frame in, one assessment out.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use image::RgbImage;

use super::{
    assessment::{
        Assessment, EngineInfo, Finding, HeatMaps, ModelInfo, Region, Rule, Timings, Verdict,
        ViewCount,
    },
    error::{AssessError, OpenError},
    explain, occlusion,
    one_engine::by_one_engine,
    prepare::{self, Preparer, seen_region},
    quality::Gate,
    verdict,
    views::{self, Looked},
};
use crate::{
    engine::{self, CpuEngine, Engine},
    frame::{Detail, Frame},
    model::{ModelError, Package, TASKS, known, package::sha256_hex},
};

/// Whether the quality gate may refuse a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gating {
    /// A refused picture is not scored.
    On,
    /// A refused picture is scored all the same; the refusal stays in the result.
    Off,
}

/// The model, the gate and the engine, ready for frames.
pub struct Assessor {
    package: Package,
    gate: Gate,
    engine: Box<dyn Engine>,
    preparer: Preparer,
    info: ModelInfo,
    /// How many of the model's views are averaged, from the first on.
    views: usize,
    /// The quickest single inference of the known answers, on the CPU.
    inference: Duration,
}

impl Assessor {
    /// Opens a model's folder on the CPU engine, checks its known answers, and puts it on the
    /// engine the settings ask for (see [`engine::choose`]).
    ///
    /// # Errors
    /// `OpenError`: the model or its gate was refused, with the reason.
    pub fn open(folder: &Path, settings: &engine::Settings) -> Result<Assessor, OpenError> {
        let mut assessor = Assessor::open_unchecked(folder, settings)?;
        let questions = known::check(&mut assessor)?;
        let engine = engine::choose(assessor.engine, &assessor.package, settings, questions);
        Ok(Assessor { engine, ..assessor })
    }

    /// As [`Assessor::open`], without the known answers: what records them uses this.
    ///
    /// # Errors
    /// As [`Assessor::open`].
    pub fn open_unchecked(
        folder: &Path,
        settings: &engine::Settings,
    ) -> Result<Assessor, OpenError> {
        let started = Instant::now();
        let mut package = Package::open(folder)?;
        let gate = Gate::open(folder)?;
        let path = package.cpu_path();
        // The engine owns the bytes that were hashed; nothing reads the file again.
        let bytes = std::mem::take(&mut package.cpu);
        let engine = CpuEngine::open(bytes, &package.manifest, settings).map_err(|e| {
            ModelError::Answers {
                path,
                why: e.to_string(),
            }
        })?;
        let assessor = Assessor {
            gate,
            preparer: Preparer::new(&package.manifest.input),
            info: ModelInfo::of(&package),
            engine: Box::new(engine),
            views: package.manifest.views.len(),
            inference: Duration::MAX,
            package,
        };
        log::info!(
            "model {} {} ({}) on {} ({}), ready in {:.0} ms",
            assessor.info.name,
            assessor.info.version,
            &assessor.info.sha256[..12],
            assessor.engine.info().name,
            assessor.engine.info().runtime,
            started.elapsed().as_secs_f64() * 1e3
        );
        Ok(assessor)
    }

    /// Which model answers.
    pub fn model(&self) -> &ModelInfo {
        &self.info
    }

    /// Which engine truly runs.
    pub fn engine(&self) -> &EngineInfo {
        self.engine.info()
    }

    /// Where a change of engine shows between two assessments; `None` where it cannot change.
    pub fn engine_watch(&self) -> Option<engine::Watch> {
        self.engine.watch()
    }

    /// Why no accelerator is used, where that is no fallback ([`Engine::unused`]).
    pub fn accelerator_unused(&self) -> Option<String> {
        self.engine.unused()
    }

    /// The model's folder and manifest.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// How large a picture the analysis wants, see [`prepare::detail`].
    pub fn detail(&self) -> Detail {
        prepare::detail(&self.package.manifest.input)
    }

    /// The quality gate, for the live hint beside the analysis.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Assesses one frame.
    ///
    /// # Errors
    /// [`AssessError`]: there is no assessment of this frame then, not even in part.
    pub fn assess(&mut self, frame: &Frame, gating: Gating) -> Result<Assessment, AssessError> {
        let mut timings = Timings::default();
        let clock = Instant::now();
        let picture = frame.decode(self.detail())?;
        timings.decode = clock.elapsed();
        self.assess_picture(frame, &picture, gating, timings)
    }

    /// As [`Assessor::assess`], for a picture already decoded with [`Assessor::detail`].
    ///
    /// # Errors
    /// As [`Assessor::assess`].
    pub fn assess_picture(
        &mut self,
        frame: &Frame,
        picture: &RgbImage,
        gating: Gating,
        mut timings: Timings,
    ) -> Result<Assessment, AssessError> {
        let frame_size = (frame.width, frame.height);
        let clock = Instant::now();
        let quality = self.gate.check(picture, frame_size);
        timings.quality = clock.elapsed();

        let scored = if quality.usable || gating == Gating::Off {
            let manifest = &self.package.manifest;
            let looked = views::look(
                self.engine.as_mut(),
                &mut self.preparer,
                picture,
                &manifest.views[..self.views],
                manifest.outputs.score,
            )?;
            timings.prepare = looked.prepare;
            timings.infer = looked.infer;

            let clock = Instant::now();
            let input = (manifest.input.width, manifest.input.height);
            let scored = self.explain(&looked, seen_region(frame_size, input))?;
            timings.explain = clock.elapsed();
            Some(scored)
        } else {
            None
        };

        let engine = match (&scored, self.engine.watch()) {
            // Nothing was asked: the last answer was an older picture's.
            (None, Some(watch)) => watch.get(),
            _ => self.engine.info().clone(),
        };
        let (verdict, findings, rule, maps) = match scored {
            Some(Scored {
                findings,
                verdict,
                rule,
                maps,
            }) => (verdict, Some(findings), Some(rule), Some(maps)),
            None => (Verdict::NotUsable, None, None, None),
        };
        Ok(Assessment {
            frame: frame.id,
            source: frame.source.clone(),
            captured_at: frame.captured_at,
            frame_size,
            frame_sha256: sha256_hex(&frame.data),
            verdict,
            findings,
            rule,
            maps,
            quality,
            engine,
            model: self.info.clone(),
            views: self.views(),
            timings,
        })
    }

    /// Occlusion maps of a frame, one inference a cell of the model's grid: a second opinion on
    /// where the evidence lies, for one look at the whole picture. With them the engine that made
    /// them, all of them: it need not be the one that gave the verdict before.
    ///
    /// # Errors
    /// [`AssessError`] as [`Assessor::assess`].
    pub fn occlusion(&mut self, frame: &Frame) -> Result<(HeatMaps, EngineInfo), AssessError> {
        let picture = frame.decode(self.detail())?;
        let tensor = self.preparer.prepare(&picture)?;
        let input = &self.package.manifest.input;
        let (base, falls) = by_one_engine(self.engine.as_mut(), |engine| {
            let base = engine.infer(tensor)?;
            let falls = occlusion::occlusion(engine, tensor, &base, input)?;
            Ok((base, falls))
        })?;
        let region = seen_region((frame.width, frame.height), (input.width, input.height));
        let maps = explain::occlusion_maps(falls, (base.columns, base.rows), region);
        Ok((maps, self.engine.info().clone()))
    }

    /// The eight scores (before calibration) of one look at a whole picture, past the gate.
    ///
    /// # Errors
    /// [`AssessError`] as [`Assessor::assess`].
    pub fn scores(&mut self, picture: &RgbImage) -> Result<[f32; TASKS], AssessError> {
        let tensor = self.preparer.prepare(picture)?;
        let clock = Instant::now();
        let outputs = self.engine.infer(tensor)?;
        self.inference = self.inference.min(clock.elapsed());
        Ok(views::scores(&outputs, self.package.manifest.outputs.score))
    }

    /// How many of the model's views are averaged.
    pub fn views(&self) -> ViewCount {
        ViewCount {
            used: self.views,
            of: self.package.manifest.views.len(),
        }
    }

    /// Takes as many views, from the first on, as the CPU answers within `time`, but one at
    /// least. Decided once and by the CPU, whatever engine runs: two pictures of one run are
    /// seen alike, and a lost accelerator makes no verdict late.
    pub fn hold_views_to(&mut self, time: Duration) {
        let all = self.package.manifest.views.len();
        let fit = time.as_nanos() / self.inference.as_nanos().max(1);
        self.views = usize::try_from(fit).unwrap_or(all).clamp(1, all);
        if self.views < all {
            log::warn!(
                "only {} of the model's {all} views fit into {} ms: one takes {} ms here",
                self.views,
                time.as_millis(),
                self.inference.as_millis()
            );
        }
    }

    /// The input tensor of a picture, past the gate: what the known answers look at.
    ///
    /// # Errors
    /// [`AssessError::Prepare`].
    pub fn tensor(&mut self, picture: &RgbImage) -> Result<&[i8], AssessError> {
        Ok(self.preparer.prepare(picture)?)
    }

    fn explain(&self, looked: &Looked, region: Region) -> Result<Scored, AssessError> {
        let findings = Finding::all(&self.package.manifest, &looked.scores);
        if let Some(bad) = findings.iter().find(|f| !f.probability.is_finite()) {
            return Err(AssessError::NotANumber(bad.task.name()));
        }
        let (verdict, rule) = verdict::decide(&findings);
        Ok(Scored {
            findings,
            verdict,
            rule,
            maps: explain::heat_maps(
                &looked.merged,
                region,
                self.package.manifest.map_exponents(),
            ),
        })
    }
}

struct Scored {
    findings: [Finding; TASKS],
    verdict: Verdict,
    rule: Rule,
    maps: HeatMaps,
}

#[cfg(test)]
mod tests;
