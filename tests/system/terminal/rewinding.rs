//! The past, the timeline and its ladder, with the kernel's own table.

use crate::support::netns;
use crate::support::pty::Terminal;
use crate::terminal::{connected, press_for_rows, quit, rows, wait_rows};

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
