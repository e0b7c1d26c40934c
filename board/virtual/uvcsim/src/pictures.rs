//! What the camera looks at: folders of whole frames, made beforehand.

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use crate::descriptors::{Codec, FORMATS};

/// Frames of one scene, in the order they are sent, by codec and height.
#[derive(Debug, Default)]
pub struct Scene(BTreeMap<(Codec, u16), Vec<Arc<Vec<u8>>>>);

/// All scenes by name.
pub struct Scenes(BTreeMap<String, Scene>);

impl Scenes {
    /// Reads `<folder>/<scene>/<height>-<number>.{jpg,yuyv}`.
    ///
    /// # Errors
    /// Names the folder or file that cannot be read, or the format a scene lacks.
    pub fn read(folder: &Path) -> io::Result<Scenes> {
        let mut scenes = BTreeMap::new();
        for entry in named(folder, fs::read_dir(folder))? {
            let entry = named(folder, entry)?;
            let mut scene = Scene::default();
            let mut paths = Vec::new();
            for file in named(&entry.path(), fs::read_dir(entry.path()))? {
                paths.push(named(&entry.path(), file)?.path());
            }
            paths.sort();
            for path in paths {
                let codec = match path.extension().and_then(|e| e.to_str()) {
                    Some("jpg") => Codec::Mjpeg,
                    Some("yuyv") => Codec::Yuyv,
                    _ => continue,
                };
                let height = path
                    .file_name()
                    .and_then(|n| n.to_str())
                    .and_then(|n| n.split('-').next())
                    .and_then(|n| n.parse().ok())
                    .ok_or_else(|| {
                        io::Error::other(format!("{}: not <height>-<number>", path.display()))
                    })?;
                let bytes = named(&path, fs::read(&path))?;
                scene
                    .0
                    .entry((codec, height))
                    .or_default()
                    .push(Arc::new(bytes));
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            for format in FORMATS {
                for frame in format.frames {
                    if !scene.0.contains_key(&(format.codec, frame.height)) {
                        return Err(io::Error::other(format!(
                            "scene {name} has no {:?} frame of height {}",
                            format.codec, frame.height
                        )));
                    }
                }
            }
            scenes.insert(name, scene);
        }
        if scenes.is_empty() {
            return Err(io::Error::other(format!(
                "{}: no scene in it",
                folder.display()
            )));
        }
        Ok(Scenes(scenes))
    }

    /// Name of the first scene.
    pub fn first(&self) -> &str {
        self.0.keys().next().map_or("", String::as_str)
    }

    /// Whether there is such a scene.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Frame `number` of a scene, over and over; empty where there is none.
    pub fn frame(&self, scene: &str, codec: Codec, height: u16, number: u64) -> Arc<Vec<u8>> {
        self.0
            .get(scene)
            .and_then(|s| s.0.get(&(codec, height)))
            .and_then(|frames| frames.get((number % frames.len() as u64) as usize))
            .cloned()
            .unwrap_or_default()
    }
}

fn named<T>(path: &Path, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
}
