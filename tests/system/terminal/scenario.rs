//! Scenarios: text files of keys, and of what they bring on the screen.
//!
//! A scenario begins with `== ` and its name; then the program is started: on each of the sizes before it, as `nobody` where that is said,
//! or by another program. A line of keys has single keys, and text in quotes, which is typed; before it may stand how often (`200*`),
//! `paste`, `click`, `wheel-up` or `wheel-down`. `$ ` runs a command, fivetuple with `&` behind it until `$ end`; `resize` gives the screen
//! another size, or its own one `back`. The last keys end the program.
//!
//! Below such a line stands, indented, what is waited for then: `2 ESTABLISHED` (so many rows), `no text`, `2x text` (so often), a
//! `/regular expression/`, or a text. It may be broken over the lines of a pane; in it, `…` is anything in the same line, `#` a number, and
//! `PID` that of the other fivetuple.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use fivetuple::tcp::unescape;
use portable_pty::CommandBuilder;
use regex::Regex;

use crate::support::again::{NOBODY, sealed};
use crate::support::pty::{Terminal, command, fivetuple};
use crate::support::seen::{self, Seen};
use crate::support::{netns, program, skipped};
use crate::terminal::{LIMIT, ends_restored, rows};

#[test]
fn on_loopback() {
    netns::alone_if_possible(|| play(include_str!("scenarios/loopback.txt")));
}

#[test]
fn without_privileges() {
    play(include_str!("scenarios/nobody.txt"));
    let start = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    if start.is_ok_and(|start| start.trim() == "0") {
        return skipped("every port is unprivileged here");
    }
    play(include_str!("scenarios/privileged_port.txt"));
}

#[test]
fn with_the_mouse() {
    netns::alone_if_possible(|| play(include_str!("scenarios/mouse.txt")));
}

#[test]
fn in_the_lab() {
    if crate::lab::commands::possible() {
        play(include_str!("scenarios/lab.txt"));
    }
}

#[test]
fn in_a_lab_whose_settings_cannot_be_made() {
    sealed(|| {
        if crate::lab::commands::possible() {
            play(include_str!("scenarios/sealed_lab.txt"));
        }
    });
}

#[test]
fn beside_other_programs() {
    netns::alone(|| play(include_str!("scenarios/other_programs.txt")));
}

#[test]
fn where_loopback_fails() {
    netns::alone(|| play_by(1, include_str!("scenarios/lo.txt")));
}

#[test]
fn while_the_kernels_port_range_changes() {
    let possible = || {
        let set = std::fs::write("/proc/sys/net/ipv4/ip_local_reserved_ports", "\n");
        set.map_err(|why| skipped(&format!("the ports cannot be set here: {why}"))).is_ok()
    };
    netns::alone_if(possible, || play(include_str!("scenarios/port_range.txt")));
}

/// Plays the scenarios of a file, a few at a time.
pub(crate) fn play(scenarios: &str) {
    play_by(4, scenarios);
}

fn play_by(at_a_time: usize, scenarios: &str) {
    let mut all = Vec::new();
    for scenario in scenarios.trim_start_matches("== ").split("\n== ") {
        let mut parts = scenario.splitn(3, '\n');
        let [name, start, steps] =
            [(); 3].map(|()| parts.next().expect("a name, a start and steps"));
        let is_size = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        let sizes: Vec<&str> = start.split(' ').take_while(is_size).collect();
        let words: Vec<&str> = start.split(' ').skip_while(is_size).collect();
        for size in if sizes.is_empty() { &["120x36"][..] } else { &sizes } {
            all.push((format!("{name} ({size})"), *size, words.clone(), steps));
        }
    }
    for some in all.chunks(at_a_time) {
        std::thread::scope(|scope| {
            for (name, size, words, steps) in some {
                let thread = std::thread::Builder::new().name(name.clone());
                thread.spawn_scoped(scope, || play_one(size, words, steps)).unwrap();
            }
        });
    }
}

fn play_one(size: &str, words: &[&str], steps: &str) {
    let parsed = |size: &str| {
        let (cols, rows) = size.split_once('x').unwrap();
        (cols.parse().unwrap(), rows.parse().unwrap())
    };
    let at = words.iter().position(|word| *word == "fivetuple").expect("fivetuple");
    let (by, args) = (&words[..at], &words[at + 1..]);
    let program = match by {
        [] => fivetuple(args),
        ["nobody"] => as_nobody(args),
        [by, words @ ..] => {
            command(by, &[words, &[env!("CARGO_BIN_EXE_fivetuple")], args].concat())
        }
    };
    let (cols, rows) = parsed(size);
    let (terminal, mut others) = (Terminal::start(program, cols, rows), Vec::new());
    let mut replay = Replay { screen: seen::blank(cols, rows), at: 0 };
    for line in steps.lines().filter(|line| !line.is_empty()) {
        if let Some(text) = line.strip_prefix("    ") {
            let pid = others.last().map_or(0, |other: &Running| other.0.id()).to_string();
            wait(&terminal, &mut replay, &text.replace("PID", &pid));
            continue;
        }
        terminal.seen(|seen| replay.catch_up(seen));
        if let Some(words) = line.strip_prefix("$ ") {
            run(words, &mut others);
        } else if let Some(other) = line.strip_prefix("resize ") {
            let (cols, rows) = parsed(if other == "back" { size } else { other });
            replay.screen.set_size(seen::at_least_one(rows), seen::at_least_one(cols));
            terminal.resize(cols, rows);
        } else {
            act(&terminal, line);
        }
    }
    ends_restored(terminal);
}

/// Runs a command to its end; fivetuple with `&` behind it until the scenario ends, or `end` comes.
fn run(line: &str, others: &mut Vec<Running>) {
    match (line, line.strip_suffix(" &").and_then(|line| line.strip_prefix("fivetuple "))) {
        (_, Some(args)) => {
            let mut child = program(args.split(' ')).stdout(Stdio::piped()).spawn().unwrap();
            // It is listening or connected once it says so.
            let said = BufReader::new(child.stdout.as_mut().unwrap()).lines().next();
            others.push(Running(child));
            assert!(said.is_some(), "{line}");
        }
        ("end", _) => others.clear(),
        (line, _) => {
            let (program, args) = line.split_once(' ').unwrap();
            assert!(netns::done(program, args), "{line}");
        }
    }
}

pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The same without any privilege.
fn as_nobody(args: &[&str]) -> CommandBuilder {
    if !rustix::process::geteuid().is_root() {
        return fivetuple(args);
    }
    command("setpriv", &[&NOBODY[..], &[env!("CARGO_BIN_EXE_fivetuple")], args].concat())
}

/// The screen frame by frame, so that nothing is missed that stood on it for a moment only.
struct Replay {
    screen: vt100::Parser,
    /// How many bytes are replayed.
    at: usize,
}

impl Replay {
    /// Shows all that has come out: what is waited for comes after it.
    fn catch_up(&mut self, seen: &Seen) {
        self.screen.process(&seen.raw[self.at..]);
        self.at = seen.raw.len();
    }

    /// Whether a frame is as `wanted`; the ones before it are done with.
    fn shows(&mut self, seen: &Seen, wanted: impl Fn(&str) -> bool) -> bool {
        const END: &[u8] = b"\x1b[?2026l";
        while !wanted(&self.screen.screen().contents()) {
            let rest = &seen.raw[self.at..];
            let Some(end) = rest.windows(END.len()).position(|bytes| bytes == END) else {
                return false;
            };
            self.screen.process(&rest[..end + END.len()]);
            self.at += end + END.len();
        }
        true
    }
}

fn wait(terminal: &Terminal, replay: &mut Replay, wanted: &str) {
    let (first, rest) = wanted.split_once(' ').unwrap_or((wanted, ""));
    let is_state =
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || "_12".contains(c));
    if let (Ok(many), true) = (first.parse::<usize>(), is_state) {
        let has_rows = |screen: &str| rows(screen, rest) == many;
        return terminal.wait_until_seen(wanted, LIMIT, |seen| replay.shows(seen, has_rows));
    }
    let (least, text) = match (first, first.strip_suffix('x').map(str::parse)) {
        ("no", _) => (0, rest),
        (_, Some(Ok(times))) => (times, rest),
        _ => (1, wanted),
    };
    let regex = Regex::new(&pattern(text)).unwrap();
    let is_shown = |screen: &str| {
        let times = regex.find_iter(screen).count();
        if least == 0 { times == 0 } else { times >= least }
    };
    terminal.wait_until_seen(wanted, LIMIT, |seen| replay.shows(seen, is_shown));
}

/// The regular expression of a text.
fn pattern(text: &str) -> String {
    if let Some(regex) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        return regex.to_owned();
    }
    let text = regex::escape(text).replace(r"\#", r"\d+").replace('…', ".*");
    text.replace(' ', r"[\s│┃]+")
}

/// Presses keys; types what stands in quotes, if wanted many times, pastes it, or clicks or turns the wheel at it.
fn act(terminal: &Terminal, line: &str) {
    let (mut verb, mut times) = ("", 1);
    for (n, part) in line.split('"').enumerate() {
        if n % 2 == 1 {
            let text = unescape(part).unwrap().repeat(std::mem::replace(&mut times, 1));
            match std::mem::take(&mut verb) {
                "paste" => terminal.paste(&String::from_utf8(text).unwrap()),
                "click" => mouse(terminal, 0, part),
                "wheel-up" => mouse(terminal, 64, part),
                "wheel-down" => mouse(terminal, 65, part),
                _ => terminal.send(&text),
            }
            continue;
        }
        for word in part.split_whitespace() {
            match (word, word.strip_suffix('*').map(str::parse)) {
                (_, Some(Ok(many))) => times = many,
                ("paste" | "click" | "wheel-up" | "wheel-down", _) => verb = word,
                (key, _) => terminal.press(key),
            }
        }
    }
}

/// Presses a button of the mouse where `text` begins; its cell is counted from 1.
fn mouse(terminal: &Terminal, button: u8, text: &str) {
    let screen = terminal.screen();
    let place = screen.lines().zip(1..).find_map(|(line, y)| Some((line.find(text)?, line, y)));
    let Some((at, line, y)) = place else {
        terminal.fail(&format!("{text:?} is not on the screen"));
    };
    let x = line[..at].chars().count() + 1;
    terminal.type_text(&format!("\x1b[<{button};{x};{y}M"));
    if button == 0 {
        terminal.type_text(&format!("\x1b[<{button};{x};{y}m"));
    }
}
