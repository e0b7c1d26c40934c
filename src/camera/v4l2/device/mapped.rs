//! A buffer of the kernel's in our address space.

use std::{io, ptr, slice};

use v4l::v4l2;

use crate::camera::v4l2::kernel::Memory;

/// Read-only, and unmapped when dropped.
pub(in crate::camera::v4l2) struct Mapped {
    start: *const u8,
    length: usize,
}

// SAFETY: the mapping belongs to this value alone and may be read from any thread.
unsafe impl Send for Mapped {}

impl Mapped {
    /// Maps the buffer that an open node has at this offset.
    pub fn new(fd: i32, offset: u32, length: usize) -> io::Result<Mapped> {
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing of ours.
        let start = unsafe {
            v4l2::mmap(
                ptr::null_mut(),
                length,
                libc::PROT_READ,
                libc::MAP_SHARED,
                fd,
                offset as libc::off_t,
            )?
        };
        Ok(Mapped {
            start: start.cast(),
            length,
        })
    }
}

impl Memory for Mapped {
    fn len(&self) -> usize {
        self.length
    }

    fn read<T>(&self, used: usize, look: impl FnOnce(&[u8]) -> T) -> T {
        // SAFETY: the mapping is at least this long and lives as long as `self`. The kernel
        // does not write while the buffer is ours, which the queue keeps track of; a slice of
        // it is lent for the length of `look` only.
        look(unsafe { slice::from_raw_parts(self.start, used.min(self.length)) })
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: start and length are those of the mapping, and nobody borrows it any more.
        let unmapped = unsafe { v4l2::munmap(self.start.cast_mut().cast(), self.length) };
        if let Err(error) = unmapped {
            log::warn!("a camera buffer could not be unmapped: {error}");
        }
    }
}
