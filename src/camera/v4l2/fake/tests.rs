//! The model is strict: each rule of the kernel, broken once on purpose, is refused with the
//! kernel's error and written down. Without this, the tests that stand on it would prove nothing.

use std::{io, path::Path, time::Duration};

use super::{
    SIZE, World,
    file::{File, Mapped},
};
use crate::camera::v4l2::kernel::{FourCc, Kernel, Memory, Ready, Video};

const BUS: &str = "usb-1";

fn opened() -> (World, File) {
    let world = World::new();
    world.plug(BUS, "Camera");
    let file = world.open(Path::new("/dev/video0")).unwrap();
    (world, file)
}

/// A file with four mapped buffers, queued, and the stream on.
fn streaming() -> (World, Vec<Mapped>, File) {
    let (world, mut file) = opened();
    file.request_buffers(4).unwrap();
    let memory = (0..4).map(|index| file.map(index).unwrap()).collect();
    (0..4).for_each(|index| file.queue(index).unwrap());
    file.stream_on().unwrap();
    assert_eq!(world.violations(), [] as [String; 0]);
    (world, memory, file)
}

fn broken<T: std::fmt::Debug>(world: &World, answer: io::Result<T>, errno: i32, rule: &str) {
    assert_eq!(answer.unwrap_err().raw_os_error(), Some(errno), "{rule}");
    let violations = world.violations();
    assert!(
        violations.last().is_some_and(|last| last.contains(rule)),
        "{rule}: {violations:?}"
    );
}

#[test]
fn a_buffer_the_kernel_owns_cannot_be_queued_again() {
    // What the v4l crate's own stream does after a timeout.
    let (world, _memory, mut file) = streaming();
    assert_eq!(file.poll(Duration::ZERO).unwrap(), Ready::Nothing);
    broken(&world, file.queue(0), libc::EINVAL, "kernel owns");
}

#[test]
fn a_buffer_is_not_read_while_the_kernel_owns_it() {
    let (world, memory, mut file) = streaming();
    file.poll(Duration::from_secs(1)).unwrap();
    let filled = file.dequeue().unwrap();
    assert!(world.stamp(&memory[0].copy(filled.used)).is_some());
    assert_eq!(world.violations(), [] as [String; 0]);
    file.queue(filled.index).unwrap();
    memory[0].copy(filled.used);
    assert!(world.violations()[0].contains("read while the kernel owns it"));
}

#[test]
fn the_order_of_the_calls_is_kept() {
    let (world, mut file) = opened();
    broken(
        &world,
        file.dequeue(),
        libc::EINVAL,
        "DQBUF while not streaming",
    );
    broken(&world, file.stream_on(), libc::EINVAL, "STREAMON without");
    broken(&world, file.queue(0), libc::EINVAL, "does not exist");
    broken(&world, file.map(0), libc::EINVAL, "does not exist");
    let (world, memory, mut file) = streaming();
    broken(
        &world,
        file.request_buffers(0),
        libc::EBUSY,
        "while streaming",
    );
    file.stream_off().unwrap();
    broken(&world, file.request_buffers(0), libc::EBUSY, "mapped");
    broken(
        &world,
        file.set_format(FourCc::MJPG, SIZE),
        libc::EBUSY,
        "S_FMT",
    );
    drop(memory);
    assert_eq!(file.request_buffers(0).unwrap(), 0);
}

#[test]
fn a_file_closed_before_its_buffers_are_unmapped_is_noticed() {
    let (world, memory, file) = streaming();
    drop(file);
    drop(memory);
    assert!(world.violations()[0].contains("closed while"));
}

#[test]
fn a_dead_file_keeps_its_number_and_is_to_be_closed_first() {
    let (world, file) = opened();
    world.unplug(BUS);
    assert_eq!(
        file.capability().unwrap_err().raw_os_error(),
        Some(libc::ENODEV)
    );
    world.plug(BUS, "Camera");
    assert_eq!(world.nodes()[0], Path::new("/dev/video2"));
    world.open(Path::new("/dev/video2")).unwrap();
    assert!(world.violations()[0].contains("before its dead file"));
}

#[test]
fn another_files_buffers_are_busy() {
    let (world, _memory, _file) = streaming();
    let mut second = world.open(Path::new("/dev/video0")).unwrap();
    let busy = second.request_buffers(4).unwrap_err();
    assert_eq!(busy.raw_os_error(), Some(libc::EBUSY));
}
