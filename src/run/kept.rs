//! Which exercises are done, from one run to the next: a file in the user's folder for the state of programs.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;

use crate::tcp::{escape, in_words};

/// No more of a file is read: this is many times of what we write.
const LONGEST: u64 = 64 * 1024;
const HEAD: &str = "# The exercises of fivetuple that are done, by their numbers.\n";

/// The exercises that are done; in words, why that cannot be known.
pub(super) fn read() -> Result<BTreeSet<usize>, String> {
    read_from(&file()?)
}

/// Adds an exercise to those that are done. Others may have added theirs meanwhile; a file that is not ours is left as it is.
pub(super) fn keep(number: usize) -> Result<(), String> {
    add_to(&file()?, number)
}

/// A variable that is empty, or no absolute path, counts as unset.
fn file() -> Result<PathBuf, String> {
    let folders = Xdg::new().map_err(|error| error.to_string())?;
    let state = folders.state_dir().filter(|folder| folder.is_absolute());
    let state = state.ok_or("neither XDG_STATE_HOME nor HOME names a folder")?;
    Ok(state.join("fivetuple/exercises"))
}

fn read_from(path: &Path) -> Result<BTreeSet<usize>, String> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        opened => opened.map_err(|error| failed("read", path, &error))?,
    };
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).map_err(|error| failed("read", path, &error))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#'));
    let numbers = lines.map(|(n, line)| {
        let damaged = || format!("line {n} of {} is no number; repair or delete it", shown(path));
        line.trim().parse().map_err(|_| damaged())
    });
    numbers.collect()
}

fn add_to(path: &Path, number: usize) -> Result<(), String> {
    let mut done = read_from(path)?;
    done.insert(number);
    let numbers: Vec<String> = done.iter().map(ToString::to_string).collect();
    let text = format!("{HEAD}{}\n", numbers.join("\n"));
    let write = || {
        let folder = path.parent().unwrap_or(path);
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // Another dashboard that reads it meanwhile sees all of it, or what was there before.
        let fresh = path.with_extension(std::process::id().to_string());
        let written = fs::File::create_new(&fresh)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&fresh, path));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written
    };
    write().map_err(|error| failed("write", path, &error))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}, {}", shown(path), in_words(error))
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_there_again_and_a_strange_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/fivetuple/exercises");
        assert_eq!(read_from(&path), Ok(BTreeSet::new()), "nothing is done at first");
        for number in [7, 3, 7] {
            add_to(&path, number).unwrap();
        }
        assert_eq!(read_from(&path), Ok(BTreeSet::from([3, 7])));
        let left = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "nothing else is left there");
        fs::write(&path, "# mine\n3\nseven\n").unwrap();
        let why = add_to(&path, 4).unwrap_err();
        assert!(why.starts_with("line 3 of ") && why.contains("exercises is no number"), "{why}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n3\nseven\n");
        let below_a_file = path.join("fivetuple/exercises");
        let why = add_to(&below_a_file, 4).unwrap_err();
        assert!(why.ends_with("Not a directory (ENOTDIR)"), "{why}");
    }
}
