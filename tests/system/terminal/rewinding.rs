//! The past, the timeline and its ladder, with the kernel's own table.

use std::time::Duration;

use crate::support::netns;
use crate::support::pty::{Terminal, fivetuple};
use crate::terminal::{
    connected, count, dashboard, frames, listen, press_for_rows, quit, rows, started,
    wait_connections, wait_rows,
};

#[test]
fn steps_lead_back_to_an_empty_table_and_forward_to_the_living_one() {
    netns::alone_if_possible(|| {
        let terminal = connected();
        press_for_rows(&terminal, "d", "TIME_WAIT", 1);
        terminal.press_until(",", r"PAST \d+ s ago, step \d+ of \d+");
        wait_rows(&terminal, "TIME_WAIT", 0);
        // The sentence is drawn after the rows.
        terminal.wait_for(r"Step \d+ of \d+:");
        // What a look caught between ESTABLISHED and TIME_WAIT is a step of its own.
        while rows(&terminal.screen(), "ESTABLISHED") < 2 {
            let before = step(&terminal) - 1;
            terminal.press_until(",", &format!(r"Step {before} of \d+:"));
        }
        terminal.type_text("99,");
        terminal.wait_for("No rows existed then");
        terminal.type_text("99.");
        terminal.wait_for("TIME_WAIT");
        terminal.press_until("p", "The table is live again.");
        wait_rows(&terminal, "TIME_WAIT", 1);
        quit(terminal);
    });
}

fn step(terminal: &Terminal) -> usize {
    let screen = terminal.screen();
    let (_, words) = screen.split_once("ago, step ").expect("the past");
    let number = words.split(' ').next().expect("a number");
    number.parse().expect("a number")
}

#[test]
fn a_verb_in_the_past_acts_now_and_shows_it() {
    netns::alone_if_possible(|| {
        let terminal = connected();
        terminal.type_text("99,");
        terminal.wait_for("No rows existed then");
        terminal.press("c");
        wait_connections(&terminal, "2");
        wait_rows(&terminal, "ESTABLISHED", 4);
        quit(terminal);
    });
}

#[test]
fn the_timeline_draws_a_ladder_and_saves_it() {
    netns::alone_if_possible(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = fivetuple(&["--port", "0"]);
        command.cwd(folder.path());
        let terminal = started(command);
        listen(&terminal);
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        terminal.press_until("t", "not captured");
        terminal.wait_for(r"SYN\+ACK");
        for name in ["fivetuple-ladder.txt", "fivetuple-ladder-2.txt"] {
            terminal.press_until("E", &format!("Saved the ladder as {name}"));
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(text.contains("SYN+ACK") && text.contains("not captured"), "{text}");
        }
        quit(terminal);
    });
}

#[test]
fn a_timeline_that_stands_writes_at_most_one_frame_a_second() {
    netns::alone_if_possible(|| {
        let mut terminal = dashboard(&[]);
        listen(&terminal);
        terminal.press_until("t", "the last 10 s");
        assert!(!terminal.exits_within(Duration::from_millis(3500)), "ended by itself");
        let mark = terminal.mark();
        assert!(!terminal.exits_within(Duration::from_millis(2500)), "ended by itself");
        let bytes = terminal.bytes_since(mark);
        assert!(frames(&bytes) <= 3, "{}", bytes.escape_ascii());
        assert!(bytes.len() < 4000, "{}", count(&bytes, b"H"));
        quit(terminal);
    });
}
