//! The calls, the palette, the detective and the myth, as a person meets them.

use crate::support::netns;
use crate::support::pty::fivetuple;
use crate::terminal::{ends_restored, listen, press_for_rows, quit, sized, started};

#[test]
fn the_calls_are_shown_and_written_where_the_program_was_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = fivetuple(&["--port", "0"]);
    command.cwd(folder.path());
    let terminal = started(command);
    let port = listen(&terminal);
    press_for_rows(&terminal, "c", "ESTABLISHED", 2);
    terminal.press_until(
        "i",
        &format!(r"bind\(\d+, 127\.0\.0\.1:{port}\) = 0|bind\(\d+, 127\.0\.0\.1:0\) = 0"),
    );
    terminal.wait_for(r"accept\(\d+\) = \d+, from 127\.0\.0\.2:");
    for names in [["", ""], ["-2", "-2"]] {
        terminal.press("W");
        let [c, python] = [(names[0], "c"), (names[1], "py")]
            .map(|(number, ending)| format!("fivetuple-{port}{number}.{ending}"));
        terminal.wait_for(&format!("Wrote {c} and {python}"));
        let text = std::fs::read_to_string(folder.path().join(c)).unwrap();
        assert!(text.contains(&format!("bind_to(listener1, \"127.0.0.1\", {port})")), "{text}");
        assert!(folder.path().join(python).is_file());
    }
    quit(terminal);
}

#[test]
fn a_forgotten_key_is_found_by_its_name() {
    for (cols, rows) in [(120, 36), (80, 24), (60, 18)] {
        let terminal = sized(&[], cols, rows);
        terminal.press_until(":", "All actions");
        terminal.type_text("large text");
        terminal.wait_for("1 of ");
        terminal.press("Enter");
        terminal.wait_until("large text", crate::terminal::LIMIT, |screen| {
            !screen.contents().contains("All actions")
        });
        terminal.press(":");
        terminal.type_text("quit");
        terminal.wait_for("quit at once");
        terminal.press("Enter");
        ends_restored(terminal);
    }
}

#[test]
fn the_last_refusal_is_opened_with_its_culprit_and_what_was_tried() {
    netns::alone_if_possible(|| {
        for (cols, rows) in [(120, 36), (80, 24), (60, 18)] {
            let terminal = sized(&["--bind", "192.0.2.1"], cols, rows);
            terminal.press_until("l", r"y[\s│]+for[\s│]+details");
            terminal.press_until("y", "Why did it fail");
            terminal.wait_for(r"127\.0\.0\.1:? +tested:[\s┃│]+works");
            terminal.press("y");
            terminal.wait_until("closed", crate::terminal::LIMIT, |screen| {
                !screen.contents().contains("Why did it fail")
            });
            quit(terminal);
        }
    });
}

#[test]
fn the_myth_is_tried_on_real_sockets() {
    netns::alone_if_possible(|| {
        for (cols, rows) in [(120, 36), (80, 24), (60, 18)] {
            let terminal = sized(&[], cols, rows);
            let port = listen(&terminal);
            terminal.press_until("U", &format!("connected: 127.0.0.2:{port}"));
            terminal.wait_for("bind.. failed: .*EADDRINUSE");
            terminal.wait_for(&format!("connected: 127.0.0.3:{port}"));
            press_for_rows(&terminal, "Esc", "LISTEN", 1);
            quit(terminal);
        }
    });
}
