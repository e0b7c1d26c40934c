//! An assessment for the tests of other rooms.

use super::{Assessment, EngineInfo, ModelInfo, Quality, Timings, Verdict, ViewCount};
use crate::frame::Frame;

/// Of a frame the gate refused: nothing was scored.
pub(crate) fn refused(frame: &Frame) -> Assessment {
    Assessment {
        frame: frame.id,
        source: frame.source.clone(),
        captured_at: frame.captured_at,
        frame_size: (frame.width, frame.height),
        frame_sha256: "ab".repeat(32),
        verdict: Verdict::NotUsable,
        findings: None,
        rule: None,
        maps: None,
        quality: Quality {
            usable: false,
            reasons: vec![],
            scores: vec![],
        },
        engine: EngineInfo {
            name: "CPU".into(),
            runtime: String::new(),
            fallback: None,
        },
        model: ModelInfo {
            name: "m".into(),
            version: "1".into(),
            ..ModelInfo::default()
        },
        views: ViewCount { used: 1, of: 1 },
        timings: Timings::default(),
    }
}
