//! ctrl-z, fg, and other ways to stop and continue.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::pty::{Terminal, command};
use crate::terminal::{LIMIT, children, dashboard, ends_within, frames, listen, quit};

const DASHBOARD: &str = concat!(env!("CARGO_BIN_EXE_fivetuple"), " --port 0\r");

/// A shell with job control.
fn prompt() -> Terminal {
    let mut bash = command("bash", &["--norc", "--noprofile", "--noediting", "-i"]);
    bash.env("PS1", "shell> ");
    bash.env("HISTFILE", "");
    let terminal = Terminal::start(bash, 100, 30);
    terminal.wait_for("shell>");
    terminal
}

/// A shell with job control, and the dashboard in front of it that this line starts.
fn shell(line: &str) -> Terminal {
    let terminal = prompt();
    terminal.type_text(line);
    terminal.wait_for("(?s)Press l to listen.* q quit");
    terminal
}

fn job(terminal: &Terminal) -> Pid {
    let children = children(terminal.pid());
    let [job] = children[..] else {
        terminal.fail(&format!("the shell's children: {children:?}"));
    };
    job
}

fn wait_stopped(terminal: &Terminal) {
    terminal.wait_until("the shell", LIMIT, |screen| {
        !screen.alternate_screen() && screen.contents().contains("Stopped")
    });
    terminal
        .wait_until("the prompt", LIMIT, |screen| screen.contents().trim_end().ends_with("shell>"));
    terminal.assert_restored();
}

fn wait_again(terminal: &Terminal, before: &str) {
    terminal.wait_until("the whole screen again", LIMIT, |screen| {
        screen.alternate_screen() && screen.contents() == before
    });
}

/// Quits, and checks the code that the shell is told.
fn quit_job(terminal: &Terminal) {
    terminal.press("q");
    terminal.wait_until("the prompt", LIMIT, |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("shell>")
    });
    terminal.type_text("echo code=$?\r");
    terminal.wait_for("code=0");
    terminal.assert_restored();
}

#[test]
fn ctrl_z_and_sigtstp_give_the_terminal_back_and_fg_takes_it_again() {
    let terminal = shell(DASHBOARD);
    let before = terminal.screen();
    for is_key in [true, false, true] {
        if is_key {
            terminal.press("ctrl-z");
        } else {
            kill_process(job(&terminal), Signal::TSTP).unwrap();
        }
        wait_stopped(&terminal);
        terminal.type_text("clear; fg\r");
        wait_again(&terminal, &before);
    }
    quit_job(&terminal);
}

#[test]
fn being_continued_without_a_stop_leaves_the_terminal_as_it_was() {
    let terminal = shell(DASHBOARD);
    kill_process(job(&terminal), Signal::CONT).unwrap();
    terminal.press_until("?", "All keys");
    terminal.press("Esc");
    quit_job(&terminal);
}

#[test]
fn after_a_stop_that_left_no_time_the_terminal_is_taken_anew() {
    let terminal = shell(DASHBOARD);
    let before = terminal.screen();
    for _ in 0..2 {
        kill_process(job(&terminal), Signal::STOP).unwrap();
        terminal.wait_for("Stopped");
        // The shell has cooked the line; the other screen is left by hand.
        terminal.type_text("printf '\\033[?1049l'; fg\r");
        wait_again(&terminal, &before);
    }
    quit_job(&terminal);
}

#[test]
fn a_signal_while_it_is_stopped_ends_it_once_it_goes_on() {
    for (signal, code) in
        [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)]
    {
        let terminal = shell(DASHBOARD);
        terminal.press("ctrl-z");
        wait_stopped(&terminal);
        kill_process(job(&terminal), signal).unwrap();
        terminal.type_text("fg; echo code=$?\r");
        terminal.wait_for(&format!("code={code}"));
        terminal.assert_restored();
    }
}

#[test]
fn without_a_shell_ctrl_z_is_refused_with_words() {
    const PROGRAM: &str = env!("CARGO_BIN_EXE_fivetuple");
    let start = |words: &[&str]| Terminal::start(command(words[0], &words[1..]), 120, 36);
    // By itself, in a script, and in a script of a script: the first process of a window.
    let terminals = [
        start(&[PROGRAM, "--port", "0"]),
        start(&["sh", "-c", "\"$0\" --port 0; true", PROGRAM]),
        start(&["sh", "-c", "sh -c '\"$0\" --port 0; true' \"$0\"; true", PROGRAM]),
    ];
    for terminal in terminals {
        terminal.wait_for("Press l to listen");
        terminal.press_until("ctrl-z", "(?s)ctrl-z cannot suspend here: no shell.*fg");
        let mut leaf = terminal.pid();
        while let [child] = children(leaf)[..] {
            leaf = child;
        }
        kill_process(leaf, Signal::TSTP).unwrap();
        terminal.wait_for("(?s)(ctrl-z cannot suspend here.*){2}");
        assert!(terminal.styled().alternate_screen());
        quit(terminal);
    }
}

#[test]
fn a_script_in_a_shell_is_stopped_and_continued_with_the_dashboard() {
    let script = concat!("sh -c '", env!("CARGO_BIN_EXE_fivetuple"), " --port 0; true'\r");
    let terminal = shell(script);
    let before = terminal.screen();
    terminal.press("ctrl-z");
    wait_stopped(&terminal);
    terminal.type_text("clear; fg\r");
    wait_again(&terminal, &before);
    quit_job(&terminal);
}

#[test]
fn in_the_background_of_its_terminal_it_is_refused_with_words() {
    let terminal = prompt();
    terminal.type_text(concat!(env!("CARGO_BIN_EXE_fivetuple"), " --port 0 & wait $!\r"));
    terminal.wait_for("cannot read its terminal from the background");
    terminal.type_text("echo code=$?\r");
    terminal.wait_for("code=2");
    assert!(!terminal.styled().alternate_screen());
}

#[test]
fn when_what_started_it_is_killed_the_screen_is_given_back() {
    let script = concat!("sh -c '", env!("CARGO_BIN_EXE_fivetuple"), " --port 0; true'\r");
    let terminal = shell(script);
    let sh = job(&terminal);
    let [dashboard] = children(sh)[..] else { panic!("what sh has started") };
    kill_process(sh, Signal::KILL).unwrap();
    assert!(ends_within(dashboard, LIMIT), "lives on in the background");
    terminal.type_text("echo code=$?\r");
    terminal.wait_for("code=137");
    terminal.assert_restored();
}

#[test]
fn after_a_long_stop_there_is_no_burst_and_ages_are_right() {
    let mut terminal = dashboard(&[]);
    listen(&terminal);
    terminal.signal(Signal::STOP);
    let mark = terminal.mark();
    assert!(!terminal.exits_within(Duration::from_millis(2100)), "it is stopped, not ended");
    terminal.signal(Signal::CONT);
    terminal.wait_for("LISTEN .* listener +[2-9] s");
    let drawn = frames(&terminal.bytes_since(mark));
    assert!(drawn <= 6, "{drawn} frames");
    // It has entered the alternate screen twice by now, for nobody tells it whether somebody has left it.
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!terminal.styled().alternate_screen());
    assert!(!terminal.styled().hide_cursor());
}
