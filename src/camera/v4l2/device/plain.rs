//! Ioctls whose argument is plain integers: the only way anything is asked of a node.

use std::{io, mem, os::raw::c_void, ptr};

use v4l::{
    v4l_sys::{
        v4l2_buffer, v4l2_capability, v4l2_fmtdesc, v4l2_format, v4l2_frmivalenum,
        v4l2_frmsizeenum, v4l2_input, v4l2_requestbuffers, v4l2_streamparm,
    },
    v4l2::{self, vidioc},
};

/// A C structure of integers that the kernel reads and writes.
///
/// # Safety
/// All bytes zero must be a value of the type.
pub(super) unsafe trait Plain: Sized {
    fn zeroed() -> Self {
        // SAFETY: what implementors of the trait promise.
        unsafe { mem::zeroed() }
    }
}

// SAFETY: integers, arrays and unions of them; the one pointer (`v4l2_buffer.m.planes`) may
// be null.
unsafe impl Plain for v4l2_capability {}
// SAFETY: as above.
unsafe impl Plain for v4l2_fmtdesc {}
// SAFETY: as above.
unsafe impl Plain for v4l2_frmsizeenum {}
// SAFETY: as above.
unsafe impl Plain for v4l2_frmivalenum {}
// SAFETY: as above.
unsafe impl Plain for v4l2_input {}
// SAFETY: as above.
unsafe impl Plain for v4l2_format {}
// SAFETY: as above.
unsafe impl Plain for v4l2_streamparm {}
// SAFETY: as above.
unsafe impl Plain for v4l2_requestbuffers {}
// SAFETY: as above.
unsafe impl Plain for v4l2_buffer {}
// SAFETY: an integer.
unsafe impl Plain for i32 {}

/// One ioctl on an open node.
pub(super) fn ioctl<T: Plain>(
    fd: i32,
    request: vidioc::_IOC_TYPE,
    argument: &mut T,
) -> io::Result<()> {
    // A request carries the size of its argument in bits 16 to 29 (asm-generic/ioctl.h).
    if (request >> 16) as usize & 0x3fff != mem::size_of::<T>() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the argument lives through the call and has the size the kernel copies; a
    // capture buffer of type MMAP makes it follow no pointer inside.
    unsafe { v4l2::ioctl(fd, request, ptr::from_mut(argument).cast::<c_void>()) }
}
