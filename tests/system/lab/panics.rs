//! A defect of the wire is told, and nothing of the lab stays half alive.

use crate::lab::commands::{lab, possible};
use crate::support::pty::{Terminal, fivetuple};
use crate::terminal::{broken, quit};

#[test]
fn a_panic_of_the_wire_takes_the_lab_down_with_the_reason_and_the_next_one_is_whole() {
    if !possible() {
        return;
    }
    let mut command = fivetuple(&["--lab", "--port", "500"]);
    command.env("FIVETUPLE_PANIC", "wire");
    let terminal = Terminal::start(command, 100, 30);
    let call = || {
        terminal.wait_for(r"laptop +192\.168\.1\.13");
        terminal.press("l");
        terminal.wait_for(r":500 +0\.0\.0\.0:\* +\S LISTEN");
        terminal.press("c");
    };
    call();
    terminal.wait_for(&broken(
        "the lab went down by itself: the wire failed: broken on purpose: wire.",
    ));
    terminal.wait_for(r"laptop +127\.0\.0\.2");
    terminal.press("N");
    call();
    terminal.wait_for("(?s)ESTABLISHED server \\(laptop\\).*ESTABLISHED laptop");
    quit(terminal);
}

#[test]
fn where_the_wire_breaks_the_program_is_ended_and_the_reason_is_told() {
    if !possible() {
        return;
    }
    // The call reaches nobody who listens; its answer is never told.
    let calls =
        format!("{} connect 192.168.1.13:500; exec sleep 1000", env!("CARGO_BIN_EXE_fivetuple"));
    let output =
        lab(&["--", "sh", "-c", &calls]).env("FIVETUPLE_PANIC", "wire").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the lab's wire failed: broken on purpose: wire"), "{said}");
}
