//! The input tensor's memory, which parent and worker share. Over the socket a picture of 331 kB
//! goes in pieces of what its buffer takes, each with a wake-up and three copies; here it is
//! written once and read once.

use std::{
    fs::File,
    io::{self, ErrorKind, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::{fs::FileExt, net::UnixStream},
    },
};

use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, ftruncate, memfd_create},
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
    },
};

/// Its size stays what it is: what is there is one whole picture, never the rest of an older one.
const SEALS: SealFlags = SealFlags::SHRINK
    .union(SealFlags::GROW)
    .union(SealFlags::SEAL);

/// Memory for one input tensor. The message that asks for an inference says when to read it; the
/// answer says when it may be written again.
#[derive(Debug)]
pub(super) struct Input {
    memory: File,
    length: usize,
}

impl Input {
    /// Memory for `length` bytes.
    pub fn new(length: usize) -> io::Result<Input> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let memory = memfd_create("bccscope-input", flags)?;
        ftruncate(&memory, length as u64)?;
        fcntl_add_seals(&memory, SEALS)?;
        Ok(Input {
            memory: memory.into(),
            length,
        })
    }

    /// Gives the other end its handle: the first thing that goes over the socket.
    pub fn share(&self, socket: &UnixStream) -> io::Result<()> {
        let handles = [self.memory.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !control.push(SendAncillaryMessage::ScmRights(&handles)) {
            return Err(io::Error::other("no room for the input's handle"));
        }
        // A handle travels with a byte at least.
        sendmsg(
            socket,
            &[IoSlice::new(&[0])],
            &mut control,
            SendFlags::NOSIGNAL,
        )?;
        Ok(())
    }

    /// Takes the handle that [`Input::share`] gives; the end of the stream is the parent's end.
    pub fn take(socket: &UnixStream) -> io::Result<Input> {
        let mut byte = [0];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let got = recvmsg(
            socket,
            &mut [IoSliceMut::new(&mut byte)],
            &mut control,
            RecvFlags::CMSG_CLOEXEC,
        )?;
        if got.bytes == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let memory = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut handles) => handles.next(),
            _ => None,
        });
        Input::from_handle(memory.ok_or_else(|| strange("no input memory came with it"))?)
    }

    fn from_handle(memory: OwnedFd) -> io::Result<Input> {
        if !fcntl_get_seals(&memory).is_ok_and(|seals| seals.contains(SEALS)) {
            return Err(strange("the input memory is not sealed"));
        }
        let length = usize::try_from(fstat(&memory)?.st_size).map_err(io::Error::other)?;
        Ok(Input {
            memory: memory.into(),
            length,
        })
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Puts a tensor there: a whole one.
    pub fn write(&self, tensor: &[i8]) -> io::Result<()> {
        if tensor.len() != self.length {
            return Err(strange("the tensor is not of the input memory's size"));
        }
        self.memory.write_all_at(bytemuck::cast_slice(tensor), 0)
    }

    /// Fills a tensor of [`Input::len`] values with what is there.
    pub fn read(&self, tensor: &mut [i8]) -> io::Result<()> {
        self.memory
            .read_exact_at(bytemuck::cast_slice_mut(tensor), 0)
    }
}

fn strange(words: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn handed_over(length: usize) -> (Input, Input) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let input = Input::new(length).unwrap();
        input.share(&ours).unwrap();
        let taken = Input::take(&theirs).unwrap();
        (input, taken)
    }

    #[test]
    fn tensors_arrive_as_they_were_written_one_after_the_other() {
        let (ours, theirs) = handed_over(200);
        assert_eq!(theirs.len(), 200);
        for shift in [0, 7, -100] {
            let sent: Vec<i8> = (-100..100).map(|n: i8| n.wrapping_add(shift)).collect();
            ours.write(&sent).unwrap();
            let mut got = vec![0; 200];
            theirs.read(&mut got).unwrap();
            assert_eq!(got, sent);
        }
    }

    #[test]
    fn a_tensor_of_another_size_is_not_written() {
        let (ours, theirs) = handed_over(4);
        ours.write(&[1, 2, 3, 4]).unwrap();
        for wrong in [&[9, 9, 9][..], &[9; 5]] {
            assert!(ours.write(wrong).is_err());
        }
        let mut got = [0; 4];
        theirs.read(&mut got).unwrap();
        assert_eq!(got, [1, 2, 3, 4]);
    }

    #[test]
    fn what_the_worker_takes_is_sealed_memory_or_nothing() {
        // A parent that is gone.
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(ours);
        let gone = Input::take(&theirs).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::UnexpectedEof);
        // A byte without a handle.
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(&[0]).unwrap();
        let none = Input::take(&theirs).unwrap_err();
        assert_eq!(none.to_string(), "no input memory came with it");
        // A file that somebody may cut short.
        let file = tempfile::tempfile().unwrap();
        let foreign = Input::from_handle(file.into()).unwrap_err();
        assert_eq!(foreign.to_string(), "the input memory is not sealed");
    }
}
