use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::tcp::in_words;

const MAX_NUMBER: u32 = 999;

/// Writes each text to a file with its extension, all with the same name, and returns the file names. A name in use gets a number.
pub(super) fn save(
    folder: &Path,
    name: &str,
    texts: &[(&'static str, String)],
) -> Result<Vec<String>, String> {
    let numbered = (2..=MAX_NUMBER).map(|n| format!("{name}-{n}"));
    for name in std::iter::once(name.to_owned()).chain(numbered) {
        let files: Vec<String> =
            (texts.iter()).map(|(ending, _)| format!("{name}.{ending}")).collect();
        match create(folder, &files, texts) {
            Ok(()) => return Ok(files),
            Err((_, error)) if error.kind() == ErrorKind::AlreadyExists => (),
            Err((file, error)) => return Err(format!("{file}: {}", in_words(&error))),
        }
    }
    Err(format!("{name} and all names up to {name}-{MAX_NUMBER} exist already"))
}

/// Creates all of the files, or none; the error has the name of the one that failed.
fn create<'a>(
    folder: &Path,
    files: &'a [String],
    texts: &[(&'static str, String)],
) -> Result<(), (&'a str, io::Error)> {
    for (count, (file, (_, text))) in files.iter().zip(texts).enumerate() {
        // Neither replaces a file nor follows a link.
        let made = OpenOptions::new().write(true).create_new(true).open(folder.join(file));
        let is_made = made.is_ok();
        if let Err(why) = made.and_then(|mut made| made.write_all(text.as_bytes())) {
            for file in &files[..count + usize::from(is_made)] {
                // What is left then can only be reported as the first error is.
                let _ = std::fs::remove_file(folder.join(file));
            }
            return Err((file, why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_ever_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let texts = |text: &str| [("c", text.to_owned()), ("py", text.to_owned())];
        let first = save(folder.path(), "rows-80", &texts("one"));
        assert_eq!(first, Ok(vec!["rows-80.c".into(), "rows-80.py".into()]));
        std::fs::write(folder.path().join("rows-80-2.py"), "mine").unwrap();
        let second = save(folder.path(), "rows-80", &texts("two"));
        assert_eq!(second, Ok(vec!["rows-80-3.c".into(), "rows-80-3.py".into()]));
        let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!([read("rows-80.c"), read("rows-80-3.py")], ["one", "two"]);
        assert_eq!(read("rows-80-2.py"), "mine");
        let nowhere = folder.path().join("not there");
        assert_eq!(
            save(&nowhere, "rows", &texts("x")),
            Err("rows.c: No such file or directory (ENOENT)".into())
        );
        // A link that leads nowhere is a name in use, too.
        std::os::unix::fs::symlink(&nowhere, folder.path().join("link.py")).unwrap();
        assert_eq!(
            save(folder.path(), "link", &texts("x")),
            Ok(vec!["link-2.c".into(), "link-2.py".into()])
        );
        assert!(!nowhere.exists() && !folder.path().join("link.c").exists());
    }

    #[test]
    fn what_cannot_be_written_whole_is_not_left_behind() {
        const LONG: &str = match std::str::from_utf8(&[b'c'; 300]) {
            Ok(long) => long,
            Err(_) => "",
        };
        let folder = tempfile::tempdir().unwrap();
        let texts = [("c", "one".to_owned()), (LONG, "two".to_owned())];
        let failed = save(folder.path(), "rows", &texts).unwrap_err();
        assert!(failed.ends_with(": File name too long (ENAMETOOLONG)"), "{failed}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
