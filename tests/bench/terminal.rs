//! Programs on a pty, as the tests run them, and what stands on their screens.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::held::PORT;
pub(crate) use crate::support::clock::{Deadline, now};
pub(crate) use crate::support::pty::{self, PATIENCE, Terminal};
use crate::support::seen::{self, Seen};

/// A wide terminal, as lecture halls have it.
pub(crate) const SIZE: (u16, u16) = (120, 40);
const FRAME: &[u8] = b"\x1b[?2026h";

pub(crate) type Ends = (SocketAddr, SocketAddr);

/// The dashboard, listening at its port.
pub(crate) fn listening_dashboard() -> Terminal {
    let dashboard = dashboard();
    dashboard.press_until("l", r"127\.0\.0\.1:5000 .* LISTEN");
    dashboard
}

/// The dashboard, with the table read.
pub(crate) fn dashboard() -> Terminal {
    let command = pty::fivetuple(&["--port", &PORT.to_string()]);
    let dashboard = Terminal::start(command, SIZE.0, SIZE.1);
    dashboard.wait_for("Sockets");
    dashboard
}

pub(crate) fn watch(command: &str) -> Terminal {
    let words = ["-t", "-n", "0.1", command];
    Terminal::start(pty::command("watch", &words), SIZE.0, SIZE.1)
}

pub(crate) fn rows(screen: &vt100::Screen) -> HashSet<Ends> {
    let text = screen.contents();
    text.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Ends> {
    if !line.contains("ESTAB") {
        return None;
    }
    let mut ends = line.split_whitespace().filter_map(|word| word.parse().ok());
    Some((ends.next()?, ends.next()?))
}

pub(crate) fn has_both(rows: &HashSet<Ends>, (one, other): Ends) -> bool {
    rows.contains(&(one, other)) && rows.contains(&(other, one))
}

pub(crate) fn time_until(
    terminal: &Terminal,
    begun: Instant,
    what: &str,
    wanted: impl Fn(&vt100::Screen) -> bool,
) -> Duration {
    terminal.wait_until(what, PATIENCE, wanted);
    now() - begun
}

/// When frames began to come, as far as bytes after `mark` tell.
pub(crate) fn frames(seen: &Seen, mark: usize) -> Vec<Instant> {
    let starts = seen.raw[mark..]
        .windows(FRAME.len())
        .enumerate()
        .filter(|(_, bytes)| *bytes == FRAME)
        .map(|(at, _)| mark + at + FRAME.len());
    let mut chunks = seen.chunks.iter().peekable();
    starts
        .filter_map(|end| {
            while chunks.next_if(|chunk| chunk.end < end).is_some() {}
            chunks.peek().map(|chunk| chunk.at)
        })
        .collect()
}

/// When the screen was as wanted for the first time, found by showing everything again.
pub(crate) fn first_time(seen: &Seen, wanted: impl Fn(&vt100::Screen) -> bool) -> Option<Instant> {
    let mut again = seen::blank(SIZE.0, SIZE.1);
    let mut done = 0;
    seen.chunks.iter().find_map(|chunk| {
        again.process(&seen.raw[done..chunk.end]);
        done = chunk.end;
        wanted(again.screen()).then_some(chunk.at)
    })
}

pub(crate) fn process(terminal: &Terminal) -> procfs::process::Process {
    procfs::process::Process::new(terminal.pid().as_raw_nonzero().get()).unwrap()
}

pub(crate) fn cpu(terminal: &Terminal) -> f64 {
    seconds(&process(terminal).stat().unwrap())
}

/// The CPU time that a process has had.
#[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
pub(crate) fn seconds(stat: &procfs::process::Stat) -> f64 {
    (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64
}
