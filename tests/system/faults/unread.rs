//! Subcommands whose standard output is a full pipe that nobody reads: a signal ends them all the same.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write, pipe};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::process::Stdio;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, kill_process};

use crate::place::own_address;
use crate::support::line::timespec;
use crate::support::program;
use crate::terminal::{LIMIT, ends_within};

/// How long it may take; it gives itself two seconds.
const SOON: Duration = Duration::from_secs(5);

/// Starts the program, lets it begin to write, fills the pipe and asks for the end.
#[track_caller]
fn ends_unread(args: &[&str]) {
    let (reader, writer) = pipe().unwrap();
    // Opened anew, as O_NONBLOCK would else hold for the program, too.
    let rest = OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(format!("/proc/self/fd/{}", writer.as_raw_fd()))
        .unwrap();
    let mut child = program(args).stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    wait_readable(&reader);
    fill(rest);
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::TERM).unwrap();
    let has_ended = ends_within(pid, SOON);
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(has_ended, "SIGTERM did not end {args:?}");
    assert_eq!(status.code(), Some(143), "{args:?}");
}

#[track_caller]
fn wait_readable(reader: &impl AsFd) {
    let mut readable = [PollFd::new(reader, PollFlags::IN)];
    let came = poll(&mut readable, Some(&timespec(LIMIT)));
    assert_eq!(came, Ok(1), "nothing came out");
}

fn fill(mut pipe: File) {
    for piece in [&[b'.'; 4096][..], b"."] {
        loop {
            match pipe.write(piece) {
                Ok(_) => (),
                Err(why) if why.kind() == ErrorKind::WouldBlock => break,
                Err(why) => panic!("{why}"),
            }
        }
    }
}

#[test]
fn a_server_that_cannot_say_goodbye_ends() {
    ends_unread(&["listen", "--port", "0"]);
}

#[test]
fn a_client_that_cannot_sum_up_ends() {
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let at = listener.local_addr().unwrap().to_string();
    ends_unread(&["connect", &at]);
}

#[test]
fn a_table_that_nobody_reads_ends() {
    // As JSON these are more than a pipe holds.
    let place = own_address();
    let sockets = (0..800).map(|_| UdpSocket::bind((place, 0)));
    let sockets: Vec<UdpSocket> = sockets.map(Result::unwrap).collect();
    ends_unread(&["table", "--watch", "--all", "--json", "--no-owners"]);
    drop(sockets);
}
