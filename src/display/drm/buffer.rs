//! A buffer the card scans out: dumb memory, mapped once, with its framebuffer.

use std::io;

use drm::{
    buffer::{Buffer as _, DrmFourcc},
    control::{
        Device as _,
        dumbbuffer::{DumbBuffer, DumbMapping},
        framebuffer,
    },
};
use self_cell::{MutBorrow, self_cell};

use super::card::Card;

self_cell!(
    /// A dumb buffer and the memory it is mapped to.
    struct Mapped {
        owner: MutBorrow<DumbBuffer>,
        #[covariant]
        dependent: DumbMapping,
    }
);

/// One of the two buffers.
pub(super) struct Buffer {
    mapped: Mapped,
    dumb: DumbBuffer,
    /// Its handle for the mode calls.
    pub(super) framebuffer: framebuffer::Handle,
    /// Bytes a row.
    pub(super) pitch: usize,
}

impl Buffer {
    /// A black buffer of XRGB8888.
    pub(super) fn new(card: &Card, size: (u32, u32)) -> io::Result<Buffer> {
        let dumb = card.create_dumb_buffer(size, DrmFourcc::Xrgb8888, 32)?;
        match Buffer::map(card, dumb) {
            Ok(buffer) => Ok(buffer),
            Err(e) => {
                drop(card.destroy_dumb_buffer(dumb));
                Err(e)
            }
        }
    }

    fn map(card: &Card, dumb: DumbBuffer) -> io::Result<Buffer> {
        let mut mapped = Mapped::try_new(MutBorrow::new(dumb), |dumb| {
            card.map_dumb_buffer(dumb.borrow_mut())
        })?;
        mapped.with_dependent_mut(|_, memory| memory.as_mut().fill(0));
        let framebuffer = card.add_framebuffer(&dumb, 24, 32)?;
        Ok(Buffer {
            mapped,
            framebuffer,
            pitch: dumb.pitch() as usize,
            dumb,
        })
    }

    /// Hands its memory to `draw`. Write in rows and never read: it may be uncached.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut [u8])) {
        self.mapped
            .with_dependent_mut(|_, memory| draw(memory.as_mut()));
    }

    /// Gives the kernel's objects back; a card that is gone has none.
    pub(super) fn release(&self, card: &Card) {
        drop(card.destroy_framebuffer(self.framebuffer));
        drop(card.destroy_dumb_buffer(self.dumb));
    }
}
