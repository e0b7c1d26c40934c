//! What to do where the kernel lets nobody open a device: its two refusals have two causes.

use std::io;

/// The advice, for a sentence that says what was refused. The modes of the device file (`EACCES`)
/// ask for the group. The service's sandbox (`EPERM`) lets in only kinds of devices that the
/// kernel had when the service started (systemd.resource-control(5), `DeviceAllow=`).
pub fn permission_advice(error: &io::Error, group: &str) -> String {
    if is_sandbox(error) {
        "the service's sandbox does not know this kind of device: restart the service (sudo \
         systemctl restart bccscope)"
            .into()
    } else {
        format!("add the user to group {group}")
    }
}

/// Whether the service's sandbox refused to open a device, not the device file's modes.
pub fn is_sandbox(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EPERM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_asks_for_a_restart_and_modes_for_the_group() {
        let advice = |code| permission_advice(&io::Error::from_raw_os_error(code), "spi");
        assert_eq!(advice(libc::EACCES), "add the user to group spi");
        let sandbox = advice(libc::EPERM);
        assert!(sandbox.contains("systemctl restart bccscope"), "{sandbox}");
        assert!(!sandbox.contains("group"), "{sandbox}");
    }
}
