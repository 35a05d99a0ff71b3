//! The master side of a pty: where keys go in and output comes out.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::clock::Deadline;
use super::seen::Watch;

/// The master side of a pty; gone when dropped, as a closed window is.
pub(crate) struct Line {
    pty: Option<Box<dyn MasterPty + Send>>,
    keyboard: File,
    /// Its end wakes the reader.
    stop: Option<UnixStream>,
    reader: Option<JoinHandle<()>>,
}

impl Line {
    pub(crate) fn open(
        command: CommandBuilder,
        size: (u16, u16),
        watch: &Arc<Watch>,
    ) -> (Line, Child) {
        let pair = native_pty_system().openpty(pty_size(size)).expect("a pty");
        let spawned = pair.slave.spawn_command(command);
        let child: Box<dyn portable_pty::Child> = spawned.expect("the program starts");
        let child = *child.downcast::<Child>().expect("an ordinary process");

        let keyboard = own(pair.master.as_ref());
        let master = keyboard.try_clone().expect("a second descriptor");
        let (stop, stopped) = UnixStream::pair().expect("a socket pair");
        let eyes = Arc::clone(watch);
        let reader = std::thread::spawn(move || read_all(&master, &stopped, &eyes));
        let line =
            Line { pty: Some(pair.master), keyboard, stop: Some(stop), reader: Some(reader) };
        (line, child)
    }

    /// Sends bytes as the keyboard does, or says why they were not taken within `limit`.
    pub(crate) fn send(&self, mut bytes: &[u8], limit: Duration) -> Result<(), String> {
        let deadline = Deadline::after(limit);
        while !bytes.is_empty() {
            match (&self.keyboard).write(bytes) {
                Ok(taken) => bytes = &bytes[taken..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    let mut room = [PollFd::new(&self.keyboard, PollFlags::OUT)];
                    if poll(&mut room, Some(&timespec(deadline.left()))) == Ok(0) {
                        return Err(format!("{} typed bytes were not read", bytes.len()));
                    }
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(format!("cannot type: {e}")),
            }
        }
        Ok(())
    }

    pub(crate) fn resize(&self, size: (u16, u16)) {
        if let Some(pty) = &self.pty {
            pty.resize(pty_size(size)).expect("a new size");
        }
    }

    /// Whether the terminal gathers lines and echoes, as a shell expects it.
    pub(crate) fn is_cooked(&self) -> bool {
        let modes = self.pty.as_ref().and_then(|pty| pty.get_termios());
        let cooked = libc::ICANON | libc::ECHO;
        modes.is_some_and(|modes| modes.local_flags.bits() & cooked == cooked)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, ..PtySize::default() }
}

/// The same span of time, as poll(2) takes it.
pub(crate) fn timespec(time: Duration) -> Timespec {
    Timespec::try_from(time).expect("a short time")
}

/// A descriptor of our own for the master side, which never blocks.
#[expect(unsafe_code, reason = "portable-pty lends its descriptor as a number only")]
fn own(pty: &(dyn MasterPty + Send)) -> File {
    let number = pty.as_raw_fd().expect("a descriptor");
    // SAFETY: `pty` keeps the descriptor open for as long as this borrow lasts.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    let owned = borrowed.try_clone_to_owned().expect("a second descriptor");
    rustix::io::ioctl_fionbio(&owned, true).expect("a descriptor that does not block");
    File::from(owned)
}

fn read_all(mut master: &File, stopped: &UnixStream, watch: &Watch) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let mut ready = [PollFd::new(&master, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        let polled = poll(&mut ready, None);
        if polled.is_ok() && !ready[1].revents().is_empty() {
            break;
        }
        match master.read(&mut buffer) {
            Ok(length) if length > 0 => watch.feed(&buffer[..length]),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            _ => break,
        }
    }
    watch.end();
}
