//! Finding cameras among the video nodes, and the one that is meant. A camera is followed by
//! where it is plugged in: after a replug the kernel may give it another number. A link is
//! followed by what it leads to.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::kernel::{Capability, Kernel, Video};

/// A video node that captures, or one that could not be asked.
#[derive(Debug)]
pub(super) struct Found {
    /// Its place in `/dev`.
    pub(super) node: PathBuf,
    /// What it is, or why that is not known.
    pub(super) capability: io::Result<Capability>,
}

/// Every node that captures pictures, and every one that cannot be opened. Metadata nodes,
/// encoders and the like are left out.
pub(super) fn cameras(kernel: &impl Kernel) -> Vec<Found> {
    kernel
        .nodes()
        .into_iter()
        .filter_map(|node| {
            let capability = kernel.open(&node).and_then(|device| device.capability());
            match capability {
                Ok(capability) if !capability.captures => None,
                capability => Some(Found { node, capability }),
            }
        })
        .collect()
}

/// The camera that is meant.
#[derive(Debug)]
pub(super) struct Meant {
    pub(super) node: PathBuf,
    pub(super) capability: Capability,
    /// What it is known by when it comes back.
    pub(super) known: Known,
    /// Other cameras that would have done as well.
    pub(super) others: usize,
}

/// What a camera is known by when its node has another number: where it is plugged in, its
/// name, and which of the nodes of that name there it is (colour and infrared may be two).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    bus: String,
    card: String,
    nth: usize,
}

/// What is remembered of the cameras that were in use.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The one that delivered last: where it is still there, no other takes its place.
    last: Option<Known>,
    /// Those tried since without a frame. One that was only opened may be no camera at all, and
    /// must not stand before the one that is.
    in_vain: Vec<Known>,
}

impl Memory {
    pub(super) fn delivers(&mut self, camera: &Known) {
        self.last = Some(camera.clone());
        self.in_vain.clear();
    }

    pub(super) fn in_vain(&mut self, camera: Known) {
        // Its turn again: so all of them were tried, and the next round begins.
        if self.in_vain.contains(&camera) {
            self.in_vain.clear();
        }
        self.in_vain.push(camera);
    }
}

/// Why none is.
#[derive(Debug)]
pub(super) enum NotFound {
    /// There is no camera at all.
    None,
    /// None that is meant; these are there.
    Others(Vec<String>),
    /// The one that may be meant cannot be opened.
    Refused(PathBuf, io::Error),
}

/// What the settings say of the camera.
enum Wanted<'a> {
    /// A number, `/dev/video0`: once the camera was open it says no more.
    Number(PathBuf),
    /// The node behind a link, which knows its camera under any number.
    Link(PathBuf),
    /// Where it is plugged in.
    Place(&'a str),
    /// Part of its name; nothing is part of every name.
    Name(String),
}

impl Wanted<'_> {
    fn of<'a>(kernel: &impl Kernel, wanted: &'a str) -> Wanted<'a> {
        if wanted.starts_with("usb-") {
            return Wanted::Place(wanted);
        }
        if !wanted.starts_with('/') {
            return Wanted::Name(wanted.to_lowercase());
        }
        let node = kernel.real_path(Path::new(wanted));
        let number = wanted.strip_prefix("/dev/video").unwrap_or_default();
        if number.parse::<u32>().is_ok() && node == Path::new(wanted) {
            Wanted::Number(node)
        } else {
            Wanted::Link(node)
        }
    }

    /// The node, where one is named.
    fn node(&self) -> Option<&Path> {
        match self {
            Wanted::Number(node) | Wanted::Link(node) => Some(node),
            Wanted::Place(_) | Wanted::Name(_) => None,
        }
    }
}

/// Finds the camera `wanted` means: its place (`usb-…`), its node (`/dev/…`), part of its
/// name, or with nothing any. Of several, one that `memory` speaks for.
pub(super) fn find(kernel: &impl Kernel, wanted: &str, memory: &Memory) -> Result<Meant, NotFound> {
    let last = memory.last.as_ref();
    let wanted = Wanted::of(kernel, wanted);
    let mut seen = Vec::new();
    let mut refused = None;
    for found in cameras(kernel) {
        match found.capability {
            Ok(capability) => seen.push((found.node, capability)),
            Err(error) => {
                let meant = wanted.node().is_none_or(|node| node == found.node);
                if meant && refused.is_none() {
                    refused = Some((found.node, error));
                }
            }
        }
    }
    // One camera may have several capturing nodes; the first one is its main one.
    seen.sort_by(|a, b| {
        let usb = |c: &Capability| !c.bus.starts_with("usb-");
        (usb(&a.1), &a.1.bus).cmp(&(usb(&b.1), &b.1.bus))
    });
    let seen = recognisable(seen);
    let is_last = |camera: &Camera| last == Some(&camera.known);
    let in_its_place = |camera: &Camera| last.is_some_and(|last| last.bus == camera.known.bus);
    let untried = |camera: &Camera| !memory.in_vain.contains(&camera.known);
    let last_is_there = seen.iter().any(is_last);
    let fits = |camera: &&Camera| match &wanted {
        Wanted::Number(_) if last_is_there => is_last(camera),
        Wanted::Number(node) | Wanted::Link(node) => camera.node == *node,
        Wanted::Place(bus) => camera.known.bus == *bus,
        Wanted::Name(part) => camera.known.card.to_lowercase().contains(part),
    };
    let fitting: Vec<&Camera> = seen.iter().filter(fits).collect();
    let mut places: Vec<&str> = fitting.iter().map(|c| c.known.bus.as_str()).collect();
    places.dedup();
    let chosen = (fitting.iter().find(|camera| is_last(camera)))
        .or_else(|| (fitting.iter()).find(|camera| in_its_place(camera) && untried(camera)))
        .or_else(|| fitting.iter().find(|camera| untried(camera)))
        .or(fitting.first())
        .map(|camera| Meant {
            node: camera.node.clone(),
            capability: camera.capability.clone(),
            known: camera.known.clone(),
            others: places.len() - 1,
        });
    match (chosen, refused) {
        (Some(meant), _) => Ok(meant),
        (None, Some((node, error))) => Err(NotFound::Refused(node, error)),
        (None, None) if seen.is_empty() => Err(NotFound::None),
        (None, None) => Err(NotFound::Others(seen.iter().map(Camera::words).collect())),
    }
}

/// A camera that could be asked what it is.
struct Camera {
    node: PathBuf,
    capability: Capability,
    known: Known,
}

impl Camera {
    fn words(&self) -> String {
        let Known { bus, card, .. } = &self.known;
        format!("{card} ({bus}, {})", self.node.display())
    }
}

/// The nodes with what each is known by; those of one place come in the order of their numbers.
fn recognisable(nodes: Vec<(PathBuf, Capability)>) -> Vec<Camera> {
    let mut cameras: Vec<Camera> = Vec::new();
    for (node, capability) in nodes {
        let (bus, card) = (capability.bus.clone(), capability.card.clone());
        let nth = (cameras.iter())
            .filter(|c| c.known.bus == bus && c.known.card == card)
            .count();
        cameras.push(Camera {
            node,
            capability,
            known: Known { bus, card, nth },
        });
    }
    cameras
}

#[cfg(test)]
mod tests {
    use super::{super::fake::World, *};

    fn after(camera: &Known) -> Memory {
        let mut memory = Memory::default();
        memory.delivers(camera);
        memory
    }

    #[test]
    fn metadata_nodes_are_no_cameras() {
        let world = World::new();
        world.plug("usb-1", "Dermatoscope");
        assert_eq!(world.nodes().len(), 2, "each camera has a metadata node");
        let found = cameras(&world);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].node, Path::new("/dev/video0"));
    }

    #[test]
    fn a_camera_is_chosen_by_place_node_or_part_of_its_name() {
        let world = World::new();
        world.plug("usb-1.1", "Laptop webcam");
        world.plug("usb-1.2", "DermLite HUD");
        for (wanted, bus) in [
            ("usb-1.2", "usb-1.2"),
            ("/dev/video2", "usb-1.2"),
            ("dermlite", "usb-1.2"),
            ("", "usb-1.1"),
        ] {
            let meant = find(&world, wanted, &Memory::default()).unwrap();
            assert_eq!(meant.capability.bus, bus, "{wanted:?}");
            assert_eq!(meant.others, usize::from(wanted.is_empty()));
        }
        let missing = find(&world, "usb-1.3", &Memory::default()).unwrap_err();
        assert!(matches!(missing, NotFound::Others(names) if names.len() == 2));
    }

    #[test]
    fn the_place_is_followed_not_the_number() {
        let world = World::new();
        world.plug("usb-1.1", "Webcam");
        world.plug("usb-1.2", "Dermatoscope");
        let dermatoscope = find(&world, "dermatoscope", &Memory::default())
            .unwrap()
            .known;
        // Both are plugged in again, in the other order.
        world.unplug("usb-1.1");
        world.unplug("usb-1.2");
        world.plug("usb-1.2", "Dermatoscope");
        world.plug("usb-1.1", "Webcam");
        let meant = find(&world, "/dev/video2", &after(&dermatoscope)).unwrap();
        assert_eq!(meant.node, Path::new("/dev/video0"));
        let meant = find(&world, "", &after(&dermatoscope)).unwrap();
        assert_eq!(meant.capability.card, "Dermatoscope");
    }

    #[test]
    fn of_two_sensors_in_one_camera_the_same_one_is_found_again() {
        // Told apart by their names, and by their order alone.
        for [first, second] in [["Camera", "Camera: IR"], ["Camera", "Camera"]] {
            let world = World::new();
            world.plug("usb-1.2", first);
            world.plug("usb-1.2", second);
            let used = find(&world, "/dev/video2", &Memory::default()).unwrap();
            assert_eq!(used.node, Path::new("/dev/video2"));
            world.unplug("usb-1.2");
            // Something else has taken the lowest number when it comes back.
            world.plug("usb-1.1", "Webcam");
            world.plug("usb-1.2", first);
            world.plug("usb-1.2", second);
            let again = find(&world, "/dev/video2", &after(&used.known)).unwrap();
            assert_eq!(again.node, Path::new("/dev/video4"), "{first}, {second}");
        }
    }

    #[test]
    fn a_link_is_followed_into_another_port_and_another_camera_in_the_old_one_is_not_taken() {
        const LINK: &str = "/dev/v4l/by-id/usb-Dermatoscope-video-index0";
        let world = World::new();
        world.link(LINK, "Dermatoscope");
        world.plug("usb-1.2", "Dermatoscope");
        let used = find(&world, LINK, &Memory::default()).unwrap().known;
        world.unplug("usb-1.2");
        world.plug("usb-1.2", "Webcam");
        assert!(matches!(
            find(&world, LINK, &after(&used)),
            Err(NotFound::Others(_))
        ));
        world.plug("usb-1.3", "Dermatoscope");
        let meant = find(&world, LINK, &after(&used)).unwrap();
        assert_eq!(meant.known.bus, "usb-1.3");
    }

    #[test]
    fn a_link_to_a_camera_that_is_there_wins_over_the_one_in_use_before() {
        const LINK: &str = "/dev/v4l/by-path/the-port";
        let world = World::new();
        world.plug("usb-1.1", "Dermatoscope");
        let used = find(&world, "", &Memory::default()).unwrap().known;
        world.plug("usb-1.2", "Other dermatoscope");
        world.link(LINK, "Other dermatoscope");
        let meant = find(&world, LINK, &after(&used)).unwrap();
        assert_eq!(meant.known.bus, "usb-1.2");
    }

    #[test]
    fn a_camera_one_may_not_open_is_named_unless_another_is_meant() {
        let world = World::new();
        world.plug("usb-1.1", "Webcam");
        world.forbid("usb-1.1");
        assert!(matches!(
            find(&world, "", &Memory::default()),
            Err(NotFound::Refused(node, _)) if node == Path::new("/dev/video0")
        ));
        world.plug("usb-1.2", "Dermatoscope");
        assert_eq!(
            find(&world, "", &Memory::default()).unwrap().capability.bus,
            "usb-1.2"
        );
        assert!(matches!(
            find(&World::new(), "", &Memory::default()),
            Err(NotFound::None)
        ));
    }
}
