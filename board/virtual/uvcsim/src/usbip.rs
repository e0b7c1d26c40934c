//! USB/IP wire format, as much as a URB server needs.
//!
//! Every message starts with a 48-byte header of big-endian words:
//!   0 command, 1 seqnum, 2 devid, 3 direction, 4 endpoint, then 28 bytes by command.
//! There is no handshake here: the OP_REQ_IMPORT exchange belongs to the `usbip`
//! user-space tools.  The kernel starts straight with CMD_SUBMIT on the socket it was
//! handed, so the server may simply be the other end of a socketpair.

use std::io::{self, Read, Write};

/// Endpoint stalled.
pub const EPIPE: i32 = -32;
/// Transfer error on the bus.
pub const EPROTO: i32 = -71;
/// The URB was unlinked before it completed.
pub const ECONNRESET: i32 = -104;

const CMD_SUBMIT: u32 = 1;
const CMD_UNLINK: u32 = 2;
const RET_SUBMIT: u32 = 3;
const RET_UNLINK: u32 = 4;

/// A transfer the kernel asks for.
#[derive(Clone, Debug)]
pub struct Urb {
    /// Number of the message; the reply carries it.
    pub seq: u32,
    /// From the device to the host.
    pub dir_in: bool,
    /// Endpoint number without the direction bit.
    pub ep: u8,
    /// Bytes wanted (IN) or sent (OUT).
    pub len: usize,
    /// Setup packet of a control transfer.
    pub setup: [u8; 8],
    /// OUT data, empty for IN.
    pub data: Vec<u8>,
}

/// A message from the kernel.
pub enum Message {
    /// A new transfer.
    Submit(Urb),
    /// Take the transfer `target` back.
    Unlink {
        /// Number of this message.
        seq: u32,
        /// Number of the transfer's message.
        target: u32,
    },
}

/// Reads one message; `Ok(None)` is an orderly end of the connection.
pub fn read_message(s: &mut impl Read) -> io::Result<Option<Message>> {
    let mut h = [0u8; 48];
    let mut got = 0;
    while got < h.len() {
        match s.read(&mut h[got..])? {
            0 if got == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => got += n,
        }
    }
    let word = |i: usize| u32::from_be_bytes(h[i * 4..i * 4 + 4].try_into().unwrap());
    let seq = word(1);
    match word(0) {
        CMD_SUBMIT => {
            let dir_in = word(3) == 1;
            let len = word(6) as usize; // 5 = transfer_flags, 6 = buffer length
            let mut data = Vec::new();
            if !dir_in && len > 0 {
                data.resize(len, 0);
                s.read_exact(&mut data)?;
            }
            Ok(Some(Message::Submit(Urb {
                seq,
                dir_in,
                ep: word(4) as u8,
                len,
                setup: h[40..48].try_into().unwrap(),
                data,
            })))
        }
        CMD_UNLINK => Ok(Some(Message::Unlink {
            seq,
            target: word(5),
        })),
        other => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("unknown usbip command {other}"),
        )),
    }
}

fn header(command: u32, seq: u32, status: i32, actual: u32) -> Vec<u8> {
    let mut b = Vec::with_capacity(48);
    // devid, direction and endpoint are zero in replies; so are start_frame,
    // number_of_packets (0 is what the kernel's own stub sends), error_count, padding.
    for w in [command, seq, 0, 0, 0, status as u32, actual, 0, 0, 0, 0, 0] {
        b.extend_from_slice(&w.to_be_bytes());
    }
    b
}

/// `data` is the IN data, in up to two pieces (payload header and payload body).
pub fn ret_submit_in(s: &mut impl Write, seq: u32, status: i32, data: &[&[u8]]) -> io::Result<()> {
    let n: usize = data.iter().map(|d| d.len()).sum();
    let mut b = header(RET_SUBMIT, seq, status, n as u32);
    b.reserve(n);
    for d in data {
        b.extend_from_slice(d);
    }
    s.write_all(&b)
}

/// Reply to an OUT transfer: no data follows, `actual` says how much was taken.
pub fn ret_submit_out(s: &mut impl Write, seq: u32, status: i32, actual: usize) -> io::Result<()> {
    s.write_all(&header(RET_SUBMIT, seq, status, actual as u32))
}

/// Reply to an unlink.
pub fn ret_unlink(s: &mut impl Write, seq: u32, status: i32) -> io::Result<()> {
    s.write_all(&header(RET_UNLINK, seq, status, 0))
}
