//! Screens of every size, and ones that change.

use crate::support::netns;
use crate::support::pty::{Terminal, fivetuple};
use crate::terminal::{LIMIT, frames, listen, press_for_rows, quit, wait_rows};

#[test]
fn no_screen_is_too_small_or_too_large() {
    netns::alone_if_possible(|| {
        for (cols, rows) in [(0, 0), (1, 1), (2, 1), (10, 3), (59, 15), (60, 16), (500, 200)] {
            let terminal = Terminal::start(fivetuple(&["--port", "0"]), cols, rows);
            let taken = |screen: &vt100::Screen| screen.alternate_screen();
            terminal.wait_until("the alternate screen", LIMIT, taken);
            for key in ["l", "?", "Esc", "C", "Esc", "z", "z"] {
                terminal.press(key);
            }
            terminal.resize(120, 36);
            crate::terminal::port(&terminal);
            terminal.resize(cols, rows);
            terminal.press("c");
            terminal.resize(120, 36);
            wait_rows(&terminal, "ESTABLISHED", 2);
            terminal.resize(cols, rows);
            terminal.press("d");
            terminal.resize(120, 36);
            wait_rows(&terminal, "TIME_WAIT", 1);
            quit(terminal);
        }
    });
}

#[test]
fn a_storm_of_sizes_costs_few_frames() {
    netns::alone_if_possible(|| {
        let terminal = crate::terminal::dashboard(&[]);
        listen(&terminal);
        let mark = terminal.mark();
        for n in 0..500 {
            terminal.resize(60 + n % 100, 18 + n % 40);
        }
        terminal.resize(90, 30);
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        let drawn = frames(&terminal.bytes_since(mark));
        assert!(drawn < 100, "{drawn} frames");
        let screen = terminal.screen();
        let wide = screen.lines().map(|line| line.chars().count()).max();
        assert_eq!(wide, Some(90), "{screen}");
        quit(terminal);
    });
}
