//! The lab on a terminal, beyond what scenarios can say.

use std::net::TcpListener;

use regex::Regex;

use crate::lab::commands::possible;
use crate::support::pty::fivetuple;
use crate::support::skipped;
use crate::terminal::{LIMIT, lab_dashboard, quit, started};

/// What the server's and the laptop's tables show beside each other while each of the menu's states is held: the row that is held is
/// marked, and its port tells it from those that were held before.
const HOLDABLE_STATES: [&str; 9] = [
    r"\(no row\).*▶.? +:(\d+) .*SYN_SENT ",
    r"▶.? +:500 .*:(\d+) \S SYN_RECV .*SYN_SENT ",
    r"▶.? +:500 .*:(\d+) \S ESTABLISHED .*ESTABLISHED ",
    r"ESTABLISHED .*▶.? +:(\d+) .*FIN_WAIT1 ",
    r"CLOSE_WAIT .*▶.? +:(\d+) .*FIN_WAIT2 ",
    r"▶.? +:500 .*:(\d+) \S CLOSE_WAIT .*FIN_WAIT2 ",
    r"CLOSING .*▶.? +:(\d+) .*CLOSING ",
    r"▶.? +:500 .*:(\d+) \S LAST_ACK .*FIN_WAIT1 ",
    // The server's row is gone, and is still shown as such for a while.
    r"(?:- :500|\(no row\)) .*▶.? +:(\d+) .*TIME_WAIT ",
];

#[test]
fn every_state_of_the_menu_is_held_on_the_wire() {
    let terminal = lab_dashboard();
    terminal.wait_for("The lab is up");
    let mut ports = Vec::new();
    for (n, row) in (1..).zip(HOLDABLE_STATES) {
        terminal.press_until("S", "Hold a connection in a state");
        terminal.type_text(&n.to_string());
        let row = Regex::new(row).unwrap();
        let port = |screen: &str| row.captures(screen).map(|row| row[1].to_owned());
        terminal.wait_until(row.as_str(), LIMIT, |screen| {
            port(&screen.contents()).is_some_and(|port| !ports.contains(&port))
        });
        ports.extend(port(&terminal.screen()));
    }
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
