//! What can be wrong with the camera, and the settings that last.

use std::{collections::VecDeque, time::Duration};

/// A defect of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The payload header's error bit is set: the camera itself knows the frame is bad.
    ErrorBit,
    /// The first half of the frame, sent as if it were whole.
    Truncated,
    /// A header and no frame.
    Empty,
    /// 2000 bytes in the middle are noise.
    Garbage,
    /// A whole frame of another size than agreed.
    WrongSize,
    /// One transfer fails with -EPROTO: a bad cable, to the driver.
    Bus,
    /// The plug is pulled after half the frame.
    UnplugMidFrame,
}

impl Fault {
    const NAMES: [(&str, Fault); 7] = [
        ("error-bit", Fault::ErrorBit),
        ("truncated", Fault::Truncated),
        ("empty", Fault::Empty),
        ("garbage", Fault::Garbage),
        ("wrong-size", Fault::WrongSize),
        ("bus-error", Fault::Bus),
        ("unplug-mid-frame", Fault::UnplugMidFrame),
    ];

    /// The fault of that name.
    pub fn named(name: &str) -> Option<Fault> {
        Fault::NAMES
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, fault)| *fault)
    }
}

/// How the camera behaves, plugged in or not.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// Name of the scene it looks at.
    pub scene: String,
    /// No frame is sent, though the stream runs.
    pub frozen: bool,
    /// Time between frames, where it is longer than agreed.
    pub pace: Duration,
    /// Time from the start of a stream to its first frame.
    pub startup: Duration,
    /// JPEG frames come without Huffman tables, as MJPG allows.
    pub no_huffman: bool,
    /// Whatever format is asked for, the answer is the first one.
    pub adjust_format: bool,
    /// The chosen format is refused in the end.
    pub refuse_commit: bool,
    /// Every change of a control is refused.
    pub refuse_controls: bool,
    /// Defects of the next frames, one each.
    pub faults: VecDeque<Fault>,
}

impl Behaviour {
    /// Back to a healthy camera that looks at the same scene.
    pub fn heal(&mut self) {
        *self = Behaviour {
            scene: std::mem::take(&mut self.scene),
            ..Behaviour::default()
        };
    }
}

/// A JPEG without its Huffman tables (DHT segments).
pub fn without_huffman_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut out = jpeg.get(..2).unwrap_or_default().to_vec();
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xff, marker, hi, lo, ..] = *rest {
        let length = 2 + usize::from(u16::from_be_bytes([hi, lo]));
        if marker == 0xda || length > rest.len() {
            break; // start of scan: what follows is picture
        }
        if marker != 0xc4 {
            out.extend_from_slice(&rest[..length]);
        }
        rest = &rest[length..];
    }
    out.extend_from_slice(rest);
    out
}

/// The frame with noise in its middle; `seed` makes each time another noise.
pub fn with_garbage(frame: &[u8], seed: u64) -> Vec<u8> {
    let mut out = frame.to_vec();
    let middle = out.len() / 2;
    let end = (middle + 2000).min(out.len());
    let mut x = seed | 1;
    for byte in &mut out[middle..end] {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        *byte = x as u8;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_huffman_tables_are_taken_out() {
        let jpeg = [
            0xff, 0xd8, 0xff, 0xe0, 0, 3, 7, 0xff, 0xc4, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 9, 0xff,
            0xc4,
        ];
        let bare = [
            0xff, 0xd8, 0xff, 0xe0, 0, 3, 7, 0xff, 0xda, 0, 2, 9, 0xff, 0xc4,
        ];
        assert_eq!(without_huffman_tables(&jpeg), bare);
        assert_eq!(without_huffman_tables(&bare), bare);
        assert_eq!(without_huffman_tables(&[]), []);
    }

    #[test]
    fn garbage_leaves_the_length_and_both_ends() {
        let frame = vec![5; 10_000];
        let bad = with_garbage(&frame, 3);
        assert_eq!(bad.len(), frame.len());
        assert_eq!(bad[..5000], frame[..5000]);
        assert_ne!(bad[5000..7000], frame[5000..7000]);
        assert_eq!(bad[7000..], frame[7000..]);
    }
}
