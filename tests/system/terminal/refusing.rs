//! Where there is no terminal, or one that cannot show it, the dashboard says so and takes nothing.

use std::process::Stdio;

use crate::ran::ran;
use crate::support::program;
use crate::support::pty::{Terminal, command, fivetuple};

#[test]
fn without_a_terminal_it_says_what_else_there_is() {
    let said = ran(program([""; 0]).stdin(Stdio::null()));
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.starts_with("fivetuple: the dashboard needs a terminal"), "{said:?}");
    assert!(said.err.contains("fivetuple table") && said.err.lines().count() == 1, "{said:?}");
    assert!(!said.err.contains('\x1b'), "{said:?}");
}

#[test]
fn with_one_end_elsewhere_it_takes_nothing() {
    let elsewhere = [r#""$0" </dev/null"#, r#""$0" | cat"#, r#""$0" >&-"#, r#""$0" <&-"#];
    for script in elsewhere {
        let script = format!("{script}; stty -a | grep -o ' icanon'; echo done");
        let mut terminal = Terminal::start(
            command("sh", &["-c", &script, env!("CARGO_BIN_EXE_fivetuple")]),
            200,
            24,
        );
        terminal.wait_for("the dashboard needs a terminal");
        terminal.wait_for("(?s)icanon.*done");
        assert_eq!(terminal.wait_exit(), 0);
        let raw = terminal.bytes_since(0);
        assert!(!raw.contains(&0x1b), "{script}: {}", raw.escape_ascii());
    }
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_is_refused() {
    for term in [Some("dumb"), Some(""), None] {
        let mut command = fivetuple(&[]);
        match term {
            Some(term) => command.env("TERM", term),
            None => command.env_remove("TERM"),
        }
        let mut terminal = Terminal::start(command, 200, 24);
        assert_eq!(terminal.wait_exit(), 2, "{term:?}");
        let raw = terminal.bytes_since(0);
        assert!(!raw.contains(&0x1b), "{}", raw.escape_ascii());
        let named = if term == Some("dumb") { "TERM=dumb" } else { "TERM is not set" };
        assert!(terminal.screen().contains(named), "{}", terminal.screen());
    }
}
