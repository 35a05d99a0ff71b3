//! The lab on a terminal, beyond what scenarios can say.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use regex::Regex;

use crate::lab::commands::possible;
use crate::support::program;
use crate::support::pty::{Terminal, fivetuple};
use crate::support::skipped;
use crate::terminal::scenario::Running;
use crate::terminal::{LIMIT, lab_dashboard, quit, started};

/// What the server's and the laptop's tables show beside each other while each of the menu's states is held, and at which end: the row that
/// is held is marked, and its port tells it from those that were held before.
const HOLDABLE_STATES: [(&str, &str, End); 9] = [
    (r"\(no row\)", "SYN_SENT", End::Client),
    ("SYN_RECV", "SYN_SENT", End::Server),
    ("ESTABLISHED", "ESTABLISHED", End::Server),
    ("ESTABLISHED", "FIN_WAIT1", End::Client),
    ("CLOSE_WAIT", "FIN_WAIT2", End::Client),
    ("CLOSE_WAIT", "FIN_WAIT2", End::Server),
    ("CLOSING", "CLOSING", End::Client),
    ("LAST_ACK", "FIN_WAIT1", End::Server),
    // The server's row is gone, and is still shown as such for a while.
    (r"(?:gone|- :500|\(no row\))", "TIME_WAIT", End::Client),
];

enum End {
    Client,
    Server,
}

/// A row in columns, or in large letters, below which the foreign address stands.
fn held_row((server, client, end): &(&str, &str, End)) -> Regex {
    let row = match end {
        End::Client => format!(r"{server} .*▶.? +:(\d+) .*{client} "),
        End::Server => {
            let columns = format!(r"▶.? +:500 .*:(\d+) \S {server} .*{client} ");
            format!(r"{columns}|▶.? +:500 \S {server} .*{client} .*\n\W*→ [\d.]*:(\d+)")
        }
    };
    Regex::new(&row).unwrap()
}

#[test]
fn every_state_of_the_menu_is_held_on_the_wire() {
    let terminal = lab_dashboard();
    terminal.wait_for("The lab is up");
    let mut ports = Vec::new();
    for (n, row) in (1..).zip(HOLDABLE_STATES) {
        terminal.press_until("S", "Hold a connection in a state");
        terminal.type_text(&n.to_string());
        let row = held_row(&row);
        let port = |screen: &str| {
            let row = row.captures(screen)?;
            row.iter().skip(1).flatten().next().map(|port| port.as_str().to_owned())
        };
        terminal.wait_until(row.as_str(), LIMIT, |screen| {
            port(&screen.contents()).is_some_and(|port| !ports.contains(&port))
        });
        ports.extend(port(&terminal.screen()));
    }
    quit(terminal);
}

const PICTURES: [&str; 4] = [
    r"\(no row\).*SYN_SENT ",
    r":500 .* SYN_RECV .*SYN_SENT ",
    r":500 .* SYN_RECV .*ESTABLISHED ",
    r":500 .* ESTABLISHED .*ESTABLISHED ",
];

/// Presses `N l h c o o o` and sees the four pictures of the handshake. It waits before each `o` until a segment has been sent so often: the
/// SYN, then its answer.
fn steps_through_a_handshake(sent: [usize; 3]) {
    if !possible() {
        return;
    }
    let terminal = Terminal::start(fivetuple(&["--port", "500"]), 120, 36);
    terminal.wait_for("Press l to listen");
    terminal.press_until("N", "The lab is up");
    terminal.press_until("l", r":500 +0\.0\.0\.0:\* +\S LISTEN");
    terminal.press_until("h", "HELD: 0 queued");
    terminal.press("c");
    for (picture, (segment, times)) in
        PICTURES.iter().zip(["SYN", "SYN.ACK", "SYN.ACK"].into_iter().zip(sent))
    {
        terminal.wait_for(picture);
        let sent = Regex::new(&format!(r" {segment} ─(?s:.*?)sent (\d+)×")).unwrap();
        terminal.wait_until(&format!("{segment}, sent {times} times"), LIMIT, |screen| {
            let screen = screen.contents();
            times < 2
                || sent.captures(&screen).is_some_and(|it| it[1].parse::<usize>().unwrap() >= times)
        });
        terminal.press("o");
    }
    terminal.wait_for(PICTURES[3]);
    quit(terminal);
}

#[test]
fn a_handshake_has_the_same_four_pictures_without_pauses() {
    steps_through_a_handshake([1, 1, 1]);
}

#[test]
fn a_handshake_has_the_same_four_pictures_with_pauses_of_a_second() {
    steps_through_a_handshake([2, 2, 3]);
}

#[test]
fn a_handshake_has_the_same_four_pictures_with_pauses_of_four_seconds() {
    steps_through_a_handshake([5, 3, 3]);
}

#[test]
#[ignore = "takes a minute and a half"]
fn a_handshake_has_the_same_four_pictures_with_pauses_of_half_a_minute() {
    steps_through_a_handshake([9, 6, 7]);
}

#[test]
fn a_handshake_that_is_typed_ahead_is_complete() {
    if !possible() {
        return;
    }
    let terminal = lab_dashboard();
    terminal.wait_for("The lab is up");
    terminal.press_until("l", r":500 +0\.0\.0\.0:\* +\S LISTEN");
    terminal.type_text("hcooo");
    terminal.wait_for(PICTURES[3]);
    terminal.wait_for("Delivered laptop's ACK");
    quit(terminal);
}

#[test]
fn what_crosses_the_wire_of_a_lab_that_a_key_sets_up_is_written_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("wire.pcapng");
    let args = ["--port", "500", "--pcap", file.to_str().expect("a path")];
    let terminal = started(fivetuple(&args));
    terminal.press_until("N", "The lab is up");
    terminal.press_until("l", r":500 +0\.0\.0\.0:\* +\S LISTEN");
    terminal.press_until("c", r"accepted 1 ");
    terminal.wait_for("sent \"Test payload");
    quit(terminal);
    let written = std::fs::read(&file).expect("a capture");
    let payload = b"Test payload.";
    assert!(written.windows(payload.len()).any(|bytes| bytes == payload));
}

/// The states beside a ladder at one side, those in brackets, too.
fn states_beside(screen: &str, side: usize) -> Vec<String> {
    let state = Regex::new("[A-Z]+(_[A-Z]+)?[12]?").unwrap();
    let beside = screen.lines().filter_map(|line| {
        let parts: Vec<&str> = line.trim_matches(['│', '┃']).split('│').collect();
        let [left, _, right] = parts[..] else { return None };
        Some(state.find([left, right][side])?.as_str().to_owned())
    });
    beside.collect()
}

#[test]
#[ignore = "takes half a minute, with python3 and curl in a lab: twenty downloads by other programs"]
fn of_twenty_downloads_by_other_programs_each_has_states_at_both_ends() {
    let args = ["--lab", "--port", "500"];
    let terminal = Terminal::start(fivetuple(&args), 120, 100);
    terminal.wait_for("The lab is up");
    let pid = terminal.pid().as_raw_nonzero().to_string();
    let join = |on: &str, words: &[&str]| {
        let mut command = program([&["lab", "--join", &pid, "--on", on, "--"], words].concat());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let server = join("server", &["python3", "-m", "http.server", "500"]).spawn().unwrap();
    let _server = Running(server);
    terminal.wait_for(r"is listening on 0\.0\.0\.0:500");
    terminal.press_until("t", "Timeline");
    let port = Regex::new(r"laptop 192\.168\.1\.13:(\d+)").unwrap();
    let mut ports = Vec::new();
    for n in 0..20 {
        let url = ["-s", "-o", "/dev/null", "http://192.168.1.10:500/"];
        let words = [&["curl"][..], &url].concat();
        assert!(join("laptop", &words).status().unwrap().success());
        terminal.wait_until(&format!("ladder {n}"), Duration::from_secs(5), |screen| {
            let screen = screen.contents();
            let is_new = |found: &str| ports.iter().all(|known| known != found);
            let is_there = port.captures(&screen).is_some_and(|found| is_new(&found[1]));
            let [server, laptop] = [0, 1].map(|side| states_beside(&screen, side));
            let has = |states: &[String], wanted: &[&str]| {
                wanted.iter().all(|word| states.iter().any(|state| state == word))
            };
            is_there
                && has(&laptop, &["SYN_SENT", "ESTABLISHED"])
                && has(&server, &["SYN_RECV", "ESTABLISHED"])
                // Either may close first.
                && [server, laptop].iter().all(|states| states.len() > 2)
        });
        ports.push(port.captures(&terminal.screen()).unwrap()[1].to_owned());
    }
    quit(terminal);
}

#[test]
fn a_server_of_the_lab_listens_on_both_of_its_addresses() {
    if TcpListener::bind("[::1]:0").is_err() {
        return skipped("no IPv6 here");
    }
    if !possible() {
        return;
    }
    let terminal = lab_dashboard();
    terminal.wait_for("The lab is up");
    terminal.press_until("l", r"Listening on 192\.168\.1\.10:500");
    terminal.press_until("Y", "Another listener");
    terminal.press("shift-Tab");
    terminal.type_text("fd00::10");
    terminal.press_until("Enter", r"Listening on \[fd00::10\]:500");
    terminal.press_until("c", r"laptop connected to \[fd00::10\]:500 from port");
    terminal.press_until("J", r"Selected the listener on 192\.168\.1\.10:500");
    terminal.press_until("c", r"laptop connected to 192\.168\.1\.10:500 from port");
    quit(terminal);
}
