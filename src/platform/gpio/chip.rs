//! The GPIO chip that the settings mean: a device file, or a chip's label. The kernel numbers the
//! device files as the drivers come, the label is the driver's own.

use std::{
    collections::BTreeSet,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use linux_embedded_hal::gpio_cdev::{self, Chip};

use crate::platform::permission_advice;

const FOLDER: &str = "/dev";

/// Opens the chip: a name without a slash is a label.
pub(super) fn open(chip: &Path) -> Result<Chip, String> {
    if chip.components().count() > 1 {
        return Chip::new(chip).map_err(|e| no_chip(chip, &e));
    }
    let found: Vec<_> = paths()
        .into_iter()
        .map(|path| {
            let label = Chip::new(&path).map(|chip| chip.label().to_owned());
            let label = label.map_err(|e| no_chip(&path, &e));
            (path, label)
        })
        .collect();
    let path = labelled(&chip.to_string_lossy(), &found)?;
    Chip::new(path).map_err(|e| no_chip(path, &e))
}

/// The device files of all chips, each once: Raspberry Pi OS links a second name to one of them.
fn paths() -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("gpiochip"))
        .filter_map(|entry| fs::canonicalize(entry.path()).ok())
        .collect()
}

/// The one chip with this label.
fn labelled<'a>(
    wanted: &str,
    found: &'a [(PathBuf, Result<String, String>)],
) -> Result<&'a Path, String> {
    let fit: Vec<_> = found
        .iter()
        .filter(|(_, label)| label.as_deref() == Ok(wanted))
        .collect();
    let why = match fit.as_slice() {
        [(path, _)] => return Ok(path),
        [] => format!("no GPIO chip is labelled {wanted}"),
        _ => format!("more than one GPIO chip is labelled {wanted}, set chip to a device file"),
    };
    if found.is_empty() {
        return Err(format!("{why}: there is no {FOLDER}/gpiochip* at all"));
    }
    let each: Vec<_> = found
        .iter()
        .map(|(path, label)| match label {
            Ok(label) => format!("{} ({label})", path.display()),
            Err(why) => why.clone(),
        })
        .collect();
    Err(format!("{why}; there are {}", each.join(", ")))
}

fn no_chip(path: &Path, error: &gpio_cdev::Error) -> String {
    let path = path.display();
    let system = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    match system {
        Some(e) if e.kind() == io::ErrorKind::NotFound => {
            format!("there is no {path}: check the chip's name (gpiodetect lists them)")
        }
        Some(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            format!("no permission on {path}: {}", permission_advice(e, "gpio"))
        }
        Some(_) => format!("{path} cannot be opened: {error}"),
        // It opened, and does not know the question.
        None => format!("{path} is no GPIO chip (gpiodetect lists them)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Vec<(PathBuf, Result<String, String>)> {
        let chip = |path: &str, label: &str| (PathBuf::from(path), Ok(label.to_owned()));
        vec![
            chip("/dev/gpiochip0", "gpio-brcmstb"),
            chip("/dev/gpiochip1", "gpio-brcmstb"),
            chip("/dev/gpiochip4", "pinctrl-rp1"),
            (
                "/dev/gpiochip9".into(),
                Err("no permission on /dev/gpiochip9".into()),
            ),
        ]
    }

    #[test]
    fn a_label_finds_its_chip_whatever_its_number() {
        let found = board();
        let path = labelled("pinctrl-rp1", &found);
        assert_eq!(path, Ok(Path::new("/dev/gpiochip4")));
    }

    #[test]
    fn a_label_of_no_chip_or_of_two_is_refused_with_all_that_there_are() {
        let found = board();
        for (wanted, words) in [
            (
                "pinctrl-bcm2711",
                "no GPIO chip is labelled pinctrl-bcm2711",
            ),
            ("gpio-brcmstb", "more than one GPIO chip"),
        ] {
            let why = labelled(wanted, &found).unwrap_err();
            for words in [
                words,
                "/dev/gpiochip4 (pinctrl-rp1)",
                "no permission on /dev/gpiochip9",
            ] {
                assert!(why.contains(words), "{why}");
            }
        }
        let none = labelled("pinctrl-rp1", &[]).unwrap_err();
        assert!(none.contains("no /dev/gpiochip* at all"), "{none}");
    }

    #[test]
    fn a_name_without_a_slash_is_a_label_and_a_path_a_device_file() {
        let label = open(Path::new("pinctrl-of-nobody")).unwrap_err();
        assert!(label.contains("labelled pinctrl-of-nobody"), "{label}");
        let path = open(Path::new("/dev/gpiochip-of-nobody")).unwrap_err();
        assert!(
            path.starts_with("there is no /dev/gpiochip-of-nobody"),
            "{path}"
        );
    }
}
