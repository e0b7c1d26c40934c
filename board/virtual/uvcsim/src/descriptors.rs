//! The USB descriptors of the made-up camera.
//!
//! Topology:  camera terminal (1) -> processing unit (2) -> output terminal (3)
//! Interface 0 = VideoControl (interrupt endpoint 0x81 for button/status),
//! interface 1 = VideoStreaming with alternate setting 0 ONLY, which carries the
//! bulk endpoint 0x82.  uvcvideo decides "bulk or isochronous" solely by the
//! number of alternate settings: exactly one means bulk, more than one means
//! isochronous.  A bulk endpoint in alt 1 would therefore never be used as bulk.

pub const CAMERA_TERMINAL: u8 = 1;
pub const PROCESSING_UNIT: u8 = 2;
pub const OUTPUT_TERMINAL: u8 = 3;

pub const IF_CONTROL: u8 = 0;
pub const IF_STREAMING: u8 = 1;

pub const EP_STATUS: u8 = 1; // 0x81, interrupt IN
pub const EP_STREAM: u8 = 2; // 0x82, bulk IN

pub const BCD_UVC: u16 = 0x0110; // 1.1: probe/commit blocks are 34 bytes
pub const CLOCK_HZ: u32 = 48_000_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speed {
    High,
    Super,
}

impl Speed {
    /// Value of the kernel's `enum usb_device_speed`, as written to `attach`.
    pub fn kernel_code(self) -> u32 {
        match self {
            Speed::High => 3,
            Speed::Super => 5,
        }
    }
    /// dwMaxPayloadTransferSize. uvcvideo's bulk URBs are this size rounded up to whole
    /// packets, but at most 32 packets (16 KiB at high speed, 32 KiB at SuperSpeed); a larger
    /// payload spans several.
    pub fn payload(self) -> u32 {
        match self {
            Speed::High => 16_384,
            Speed::Super => 2_000_000,
        }
    }
    fn bulk_packet(self) -> u16 {
        match self {
            Speed::High => 512, // the only size USB 2.0 allows
            Speed::Super => 1024,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Codec {
    Mjpeg,
    Yuyv,
}

pub struct Frame {
    pub width: u16,
    pub height: u16,
}

pub struct Format {
    pub codec: Codec,
    pub frames: &'static [Frame],
}

/// Format and frame indexes on the wire are 1-based positions in these lists.
pub const FORMATS: &[Format] = &[
    Format {
        codec: Codec::Mjpeg,
        frames: &[
            Frame {
                width: 1280,
                height: 720,
            },
            Frame {
                width: 1920,
                height: 1080,
            },
            Frame {
                width: 640,
                height: 480,
            },
        ],
    },
    Format {
        codec: Codec::Yuyv,
        frames: &[Frame {
            width: 1280,
            height: 720,
        }],
    },
];

/// Frame intervals in 100 ns units: 60, 30, 15, 10 and 5 frames a second.  Ascending,
/// because uvcvideo clamps the default to the range first..last.
pub const INTERVALS: &[u32] = &[166_666, 333_333, 666_666, 1_000_000, 2_000_000];
pub const DEFAULT_INTERVAL: u32 = 333_333;

impl Frame {
    /// Upper bound of one frame; also the size V4L2 gives its buffers.
    pub fn max_bytes(&self) -> u32 {
        self.width as u32 * self.height as u32 * 2
    }
}

const CS_INTERFACE: u8 = 0x24;
const CS_ENDPOINT: u8 = 0x25;
const CC_VIDEO: u8 = 0x0e;

fn le16(v: u16) -> [u8; 2] {
    v.to_le_bytes()
}

/// Appends one descriptor: the length byte is computed here.
fn push(out: &mut Vec<u8>, kind: u8, body: &[&[u8]]) {
    let len = 2 + body.iter().map(|b| b.len()).sum::<usize>();
    out.push(len as u8);
    out.push(kind);
    for b in body {
        out.extend_from_slice(b);
    }
}

pub fn device(speed: Speed) -> Vec<u8> {
    let mut d = Vec::new();
    // bcdUSB 2.00 keeps the host from asking for a BOS descriptor; 3.00 needs one.
    let (bcd_usb, ep0) = match speed {
        Speed::High => (0x0200, 64),
        Speed::Super => (0x0300, 9), // 2^9
    };
    push(
        &mut d,
        1,
        &[
            &le16(bcd_usb),
            // "miscellaneous / common / interface association": needed for the IAD
            &[0xef, 0x02, 0x01, ep0],
            &le16(0x1d6b), // Linux Foundation
            &le16(0x0102), // its webcam-gadget product id; no uvcvideo quirk matches it
            &le16(0x0100),
            &[1, 2, 3, 1],
        ],
    );
    d
}

/// Who this camera is, of several.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Speed of its connection.
    pub speed: Speed,
    /// Its serial number.
    pub serial: String,
}

/// A string descriptor.
pub fn strings(identity: &Identity, index: u8) -> Option<Vec<u8>> {
    let text = match index {
        0 => {
            return Some(vec![4, 3, 0x09, 0x04]); // US English
        }
        1 => "bccscope",
        2 => "Simulated dermatoscope",
        3 => &identity.serial,
        _ => return None,
    };
    let mut d = Vec::new();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(|u| u.to_le_bytes()).collect();
    push(&mut d, 3, &[&utf16]);
    Some(d)
}

/// Binary object store: only asked for at SuperSpeed.
pub fn bos() -> Vec<u8> {
    let mut cap = Vec::new();
    // SuperSpeed capability: full/high/super speed supported, U1/U2 exit latencies 0
    push(&mut cap, 0x10, &[&[3, 0], &le16(0x000e), &[1, 0], &le16(0)]);
    let mut d = Vec::new();
    push(&mut d, 0x0f, &[&le16(5 + cap.len() as u16), &[1]]);
    d.extend(cap);
    d
}

fn endpoint(out: &mut Vec<u8>, speed: Speed, addr: u8, attr: u8, max: u16, interval: u8) {
    push(out, 5, &[&[addr, attr], &le16(max), &[interval]]);
    if speed == Speed::Super {
        // companion: no burst; bytes per interval only for the periodic one
        let bpi = if attr == 3 { max } else { 0 };
        push(out, 0x30, &[&[0, 0], &le16(bpi)]);
    }
}

fn control_interface(speed: Speed) -> Vec<u8> {
    let mut units = Vec::new();
    push(
        &mut units,
        CS_INTERFACE,
        &[
            &[0x02, CAMERA_TERMINAL],
            &le16(0x0201), // camera
            &[0, 0],
            &[0; 6], // focal lengths: none
            // controls: bit 1 auto-exposure mode, bit 3 exposure time (absolute)
            &[3, 0x0a, 0x00, 0x00],
        ],
    );
    push(
        &mut units,
        CS_INTERFACE,
        &[
            &[0x05, PROCESSING_UNIT, CAMERA_TERMINAL],
            &le16(0),
            // controls: bit 0 brightness, 1 contrast, 3 saturation, 10 power line
            &[2, 0x0b, 0x04],
            &[0],
            &[0], // bmVideoStandards: part of the unit from UVC 1.1 on
        ],
    );
    push(
        &mut units,
        CS_INTERFACE,
        &[
            &[0x03, OUTPUT_TERMINAL],
            &le16(0x0101), // USB streaming
            &[0, PROCESSING_UNIT, 0],
        ],
    );

    let mut d = Vec::new();
    push(&mut d, 4, &[&[IF_CONTROL, 0, 1, CC_VIDEO, 1, 0, 0]]);
    push(
        &mut d,
        CS_INTERFACE,
        &[
            &[0x01],
            &le16(BCD_UVC),
            &le16(13 + units.len() as u16),
            &CLOCK_HZ.to_le_bytes(),
            &[1, IF_STREAMING],
        ],
    );
    d.extend(units);
    // uvcvideo takes it only if the interface has exactly this one endpoint,
    // wMaxPacketSize >= 8 (16 in newer kernels) and bInterval != 0.
    endpoint(&mut d, speed, 0x80 | EP_STATUS, 3, 16, 8);
    push(&mut d, CS_ENDPOINT, &[&[3], &le16(16)]);
    d
}

fn frame(out: &mut Vec<u8>, subtype: u8, index: u8, f: &Frame) {
    let bits_max = f.max_bytes() * 8 * 60;
    let intervals: Vec<u8> = INTERVALS.iter().flat_map(|i| i.to_le_bytes()).collect();
    push(
        out,
        CS_INTERFACE,
        &[
            &[subtype, index, 0],
            &le16(f.width),
            &le16(f.height),
            &(bits_max / 12).to_le_bytes(),
            &bits_max.to_le_bytes(),
            &f.max_bytes().to_le_bytes(),
            &DEFAULT_INTERVAL.to_le_bytes(),
            &[INTERVALS.len() as u8],
            &intervals,
        ],
    );
}

fn streaming_interface(speed: Speed) -> Vec<u8> {
    let mut formats = Vec::new();
    for (i, f) in FORMATS.iter().enumerate() {
        let index = i as u8 + 1;
        let count = f.frames.len() as u8;
        let subtype = match f.codec {
            Codec::Mjpeg => {
                push(
                    &mut formats,
                    CS_INTERFACE,
                    &[&[0x06, index, count, 0, 1, 0, 0, 0, 0]],
                );
                0x07
            }
            Codec::Yuyv => {
                let guid = *b"YUY2\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71";
                push(
                    &mut formats,
                    CS_INTERFACE,
                    &[&[0x04, index, count], &guid, &[16, 1, 0, 0, 0, 0]],
                );
                0x05
            }
        };
        for (j, fr) in f.frames.iter().enumerate() {
            frame(&mut formats, subtype, j as u8 + 1, fr);
        }
        // colour matching: BT.709 primaries and transfer, BT.601 matrix
        push(&mut formats, CS_INTERFACE, &[&[0x0d, 1, 1, 4]]);
    }

    let n = FORMATS.len() as u8;
    let mut d = Vec::new();
    push(&mut d, 4, &[&[IF_STREAMING, 0, 1, CC_VIDEO, 2, 0, 0]]);
    push(
        &mut d,
        CS_INTERFACE,
        &[
            &[0x01, n],
            &le16(13 + n as u16 + formats.len() as u16),
            // bTriggerSupport = 1 and bTriggerUsage = 1: without both of them newer
            // uvcvideo does not create the button's input device at all.
            &[0x80 | EP_STREAM, 0, OUTPUT_TERMINAL, 0, 1, 1, 1],
            &vec![0; n as usize],
        ],
    );
    d.extend(formats);
    endpoint(&mut d, speed, 0x80 | EP_STREAM, 2, speed.bulk_packet(), 0);
    d
}

pub fn configuration(speed: Speed) -> Vec<u8> {
    let mut body = Vec::new();
    // interface association: both interfaces form one video function
    push(&mut body, 0x0b, &[&[0, 2, CC_VIDEO, 3, 0, 0]]);
    body.extend(control_interface(speed));
    body.extend(streaming_interface(speed));
    let mut d = Vec::new();
    push(
        &mut d,
        2,
        &[&le16(9 + body.len() as u16), &[2, 1, 0, 0x80, 50]],
    );
    d.extend(body);
    d
}
