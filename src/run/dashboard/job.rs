//! The dashboard as a job of the shell that has started it: termios(3), and what POSIX calls an orphaned process group.

use procfs::process::{Process, Stat};
use rustix::event::{Timespec, poll};
use rustix::process::{getpgrp, getpid};
use rustix::stdio::stdin;
use rustix::termios::tcgetpgrp;

/// Whether the terminal's keys go to another job. There is no such thing where it is not the controlling terminal.
pub(super) fn is_in_background() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|foreground| foreground != getpgrp())
}

/// Whether it is in the background at its start; a shell may take a moment to bring a job to the foreground.
pub(crate) fn starts_in_background() -> bool {
    (0..25).all(|_| is_in_background().then(pause).is_some())
}

/// Whether a shell could continue it once it is stopped: one in the same session that has started this process group.
pub(super) fn can_be_continued() -> bool {
    let stat = |pid| Process::new(pid).and_then(|process| process.stat()).ok();
    let us = stat(getpid().as_raw_pid());
    let mut member = us.clone();
    while let (Some(us), Some(Stat { ppid: 1.., .. })) = (&us, &member) {
        let parent = member.and_then(|member| stat(member.ppid));
        if let Some(outside) = parent.as_ref().filter(|parent| parent.pgrp != us.pgrp) {
            return outside.session == us.session;
        }
        member = parent;
    }
    // The first process of all has no parent; one that is hidden may be a shell.
    member.is_none()
}

/// Leaves the processor to others for a moment.
pub(super) fn pause() {
    const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    let _ = poll(&mut [], Some(&PAUSE));
}
