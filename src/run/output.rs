use std::io::{self, Write};
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// Standard output or standard error, without a buffer.
///
/// It waits where a write would block: `O_NONBLOCK` belongs to the open file, and another process that shares it may have set it.
#[derive(Debug)]
pub struct Output(BorrowedFd<'static>);

impl Output {
    /// Standard output.
    pub fn stdout() -> Output {
        Output(rustix::stdio::stdout())
    }

    /// Standard error.
    pub fn stderr() -> Output {
        Output(rustix::stdio::stderr())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match rustix::io::write(self.0, bytes) {
                Err(Errno::AGAIN) => {
                    // Whatever else is wrong with it, the next write says.
                    let _ = poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], None);
                }
                written => return Ok(written?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes an error to standard error, and ignores that it may be closed.
pub fn complain(what: &str) {
    // In one write: other processes may also write there.
    let _ = Output::stderr().write_all(format!("fivetuple: {what}\n").as_bytes());
}
