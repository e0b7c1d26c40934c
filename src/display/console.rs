//! The kernel's text console draws its cursor and messages over a framebuffer. It is put
//! into graphics mode while a framebuffer is ours, and back when we leave.

use std::{
    fs::{File, OpenOptions},
    io,
    os::fd::AsRawFd,
};

/// The virtual terminal in the foreground.
const TERMINAL: &str = "/dev/tty0";
/// `linux/kd.h`.
const KDSETMODE: libc::c_ulong = 0x4b3a;
const KDGETMODE: libc::c_ulong = 0x4b3b;
const KD_GRAPHICS: libc::c_int = 1;

/// A console kept quiet; dropping it gives it back.
pub(super) struct QuietConsole {
    terminal: File,
    former: libc::c_int,
}

impl QuietConsole {
    /// Silences the console.
    ///
    /// # Errors
    /// There is no console (nothing to silence), or no permission.
    pub(super) fn take() -> io::Result<QuietConsole> {
        let terminal = OpenOptions::new().read(true).write(true).open(TERMINAL)?;
        let mut former: libc::c_int = 0;
        // SAFETY: KDGETMODE writes one int to the address given, which is that of an int.
        let rc = unsafe { libc::ioctl(terminal.as_raw_fd(), KDGETMODE as _, &raw mut former) };
        if rc < 0 {
            return Err(io::Error::last_os_error());
        }
        set_mode(&terminal, KD_GRAPHICS)?;
        Ok(QuietConsole { terminal, former })
    }
}

impl Drop for QuietConsole {
    fn drop(&mut self) {
        if let Err(e) = set_mode(&self.terminal, self.former) {
            log::warn!("{TERMINAL} could not be set back to text: {e}");
        }
    }
}

fn set_mode(terminal: &File, mode: libc::c_int) -> io::Result<()> {
    // SAFETY: KDSETMODE takes its argument by value and touches no memory of ours.
    let rc = unsafe {
        libc::ioctl(
            terminal.as_raw_fd(),
            KDSETMODE as _,
            libc::c_ulong::from(mode.unsigned_abs()),
        )
    };
    if rc < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
