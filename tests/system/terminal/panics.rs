//! A defect: on the main thread it ends the program readably, in a task it becomes a sentence.

use crate::support::pty::{Terminal, command, fivetuple};

fn broken(place: &str) -> Terminal {
    let mut command = fivetuple(&["--port", "0"]);
    command.env("FIVETUPLE_PANIC", place);
    Terminal::start(command, 100, 30)
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    for place in ["draw", "update"] {
        let mut terminal = broken(place);
        if place == "update" {
            terminal.wait_for("Press l to listen");
            terminal.press("l");
        }
        assert_eq!(terminal.wait_exit(), 101);
        terminal.assert_restored();
        let screen = terminal.screen();
        let told = format!("broken on purpose: {place}");
        assert!(screen.contains(&told) && screen.contains("src/run/"), "{screen}");
        let raw = terminal.bytes_since(0);
        let left = raw.windows(8).position(|part| part == b"\x1b[?1049l").unwrap();
        let said = raw.windows(told.len()).position(|part| part == told.as_bytes()).unwrap();
        assert!(left < said, "told on the alternate screen, which is gone");
    }
}

#[test]
fn a_panic_when_the_terminal_is_gone_does_not_abort() {
    // Giving the terminal back fails, the message fails, and what is dropped on the way out finds no terminal either.
    let end = |line: &str| {
        let mut command = command("sh", &["-c", line, env!("CARGO_BIN_EXE_fivetuple")]);
        command.env("FIVETUPLE_PANIC", "end");
        let mut terminal = Terminal::start(command, 100, 30);
        terminal.wait_for("Press l to listen");
        terminal.close_master();
        terminal.wait_exit()
    };
    for line in ["exec \"$0\" --port 0", "exec \"$0\" --port 0 2>&-"] {
        // A frame may find out first that there is no terminal: that is the ordinary end.
        let mut codes = (0..20).map(|_| end(line)).skip_while(|code| *code == 129);
        assert_eq!(codes.next(), Some(101), "{line}");
    }
}

#[test]
fn a_panic_that_cannot_be_written_down_does_not_abort() {
    let line = "exec \"$0\" --port 0 2>/dev/full";
    let mut command = command("sh", &["-c", line, env!("CARGO_BIN_EXE_fivetuple")]);
    command.env("FIVETUPLE_PANIC", "draw");
    let mut terminal = Terminal::start(command, 100, 30);
    assert_eq!(terminal.wait_exit(), 101);
    terminal.assert_restored();
}
