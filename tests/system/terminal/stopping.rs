//! ctrl-z, fg, and other ways to stop and continue.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::pty::{Terminal, command};
use crate::terminal::{LIMIT, children, dashboard, frames, listen, quit};

/// A shell with job control and the dashboard in front of it.
fn shell() -> Terminal {
    let mut bash = command("bash", &["--norc", "--noprofile", "--noediting", "-i"]);
    bash.env("PS1", "shell> ");
    bash.env("HISTFILE", "");
    let terminal = Terminal::start(bash, 100, 30);
    terminal.wait_for("shell>");
    terminal.type_text(concat!(env!("CARGO_BIN_EXE_fivetuple"), " --port 0\r"));
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
    let terminal = shell();
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
    let terminal = shell();
    kill_process(job(&terminal), Signal::CONT).unwrap();
    terminal.press_until("?", "All keys");
    terminal.press("Esc");
    quit_job(&terminal);
}

#[test]
fn after_a_stop_that_left_no_time_the_terminal_is_taken_anew() {
    let terminal = shell();
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
        let terminal = shell();
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
    let terminal = dashboard(&[]);
    terminal.press_until("ctrl-z", "(?s)ctrl-z cannot suspend here: no shell.*fg");
    terminal.signal(Signal::TSTP);
    terminal.wait_for("(?s)(ctrl-z cannot suspend here.*){2}");
    assert!(terminal.styled().alternate_screen());
    quit(terminal);
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
