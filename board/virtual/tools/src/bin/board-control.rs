//! Sets a control of a camera by a part of its name: how vivid is told to misbehave.
//!
//! ```text
//! board-control NODE NAME VALUE      e.g. board-control /dev/video0 "Dropped Buffers" 50
//! ```

use std::error::Error;

use v4l::{
    Device,
    control::{Control, Type, Value},
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [node, name, value] = arguments.as_slice() else {
        return Err("usage: board-control NODE NAME VALUE".into());
    };
    let value: i64 = value.parse()?;
    let device = Device::with_path(node)?;
    let controls = device.query_controls()?;
    let found = controls
        .iter()
        .find(|c| c.name.contains(name.as_str()))
        .ok_or_else(|| {
            let names: Vec<&str> = controls.iter().map(|c| c.name.as_str()).collect();
            format!("{node} has no control {name}; it has {}", names.join(", "))
        })?;
    let value = match found.typ {
        Type::Boolean => Value::Boolean(value != 0),
        // A button has no value, and the crate no word for that.
        _ => Value::Integer(value),
    };
    device.set_control(Control {
        id: found.id,
        value,
    })?;
    Ok(())
}
