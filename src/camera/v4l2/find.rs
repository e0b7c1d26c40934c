//! Finding cameras among the video nodes, and the one that is meant. A camera is followed by
//! where it is plugged in: after a replug the kernel may give it another number.

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
    /// Other cameras that would have done as well.
    pub(super) others: usize,
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

/// Finds the camera `wanted` means: its place (`usb-…`), its node (`/dev/…`), part of its
/// name, or with nothing any. `last` is where the camera in use was plugged in.
pub(super) fn find(
    kernel: &impl Kernel,
    wanted: &str,
    last: Option<&str>,
) -> Result<Meant, NotFound> {
    let mut seen = Vec::new();
    let mut refused = None;
    let by_node = wanted
        .starts_with('/')
        .then(|| kernel.real_path(Path::new(wanted)));
    for found in cameras(kernel) {
        match found.capability {
            Ok(capability) => seen.push((found.node, capability)),
            Err(error) => {
                let meant = by_node.as_ref().is_none_or(|node| *node == found.node);
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
    let names = || {
        seen.iter()
            .map(|(node, c)| format!("{} ({}, {})", c.card, c.bus, node.display()))
            .collect::<Vec<_>>()
    };
    let is_last = |c: &Capability| last == Some(c.bus.as_str());
    let matches = |node: &Path, c: &Capability| match &by_node {
        // Once it was opened, the node's number no longer matters.
        Some(_) if seen.iter().any(|(_, c)| is_last(c)) => is_last(c),
        Some(wanted) => wanted == node,
        None if wanted.starts_with("usb-") => c.bus == wanted,
        None => c.card.to_lowercase().contains(&wanted.to_lowercase()),
    };
    let mut fitting: Vec<_> = seen.iter().filter(|(node, c)| matches(node, c)).collect();
    fitting.dedup_by(|a, b| a.1.bus == b.1.bus);
    let chosen = fitting
        .iter()
        .find(|(_, c)| is_last(c))
        .or(fitting.first())
        .map(|(node, capability)| Meant {
            node: node.clone(),
            capability: capability.clone(),
            others: fitting.len() - 1,
        });
    match (chosen, refused) {
        (Some(meant), _) => Ok(meant),
        (None, Some((node, error))) => Err(NotFound::Refused(node, error)),
        (None, None) if seen.is_empty() => Err(NotFound::None),
        (None, None) => Err(NotFound::Others(names())),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fake::World, *};

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
            let meant = find(&world, wanted, None).unwrap();
            assert_eq!(meant.capability.bus, bus, "{wanted:?}");
            assert_eq!(meant.others, usize::from(wanted.is_empty()));
        }
        let missing = find(&world, "usb-1.3", None).unwrap_err();
        assert!(matches!(missing, NotFound::Others(names) if names.len() == 2));
    }

    #[test]
    fn the_place_is_followed_not_the_number() {
        let world = World::new();
        world.plug("usb-1.1", "Webcam");
        world.plug("usb-1.2", "Dermatoscope");
        // Both are plugged in again, in the other order.
        world.unplug("usb-1.1");
        world.unplug("usb-1.2");
        world.plug("usb-1.2", "Dermatoscope");
        world.plug("usb-1.1", "Webcam");
        let meant = find(&world, "/dev/video2", Some("usb-1.2")).unwrap();
        assert_eq!(meant.node, Path::new("/dev/video0"));
        let meant = find(&world, "", Some("usb-1.2")).unwrap();
        assert_eq!(meant.capability.card, "Dermatoscope");
    }

    #[test]
    fn a_camera_one_may_not_open_is_named_unless_another_is_meant() {
        let world = World::new();
        world.plug("usb-1.1", "Webcam");
        world.forbid("usb-1.1");
        assert!(matches!(
            find(&world, "", None),
            Err(NotFound::Refused(node, _)) if node == Path::new("/dev/video0")
        ));
        world.plug("usb-1.2", "Dermatoscope");
        assert_eq!(find(&world, "", None).unwrap().capability.bus, "usb-1.2");
        assert!(matches!(find(&World::new(), "", None), Err(NotFound::None)));
    }
}
