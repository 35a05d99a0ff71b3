//! The mouse chooses panes, computers and rows; it can be left to the terminal.

use crate::support::netns;
use crate::support::pty::Terminal;
use crate::terminal::{connected, count, dashboard, listening, quit};

/// The cell where `text` begins, counted from 1 as the terminal does.
#[track_caller]
fn place(terminal: &Terminal, text: &str) -> (usize, usize) {
    let screen = terminal.screen();
    for (row, line) in screen.lines().enumerate() {
        if let Some(at) = line.find(text) {
            return (line[..at].chars().count() + 1, row + 1);
        }
    }
    terminal.fail(&format!("{text:?} is not on the screen"))
}

fn click(terminal: &Terminal, text: &str) {
    let (x, y) = place(terminal, text);
    terminal.type_text(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
}

fn wheel(terminal: &Terminal, text: &str, button: u8) {
    let (x, y) = place(terminal, text);
    terminal.type_text(&format!("\x1b[<{button};{x};{y}M"));
}

#[test]
fn a_click_chooses_the_computer_that_connects() {
    netns::alone_if_possible(|| {
        let terminal = listening();
        click(&terminal, "phone  ");
        terminal.wait_for("▶ phone");
        terminal.press_until("c", r"127\.0\.0\.3:\d+ +127\.0\.0\.1:\d+ +● ESTABLISHED phone");
        click(&terminal, "● ESTABLISHED phone");
        terminal.wait_for(r"▶ Sockets[^▶]*▶[^\n]*ESTABLISHED phone");
        quit(terminal);
    });
}

#[test]
fn the_wheel_moves_in_the_pane_under_it() {
    netns::alone_if_possible(|| {
        let terminal = connected();
        wheel(&terminal, "phone  ", 65);
        terminal.wait_for("▶ phone");
        wheel(&terminal, "phone  ", 64);
        terminal.wait_for("▶ laptop");
        wheel(&terminal, "server end of laptop", 65);
        terminal.wait_for("▶[^\n]*LISTEN ");
        wheel(&terminal, "server end of laptop", 65);
        terminal.wait_for("▶[^\n]*server end of laptop");
        wheel(&terminal, "server end of laptop", 64);
        terminal.wait_for("▶[^\n]*LISTEN ");
        quit(terminal);
    });
}

#[test]
fn a_click_chooses_a_row_of_a_picture() {
    netns::alone_if_possible(|| {
        let terminal = connected();
        terminal.press_until("t", "seconds");
        click(&terminal, "server ");
        terminal.wait_for("▶ server");
        terminal.press_until("M", "Common belief");
        click(&terminal, "0.0.0.0:*");
        terminal.wait_for("▶[^\n]*LISTEN ");
        quit(terminal);
    });
}

#[test]
fn with_no_mouse_the_terminal_keeps_it() {
    for (args, asked) in [(&[][..], true), (&["--no-mouse"][..], false)] {
        let terminal = dashboard(args);
        let raw = terminal.bytes_since(0);
        for mode in [&b"\x1b[?1000h"[..], b"\x1b[?1002h", b"\x1b[?1003h", b"\x1b[?1006h"] {
            assert!(asked || count(&raw, mode) == 0, "{args:?}: {}", mode.escape_ascii());
        }
        assert_eq!(count(&raw, b"\x1b[?1006h") > 0, asked);
        quit(terminal);
    }
}
