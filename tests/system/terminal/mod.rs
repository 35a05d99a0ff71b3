//! The built program on a terminal, as a person meets it.

mod ahead;
mod colours;
mod ending;
mod failing;
mod files;
mod lab;
mod panics;
mod quiet;
mod recipes;
mod refusing;
mod rewinding;
pub(crate) mod scenario;
mod sequences;
mod stopping;
mod story;
mod typing;

use std::time::Duration;

use portable_pty::CommandBuilder;
use regex::Regex;

use crate::support::pty::{Terminal, fivetuple};

pub(crate) use ending::{children, ends_within};

pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A dashboard at a port of its own, on a screen of 120 by 36.
#[track_caller]
pub(crate) fn dashboard(args: &[&str]) -> Terminal {
    sized(args, 120, 36)
}

#[track_caller]
pub(crate) fn sized(args: &[&str], cols: u16, rows: u16) -> Terminal {
    let all = [&["--port", "0"], args].concat();
    let terminal = Terminal::start(fivetuple(&all), cols, rows);
    terminal.wait_for("Press l to listen");
    terminal
}

/// A dashboard in a lab that is being set up, for port 500.
pub(crate) fn lab_dashboard() -> Terminal {
    Terminal::start(fivetuple(&["--lab", "--port", "500"]), 120, 36)
}

/// A dashboard that is started by `command`, on a screen of 120 by 36.
#[track_caller]
pub(crate) fn started(command: CommandBuilder) -> Terminal {
    let terminal = Terminal::start(command, 120, 36);
    terminal.wait_for("Press l to listen");
    terminal
}

#[track_caller]
pub(crate) fn listening() -> Terminal {
    let terminal = dashboard(&[]);
    listen(&terminal);
    terminal
}

#[track_caller]
pub(crate) fn connected() -> Terminal {
    let terminal = listening();
    press_for_rows(&terminal, "c", "ESTABLISHED", 2);
    terminal
}

#[track_caller]
pub(crate) fn call_to(terminal: &Terminal, target: &str) {
    terminal.press_until("C", "Enter apply");
    terminal.type_text(target);
    terminal.press("Enter");
}

#[track_caller]
pub(crate) fn listen(terminal: &Terminal) -> u16 {
    terminal.press("l");
    port(terminal)
}

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

#[track_caller]
pub(crate) fn press_for_rows(terminal: &Terminal, key: &str, state: &str, many: usize) {
    terminal.press(key);
    wait_rows(terminal, state, many);
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

#[track_caller]
pub(crate) fn wait_connections(terminal: &Terminal, many: &str) {
    terminal.wait_for(&format!(r"^.* {many} connections?[: ]"));
}

#[track_caller]
pub(crate) fn quit(terminal: Terminal) {
    terminal.press("q");
    ends_restored(terminal);
}

/// It ends by itself, and the terminal is as it was.
#[track_caller]
pub(crate) fn ends_restored(mut terminal: Terminal) {
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_restored();
}

pub(crate) fn look(screen: &vt100::Screen, text: &str) -> Option<Look> {
    let (rows, cols) = screen.size();
    for row in 0..rows.get() {
        let line = screen.contents_between(row, 0, row, cols.get());
        let Some(at) = line.find(text) else { continue };
        let col = u16::try_from(line[..at].chars().count()).ok()?;
        let cell = screen.cell(row, col)?;
        return Some(Look { ink: cell.fgcolor(), bold: cell.bold(), reversed: cell.inverse() });
    }
    None
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    pub(crate) ink: vt100::Color,
    pub(crate) bold: bool,
    pub(crate) reversed: bool,
}

pub(crate) fn count(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).filter(|part| *part == needle).count()
}

pub(crate) fn frames(bytes: &[u8]) -> usize {
    count(bytes, b"\x1b[?2026h")
}
