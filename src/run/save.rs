use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
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
        if files.iter().any(|file| folder.join(file).exists()) {
            continue;
        }
        for (file, (_, text)) in files.iter().zip(texts) {
            let path = folder.join(file);
            // Fails if another program has just created it.
            let made = OpenOptions::new().write(true).create_new(true).open(path);
            let written = made.and_then(|mut made| made.write_all(text.as_bytes()));
            match written {
                Ok(()) => (),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    return Err(format!("another program has just created {file}"));
                }
                Err(error) => return Err(format!("{file}: {}", in_words(&error))),
            }
        }
        return Ok(files);
    }
    Err(format!("{name} and all names up to {name}-{MAX_NUMBER} exist already"))
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
    }
}
