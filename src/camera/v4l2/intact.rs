//! Whether a buffer holds a whole frame, as far as that shows without decoding it. Decoding
//! finds more, and no decoder finds everything: see `frame::jpeg`.

use crate::frame::PixelFormat;

/// What a stream delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) format: PixelFormat,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Shape {
    /// The least bytes of a whole frame.
    pub(super) fn need(&self) -> usize {
        match self.format {
            PixelFormat::Yuyv { stride } => {
                let row = self.width.div_ceil(2) as usize * 4;
                let rows_before_last = (self.height as usize).saturating_sub(1);
                (stride as usize)
                    .max(row)
                    .saturating_mul(rows_before_last)
                    .saturating_add(row)
            }
            PixelFormat::Rgb8 => self.width as usize * self.height as usize * 3,
            PixelFormat::Mjpeg => MIN_JPEG,
        }
    }

    /// What is wrong with these bytes, in words; `None` for a whole frame.
    pub(super) fn fault(&self, data: &[u8]) -> Option<String> {
        if data.is_empty() {
            return Some("empty frame".into());
        }
        let need = self.need();
        if data.len() < need {
            return Some(format!(
                "short frame: {} bytes where {need} are needed",
                data.len()
            ));
        }
        match self.format {
            PixelFormat::Mjpeg => jpeg_fault(data, (self.width, self.height)),
            _ => None,
        }
    }
}

/// Start and end marker, the shortest frame and scan headers.
const MIN_JPEG: usize = 2 + 2 + 11 + 8 + 2;

/// Walks the header to the first scan and looks for the end marker behind it. Missing Huffman
/// tables are no fault (libjpeg-turbo has them), nor is padding after the end (most cameras
/// that fill whole USB packets leave some).
fn jpeg_fault(data: &[u8], agreed: (u32, u32)) -> Option<String> {
    let scan = match scan_start(data, agreed) {
        Ok(scan) => scan,
        Err(why) => return Some(why),
    };
    // Entropy-coded bytes never form a marker, so the last one behind the scan's start is it.
    let ended = data
        .get(scan..)
        .is_some_and(|rest| rest.windows(2).rev().any(|pair| pair == [0xff, 0xd9]));
    (!ended).then(|| "truncated JPEG: it has no end".into())
}

fn scan_start(data: &[u8], agreed: (u32, u32)) -> Result<usize, String> {
    let cut = || "truncated JPEG: its header is cut off".to_owned();
    if !data.starts_with(&[0xff, 0xd8]) {
        return Err("not a JPEG: it does not begin with one".into());
    }
    let mut at = 2;
    let mut sized = false;
    loop {
        let [0xff, marker] = *data.get(at..at + 2).ok_or_else(cut)? else {
            return Err("damaged JPEG: no marker where one must stand".into());
        };
        // Fill bytes before a marker, and markers without content.
        if marker == 0xff {
            at += 1;
            continue;
        }
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            at += 2;
            continue;
        }
        let content = data.get(at + 2..).ok_or_else(cut)?;
        let [high, low, rest @ ..] = content else {
            return Err(cut());
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        match marker {
            // Start of frame, of any kind (C4, C8 and CC are tables and reserved).
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let [_, h1, h0, w1, w0, ..] = *rest else {
                    return Err(cut());
                };
                let size = (
                    u32::from(u16::from_be_bytes([w1, w0])),
                    u32::from(u16::from_be_bytes([h1, h0])),
                );
                if size != agreed {
                    return Err(format!(
                        "a frame of {}x{} where {}x{} was agreed",
                        size.0, size.1, agreed.0, agreed.1
                    ));
                }
                sized = true;
            }
            0xda if sized => return Ok(at + 2 + length),
            0xda => return Err("damaged JPEG: a scan before its size".into()),
            0xd9 => return Err("damaged JPEG: it ends before its picture".into()),
            _ => {}
        }
        at += 2 + length.max(2);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jpeg() -> Vec<u8> {
        let pixels: Vec<u8> = (0..64 * 48 * 3).map(|i| (i * 7 % 251) as u8).collect();
        let picture = image::RgbImage::from_raw(64, 48, pixels).expect("as many pixels");
        crate::frame::jpeg::encode(&picture, 90).expect("a small picture compresses")
    }

    const MJPG: Shape = Shape {
        format: PixelFormat::Mjpeg,
        width: 64,
        height: 48,
    };

    #[test]
    fn a_whole_jpeg_is_whole_with_or_without_padding() {
        let mut data = jpeg();
        assert_eq!(MJPG.fault(&data), None);
        data.extend([0; 5000]);
        assert_eq!(MJPG.fault(&data), None);
    }

    #[test]
    fn a_jpeg_cut_anywhere_is_truncated() {
        let data = jpeg();
        for keep in 0..data.len() - 1 {
            assert!(MJPG.fault(&data[..keep]).is_some(), "{keep} bytes kept");
        }
    }

    #[test]
    fn an_end_marker_inside_a_thumbnail_is_not_the_pictures_end() {
        let whole = jpeg();
        let mut data = whole[..2].to_vec();
        data.extend([0xff, 0xe1, 0, 8, 1, 2, 0xff, 0xd9, 3, 4]);
        data.extend(&whole[2..]);
        assert_eq!(MJPG.fault(&data), None);
        data.truncate(data.len() - 2);
        assert!(MJPG.fault(&data).unwrap().contains("truncated"));
    }

    #[test]
    fn a_frame_of_another_size_is_named() {
        let other = Shape { width: 80, ..MJPG };
        let why = other.fault(&jpeg()).unwrap();
        assert!(why.contains("64x48") && why.contains("80x48"), "{why}");
    }

    #[test]
    fn a_yuyv_frame_needs_every_row_but_not_the_last_ones_padding() {
        let shape = Shape {
            format: PixelFormat::Yuyv { stride: 10 },
            width: 4,
            height: 3,
        };
        assert_eq!(shape.need(), 28);
        assert_eq!(shape.fault(&[0; 28]), None);
        assert!(shape.fault(&[0; 27]).unwrap().contains("short"));
        assert!(shape.fault(&[]).unwrap().contains("empty"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_whole_or_a_sentence(
            mut data in proptest::collection::vec(any::<u8>(), 0..300),
            header in any::<bool>(),
        ) {
            if header && data.len() > 2 {
                data[..2].copy_from_slice(&[0xff, 0xd8]);
            }
            let _ = MJPG.fault(&data);
        }

        #[test]
        fn a_jpeg_with_any_byte_changed_does_not_panic(at in 0usize..600, value in any::<u8>()) {
            let mut data = jpeg();
            let at = at % data.len();
            data[at] = value;
            let _ = MJPG.fault(&data);
        }
    }
}
