//! The lab on a terminal: real computers, a real wire, and the hand that holds it.

use regex::Regex;

use crate::support::again::NOBODY;
use crate::support::pty::{Terminal, command, fivetuple};
use crate::terminal::{LIMIT, quit, started};

/// What stands beside each other during a handshake: the server's row, and the client's.
const PICTURES: [(&str, &str); 4] = [
    ("SYN_SENT beside nothing", r"\(no row\).*SYN_SENT"),
    ("SYN_SENT beside SYN_RECV", r"SYN_RECV .*SYN_SENT"),
    ("ESTABLISHED beside SYN_RECV", r"SYN_RECV .*ESTABLISHED"),
    ("ESTABLISHED twice", r":500 .*ESTABLISHED .*ESTABLISHED"),
];

const ARGS: [&str; 3] = ["--lab", "--port", "500"];

/// A dashboard in a lab whose server listens at port 500; as nobody, if this is root, so that no privilege helps.
#[track_caller]
fn listening(as_nobody: bool) -> Terminal {
    let is_root = rustix::process::geteuid().is_root();
    let started = if as_nobody && is_root {
        let program = env!("CARGO_BIN_EXE_fivetuple");
        command("setpriv", &[&NOBODY[..], &[program], &ARGS].concat())
    } else {
        fivetuple(&ARGS)
    };
    let terminal = Terminal::start(started, 120, 36);
    terminal.wait_for("The lab is up");
    terminal.press_until("l", r":500 +0\.0\.0\.0:\* +\S LISTEN");
    terminal
}

#[track_caller]
fn wait_for_picture(terminal: &Terminal, n: usize) {
    let (what, pattern) = PICTURES[n];
    let regex = Regex::new(pattern).unwrap();
    terminal.wait_until(what, LIMIT, |screen| regex.is_match(&screen.contents()));
}

fn a_slow_handshake(as_nobody: bool) {
    let terminal = listening(as_nobody);
    terminal.type_text("bb");
    terminal.wait_for("500 ms one way");
    terminal.press("c");
    for n in 0..PICTURES.len() {
        wait_for_picture(&terminal, n);
    }
    // The segments that made it, with the time that each took.
    terminal.wait_for(r"─ SYN\+ACK ─+▶");
    terminal.wait_for(r"seq \d+ ack \d+ +5\d\d ms");
    quit(terminal);
}

#[test]
fn a_slow_handshake_shows_its_four_pictures() {
    a_slow_handshake(false);
}

#[test]
fn a_slow_handshake_needs_no_privilege_and_port_500_neither() {
    a_slow_handshake(true);
}

#[test]
fn stepping_by_hand_shows_the_same_four_pictures() {
    let terminal = listening(false);
    terminal.press_until("h", "HELD: 0 queued");
    terminal.press_until("c", "HELD: 1 queued");
    wait_for_picture(&terminal, 0);
    for n in 1..PICTURES.len() {
        terminal.press("o");
        wait_for_picture(&terminal, n);
    }
    terminal.press_until("h", "sent \"Test payload");
    quit(terminal);
}

#[test]
fn two_lost_syns_are_sent_again_and_the_wire_says_when() {
    let terminal = listening(false);
    terminal.type_text("uu");
    terminal.wait_for("drops next 2");
    terminal.press_until("c", "✗.* SYN ");
    let again = Regex::new(r"resent after [0-3]\.\d\d s").unwrap();
    terminal.wait_until("two retransmissions", LIMIT, |screen| {
        again.find_iter(&screen.contents()).count() >= 2
    });
    wait_for_picture(&terminal, 3);
    quit(terminal);
}

#[test]
fn looked_inside_both_computers_tell_what_their_kernels_know() {
    let terminal = listening(false);
    terminal.press_until("c", r"accepted 1 .*received 13 B");
    terminal.press_until("Enter", "Inside this connection");
    // Each kernel measured the way there and back: the laptop and the server, one beside the other.
    terminal.wait_for(r"RTT +\d\S* ms, .* \d\S* ms");
    terminal.wait_for(r"bytes .*0 B in, 13 B out");
    terminal.wait_for(r"bytes .*13 B in, 0 B out");
    terminal.press("Esc");
    quit(terminal);
}

/// What the server's and the laptop's tables show beside each other while each of the menu's states is held: the row that is held is
/// marked, and its port tells it from those that were held before.
const HELD: [&str; 9] = [
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
    let terminal = listening(false);
    let mut ports = Vec::new();
    for (n, row) in (1..).zip(HELD) {
        terminal.press_until("S", "Hold a connection in a state");
        terminal.type_text(&n.to_string());
        if n == 1 {
            // Later on, those that were held before go on and have their own sentences, which may push this one out of the pane.
            terminal.wait_for(r"SYN_SENT held at 192\.168\.1\.13:\d+: ");
        }
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
fn its_server_listens_at_the_address_of_the_command_line() {
    let args = ["--lab", "--port", "500", "--listen", "--bind", "0.0.0.0"];
    let terminal = Terminal::start(fivetuple(&args), 120, 36);
    terminal.wait_for(r"0\.0\.0\.0:500 +0\.0\.0\.0:\* +\S LISTEN");
    terminal.press_until("c", r":\d+ +192\.168\.1\.10:500 +\S ESTABLISHED");
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
fn the_lab_comes_and_goes_by_a_key() {
    let terminal = listening(false);
    terminal.press_until("N", "use loopback again");
    terminal.wait_for(r"laptop +127\.0\.0\.2");
    terminal.press_until("N", r"laptop +192\.168\.1\.13");
    quit(terminal);
}

#[test]
fn where_all_ports_are_used_up_the_trial_finds_that_another_destination_helps() {
    let terminal = listening(false);
    terminal.press_until("P", "ports +");
    terminal.press("ctrl-u");
    terminal.type_text("50000-50031");
    terminal.press_until("Enter", "EADDRNOTAVAIL");
    terminal.press_until("y", r"\+ +another destination, with the same ports +.*works");
    terminal.press("Esc");
    quit(terminal);
}
