//! What can happen to the device, and what it asks to be done.

use std::sync::Arc;

use image::RgbImage;

use crate::{
    assess::{Assessment, EngineInfo, Quality},
    camera::{Lost, Opened},
    frame::Frame,
    input::Action,
    screen::Burst,
};

/// A frame of the live picture, decoded for the screen and looked at by the quality gate.
#[derive(Clone, Debug)]
pub struct LiveFrame {
    /// The frame as the camera delivered it.
    pub frame: Frame,
    /// Its picture, about as large as the screen needs it.
    pub picture: Arc<RgbImage>,
    /// The gate's answer for this very frame; `None` where no model is loaded.
    pub quality: Option<Quality>,
}

/// Number of an analysis. An answer that carries another number than the one waited for belongs
/// to something that is gone, and is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question(pub u64);

/// Number of a case that is to be stored, from its first try to its last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SaveNumber(pub u64);

/// A finished analysis: the picture is the analysed frame's own, never a later one.
#[derive(Clone, Debug)]
pub struct Case {
    /// The analysed frame.
    pub frame: Frame,
    /// Its picture, about as large as the screen needs it.
    pub picture: Arc<RgbImage>,
    /// What was found.
    pub assessment: Assessment,
    /// The spread of the burst it was taken from.
    pub burst: Burst,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The camera began to deliver.
    Opened(Opened),
    /// The newest frame.
    Frame(LiveFrame),
    /// The camera is gone or stopped delivering.
    Lost(Lost),
    /// A finite source has reached its end.
    Ended,
    /// Somebody asked for something.
    Action(Action),
    /// Somebody touched the screen, in fractions of its width and height. The loop makes an
    /// action of it by what is drawn there.
    Touch(f32, f32),
    /// An analysis ended.
    Analysed(Question, Result<Box<Case>, String>),
    /// A save ended: the case's name, or why it failed.
    Saved(SaveNumber, Result<String, String>),
    /// The warning of battery, voltage, temperature or clock changed.
    Power(Option<String>),
    /// Time passed: the clock as it is to be shown.
    Tick(String),
    /// Another engine would answer from now on.
    Engine(EngineInfo),
    /// Leave in good order.
    Quit,
}

/// Something to be done.
#[derive(Debug)]
pub enum Effect {
    /// Analyse these frames of one burst and answer with [`Event::Analysed`].
    Analyse(Question, Vec<LiveFrame>),
    /// Store the case and answer with [`Event::Saved`].
    Save(SaveNumber, Box<Case>),
    /// Draw the screen anew.
    Show,
    /// Leave.
    Quit,
}
