//! A terminal that cannot be read, takes no bytes, or has been left in an odd mode by another program.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::time::Duration;

use portable_pty::{Child, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, Signal, pidfd_getfd, pidfd_open};

use crate::support::pty::{Terminal, fivetuple};
use crate::support::sandbox::{Refused, within};
use crate::support::{program, skipped};
use crate::terminal::{ends_within, quit, sized};

/// A dashboard whose reads of the terminal fail; `None` where there are no sandboxes.
fn unreadable(errno: libc::c_int) -> Option<Terminal> {
    let keyboard = Refused { call: libc::SYS_read, argument: 0, value: 0, errno };
    let start = || Terminal::start(fivetuple(&["--port", "0"]), 100, 30);
    let terminal = within(keyboard, start).or_else(|| {
        skipped("no sandboxes here");
        None
    })?;
    terminal.wait_for("Press l to listen");
    terminal.press("l");
    Some(terminal)
}

#[test]
fn a_terminal_that_cannot_be_read_ends_it_with_the_reason() {
    let Some(mut terminal) = unreadable(libc::EIO) else { return };
    assert_eq!(terminal.wait_exit(), 1);
    terminal.assert_restored();
    let screen = terminal.screen();
    assert!(screen.contains("cannot read the terminal: ") && screen.contains("(EIO)"), "{screen}");
}

#[test]
fn a_terminal_that_cannot_be_read_now_costs_no_time() {
    let Some(mut terminal) = unreadable(libc::EAGAIN) else { return };
    let before = ticks(terminal.pid());
    assert!(!terminal.exits_within(Duration::from_secs(1)), "ended by itself");
    let spent = ticks(terminal.pid()) - before;
    assert!(spent < 40, "{spent} ticks of a hundred");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit(), 143);
}

/// How much of a processor it has used so far, in hundredths of a second.
fn ticks(pid: Pid) -> u64 {
    let path = format!("/proc/{}/stat", pid.as_raw_nonzero());
    let stat = std::fs::read_to_string(path).unwrap();
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    [11, 12].iter().map(|at| fields[*at].parse::<u64>().unwrap()).sum()
}

#[test]
fn a_terminal_that_another_program_has_left_non_blocking_is_waited_for() {
    let terminal = sized(&[], 300, 100);
    let process = pidfd_open(terminal.pid(), PidfdFlags::empty()).unwrap();
    // The same open file, not a copy of it.
    let Ok(stdout) = pidfd_getfd(&process, 1, PidfdGetfdFlags::empty()) else {
        return skipped("a process may not take a descriptor of its child here");
    };
    rustix::io::ioctl_fionbio(&stdout, true).unwrap();
    for _ in 0..12 {
        terminal.press("T");
        terminal.press_until("?", "All keys");
        terminal.press("Esc");
    }
    quit(terminal);
}

#[test]
fn a_pipe_that_another_program_has_left_non_blocking_is_waited_for() {
    let wanted = program(["man"]).output().unwrap().stdout;
    let (read, write) = rustix::pipe::pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&write, 4096).unwrap();
    rustix::io::ioctl_fionbio(&write, true).unwrap();
    assert!(wanted.len() > 8192);
    let mut man = program(["man"]).stdout(Stdio::from(write)).spawn().unwrap();
    let mut written = Vec::new();
    File::from(read).read_to_end(&mut written).unwrap();
    assert_eq!(man.wait().unwrap().code(), Some(0));
    assert!(written == wanted, "{} of {} bytes", written.len(), wanted.len());
}

/// A dashboard whose screen is not read: its first frame has begun, and is larger than what a terminal holds back.
fn unread() -> (PtyPair, Box<dyn Child + Send + Sync>, Pid) {
    let size = PtySize { rows: 200, cols: 500, ..PtySize::default() };
    let pair = native_pty_system().openpty(size).unwrap();
    let child = pair.slave.spawn_command(fivetuple(&["--port", "0"])).unwrap();
    let mut screen = pair.master.try_clone_reader().unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\x1b[?2026h") {
        let mut byte = [0];
        screen.read_exact(&mut byte).unwrap();
        seen.extend(byte);
    }
    let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
    (pair, child, pid)
}

#[test]
fn it_quits_while_the_terminal_takes_no_bytes() {
    for key in ["q", "\x03"] {
        let (pair, mut child, pid) = unread();
        pair.master.take_writer().unwrap().write_all(key.as_bytes()).unwrap();
        assert!(ends_within(pid, Duration::from_secs(5)), "{key:?} did not end it");
        assert_eq!(child.wait().unwrap().exit_code(), 0, "{key:?}");
    }
}

#[test]
fn it_does_not_spin_while_the_terminal_takes_no_bytes() {
    let (pair, mut child, pid) = unread();
    let mut keyboard = pair.master.take_writer().unwrap();
    // It has begun by then, and has a frame to draw.
    keyboard.write_all(b"l").unwrap();
    assert!(!ends_within(pid, Duration::from_secs(2)), "ended by itself");
    let before = ticks(pid);
    keyboard.write_all(b"e").unwrap();
    assert!(!ends_within(pid, Duration::from_secs(2)), "ended by itself");
    let spent = ticks(pid) - before;
    assert!(spent < 60, "{spent} ticks of two hundred");
    keyboard.write_all(b"q").unwrap();
    assert_eq!(child.wait().unwrap().exit_code(), 0);
}
