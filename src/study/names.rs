//! Which labelled image another file means, and where it lies on disk.
//!
//! By the path, of which one file may name more folders than the other; by the bare name only
//! where no two images of either file bear it: some clinics keep a folder a patient, and each
//! has its `img1.jpg`. Letters are compared composed: macOS writes `ä` as two characters.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use unicode_normalization::UnicodeNormalization;

use super::table::{DataError, Table};

/// The images of a table of labels, of whatever split.
pub struct Names {
    by_name: HashMap<String, Vec<Image>>,
}

struct Image {
    path: String,
    /// As the labels write it.
    file: String,
}

/// A name as it is compared: letters composed, `/` between folders, nothing for "here".
pub fn plain(file: &str) -> String {
    let composed: String = file.nfc().collect();
    let parts = composed.split(['/', '\\']);
    let parts: Vec<_> = parts.filter(|p| !p.is_empty() && *p != ".").collect();
    parts.join("/")
}

fn bare(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether `end` is the end of `path`, whole folders only.
fn ends_in(path: &str, end: &str) -> bool {
    let rest = path.strip_suffix(end);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

impl Names {
    /// Of the column `file` of a table.
    ///
    /// # Errors
    /// [`DataError`] where the table is none.
    pub fn read(labels: &Path) -> Result<Names, DataError> {
        let table = Table::read(labels, &["file"], &[])?;
        let mut by_name: HashMap<String, Vec<Image>> = HashMap::new();
        for row in table.rows() {
            let file = row.get("file").to_owned();
            let path = plain(&file);
            let same = by_name.entry(bare(&path).to_owned()).or_default();
            same.push(Image { path, file });
        }
        Ok(Names { by_name })
    }

    /// The labelled image, as the labels write it, that each of the names `given` means; those that
    /// mean none are left out.
    ///
    /// # Errors
    /// The name that may mean several, and a sentence.
    pub fn meant<'a>(
        &self,
        given: impl IntoIterator<Item = &'a str>,
    ) -> Result<HashMap<&'a str, &str>, (&'a str, String)> {
        let given: HashSet<&str> = given.into_iter().collect();
        let paths: HashSet<String> = given.iter().map(|file| plain(file)).collect();
        let mut bearers: HashMap<&str, usize> = HashMap::new();
        for path in &paths {
            *bearers.entry(bare(path)).or_default() += 1;
        }
        let mut meant = HashMap::new();
        for file in given {
            let path = plain(file);
            let alone = bearers.get(bare(&path)) == Some(&1);
            if let Some(found) = self.one(&path, alone).map_err(|why| (file, why))? {
                meant.insert(file, found);
            }
        }
        Ok(meant)
    }

    fn one(&self, path: &str, alone: bool) -> Result<Option<&str>, String> {
        let Some(same) = self.by_name.get(bare(path)) else {
            return Ok(None);
        };
        // The longest end: `a/x.jpg` and not `x.jpg`, where the labels have both.
        let within = same.iter().filter(|image| ends_in(path, &image.path));
        if let Some(image) = within.max_by_key(|image| image.path.len()) {
            return Ok(Some(&image.file));
        }
        let around: Vec<_> = same.iter().filter(|i| ends_in(&i.path, path)).collect();
        match (around.as_slice(), same.as_slice()) {
            ([image], _) => Ok(Some(&image.file)),
            ([], [image]) if alone => Ok(Some(&image.file)),
            ([], _) => Ok(None),
            ([one, other, ..], _) => Err(format!(
                "{path} may be {} or {}: write its folder as the labels do",
                one.file, other.file
            )),
        }
    }
}

/// The labelled image that each image of `other`, a table with a column `file`, means. All of them
/// must stand in the labels, in whatever split: one that does not is more likely misnamed than
/// meant to be left out.
///
/// # Errors
/// [`DataError`] at the first that does not, at two names of one image, or what is wrong with
/// either file.
pub fn cover(labels: &Path, other: &Path) -> Result<HashMap<String, String>, DataError> {
    let names = Names::read(labels)?;
    let table = Table::read(other, &["file"], &[])?;
    let files = table.rows().map(|row| row.get("file"));
    let meant = names.meant(files).map_err(|(file, why)| {
        let mut rows = table.rows();
        match rows.find(|row| row.get("file") == file) {
            Some(row) => row.error(why),
            None => DataError::file(other, why),
        }
    })?;
    let mut by_image: HashMap<&str, &str> = HashMap::new();
    for row in table.rows() {
        let file = row.filled("file")?;
        let Some(&image) = meant.get(file) else {
            return Err(row.error(format!(
                "{file} is not among the images of {}: give it a line there (with --split, of \
                 another split where it is not to count) or take it out here",
                labels.display()
            )));
        };
        let first = *by_image.entry(image).or_insert(file);
        if first != file {
            return Err(row.error(format!(
                "{file} and {first} are the same image, {image}, of {}: write it in one way",
                labels.display()
            )));
        }
    }
    let own = |(file, image): (&str, &str)| (file.to_owned(), image.to_owned());
    Ok(meant.into_iter().map(own).collect())
}

/// Where an image lies. A name whose letters are composed otherwise on disk than in the table is
/// the same name to everybody who reads it.
pub fn on_disk(folder: &Path, file: &str) -> PathBuf {
    let path = folder.join(file);
    if path.exists() {
        return path;
    }
    let mut found = folder.to_path_buf();
    for part in plain(file).split('/') {
        let direct = found.join(part);
        if direct.exists() {
            found = direct;
            continue;
        }
        let entries = fs::read_dir(&found).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name());
        match names.find(|name| name.to_str().is_some_and(|name| plain(name) == part)) {
            Some(name) => found.push(name),
            None => return path,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(labels: &[&str]) -> Names {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        fs::write(&path, format!("file\n{}\n", labels.join("\n"))).unwrap();
        Names::read(&path).unwrap()
    }

    #[test]
    fn a_path_is_known_by_its_folders_and_a_bare_name_only_where_one_image_bears_it() {
        let both = ["a/img1.jpg", "b/img1.jpg"];
        for (labels, given, meant) in [
            (&both[..], &["a/img1.jpg"][..], &["a/img1.jpg"][..]),
            (&both, &["/x/b/img1.jpg"], &["b/img1.jpg"]),
            (&both, &["b\\img1.jpg"], &["b/img1.jpg"]),
            (&both, &["./a//img1.jpg"], &["a/img1.jpg"]),
            (&both, &["/c/img1.jpg"], &[]),
            (
                &["img1.jpg", "a/img1.jpg"],
                &["x/a/img1.jpg", "img1.jpg"],
                &["a/img1.jpg", "img1.jpg"],
            ),
            (&["a/img1.jpg"], &["img1.jpg"], &["a/img1.jpg"]),
            (&["a/img1.jpg"], &["c/img1.jpg"], &["a/img1.jpg"]),
            // Which of the two it would be by the bare name is anybody's guess.
            (&["a/img1.jpg"], &["c/img1.jpg", "d/img1.jpg"], &[]),
            (
                &["a/img1.jpg"],
                &["a/img1.jpg", "d/img1.jpg"],
                &["a/img1.jpg"],
            ),
            (&["ba/img1.jpg", "c/img1.jpg"], &["a/img1.jpg"], &[]),
        ] {
            let names = names(labels);
            let found = names.meant(given.iter().copied()).unwrap();
            let found: Vec<_> = given.iter().filter_map(|g| found.get(g).copied()).collect();
            assert_eq!(found, meant, "{labels:?} {given:?}");
        }
        let names = names(&both);
        let (file, why) = names.meant(["img1.jpg"]).unwrap_err();
        assert!(
            file == "img1.jpg" && why.contains("a/img1.jpg or b/img1.jpg"),
            "{why}"
        );
    }

    #[test]
    fn letters_in_two_characters_are_the_letters_in_one() {
        let (one, two) = ("L\u{e4}sion.jpg", "La\u{308}sion.jpg");
        for (label, given) in [(one, two), (two, one)] {
            let names = names(&[label]);
            assert_eq!(names.meant([given]).unwrap()[given], label);
            let folder = tempfile::tempdir().unwrap();
            let there = folder.path().join("K\u{f6}ln").join(given);
            fs::create_dir(there.parent().unwrap()).unwrap();
            fs::write(&there, "x").unwrap();
            let file = format!("Ko\u{308}ln/{label}");
            assert_eq!(on_disk(folder.path(), &file), there);
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(on_disk(folder.path(), "a/x"), folder.path().join("a/x"));
    }

    #[test]
    fn two_names_of_one_image_and_an_image_without_a_label_are_named_with_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let [labels, other] = ["l.csv", "r.csv"].map(|name| folder.path().join(name));
        fs::write(&labels, "file\na/x\nb/x\nc/y\n").unwrap();
        for (rows, line, word) in [
            ("a/x\nq\n", 3, "q is not among the images of"),
            ("c/y\ny\n", 3, "the same image, c/y, of"),
            ("c/y\nx\n", 3, "x may be a/x or b/x"),
        ] {
            fs::write(&other, format!("file\n{rows}")).unwrap();
            let said = cover(&labels, &other).unwrap_err().to_string();
            assert!(said.contains(&format!("r.csv, line {line}: ")), "{said}");
            assert!(said.contains(word), "{said}");
        }
        fs::write(&other, "file\nz/b/x\nc/y\nc/y\n").unwrap();
        let meant = cover(&labels, &other).unwrap();
        assert_eq!((meant.len(), &*meant["z/b/x"]), (2, "b/x"));
    }
}
