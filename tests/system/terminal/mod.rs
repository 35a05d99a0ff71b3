//! The built program on a terminal, as a person meets it.

pub(crate) mod colours;
pub(crate) mod ending;
pub(crate) mod lab;
pub(crate) mod mouse;
pub(crate) mod panics;
pub(crate) mod quiet;
pub(crate) mod refusing;
pub(crate) mod rewinding;
pub(crate) mod sizes;
pub(crate) mod stopping;
pub(crate) mod story;
pub(crate) mod typing;
pub(crate) mod views;

use std::time::Duration;

use regex::Regex;

use crate::support::pty::{Terminal, fivetuple};

pub(crate) use ending::ends_within;

/// How long an effect may take on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A dashboard at a port of its own, on a screen of 120 by 36.
#[track_caller]
pub(crate) fn dashboard(args: &[&str]) -> Terminal {
    sized(args, 120, 36)
}

/// The same on a screen of this size.
#[track_caller]
pub(crate) fn sized(args: &[&str], cols: u16, rows: u16) -> Terminal {
    let all = [&["--port", "0"], args].concat();
    let terminal = Terminal::start(fivetuple(&all), cols, rows);
    terminal.wait_for("Press l to listen");
    terminal
}

/// Listens, and says at which port.
#[track_caller]
pub(crate) fn listen(terminal: &Terminal) -> u16 {
    terminal.press("l");
    port(terminal)
}

/// The port of its LISTEN row, once there is one.
#[track_caller]
pub(crate) fn port(terminal: &Terminal) -> u16 {
    const ROW: &str = r"127\.0\.0\.1:(\d+) +0\.0\.0\.0:\* +\S LISTEN +listen";
    terminal.wait_for(ROW);
    let row = Regex::new(ROW).expect("a regular expression");
    let screen = terminal.screen();
    let Some(row) = row.captures(&screen) else {
        terminal.fail("the LISTEN row is gone again");
    };
    row[1].parse().expect("a port")
}

/// Waits until so many rows of the table are in this state, those that are gone not counted.
#[track_caller]
pub(crate) fn wait_rows(terminal: &Terminal, state: &str, many: usize) {
    terminal.wait_until(&format!("{many} rows in {state}"), LIMIT, |screen| {
        rows(&screen.contents(), state) == many
    });
}

/// How many rows of the table are in this state, those that are gone not counted.
pub(crate) fn rows(screen: &str, state: &str) -> usize {
    let row = Regex::new(&format!(r"[|│┃] [^-'] .*:(\d+|\*) +\S {state} ")).expect("a pattern");
    let lives = |line: &&str| row.is_match(line) && !line.contains("✗ ");
    screen.lines().filter(lives).count()
}

/// The pattern of a text that may be broken over lines of a pane.
pub(crate) fn broken(text: &str) -> String {
    let words: Vec<_> = text.split(' ').map(regex::escape).collect();
    words.join(r"[\s│]+")
}

/// Waits until the header counts so many connections.
#[track_caller]
pub(crate) fn wait_connections(terminal: &Terminal, many: &str) {
    terminal.wait_for(&format!(r"^.* {many} connections?[: ]"));
}

/// Leaves with `q`, and finds the terminal as it was.
#[track_caller]
pub(crate) fn quit(mut terminal: Terminal) {
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_restored();
}

/// How the first cell of `text` looks.
pub(crate) fn look(screen: &vt100::Screen, text: &str) -> Option<Look> {
    let (rows, cols) = screen.size();
    for row in 0..rows.get() {
        let line = screen.contents_between(row, 0, row, cols.get());
        let Some(at) = line.find(text) else {
            continue;
        };
        let col = u16::try_from(line[..at].chars().count()).ok()?;
        let cell = screen.cell(row, col)?;
        return Some(Look { ink: cell.fgcolor(), bold: cell.bold(), reversed: cell.inverse() });
    }
    None
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    pub(crate) ink: vt100::Color,
    pub(crate) bold: bool,
    pub(crate) reversed: bool,
}

/// How often `needle` is in `bytes`.
pub(crate) fn count(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).filter(|part| *part == needle).count()
}

/// How many frames are in `bytes`.
pub(crate) fn frames(bytes: &[u8]) -> usize {
    count(bytes, b"\x1b[?2026h")
}
