//! A touch panel that is tapped once, made with uinput on the virtual board.
//!
//! ```text
//! board-touch X Y      fractions of the panel's width and height, 0 to 1
//! ```

use std::{error::Error, thread, time::Duration};

use evdev::{
    AbsInfo, AbsoluteAxisCode, AttributeSet, InputEvent, KeyCode, PropType, UinputAbsSetup,
    uinput::VirtualDevice,
};

/// Steps of each axis: unlike the screen's pixels, so that scaling is tested too.
const STEPS: i32 = 4095;

fn main() -> Result<(), Box<dyn Error>> {
    let at: Vec<f32> = std::env::args()
        .skip(1)
        .map(|a| a.parse())
        .collect::<Result<_, _>>()?;
    let [x, y] = at[..] else {
        return Err("usage: board-touch X Y".into());
    };
    let axis = |code| UinputAbsSetup::new(code, AbsInfo::new(0, 0, STEPS, 0, 0, 0));
    let mut keys = AttributeSet::new();
    keys.insert(KeyCode::BTN_TOUCH);
    let mut properties = AttributeSet::new();
    properties.insert(PropType::DIRECT);
    let mut panel = VirtualDevice::builder()?
        .name("virtual touch panel")
        .with_keys(&keys)?
        .with_properties(&properties)?
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_X))?
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_Y))?
        .build()?;
    // The device under test must have found it before it is touched.
    thread::sleep(Duration::from_secs(3));
    let step = |fraction: f32| (fraction * STEPS as f32).round() as i32;
    let absolute = |code: AbsoluteAxisCode, value| {
        InputEvent::new(evdev::EventType::ABSOLUTE.0, code.0, value)
    };
    let finger = |down| InputEvent::new(evdev::EventType::KEY.0, KeyCode::BTN_TOUCH.0, down);
    panel.emit(&[
        absolute(AbsoluteAxisCode::ABS_X, step(x)),
        absolute(AbsoluteAxisCode::ABS_Y, step(y)),
        finger(1),
    ])?;
    thread::sleep(Duration::from_millis(80));
    panel.emit(&[finger(0)])?;
    // Long enough to be read before the panel is gone.
    thread::sleep(Duration::from_secs(1));
    Ok(())
}
