//! What the kernel says of a framebuffer (`linux/fb.h`), and what we make of it.

use std::{fs::File, io, mem, os::fd::AsRawFd};

use crate::display::pixels::{Field, Layout};

const FBIOGET_VSCREENINFO: libc::c_ulong = 0x4600;
const FBIOGET_FSCREENINFO: libc::c_ulong = 0x4602;
const FBIOBLANK: libc::c_ulong = 0x4611;
const FB_BLANK_UNBLANK: libc::c_ulong = 0;
const FB_VISUAL_TRUECOLOR: u32 = 2;
const FB_VISUAL_DIRECTCOLOR: u32 = 4;

/// `struct fb_bitfield`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Bitfield {
    offset: u32,
    length: u32,
    msb_right: u32,
}

/// `struct fb_var_screeninfo`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Variable {
    xres: u32,
    yres: u32,
    xres_virtual: u32,
    yres_virtual: u32,
    xoffset: u32,
    yoffset: u32,
    bits_per_pixel: u32,
    grayscale: u32,
    red: Bitfield,
    green: Bitfield,
    blue: Bitfield,
    transp: Bitfield,
    /// From `nonstd` to `reserved`: nothing we look at.
    rest: [u32; 20],
}

/// `struct fb_fix_screeninfo`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Fixed {
    id: [u8; 16],
    smem_start: libc::c_ulong,
    smem_len: u32,
    kind: u32,
    type_aux: u32,
    visual: u32,
    xpanstep: u16,
    ypanstep: u16,
    ywrapstep: u16,
    line_length: u32,
    mmio_start: libc::c_ulong,
    mmio_len: u32,
    accel: u32,
    capabilities: u16,
    reserved: [u16; 2],
}

// The kernel writes as many bytes as its own structures have.
const _: () = assert!(mem::size_of::<Variable>() == 160);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(mem::size_of::<Fixed>() == 80);
#[cfg(target_pointer_width = "32")]
const _: () = assert!(mem::size_of::<Fixed>() == 68);

/// Where the visible picture lies in the framebuffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Geometry {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) layout: Layout,
    /// Bytes from a row to the next.
    pub(super) pitch: usize,
    /// Byte of the upper left pixel.
    pub(super) start: u64,
    /// Bytes from there to the end of the last row.
    pub(super) length: usize,
}

/// Asks the kernel.
pub(super) fn geometry(file: &File) -> Result<Geometry, String> {
    let mut variable = Variable::default();
    let mut fixed = Fixed::default();
    // SAFETY: the kernel writes one fb_var_screeninfo, whose layout `Variable` has.
    let rc = unsafe {
        libc::ioctl(
            file.as_raw_fd(),
            FBIOGET_VSCREENINFO as _,
            &raw mut variable,
        )
    };
    if rc < 0 {
        return Err(format!("no framebuffer: {}", io::Error::last_os_error()));
    }
    // SAFETY: the kernel writes one fb_fix_screeninfo, whose layout `Fixed` has.
    let rc = unsafe { libc::ioctl(file.as_raw_fd(), FBIOGET_FSCREENINFO as _, &raw mut fixed) };
    if rc < 0 {
        return Err(format!("no framebuffer: {}", io::Error::last_os_error()));
    }
    judge(&variable, &fixed)
}

/// Wakes a blanked screen. Many drivers cannot blank and say so: nothing is lost.
pub(super) fn unblank(file: &File) {
    // SAFETY: FBIOBLANK takes its argument by value and touches no memory of ours.
    let rc = unsafe { libc::ioctl(file.as_raw_fd(), FBIOBLANK as _, FB_BLANK_UNBLANK) };
    if rc < 0 {
        log::debug!("framebuffer not unblanked: {}", io::Error::last_os_error());
    }
}

/// Whether we can draw there, and where. Nothing the driver says is believed unchecked.
fn judge(variable: &Variable, fixed: &Fixed) -> Result<Geometry, String> {
    let bits = variable.bits_per_pixel;
    let true_colour = matches!(fixed.visual, FB_VISUAL_TRUECOLOR | FB_VISUAL_DIRECTCOLOR);
    if !true_colour || variable.grayscale != 0 {
        return Err("it has no true colour (a palette or grey), which is not supported".into());
    }
    let field = |b: Bitfield| Field {
        offset: b.offset,
        bits: b.length,
    };
    let alpha = (variable.transp.length > 0).then(|| field(variable.transp));
    let layout = Layout::new(
        bits,
        field(variable.red),
        field(variable.green),
        field(variable.blue),
        alpha,
    )
    .ok_or_else(|| {
        format!("its {bits} bits a pixel in this layout are not supported: set 16 or 32 bits (fbset -depth 32)")
    })?;

    let (width, height) = (variable.xres, variable.yres);
    let row = u64::from(width) * layout.bytes() as u64;
    let pitch = u64::from(fixed.line_length);
    let start =
        u64::from(variable.yoffset) * pitch + u64::from(variable.xoffset) * layout.bytes() as u64;
    let length = u64::from(height.saturating_sub(1)) * pitch + row;
    let sane = (1..=8192).contains(&width) && (1..=8192).contains(&height) && pitch >= row;
    if !sane || start + length > u64::from(fixed.smem_len) {
        return Err(format!(
            "it says {width}x{height} at {bits} bits, {pitch} bytes a row and {} bytes in all, which does not fit",
            fixed.smem_len
        ));
    }
    Ok(Geometry {
        width,
        height,
        layout,
        pitch: pitch as usize,
        start,
        length: length as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(offset: u32, length: u32) -> Bitfield {
        Bitfield {
            offset,
            length,
            msb_right: 0,
        }
    }

    /// A 3.5-inch SPI panel as fbtft states it.
    fn small_panel() -> (Variable, Fixed) {
        let variable = Variable {
            xres: 480,
            yres: 320,
            bits_per_pixel: 16,
            red: bits(11, 5),
            green: bits(5, 6),
            blue: bits(0, 5),
            ..Variable::default()
        };
        let fixed = Fixed {
            smem_len: 480 * 320 * 2,
            visual: FB_VISUAL_TRUECOLOR,
            line_length: 960,
            ..Fixed::default()
        };
        (variable, fixed)
    }

    #[test]
    fn a_small_spi_panel_is_rgb565() {
        let (variable, fixed) = small_panel();
        let geometry = judge(&variable, &fixed).unwrap();
        assert_eq!(geometry.layout, Layout::RGB565);
        assert_eq!(
            (geometry.pitch, geometry.start, geometry.length),
            (960, 0, 307_200)
        );
    }

    #[test]
    fn the_second_half_of_a_double_buffer_is_found_by_its_offset() {
        let (mut variable, mut fixed) = small_panel();
        variable.yoffset = 320;
        assert!(judge(&variable, &fixed).is_err(), "beyond the memory");
        fixed.smem_len *= 2;
        assert_eq!(judge(&variable, &fixed).unwrap().start, 307_200);
    }

    #[test]
    fn what_does_not_fit_or_has_no_colour_is_refused_with_a_sentence() {
        type Spoil = fn(&mut Variable, &mut Fixed);
        let cases: [(Spoil, &str); 6] = [
            (|v, _| v.bits_per_pixel = 24, "24 bits"),
            (|v, _| v.grayscale = 1, "true colour"),
            (|_, f| f.visual = 0, "true colour"),
            (|_, f| f.line_length = 100, "does not fit"),
            (|v, _| v.yres = u32::MAX, "does not fit"),
            (|v, _| v.xres = 0, "does not fit"),
        ];
        for (spoil, words) in cases {
            let (mut variable, mut fixed) = small_panel();
            spoil(&mut variable, &mut fixed);
            let error = judge(&variable, &fixed).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
