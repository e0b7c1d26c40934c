//! The root hub of `vhci_hcd`: plugging a connected socket in as a USB device.
//!
//! The kernel wants a connected stream socket and nothing else: there is no handshake, and
//! one end of a socketpair is good enough. `attach` is writable by root only.

use std::{
    fs, io,
    os::{fd::AsRawFd, unix::net::UnixStream},
    time::{Duration, Instant},
};

use crate::descriptors::Speed;

const SYSFS: &str = "/sys/devices/platform/vhci_hcd.0";

/// Ports of the wanted speed that are free. Lines of `status` look like
/// `hs  0000 004 000 00000000 000000 0-0`; state 4 is "free", 6 is "in use".
fn free_ports(speed: Speed) -> io::Result<Vec<u32>> {
    let hub = match speed {
        Speed::High => "hs",
        Speed::Super => "ss",
    };
    let text = fs::read_to_string(format!("{SYSFS}/status"))?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            match (words.next()?, words.next()?, words.next()?) {
                (h, port, "004") if h == hub => port.parse().ok(),
                _ => None,
            }
        })
        .collect())
}

/// Plugs a new device into port `wanted`, or into the first free one. Returns the port and
/// the device's end of the connection.
///
/// # Errors
/// When no such port is free within five seconds, or the kernel refuses.
pub fn attach(speed: Speed, wanted: Option<u32>) -> io::Result<(u32, UnixStream)> {
    let deadline = Instant::now() + Duration::from_secs(5);
    let port = loop {
        // After an unplug the port stays busy until the kernel's event thread is done.
        let free = free_ports(speed)?;
        match wanted {
            Some(port) if free.contains(&port) => break port,
            None if !free.is_empty() => break free[0],
            _ => {}
        }
        if Instant::now() > deadline {
            return Err(io::Error::other("no free vhci_hcd port"));
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let (ours, theirs) = UnixStream::pair()?;
    // devid is (bus << 16 | device) on a real server; any non-zero value does here.
    let line = format!(
        "{port} {} {} {}",
        theirs.as_raw_fd(),
        0x0001_0002,
        speed.kernel_code()
    );
    fs::write(format!("{SYSFS}/attach"), line)?;
    // The kernel holds its end itself. Ours of it closes here: otherwise closing `ours` would
    // not be seen as a disconnect.
    Ok((port, ours))
}

/// Takes the device out through the kernel, not through the connection.
///
/// # Errors
/// When the kernel refuses.
pub fn detach(port: u32) -> io::Result<()> {
    fs::write(format!("{SYSFS}/detach"), port.to_string())
}
