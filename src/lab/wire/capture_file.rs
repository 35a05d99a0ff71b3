use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// The file of a capture, which overwrites nothing, and ends with a whole block even when the disk is full.
pub(super) struct CaptureFile {
    file: File,
    length: u64,
}

impl CaptureFile {
    /// Creates the file, or opens an empty one or a pipe.
    pub(super) fn open(path: &Path) -> io::Result<CaptureFile> {
        let refused = |why: &str| Err(io::Error::new(ErrorKind::InvalidInput, why));
        if path == "-" {
            return refused("standard output shows the dashboard; ./- is a file of that name");
        }
        // Opening a pipe without a reader fails at once instead of waiting for one.
        let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let mut options = OpenOptions::new();
        let options = options.write(true).custom_flags(nonblocking);
        let file = match options.clone().create_new(true).open(path) {
            Err(why) if why.kind() == ErrorKind::AlreadyExists => match options.open(path) {
                Err(why) if why.kind() == ErrorKind::NotFound => {
                    return refused("it is a link to a file that does not exist");
                }
                Err(why) if why.raw_os_error() == Some(libc::ENXIO) => {
                    return refused("no program reads from that pipe yet (ENXIO); start it first");
                }
                opened => opened?,
            },
            created => created?,
        };
        let found = file.metadata()?;
        if found.is_file() && found.len() > 0 {
            return refused("it exists and is not empty; name another file, or remove this one");
        }
        if file.is_terminal() {
            return refused("it is a terminal; name a file or a pipe");
        }
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
        Ok(CaptureFile { file, length: 0 })
    }

    /// Writes blocks that end at these places of `bytes`. If that fails, what was written of the last block is cut off again.
    pub(super) fn write(&mut self, bytes: &[u8], ends: &[usize]) -> io::Result<()> {
        let before = self.length;
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).inspect_err(|_| {
            // A pipe has no position, and what was read from it cannot be taken back.
            let Ok(reached) = self.file.stream_position() else { return };
            let ends = ends.iter().map(|end| before + *end as u64);
            let whole = ends.filter(|end| *end <= reached).max().unwrap_or(before);
            let _ = self.file.set_len(whole);
        })
    }
}
