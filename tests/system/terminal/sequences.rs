//! What terminals send that no key is, and keys that come in pieces.

use std::time::Duration;

use crate::support::pty::{Terminal, command};
use crate::terminal::{LIMIT, connected, dashboard, quit, rows};

/// Longer than a program waits for the rest of a sequence.
const PAUSE: Duration = Duration::from_millis(120);

/// Everything before has been read once this is answered; then both ends of the connection are still there.
#[track_caller]
fn changes_no_socket(terminal: &Terminal, sent: &[u8]) {
    terminal.press_until("?", "All keys");
    has_both_ends_once_keys_are_closed(terminal, sent);
}

#[track_caller]
fn has_both_ends_once_keys_are_closed(terminal: &Terminal, sent: &[u8]) {
    terminal.press("Esc");
    let what = format!("both ends after {}", sent.escape_ascii());
    terminal.wait_until(&what, LIMIT, |screen| {
        let screen = screen.contents();
        !screen.contains("All keys") && rows(&screen, "ESTABLISHED") == 2
    });
}

#[test]
fn a_late_reply_to_somebody_elses_question_is_no_key() {
    const REPLIES: [&[u8]; 6] = [
        b"\x1b]11;rgb:1111/2222/3333\x1b\\",
        b"\x1b]11;rgb:1111/2222/3333\x07",
        b"\x1bP>|xterm(390)\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b[>41;390;0c",
        b"\x1b[?2026;2$y",
    ];
    let terminal = connected();
    for reply in REPLIES {
        terminal.send(reply);
        changes_no_socket(&terminal, reply);
    }
    quit(terminal);
}

#[test]
fn a_key_in_two_pieces_is_one_key() {
    const F1: [&[u8]; 2] = [b"\x1b", b"OP"];
    const PIECES: [&[&[u8]]; 6] = [
        &[b"\x1b", b"[D"],
        &F1,
        &[b"\x1b[", b"D"],
        &[b"\x1bO", b"D"],
        &[b"\x1b\x1b[D"],
        &[b"\x1b", b"[<64;10;5M"],
    ];
    let mut terminal = connected();
    for pieces in PIECES {
        for piece in pieces {
            terminal.send(piece);
            assert!(!terminal.exits_within(PAUSE), "ended by itself");
        }
        if *pieces == F1 {
            terminal.wait_for("All keys");
            has_both_ends_once_keys_are_closed(&terminal, &pieces.concat());
        } else {
            changes_no_socket(&terminal, &pieces.concat());
        }
    }
    quit(terminal);
}

#[test]
fn what_was_typed_before_it_came_is_not_for_it() {
    let script = "echo ready; read line; exec \"$0\" --port 0";
    let words = ["-c", script, env!("CARGO_BIN_EXE_fivetuple")];
    let terminal = Terminal::start(command("sh", &words), 120, 36);
    terminal.wait_for("ready");
    terminal.type_text("line\rl\x1b]11;rgb:1111/2222/3333\x1b\\l");
    terminal.wait_for("Press l to listen");
    terminal.press_until("?", "All keys");
    assert!(terminal.screen().contains("not listening"), "{}", terminal.screen());
    terminal.press("Esc");
    quit(terminal);
}

#[test]
fn after_pasted_text_whose_end_is_lost_keys_are_keys() {
    let mut terminal = dashboard(&[]);
    terminal.type_text("\x1b[200~lost");
    // A text may come slowly: so long it is waited for the rest.
    assert!(!terminal.exits_within(Duration::from_millis(1500)), "ended by itself");
    terminal.press("ctrl-c");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_restored();
}
