//! What the buses say of accelerators: for the sentence that helps when libedgetpu sees none.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access};
use serde::{Deserialize, Serialize};

/// Before its first use an accelerator waits for its firmware under this id.
const BOOT: (&str, &str) = ("1a6e", "089a");
/// With firmware.
const READY: (&str, &str) = ("18d1", "9302");

/// The accelerators on the buses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// On USB, waiting for firmware.
    pub boot: bool,
    /// On USB, with firmware.
    pub ready: bool,
    /// One of them is on a USB 2 port.
    pub slow_port: bool,
    /// A device file that this program may not open.
    pub closed: Option<PathBuf>,
    /// A PCIe accelerator's device file.
    pub pci: bool,
}

/// Looks at `/sys` and `/dev`.
pub fn look() -> Sighting {
    look_under(Path::new("/"))
}

/// The same in another folder than `/`. Cheap: some twenty small files, no process, no device is
/// woken.
pub fn look_under(root: &Path) -> Sighting {
    look_at(&root.join("sys"), &root.join("dev"))
}

fn look_at(sys: &Path, dev: &Path) -> Sighting {
    let mut seen = Sighting::default();
    for device in entries(&sys.join("bus/usb/devices")) {
        let read = |name: &str| {
            let text = fs::read_to_string(device.join(name)).unwrap_or_default();
            text.trim().to_owned()
        };
        let (vendor, product) = (read("idVendor"), read("idProduct"));
        match (vendor.as_str(), product.as_str()) {
            BOOT => seen.boot = true,
            READY => seen.ready = true,
            _ => continue,
        }
        let speed: f64 = read("speed").parse().unwrap_or(5000.0);
        seen.slow_port |= speed <= 480.0;
        if let (Ok(bus), Ok(number)) = (read("busnum").parse(), read("devnum").parse()) {
            let (bus, number): (u16, u16) = (bus, number);
            seen.check(dev.join(format!("bus/usb/{bus:03}/{number:03}")));
        }
    }
    for file in entries(dev) {
        if is_pci(&file) {
            seen.pci = true;
            seen.check(file);
        }
    }
    seen
}

/// Whether a device file is that of an accelerator on PCIe.
fn is_pci(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().as_encoded_bytes();
    name.starts_with(b"apex_")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

impl Sighting {
    /// Whether there is any accelerator.
    pub fn any(&self) -> bool {
        self.boot || self.ready || self.pci
    }

    fn check(&mut self, file: PathBuf) {
        if file.exists() && access(&file, Access::READ_OK | Access::WRITE_OK).is_err() {
            self.closed = Some(file);
        }
    }

    /// The sentence on permissions, where they are what is in the way.
    pub fn forbidden(&self) -> Option<String> {
        self.closed.as_ref().map(|file| {
            // One on PCIe cannot be replugged.
            let then = if is_pci(file) {
                "restart the machine"
            } else {
                "replug the accelerator"
            };
            format!(
                "{} may not be opened by this user: install board/99-bccscope.rules under \
                 /etc/udev/rules.d, add the user to group plugdev, {then}",
                file.display()
            )
        })
    }

    /// Where it is plugged in, when that slows it down.
    pub fn port(&self) -> Option<&'static str> {
        self.slow_port.then_some(
            "the accelerator is on a USB 2 port: use a USB 3 port (blue) and its own cable, it \
             will be several times faster",
        )
    }

    /// Why libedgetpu sees no accelerator, and what to do.
    pub fn sentence(&self) -> String {
        if let Some(sentence) = self.forbidden() {
            return sentence;
        }
        match (self.boot, self.ready || self.pci) {
            (true, _) => "the accelerator waits for its firmware (USB 1a6e:089a) and did not take \
                          it: plug it into a port with enough power (900 mA) and wait five \
                          seconds; in a virtual machine pass both 1a6e:089a and 18d1:9302 through"
                .into(),
            (false, true) => "the accelerator is there but libedgetpu cannot use it: unplug it, \
                              wait five seconds, plug it in again"
                .into(),
            (false, false) => "no Edge TPU on USB or PCIe: plug it in, and check cable, hub and \
                               power (900 mA)"
                .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up `/sys` and `/dev` with one USB device.
    fn seen(vendor: &str, product: &str, speed: &str) -> (Sighting, tempfile::TempDir) {
        let root = tempfile::tempdir().unwrap();
        let device = root.path().join("sys/bus/usb/devices/2-1");
        fs::create_dir_all(&device).unwrap();
        for (name, value) in [
            ("idVendor", vendor),
            ("idProduct", product),
            ("speed", speed),
            ("busnum", "2"),
            ("devnum", "7"),
        ] {
            fs::write(device.join(name), format!("{value}\n")).unwrap();
        }
        let node = root.path().join("dev/bus/usb/002");
        fs::create_dir_all(&node).unwrap();
        fs::write(node.join("007"), "").unwrap();
        let sighting = look_at(&root.path().join("sys"), &root.path().join("dev"));
        (sighting, root)
    }

    #[test]
    fn other_usb_devices_are_no_accelerator() {
        let (seen, _) = seen("1d6b", "0002", "480");
        assert_eq!(seen, Sighting::default());
        assert!(seen.sentence().contains("no Edge TPU on USB or PCIe"));
    }

    #[test]
    fn one_that_waits_for_firmware_is_named_with_what_to_do() {
        let (seen, _) = seen("1a6e", "089a", "5000");
        assert!(seen.boot && !seen.slow_port);
        assert!(seen.sentence().contains("1a6e:089a"));
        assert!(seen.sentence().contains("900 mA"));
    }

    #[test]
    fn a_usb_2_port_is_said() {
        let (seen, _) = seen("18d1", "9302", "480");
        assert!(seen.ready);
        assert!(seen.port().unwrap().contains("USB 3"));
    }

    #[test]
    fn a_device_file_that_may_not_be_opened_points_to_udev() {
        let seen = Sighting {
            ready: true,
            closed: Some("/dev/bus/usb/002/007".into()),
            ..Sighting::default()
        };
        assert!(seen.sentence().contains("/dev/bus/usb/002/007"));
        assert!(seen.sentence().contains("99-bccscope.rules"));
    }

    #[test]
    fn the_advice_for_a_closed_pcie_accelerator_opens_it_to_the_service_too() {
        let seen = Sighting {
            pci: true,
            closed: Some("/dev/apex_0".into()),
            ..Sighting::default()
        };
        let advice = seen.sentence();
        for words in ["/dev/apex_0", "99-bccscope.rules", "plugdev", "restart"] {
            assert!(advice.contains(words), "no {words:?} in {advice}");
        }
        let mut rules = include_str!("../../../board/99-bccscope.rules").lines();
        let rule = r#"SUBSYSTEM=="apex", GROUP="plugdev", MODE="0660""#;
        assert!(rules.any(|line| line.ends_with(rule)));
        let service = include_str!("../../../board/bccscope.service");
        let mut allowed = service.lines();
        assert!(allowed.any(|line| line == "DeviceAllow=char-apex rw"));
    }

    #[test]
    fn a_pcie_accelerator_is_seen() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("apex_0"), "").unwrap();
        assert!(look_at(Path::new("/nonexistent"), root.path()).pci);
    }
}
