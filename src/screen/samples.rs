//! Sample data for every screen: for `bccscope screens`, the golden tests and the benches.
//!
//! **None of it is the result of a model.** Pictures are phantoms; probabilities are written
//! down here; heat maps are the phantoms' true regions, averaged into cells. Every screen made
//! of it says SAMPLE and PHANTOM. What is computed from them (verdict, rule) is computed by the
//! device's own code.

mod case;

use self::case::{Case, SIGHT, quality};
use super::{CaseNote, MapView, Notice, Scene, Status, Taken, stand_in_words};
use crate::{
    assess::{Quality, Reason, Verdict, ViewCount},
    engine::SIMULATED,
    model::{TASKS, Task},
};

/// The word every sample screen wears.
pub const WORD: &str = "SAMPLE";

/// What is said of a result that went with the picture.
const EARLIER: &str = "earlier result, taken 14:02, 3 min ago. The next one replaces it.";

/// One screen with sample data.
pub struct Sample<'a> {
    /// Its name: also its file's.
    pub name: &'static str,
    /// The scene.
    pub scene: Scene<'a>,
    /// The status line.
    pub status: Status,
}

/// The data all sample screens are made of.
pub struct Samples {
    suspected: Case,
    wide: Case,
    no_signs: Case,
    between: Case,
    disagree: Case,
    differ: Case,
    no_map: Case,
    ungated: Case,
    blurred: Case,
    few_views: Case,
    simulated: Case,
    good: Quality,
    dark: Quality,
    saved: CaseNote,
    failed: CaseNote,
    no_room: CaseNote,
    long: CaseNote,
    earlier: Taken,
    long_ago: Taken,
}

impl Samples {
    /// Draws the phantoms and writes the findings down.
    pub fn new() -> Samples {
        use Task::{
            ArborizingTelangiectasia as AT, MultipleGlobules as MG, OvoidNests as ON,
            PigmentNetwork as PN, Ulceration as UL,
        };
        let no = [0.04, 0.12, 0.05, 0.08, 0.11, 0.03, 0.02, 0.09];
        let suspected = [0.83, 0.06, 0.71, 0.38, 0.12, 0.04, 0.02, 0.91];
        let mut ungated = Case::new(6, &[], (640, 480), [0.07; TASKS]);
        ungated.assessment.quality = quality(&[Reason::Glare]);
        let mut differ = Case::new(8, &[MG], (640, 480), no);
        differ.differ(0.91, Verdict::BccSuspected);
        let mut no_map = Case::new(3, &[], (640, 480), no);
        no_map.assessment.maps = None;
        let mut blurred = Case::new(4, &[MG], (640, 480), no);
        blurred.picture = image::imageops::blur(&blurred.picture, 6.0);
        blurred.refuse(&[Reason::Blurred, Reason::Dark]);
        let mut few_views = Case::new(7, &[UL, AT], (640, 480), suspected);
        few_views.assessment.views = ViewCount { used: 1, of: 4 };
        let mut simulated = Case::new(7, &[UL, AT], (640, 480), suspected);
        simulated.assessment.engine.name = format!("Edge TPU {SIMULATED}");
        Samples {
            suspected: Case::new(7, &[UL, AT], (640, 480), suspected),
            wide: Case::new(7, &[UL, AT, ON], (1280, 720), suspected),
            no_signs: Case::new(
                2,
                &[PN],
                (640, 480),
                [0.03, 0.88, 0.05, 0.07, 0.33, 0.02, 0.02, 0.04],
            ),
            between: Case::new(
                5,
                &[ON],
                (640, 480),
                [0.41, 0.05, 0.08, 0.44, 0.21, 0.04, 0.03, 0.1],
            ),
            disagree: Case::new(
                9,
                &[PN, ON],
                (640, 480),
                [0.79, 0.82, 0.06, 0.64, 0.1, 0.05, 0.02, 0.11],
            ),
            differ,
            no_map,
            ungated,
            blurred,
            few_views,
            simulated,
            good: quality(&[]),
            dark: quality(&[Reason::Dark, Reason::Blurred]),
            saved: CaseNote::Saved("2026-11-24-0007".into()),
            failed: CaseNote::SaveFailed(
                "storage full. \"Save later\" keeps it and tries again.".into(),
            ),
            no_room: CaseNote::NoRoom(
                "no room, 8 cases wait already. Going on discards this one.".into(),
            ),
            earlier: Taken {
                clock: "14:02".into(),
                minutes: 3,
            },
            long_ago: Taken {
                clock: "12:58".into(),
                minutes: 67,
            },
            long: CaseNote::Saved(
                "2026-11-24-a-very-long-case-name-from-a-careful-clinic-0007".into(),
            ),
        }
    }

    /// Every screen, each at least once.
    pub fn all(&self) -> Vec<Sample<'_>> {
        let mut all = self.live();
        all.extend(self.results());
        all.extend(self.unusual());
        all.extend(messages());
        all
    }

    fn live(&self) -> Vec<Sample<'_>> {
        let picture = &self.wide.picture;
        let sight = Some(SIGHT);
        let live = |name, picture, quality, notice| Sample {
            name,
            scene: Scene::Live {
                picture,
                quality,
                sight,
                notice,
                earlier: None,
            },
            status: status(),
        };
        let mut earlier = live("live-earlier-result", picture, Some(&self.good), None);
        earlier.status.unsaved = Some(EARLIER.into());
        if let Scene::Live { earlier, .. } = &mut earlier.scene {
            *earlier = Some(&self.earlier);
        }
        let mut no_model = live("live-no-model", picture, None, None);
        if let Scene::Live { sight, .. } = &mut no_model.scene {
            *sight = None;
        }
        vec![
            live("live-ready", picture, Some(&self.good), None),
            live(
                "live-4x3-discarded",
                &self.suspected.picture,
                Some(&self.good),
                Some(Notice::Discarded),
            ),
            live("live-dark", picture, Some(&self.dark), None),
            live("live-first-picture", picture, None, None),
            no_model,
            earlier,
            Sample {
                name: "capturing",
                scene: Scene::Capturing {
                    picture,
                    sight,
                    taken: 2,
                    wanted: 5,
                },
                status: status(),
            },
            Sample {
                name: "analysing",
                scene: Scene::Analysing { picture, sight },
                status: status(),
            },
        ]
    }

    fn results(&self) -> Vec<Sample<'_>> {
        let unsaved = &CaseNote::Unsaved;
        vec![
            self.suspected.first("result-suspected", unsaved),
            self.wide.first("result-suspected-wide", &self.saved),
            self.suspected
                .sample("result-bcc-map", MapView::Task(Task::Bcc), unsaved),
            self.suspected.sample(
                "result-pattern-map",
                MapView::Task(Task::ArborizingTelangiectasia),
                unsaved,
            ),
            self.no_signs.first("result-no-signs", unsaved),
            self.between.first("result-uncertain", &CaseNote::Saving),
            self.disagree.first("result-disagree", unsaved),
            self.differ.first("result-pictures-differ", unsaved),
            self.no_signs
                .sample("result-empty-map", MapView::Task(Task::SpokeWheel), unsaved),
            self.differ.sample(
                "result-map-of-a-no",
                MapView::Task(Task::MultipleGlobules),
                unsaved,
            ),
            self.no_map.first("result-no-map", unsaved),
            self.blurred.first("not-usable", unsaved),
        ]
    }

    /// Results on a device in trouble, and long names.
    fn unusual(&self) -> Vec<Sample<'_>> {
        let fallback = "the Edge TPU was not found on USB";
        let mut engine = self.suspected.first("engine-fallback", &self.saved);
        engine.status.fallback = Some(fallback.into());
        let failed = self.suspected.first("save-failed", &self.failed);
        let ungated = self.ungated.first("gate-off", &CaseNote::Unsaved);
        let mut trouble = self.suspected.first("everything-at-once", &self.failed);
        trouble.status.fallback = Some(fallback.into());
        trouble.status.power = Some("POWER SUPPLY TOO WEAK  HOT 84 °C".into());
        trouble.status.display = Some("DRM: no such device; showing on /dev/fb0".into());
        let mut long = self.suspected.first("long-names", &self.long);
        long.status.model = "bcc8-mobilenet-v2-experimental 12.34.56-rc7".into();
        long.status.camera =
            "Dino-Lite Universal Dermatoscope MEDL4DW usb-0000:01:00.0-1.2.4 MJPG 1920x1080@30"
                .into();
        let unsaved = &CaseNote::Unsaved;
        let few_views = self.few_views.first("result-1-of-4-views", unsaved);
        let mut waiting = self.no_signs.first("case-waits", unsaved);
        waiting.status.unsaved = Some("1 earlier case, storage full. Keep the device on.".into());
        let mut no_room = self.suspected.first("save-no-room", &self.no_room);
        no_room.status.unsaved = Some("8 earlier cases, storage full. Keep the device on.".into());
        let mut long_ago = self.suspected.first("result-long-ago", unsaved);
        if let Scene::Result { taken, .. } = &mut long_ago.scene {
            *taken = Some(&self.long_ago);
        }
        let mut lost = message("camera-lost-earlier-result", unplugged(Some(&self.earlier)));
        lost.status.unsaved = Some(EARLIER.into());
        let mut simulated = self.simulated.first("phantom-simulated", unsaved);
        let made = &self.simulated.assessment;
        simulated.status.stand_in = stand_in_words(Some(&made.source), &made.engine);
        vec![
            engine, failed, no_room, ungated, trouble, long, few_views, waiting, simulated,
            long_ago, lost,
        ]
    }
}

impl Default for Samples {
    fn default() -> Self {
        Samples::new()
    }
}

fn unplugged(earlier: Option<&Taken>) -> Scene<'_> {
    Scene::CameraLost {
        why: "The dermatoscope was unplugged.",
        advice: "Plug it in again. The picture comes back by itself.",
        earlier,
    }
}

fn message<'a>(name: &'static str, scene: Scene<'a>) -> Sample<'a> {
    Sample {
        name,
        scene,
        status: status(),
    }
}

fn messages() -> Vec<Sample<'static>> {
    vec![
        message("help", Scene::Help { sight: Some(SIGHT) }),
        message("camera-lost", unplugged(None)),
        message(
            "model-refused",
            Scene::ModelRefused {
                why: "models/bcc8-mnv2/model.tflite: its SHA-256 is 91d0c6…, the manifest says \
                      45b940…: the file was changed or is incomplete.",
            },
        ),
        message(
            "fault",
            Scene::Fault {
                why: "The analysis did not end within 20 seconds: no verdict.",
                advice: "Press back and try again. If it comes again, restart the device.",
            },
        ),
    ]
}

fn status() -> Status {
    Status {
        engine: "CPU".into(),
        fallback: None,
        model: "SAMPLE findings".into(),
        camera: "PHANTOM 1280x720".into(),
        stand_in: Some(WORD.into()),
        clock: "14:05".into(),
        power: None,
        unsaved: None,
        display: None,
    }
}
