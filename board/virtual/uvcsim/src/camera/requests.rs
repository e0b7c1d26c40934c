//! The control endpoint: standard requests, and UVC's for stream and controls.

use super::{Camera, State, mode::Mode};
use crate::{
    descriptors::{self as desc, Speed},
    usbip::Urb,
};

// UVC class requests
const SET_CUR: u8 = 0x01;
const GET_CUR: u8 = 0x81;
const GET_MIN: u8 = 0x82;
const GET_MAX: u8 = 0x83;
const GET_RES: u8 = 0x84;
const GET_LEN: u8 = 0x85;
const GET_INFO: u8 = 0x86;
const GET_DEF: u8 = 0x87;

/// One integer control of a unit or terminal.
pub(super) struct Control {
    unit: u8,
    selector: u8,
    len: usize,
    min: i32,
    max: i32,
    res: i32,
    def: i32,
    /// The value it has now.
    pub(super) cur: i32,
}

pub(super) fn controls() -> Vec<Control> {
    let c = |unit, selector, len, min, max, res, def| Control {
        unit,
        selector,
        len,
        min,
        max,
        res,
        def,
        cur: def,
    };
    vec![
        c(desc::PROCESSING_UNIT, 0x02, 2, -64, 64, 1, 0), // brightness (signed)
        c(desc::PROCESSING_UNIT, 0x03, 2, 0, 100, 1, 50), // contrast
        c(desc::PROCESSING_UNIT, 0x07, 2, 0, 128, 1, 64), // saturation
        c(desc::PROCESSING_UNIT, 0x05, 1, 0, 2, 1, 1),    // power line frequency
        c(desc::CAMERA_TERMINAL, 0x02, 1, 1, 8, 0x09, 8), // AE mode; RES = mode bitmap
        c(desc::CAMERA_TERMINAL, 0x04, 4, 1, 5000, 1, 156), // exposure time, 100 us
    ]
}

impl Camera {
    /// `Some(data)` is success (data ignored for OUT), `None` a stall.
    pub(super) fn control(&self, st: &mut State, urb: &Urb) -> Option<Vec<u8>> {
        let s = &urb.setup;
        let value = u16::from_le_bytes([s[2], s[3]]);
        let index = u16::from_le_bytes([s[4], s[5]]);
        match (s[0], s[1]) {
            // GET_DESCRIPTOR
            (0x80, 6) => match value >> 8 {
                1 => Some(desc::device(self.identity.speed)),
                2 => Some(desc::configuration(self.identity.speed)),
                3 => desc::strings(&self.identity, value as u8),
                15 if self.identity.speed == Speed::Super => Some(desc::bos()),
                _ => None,
            },
            (0x80, 0) | (0x81, 0) | (0x82, 0) => Some(vec![0, 0]), // GET_STATUS
            (0x80, 8) => Some(vec![1]),                            // GET_CONFIGURATION
            (0x81, 10) => Some(vec![0]),                           // GET_INTERFACE
            // SET_CONFIGURATION; SET_ISOCH_DELAY and SET_SEL (SuperSpeed enumeration)
            (0x00, 9) | (0x00, 0x30) | (0x00, 0x31) => Some(vec![]),
            (0x00, 1) | (0x00, 3) | (0x01, 1) | (0x01, 3) => Some(vec![]), // features
            // SET_INTERFACE: alt 0 is all there is
            (0x01, 11) => {
                if index as u8 == desc::IF_STREAMING {
                    self.set_streaming(st, false);
                }
                (value == 0).then(Vec::new)
            }
            // CLEAR_FEATURE(ENDPOINT_HALT) on the stream: uvcvideo's way to say "stop"
            // to a bulk camera, since there is no alternate setting to fall back to.
            (0x02, 1) => {
                if index as u8 == 0x80 | desc::EP_STREAM {
                    self.set_streaming(st, false);
                }
                Some(vec![])
            }
            (0x21, SET_CUR) | (0xa1, _) => {
                let (interface, unit) = (index as u8, (index >> 8) as u8);
                let refused = s[1] == SET_CUR && unit != 0 && self.behaviour().refuse_controls;
                let r = if refused {
                    Err(1) // not ready
                } else if interface == desc::IF_STREAMING {
                    self.stream_request(st, s[1], (value >> 8) as u8, urb)
                } else {
                    Self::unit_request(st, s[1], unit, (value >> 8) as u8, urb)
                };
                match r {
                    Ok(d) => {
                        if unit != 0 {
                            st.last_error = 0;
                        }
                        Some(d)
                    }
                    Err(code) => {
                        st.last_error = code;
                        None
                    }
                }
            }
            _ => None,
        }
    }

    fn stream_request(
        &self,
        st: &mut State,
        req: u8,
        selector: u8,
        urb: &Urb,
    ) -> Result<Vec<u8>, u8> {
        let payload = self.identity.speed.payload();
        if !(1..=2).contains(&selector) {
            return Err(6); // invalid control
        }
        match req {
            SET_CUR if urb.data.len() >= 26 => {
                let behaviour = self.behaviour();
                let mode = if behaviour.adjust_format {
                    Mode::default()
                } else {
                    Mode::negotiate(&urb.data)
                };
                if selector == 2 && behaviour.refuse_commit {
                    return Err(4); // out of range
                }
                if selector == 1 {
                    st.probe = mode;
                } else {
                    st.commit = mode;
                    self.set_streaming(st, true);
                }
                Ok(vec![])
            }
            GET_CUR if selector == 2 => Ok(st.commit.block(payload)),
            // MIN and MAX: uvcvideo only takes wCompQuality from them
            GET_CUR | GET_MIN | GET_MAX => Ok(st.probe.block(payload)),
            GET_DEF => Ok(Mode::default().block(payload)),
            GET_LEN => Ok(34u16.to_le_bytes().to_vec()),
            GET_INFO => Ok(vec![3]),
            _ => Err(7), // invalid request
        }
    }

    fn unit_request(
        st: &mut State,
        req: u8,
        unit: u8,
        selector: u8,
        urb: &Urb,
    ) -> Result<Vec<u8>, u8> {
        if unit == 0 {
            // the interface itself: only "what went wrong last?"
            return match (selector, req) {
                (2, GET_CUR) => Ok(vec![st.last_error]),
                (2, GET_INFO) => Ok(vec![1]),
                _ => Err(6),
            };
        }
        let c = st
            .controls
            .iter_mut()
            .find(|c| c.unit == unit && c.selector == selector)
            .ok_or(6u8)?;
        let bytes = |v: i32| v.to_le_bytes()[..c.len].to_vec();
        match req {
            GET_CUR => Ok(bytes(c.cur)),
            GET_MIN => Ok(bytes(c.min)),
            GET_MAX => Ok(bytes(c.max)),
            GET_RES => Ok(bytes(c.res)),
            GET_DEF => Ok(bytes(c.def)),
            GET_LEN => Ok((c.len as u16).to_le_bytes().to_vec()),
            GET_INFO => Ok(vec![3]), // readable and writable
            SET_CUR if urb.data.len() == c.len => {
                let mut w = [0u8; 4];
                w[..c.len].copy_from_slice(&urb.data);
                let mut v = i32::from_le_bytes(w);
                if c.min < 0 {
                    let spare = 32 - 8 * c.len as u32;
                    v = (v << spare) >> spare; // sign-extend
                }
                if v < c.min || v > c.max {
                    return Err(4); // out of range
                }
                c.cur = v;
                Ok(vec![])
            }
            _ => Err(7),
        }
    }
}
