//! The input tensor's memory, which parent and worker share. Over the socket a picture of 331 kB
//! would go in pieces of what its buffer takes, each with a wake-up and three copies: here it is
//! written once, and the engine reads it where it is.

use std::{
    io::{self, ErrorKind, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use memmap2::{Mmap, MmapMut};
use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, ftruncate, memfd_create},
    io::retry_on_intr,
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
    },
};

/// Its size stays what it is.
const SEALS: SealFlags = SealFlags::SHRINK
    .union(SealFlags::GROW)
    .union(SealFlags::SEAL);

/// The parent's end, for one worker. A request for an inference says when the worker reads what
/// is there; the answer says when it may be written again.
#[derive(Debug)]
pub(super) struct InputWriter(MmapMut);

/// The worker's end.
#[derive(Debug)]
pub(super) struct InputReader(Mmap);

impl InputWriter {
    /// Memory for `length` bytes, whose handle is the first thing that goes over the socket.
    pub fn new(length: usize, socket: &UnixStream) -> io::Result<InputWriter> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let memory = memfd_create("bccscope-input", flags)?;
        ftruncate(&memory, length as u64)?;
        fcntl_add_seals(&memory, SEALS)?;
        // SAFETY: It is sealed, so no page of it goes away. Of those who have the handle, this
        // process and its worker, nobody else writes.
        let map = unsafe { MmapMut::map_mut(&memory) }?;
        share(&memory, socket)?;
        Ok(InputWriter(map))
    }

    /// Puts a tensor there: a whole one, so that nothing of an older one is left.
    pub fn write(&mut self, tensor: &[i8]) -> io::Result<()> {
        if tensor.len() != self.0.len() {
            return Err(strange("the tensor is not of the input memory's size"));
        }
        self.0.copy_from_slice(bytemuck::cast_slice(tensor));
        Ok(())
    }
}

impl InputReader {
    /// Takes what [`InputWriter::new`] gives; the end of the stream is the parent's end.
    pub fn take(socket: &UnixStream) -> io::Result<InputReader> {
        let mut byte = [0];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let got = retry_on_intr(|| {
            recvmsg(
                socket,
                &mut [IoSliceMut::new(&mut byte)],
                &mut control,
                RecvFlags::CMSG_CLOEXEC,
            )
        })?;
        if got.bytes == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let memory = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut handles) => handles.next(),
            _ => None,
        });
        InputReader::of(memory.ok_or_else(|| strange("no input memory came with it"))?)
    }

    fn of(memory: OwnedFd) -> io::Result<InputReader> {
        if !fcntl_get_seals(&memory).is_ok_and(|seals| seals.contains(SEALS)) {
            return Err(strange("the input memory is not sealed"));
        }
        // SAFETY: It is sealed, so no page of it goes away. The parent writes only while it waits
        // for no answer, and this process reads only between a request and its answer.
        unsafe { Mmap::map(&memory) }.map(InputReader)
    }

    /// The tensor that is there.
    pub fn tensor(&self) -> &[i8] {
        bytemuck::cast_slice(&self.0)
    }
}

fn share(memory: &OwnedFd, socket: &UnixStream) -> io::Result<()> {
    let handles = [memory.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&handles)) {
        return Err(io::Error::other("no room for the input's handle"));
    }
    // A handle travels with a byte at least.
    let byte = [IoSlice::new(&[0])];
    sendmsg(socket, &byte, &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn strange(words: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn pair(length: usize) -> (InputWriter, InputReader) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let writer = InputWriter::new(length, &ours).unwrap();
        (writer, InputReader::take(&theirs).unwrap())
    }

    #[test]
    fn tensors_arrive_as_they_were_written_one_after_the_other() {
        let (mut writer, reader) = pair(200);
        for shift in [0, 7, -100] {
            let sent: Vec<i8> = (-100..100).map(|n: i8| n.wrapping_add(shift)).collect();
            writer.write(&sent).unwrap();
            assert_eq!(reader.tensor(), sent);
        }
    }

    #[test]
    fn a_tensor_of_another_size_is_not_written() {
        let (mut writer, reader) = pair(4);
        writer.write(&[1, 2, 3, 4]).unwrap();
        for wrong in [&[9, 9, 9][..], &[9; 5]] {
            assert!(writer.write(wrong).is_err());
        }
        assert_eq!(reader.tensor(), [1, 2, 3, 4]);
    }

    #[test]
    fn what_the_worker_takes_is_sealed_memory_or_nothing() {
        // A parent that is gone.
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(ours);
        let gone = InputReader::take(&theirs).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::UnexpectedEof);
        // A byte without a handle.
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(&[0]).unwrap();
        let none = InputReader::take(&theirs).unwrap_err();
        assert_eq!(none.to_string(), "no input memory came with it");
        // A file that somebody may cut short.
        let file = tempfile::tempfile().unwrap();
        let foreign = InputReader::of(file.into()).unwrap_err();
        assert_eq!(foreign.to_string(), "the input memory is not sealed");
    }
}
