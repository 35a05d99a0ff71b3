//! Failures that the kernel seldom has, put in place of its answers by strace.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::pty::Terminal;
use crate::support::{netns, skipped_none};
use crate::terminal::{count, dashboard, listen, listening, quit, wait_connections, wait_rows};

/// strace, which makes one call of a program that runs already fail; ends when it is dropped, and the program goes on.
struct Injector {
    strace: Child,
    log: PathBuf,
}

impl Injector {
    /// `None`, and a word about it, where strace cannot do that.
    fn attach(terminal: &Terminal, call: &str, fails: &str) -> Option<Injector> {
        let pid = terminal.pid().as_raw_nonzero().to_string();
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{call}-{pid}"));
        let (traced, inject) = (format!("trace={call}"), format!("inject={call}:{fails}"));
        let mut strace = Command::new("strace");
        strace.args(["-f", "-p", &pid, "-e", &traced, "-e", &inject, "-o"]);
        let Ok(mut strace) = strace.arg(&log).stderr(Stdio::piped()).spawn() else {
            return skipped_none("strace is needed");
        };
        let mut said = String::new();
        let stderr = strace.stderr.as_mut().unwrap();
        BufReader::new(stderr).read_line(&mut said).unwrap();
        let injector = Injector { strace, log };
        if said.contains("attached") {
            return Some(injector);
        }
        skipped_none(&format!("a strace that may attach is needed: {said}"))
    }

    /// How often the call failed so far, and how often it was made at all.
    fn calls(&self) -> (usize, usize) {
        let log = std::fs::read_to_string(&self.log).unwrap();
        let injected = |line: &&str| line.contains("(INJECTED)");
        let called = |line: &&str| line.contains('(') && !line.contains("unfinished");
        (log.lines().filter(injected).count(), log.lines().filter(called).count())
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        // Killed, it would take the program with it.
        let _ = kill_process(Pid::from_child(&self.strace), Signal::TERM);
        let _ = self.strace.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}

#[test]
fn where_the_machine_has_no_descriptors_left_it_lives_and_waits_and_recovers() {
    netns::alone_if_possible(|| {
        let terminal = listening();
        let strace = Injector::attach(&terminal, "accept4", "error=ENFILE");
        let Some(strace) = strace else { return };
        terminal.press_until("c", r"paused: .*\(ENFILE\)");
        terminal.wait_for(r"accept\(\) failed 5 times; the last: .*ENFILE");
        let (failed, called) = strace.calls();
        assert!((5..=6).contains(&failed), "{failed} failures");
        assert!(called <= failed + 1, "{called} calls, {failed} of them failed");
        // Everything else goes on: another call, and both hang up.
        terminal.press("c");
        wait_connections(&terminal, "2");
        terminal.type_text("0d");
        wait_rows(&terminal, "ESTABLISHED", 0);
        terminal.press("c");
        wait_connections(&terminal, "3");
        drop(strace);
        // Once it can it lets everybody in, those who have hung up as well.
        terminal.wait_for("accepted 3 ");
        terminal.wait_for("accepts at once");
        wait_connections(&terminal, "1");
        quit(terminal);
    });
}

#[test]
fn callers_who_are_gone_before_accept_keep_nobody_waiting() {
    netns::alone_if_possible(|| {
        let terminal = dashboard(&[]);
        let port = listen(&terminal);
        let strace = Injector::attach(&terminal, "accept4", "error=ECONNABORTED:when=1+2");
        let Some(strace) = strace else { return };
        let callers: Vec<_> =
            (0..60).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
        terminal.wait_for("accepted 60 ");
        assert!(strace.calls().0 >= 30);
        terminal.wait_for("ECONNABORTED");
        // It says so where it pauses, which it does only after two in a row.
        let paused = count(&terminal.bytes_since(0), b"paused");
        assert!(paused < 10, "paused {paused} times");
        drop(callers);
        wait_connections(&terminal, "0");
        quit(terminal);
    });
}

#[test]
fn where_the_kernel_has_no_room_for_its_answer_it_is_asked_again() {
    netns::alone_if_possible(|| {
        let terminal = dashboard(&[]);
        // Nobody accepts, so that nothing but the kernel's answers is received.
        terminal.press("a");
        let port = listen(&terminal);
        let strace = Injector::attach(&terminal, "recvfrom", "error=ENOBUFS:when=4+7");
        let Some(strace) = strace else { return };
        let mut strangers = Vec::new();
        for many in 1..=5 {
            strangers.push(TcpStream::connect(("127.0.0.1", port)).unwrap());
            wait_rows(&terminal, "ESTABLISHED", 2 * many);
        }
        assert!(strace.calls().0 > 0);
        let screen = terminal.screen();
        assert!(!screen.contains("Cannot read"), "{screen}");
        quit(terminal);
    });
}

#[test]
fn a_terminal_that_stays_in_raw_mode_is_said_and_is_a_failure() {
    let mut terminal = dashboard(&[]);
    let strace = Injector::attach(&terminal, "ioctl", "error=EIO");
    let Some(strace) = strace else { return };
    terminal.press("q");
    let code = terminal.wait_exit();
    let screen = terminal.screen();
    assert_eq!(code, 1, "{screen}");
    assert!(screen.contains("Run stty sane."), "{screen}");
    assert!(screen.contains("cannot take the terminal out of raw mode: "), "{screen}");
    assert!(!terminal.styled().alternate_screen());
    drop(strace);
}

#[test]
fn a_caller_whose_socket_cannot_be_named_is_let_go_with_a_word() {
    let terminal = dashboard(&[]);
    let port = listen(&terminal);
    let strace = Injector::attach(&terminal, "getsockname", "error=ENOBUFS");
    let Some(strace) = strace else { return };
    let mut caller = TcpStream::connect(("127.0.0.1", port)).unwrap();
    terminal.wait_for(r"getsockname\(\) failed: No buffer space");
    assert_eq!(caller.read(&mut [0]).unwrap(), 0);
    drop(strace);
    quit(terminal);
}
