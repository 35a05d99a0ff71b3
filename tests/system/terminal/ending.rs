//! However the dashboard ends, the terminal is as it was.

use std::fs;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::time::Duration;

use portable_pty::{PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::support::line::timespec;
use crate::support::netns;
use crate::support::pty::{Terminal, command, fivetuple};
use crate::terminal::{LIMIT, connected, count, dashboard, listening, wait_connections};

/// A second or so, on a busy machine.
const SOON: Duration = Duration::from_secs(3);

const ENDS: [(Signal, i32); 4] =
    [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)];

/// The signal ends it soon, with its code, and the terminal is given back once.
#[track_caller]
fn ends(mut terminal: Terminal, signal: Signal, code: i32) {
    terminal.signal(signal);
    assert_eq!(terminal.wait_exit_within(SOON), code, "{signal:?}");
    terminal.assert_restored();
    assert_eq!(count(&terminal.bytes_since(0), b"\x1b[?1049l"), 1);
}

#[test]
fn ctrl_c_quits_at_once_even_in_a_form() {
    let mut terminal = dashboard(&[]);
    terminal.press_until("C", "Enter apply");
    terminal.press("ctrl-c");
    let code = terminal.wait_exit();
    assert!(code == 0 || code == 130, "{code}");
    terminal.assert_restored();
}

#[test]
fn what_was_closed_is_left_on_the_normal_screen() {
    let mut terminal = connected();
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_restored();
    terminal.wait_for("fivetuple closed 1 connection and its listener\\.");
    let mut terminal = dashboard(&[]);
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!terminal.screen().contains("closed"), "{}", terminal.screen());
}

#[test]
fn a_signal_ends_it_at_the_start_and_while_something_is_open() {
    let open = [("?", "All keys"), ("L", "Enter apply"), ("C", "Enter apply"), ("/", "find")];
    for ((key, text), (signal, code)) in open.into_iter().zip(ENDS) {
        let terminal = Terminal::start(fivetuple(&["--port", "0"]), 80, 24);
        let taken = |screen: &vt100::Screen| screen.alternate_screen();
        terminal.wait_until("the alternate screen", LIMIT, taken);
        ends(terminal, signal, code);
        let terminal = dashboard(&[]);
        terminal.press_until(key, text);
        ends(terminal, signal, code);
    }
}

#[test]
fn a_signal_that_is_ignored_at_the_start_does_not_end_it() {
    let script = "trap '' INT QUIT TSTP; exec \"$0\" --port 0";
    let words = ["-c", script, env!("CARGO_BIN_EXE_fivetuple")];
    let terminal = Terminal::start(command("sh", &words), 80, 24);
    terminal.wait_for("Press l to listen");
    for signal in [Signal::INT, Signal::QUIT, Signal::TSTP] {
        terminal.signal(signal);
    }
    terminal.press_until("ctrl-z", "ctrl-z cannot suspend here");
    ends(terminal, Signal::TERM, 143);
}

#[test]
fn a_signal_ends_it_with_a_thousand_connections() {
    netns::alone_if_possible(|| {
        for (signal, code) in [ENDS[0], ENDS[1]] {
            let terminal = listening();
            terminal.type_text("1000c");
            wait_connections(&terminal, "1,000");
            ends(terminal, signal, code);
        }
    });
}

#[test]
fn a_signal_ends_it_when_nobody_reads_its_screen() {
    let size = PtySize { rows: 200, cols: 500, ..PtySize::default() };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut child = pair.slave.spawn_command(fivetuple(&["--port", "0"])).unwrap();
    let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
    // It waits for room in the terminal by now, or soon: its first screen is larger than what a terminal holds back.
    let mut screen = pair.master.try_clone_reader().unwrap();
    screen.read_exact(&mut [0]).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert!(ends_within(pid, Duration::from_secs(5)), "SIGTERM did not end it");
    assert_eq!(child.wait().unwrap().exit_code(), 143);
}

pub(crate) fn ends_within(pid: Pid, limit: Duration) -> bool {
    ended_within(&watched(pid), limit)
}

/// A process whose end can be waited for, even if it is over by then.
fn watched(pid: Pid) -> OwnedFd {
    pidfd_open(pid, PidfdFlags::empty()).unwrap()
}

fn ended_within(process: &OwnedFd, limit: Duration) -> bool {
    let mut ended = [PollFd::new(process, PollFlags::IN)];
    poll(&mut ended, Some(&timespec(limit))) == Ok(1)
}

pub(crate) fn children(of: Pid) -> Vec<Pid> {
    let of = of.as_raw_nonzero();
    let path = format!("/proc/{of}/task/{of}/children");
    let text = fs::read_to_string(path).unwrap_or_default();
    let numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    numbers.filter_map(Pid::from_raw).collect()
}

/// The window is closed, and the program's process ends soon; what was started on the terminal ends with 129.
#[track_caller]
fn ends_with_its_window(mut terminal: Terminal, program: Pid) {
    let program = watched(program);
    terminal.close_master();
    assert!(ended_within(&program, Duration::from_secs(2)), "still runs without a terminal");
    assert_eq!(terminal.wait_exit(), 129);
}

#[test]
fn it_ends_when_the_window_is_closed() {
    for (key, text) in [("?", "All keys"), ("L", "Enter apply")] {
        let terminal = dashboard(&[]);
        terminal.press_until(key, text);
        let pid = terminal.pid();
        ends_with_its_window(terminal, pid);
    }
}

#[test]
fn it_ends_when_the_window_is_closed_and_sighup_ignored_or_never_sent() {
    // In a session of its own, without a controlling terminal, it hears of nothing.
    for script in [r#"trap '' HUP; exec "$0" --port 0"#, r#"trap '' HUP; setsid -w "$0" --port 0"#]
    {
        let program = env!("CARGO_BIN_EXE_fivetuple");
        let terminal = Terminal::start(command("sh", &["-c", script, program]), 80, 24);
        terminal.wait_for("Press l to listen");
        let mut leaf = terminal.pid();
        while let [child] = children(leaf)[..] {
            leaf = child;
        }
        assert_eq!(leaf != terminal.pid(), script.contains("setsid"));
        ends_with_its_window(terminal, leaf);
    }
}
