//! What goes over the socket: a length, a kind, the content. Little-endian, one machine, one
//! program on both ends. The input tensor goes beside it ([`super::input`]).

use std::io::{self, ErrorKind, Read, Write};

use serde::{Deserialize, Serialize};

use crate::{
    engine::{Outputs, Shape, edgetpu::Trouble},
    model::TASKS,
};

/// Longer is garbage, not a message. The longest is the model itself.
const MAX: usize = 80 << 20;

/// From the parent.
#[derive(Debug)]
pub(super) enum Request<'a> {
    /// Open an engine with this model.
    Open(Opening, &'a [u8]),
    /// Run one inference, on the tensor in the input memory.
    Infer,
    /// Say which accelerators there are.
    Ping,
}

/// What is opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Opening {
    pub which: Which,
    pub shape: Shape,
}

/// Which engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Which {
    /// The accelerator, with this library.
    EdgeTpu { library: String },
    /// The CPU, with so many threads.
    Cpu { threads: usize },
}

/// From the worker.
#[derive(Debug)]
pub(super) enum Reply {
    /// What it is about to do.
    Step(String),
    /// It is open.
    Ready(Ready),
    /// It cannot be opened.
    Refused(Trouble),
    /// An inference's answer.
    Outputs(Outputs),
    /// An inference failed, in the runtime's words.
    Failed(String),
    /// Number of accelerators the library sees.
    Pong(u32),
}

/// What was opened. The CPU has a runtime only.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ready {
    pub library: String,
    pub runtime: String,
    pub devices: Vec<String>,
    /// What does not stop it but should be seen to.
    pub notes: Vec<String>,
}

fn message(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(5 + length);
    bytes.extend((length as u32).to_le_bytes());
    bytes.push(kind);
    for part in parts {
        bytes.extend(*part);
    }
    bytes
}

/// The kind and length of the next message.
pub(super) fn header(bytes: [u8; 5]) -> io::Result<(u8, usize)> {
    let [a, b, c, d, kind] = bytes;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length > MAX {
        return Err(garbled());
    }
    Ok((kind, length))
}

/// Reads one message into `content` and gives its kind.
pub(super) fn receive(from: &mut impl Read, content: &mut Vec<u8>) -> io::Result<u8> {
    let mut first = [0; 5];
    from.read_exact(&mut first)?;
    let (kind, length) = header(first)?;
    content.resize(length, 0);
    from.read_exact(content)?;
    Ok(kind)
}

pub(super) fn send(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    to.write_all(message)?;
    to.flush()
}

pub(super) fn garbled() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a message makes no sense")
}

fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(io::Error::other)
}

impl<'a> Request<'a> {
    pub fn open(opening: &Opening, model: &[u8]) -> io::Result<Vec<u8>> {
        let head = json(opening)?;
        Ok(message(
            1,
            &[&(head.len() as u32).to_le_bytes(), &head, model],
        ))
    }

    pub fn infer() -> Vec<u8> {
        message(2, &[])
    }

    pub fn ping() -> Vec<u8> {
        message(3, &[])
    }

    pub fn decode(kind: u8, content: &'a [u8]) -> io::Result<Request<'a>> {
        match kind {
            1 => {
                let (length, rest) = content.split_first_chunk::<4>().ok_or_else(garbled)?;
                let length = u32::from_le_bytes(*length) as usize;
                let (head, model) = rest.split_at_checked(length).ok_or_else(garbled)?;
                let opening = serde_json::from_slice(head).map_err(io::Error::other)?;
                Ok(Request::Open(opening, model))
            }
            2 => Ok(Request::Infer),
            3 => Ok(Request::Ping),
            _ => Err(garbled()),
        }
    }
}

impl Reply {
    pub fn encode(&self) -> io::Result<Vec<u8>> {
        Ok(match self {
            Reply::Step(words) => message(10, &[words.as_bytes()]),
            Reply::Ready(ready) => message(11, &[&json(ready)?]),
            Reply::Refused(trouble) => message(12, &[&json(trouble)?]),
            Reply::Outputs(outputs) => {
                let size = [outputs.rows, outputs.columns].map(|n| (n as u32).to_le_bytes());
                let values: Vec<u8> = outputs
                    .logits
                    .iter()
                    .chain(&outputs.maps)
                    .flat_map(|value| value.to_le_bytes())
                    .collect();
                message(13, &[size.as_flattened(), &values])
            }
            Reply::Failed(words) => message(14, &[words.as_bytes()]),
            Reply::Pong(devices) => message(15, &[&devices.to_le_bytes()]),
        })
    }

    pub fn decode(kind: u8, content: &[u8]) -> io::Result<Reply> {
        let words = || String::from_utf8_lossy(content).into_owned();
        match kind {
            10 => Ok(Reply::Step(words())),
            11 => serde_json::from_slice(content)
                .map(Reply::Ready)
                .map_err(io::Error::other),
            12 => serde_json::from_slice(content)
                .map(Reply::Refused)
                .map_err(io::Error::other),
            13 => outputs(content).map(Reply::Outputs).ok_or_else(garbled),
            14 => Ok(Reply::Failed(words())),
            15 => {
                let number = content.try_into().map_err(|_| garbled())?;
                Ok(Reply::Pong(u32::from_le_bytes(number)))
            }
            _ => Err(garbled()),
        }
    }
}

fn outputs(content: &[u8]) -> Option<Outputs> {
    let (words, []) = content.as_chunks::<4>() else {
        return None;
    };
    let (size, values) = words.split_first_chunk::<2>()?;
    let [rows, columns] = size.map(|n| u32::from_le_bytes(n) as usize);
    let values: Vec<f32> = values.iter().map(|v| f32::from_le_bytes(*v)).collect();
    let (logits, maps) = values.split_first_chunk::<TASKS>()?;
    let cells = rows.checked_mul(columns)?.checked_mul(TASKS)?;
    (maps.len() == cells).then(|| Outputs {
        rows,
        columns,
        maps: maps.to_vec(),
        logits: *logits,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn outputs_arrive_as_they_were_sent() {
        let sent = Outputs {
            rows: 2,
            columns: 3,
            maps: (0..48).map(|n| n as f32 / 7.0).collect(),
            logits: [-1.5; TASKS],
        };
        let bytes = Reply::Outputs(sent.clone()).encode().unwrap();
        let mut content = vec![7; 1000];
        let kind = receive(&mut bytes.as_slice(), &mut content).unwrap();
        match Reply::decode(kind, &content).unwrap() {
            Reply::Outputs(got) => assert_eq!(got, sent),
            other => panic!("{other:?}"),
        }
        // One value short is no answer.
        assert!(Reply::decode(kind, &content[..content.len() - 4]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(kind in 0u8..20, content in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Reply::decode(kind, &content);
            let _ = Request::decode(kind, &content);
        }
    }
}
