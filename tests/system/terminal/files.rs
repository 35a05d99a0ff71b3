//! Files that a key writes where the program was started.

use regex::Regex;

use crate::support::netns;
use crate::support::pty::fivetuple;
use crate::terminal::{listen, press_for_rows, quit, started};

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
        for end in ["", "-2"] {
            let name =
                Regex::new(&format!(r"the ladder as (fivetuple-ladder-\d{{4,5}}{end}\.txt)"))
                    .unwrap();
            terminal.press_until("E", name.as_str());
            let screen = terminal.screen();
            let name = &name.captures(&screen).unwrap()[1];
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(text.contains("SYN+ACK") && text.contains("not captured"), "{text}");
        }
        quit(terminal);
    });
}
