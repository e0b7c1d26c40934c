//! The picture files `analyze` writes on request: heat maps and result screens.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::AnalyzeCommand;
use crate::{
    assess::{Assessment, HeatMaps, report::Report},
    cli::error::CliError,
    frame::{Detail, Frame},
    model::Task,
    screen,
};

/// Bytes of an image's name that go into those of its outputs.
const STEM: usize = 200;

pub(super) struct Outputs {
    heatmaps: Option<PathBuf>,
    occlusion: bool,
    screens: Option<PathBuf>,
    size: (u32, u32),
}

impl Outputs {
    pub fn open(command: &AnalyzeCommand) -> Result<Outputs, CliError> {
        for folder in [&command.heatmaps, &command.screens].into_iter().flatten() {
            fs::create_dir_all(folder).map_err(|e| {
                CliError::Failed(format!("{}: cannot be made: {e}", folder.display()))
            })?;
        }
        Ok(Outputs {
            heatmaps: command.heatmaps.clone(),
            occlusion: command.occlusion,
            screens: command.screens.clone(),
            size: command.size,
        })
    }

    pub fn write(
        &self,
        number: usize,
        frame: &Frame,
        (assessment, maps): (&Assessment, Option<&HeatMaps>),
        report: &mut Report,
    ) -> Result<(), CliError> {
        if let (Some(folder), Some(maps)) = (&self.heatmaps, maps) {
            for task in Task::ALL {
                let (width, height) = assessment.frame_size;
                let map = maps.picture(task, assessment.frame_size, width, height);
                let kind = if self.occlusion { ".occlusion" } else { "" };
                let name = format!("{}.{}{kind}.png", stem(number, &report.path), task.code());
                let path = folder.join(name);
                map.save(&path).map_err(|e| unwritable(&path, &e))?;
                report
                    .heatmaps
                    .insert(task.code(), path.display().to_string());
            }
        }
        if let Some(path) = self.screen_path(number, &report.path) {
            let picture = frame
                .decode(Detail::ShortSide(self.size.1))
                .map_err(|e| CliError::Failed(format!("{}: {e}", report.path)))?;
            let drawn = screen::result(&picture, assessment, self.size);
            drawn.save(&path).map_err(|e| unwritable(&path, &e))?;
        }
        Ok(())
    }

    pub fn screen_path(&self, number: usize, path: &str) -> Option<PathBuf> {
        let folder = self.screens.as_ref()?;
        Some(folder.join(format!("{}.screen.png", stem(number, path))))
    }
}

/// The start of an output's name. The number keeps two images of one name in different folders,
/// or of one start as long as this, from overwriting each other.
fn stem(number: usize, path: &str) -> String {
    let stem = Path::new(path)
        .file_stem()
        .map_or_else(|| "image".into(), |s| s.to_string_lossy());
    // A file system takes 255 bytes, and number and ending want some of them.
    let end = (0..=STEM.min(stem.len())).rfind(|&at| stem.is_char_boundary(at));
    let stem = stem.get(..end.unwrap_or(0)).unwrap_or_default();
    format!("{number:04}-{stem}")
}

fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> CliError {
    CliError::Failed(format!("{}: cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_with_the_longest_of_names_has_outputs_with_names_that_can_be() {
        assert_eq!(stem(7, "folder/lesion.jpg"), "0007-lesion");
        for name in [
            "x".repeat(245),
            "\u{fffd}".repeat(251),
            format!("x{}", "ä".repeat(120)),
        ] {
            let stem = stem(123_456, &format!("{name}.jpg"));
            let cut = stem.strip_prefix("123456-").expect("the number");
            assert!(name.starts_with(cut) && cut.len() > 190, "{stem}");
            let longest = format!("{stem}.BCC.occlusion.png");
            assert!(longest.len() <= 255, "{}", longest.len());
        }
    }
}
