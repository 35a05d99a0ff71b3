//! Where a dashboard and those who follow its lesson meet: a socket in a folder that only this user can enter.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::process::geteuid;
use tokio::net::UnixStream;

use crate::tcp::{in_words, legible};

const ENDING: &str = ".notes";
/// No more names than these are tried.
const MOST: usize = 64;

/// A dashboard that gives a lesson.
#[derive(Debug)]
pub(super) struct Meeting {
    pub(super) pid: u32,
    began: SystemTime,
    pub(super) stream: UnixStream,
}

/// The socket of this process, in the first folder that serves. One that a dead process of its number left behind is replaced.
pub(super) fn open() -> io::Result<(UnixListener, PathBuf)> {
    let mut why = None;
    for folder in folders() {
        match open_in(&folder) {
            Ok(open) => return Ok(open),
            Err(error) => why = Some(error),
        }
    }
    Err(why.unwrap_or_else(|| ErrorKind::NotFound.into()))
}

fn open_in(folder: &Path) -> io::Result<(UnixListener, PathBuf)> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(why) if why.kind() != ErrorKind::AlreadyExists => return Err(why),
        Ok(()) | Err(_) => must_be_own(folder)?,
    }
    let pid = std::process::id();
    let new = folder.join(format!(".{pid}.new"));
    let path = folder.join(format!("{pid}{ENDING}"));
    let _ = fs::remove_file(&new);
    let listener = UnixListener::bind(&new)?;
    // It has its name only once it can be connected to: what refuses a connection is a dead process's, and removed.
    let named = fs::set_permissions(&new, Permissions::from_mode(0o600))
        .and_then(|()| listener.set_nonblocking(true))
        .and_then(|()| fs::rename(&new, &path));
    named.inspect_err(|_| drop(fs::remove_file(&new)))?;
    Ok((listener, path))
}

/// Every dashboard of this user that gives a lesson, the newest first. The error is about a folder that is not to be trusted.
pub(super) async fn find() -> io::Result<Vec<Meeting>> {
    let (mut found, mut wrong) = (Vec::new(), None);
    for folder in folders() {
        let Err(why) = find_in(&folder, &mut found).await else { continue };
        if why.kind() != ErrorKind::NotFound {
            let name = legible(folder.as_os_str().as_bytes());
            wrong = Some(io::Error::new(why.kind(), format!("{name}: {}", in_words(&why))));
        }
    }
    found.sort_by_key(|meeting| std::cmp::Reverse(meeting.began));
    wrong.filter(|_| found.is_empty()).map_or(Ok(found), Err)
}

async fn find_in(folder: &Path, found: &mut Vec<Meeting>) -> io::Result<()> {
    must_be_own(folder)?;
    for entry in fs::read_dir(folder)?.take(MOST) {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let pid = name.and_then(|name| name.strip_suffix(ENDING)).and_then(|pid| pid.parse().ok());
        let Some(pid) = pid else { continue };
        match (UnixStream::connect(&path).await, path.symlink_metadata()) {
            (Ok(stream), Ok(file)) => {
                let began = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                found.push(Meeting { pid, began, stream });
            }
            (Err(why), _) if why.kind() == ErrorKind::ConnectionRefused => {
                let _ = fs::remove_file(&path);
            }
            (Ok(_) | Err(_), _) => (),
        }
    }
    Ok(())
}

/// The folders for this user's sockets: that of the session, then one below the folder for temporary files.
fn folders() -> impl Iterator<Item = PathBuf> {
    let user = geteuid().as_raw();
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    // With sudo, that of another user may be named.
    let session = session.filter(|folder| folder.is_absolute() && must_be_own(folder).is_ok());
    let session = session.map(|folder| folder.join("fivetuple"));
    session.into_iter().chain([std::env::temp_dir().join(format!("fivetuple-{user}"))])
}

/// Fails for what is no folder, belongs to another user, or can be entered by others.
fn must_be_own(folder: &Path) -> io::Result<()> {
    let found = folder.symlink_metadata()?;
    let what = if !found.is_dir() {
        "is not a folder"
    } else if found.uid() != geteuid().as_raw() {
        "belongs to another user"
    } else if found.mode() & 0o077 != 0 {
        "can be entered by other users"
    } else {
        return Ok(());
    };
    Err(io::Error::new(ErrorKind::PermissionDenied, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_of_ones_own_that_is_closed_to_others_is_used() {
        let around = tempfile::tempdir().unwrap();
        let [own, open_to_all, link, file] =
            ["own", "open", "link", "file"].map(|name| around.path().join(name));
        fs::create_dir(&open_to_all).unwrap();
        fs::set_permissions(&open_to_all, Permissions::from_mode(0o755)).unwrap();
        fs::write(&file, "").unwrap();
        let (listener, path) = open_in(&own).unwrap();
        assert_eq!(own.metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        std::os::unix::fs::symlink(&own, &link).unwrap();
        for (folder, why) in [
            (&open_to_all, "can be entered by other users"),
            (&link, "is not a folder"),
            (&file, "is not a folder"),
        ] {
            let error = open_in(folder).map(drop).unwrap_err();
            assert_eq!(error.to_string(), why, "{folder:?}");
        }
        // What a dead process of the same number left is replaced, and nothing else stays.
        drop(listener);
        let (_listener, again) = open_in(&own).unwrap();
        std::os::unix::net::UnixStream::connect(&again).unwrap();
        assert_eq!((again, fs::read_dir(&own).unwrap().count()), (path, 1));
    }
}
