//! Counts out of range, names that do not exist, and a defect that nobody can be told of.

use std::time::Duration;

use fivetuple::tcp::Command;

use crate::robot::Robot;
use crate::support::pty::{Terminal, command};

fn fivetuple(args: &[&str]) -> std::process::Output {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_fivetuple"));
    command.timeout(Duration::from_secs(6));
    command.args(args).output().unwrap()
}

#[test]
fn counts_are_clamped_or_refused_in_words() {
    for keys in ["0c", "1c", "64512c", "64513c", "99999c"] {
        let mut robot = Robot::listening();
        robot.commands();
        robot.press(keys);
        let commands = robot.commands();
        for command in &commands {
            if let Command::Connect(_, burst) = command {
                assert!((1..=64_512).contains(&burst.count), "{keys}: {burst:?}");
            }
        }
        assert_eq!(commands.is_empty(), keys == "0c", "{keys}: {commands:?}");
        assert!(keys == "1c" || !robot.said().is_empty(), "{keys}");
    }
    for wrong in [["-n", "0"], ["-n", "64513"], ["--every", "-1s"]] {
        let args = [&["connect", "127.0.0.1:1"], &wrong[..]].concat();
        let refused = fivetuple(&args);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {refused:?}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_named() {
    let failed = fivetuple(&["connect", "nosuchhost.invalid:80"]);
    let why = String::from_utf8_lossy(&failed.stderr);
    assert_eq!(failed.status.code(), Some(1), "{why}");
    assert!(why.contains("nosuchhost.invalid"), "{why}");
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
