//! Failures that the kernel seldom has, put in place of its answers by strace.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::pty::{Terminal, command};
use crate::support::{clock, netns, skipped_none};
use crate::terminal::{listen, listening, quit, started, wait_connections, wait_rows};

/// A dashboard one of whose calls is traced, and fails as told.
struct Traced {
    terminal: Terminal,
    log: PathBuf,
}

impl Traced {
    /// `None`, and a word about it, where strace cannot do that.
    fn start(name: &str, call: &str, fails: &str) -> Option<Traced> {
        let (traced, inject) = (format!("trace={call}"), format!("inject={call}:{fails}"));
        let tried = Command::new("strace")
            .args(["-f", "-e", &inject, "true"])
            .stderr(Stdio::null())
            .status();
        if !tried.is_ok_and(|status| status.success()) {
            return skipped_none("strace is needed, and a kernel that lets it trace");
        }
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let path = log.to_str().expect("a path in UTF-8");
        let program = env!("CARGO_BIN_EXE_fivetuple");
        let args = ["-f", "-qq", "-o", path, "-e", &traced, "-e", &inject, program];
        let command = command("strace", &[&args[..], &["--port", "0"]].concat());
        let terminal = started(command);
        Some(Traced { terminal, log })
    }
}

/// How often the call failed with that error so far, and how often it was made at all.
fn calls(log: &Path, errno: &str) -> (usize, usize) {
    let log = std::fs::read_to_string(log).unwrap();
    let injected = |line: &&str| line.contains(errno) && line.contains("(INJECTED)");
    let called = |line: &&str| line.contains('(') && !line.contains("unfinished");
    (log.lines().filter(injected).count(), log.lines().filter(called).count())
}

#[test]
fn without_descriptors_accept_is_tried_again_and_recovers() {
    netns::alone_if_possible(|| {
        // Twenty in a row would take seventeen seconds: that is tried with a clock that can be turned on, see the tests of net.
        let fails = "error=EMFILE:when=1..4";
        let Some(traced) = Traced::start("accept-emfile", "accept4", fails) else {
            return;
        };
        let terminal = &traced.terminal;
        listen(terminal);
        terminal.press("c");
        // Nobody owns the server's end yet.
        terminal.wait_for("server, not accepted");
        terminal.wait_for(r"accept\(\) failed: .*EMFILE.*next attempt is in 0.20 s");
        terminal.wait_for("next attempt is in 0.80 s");
        terminal.wait_for(r"accepted 1 ");
        terminal.wait_for("accepts at once");
        // Each of the threads that call it fails four times.
        assert!(calls(&traced.log, "EMFILE").0 >= 4);
        quit(traced.terminal);
    });
}

/// strace, which makes one call of a program that runs already fail; ends when it is dropped, and the program goes on.
struct Injector(Child);

impl Injector {
    /// `None`, and a word about it, where strace cannot do that.
    fn attach(terminal: &Terminal, call: &str, fails: &str, log: &Path) -> Option<Injector> {
        let pid = terminal.pid().as_raw_nonzero().to_string();
        let (traced, inject) = (format!("trace={call}"), format!("inject={call}:{fails}"));
        let mut strace = Command::new("strace");
        strace.args(["-f", "-p", &pid, "-e", &traced, "-e", &inject, "-o"]);
        let Ok(mut child) = strace.arg(log).stderr(Stdio::piped()).spawn() else {
            return skipped_none("strace is needed");
        };
        let mut said = String::new();
        let stderr = child.stderr.as_mut().unwrap();
        BufReader::new(stderr).read_line(&mut said).unwrap();
        let injector = Injector(child);
        if said.contains("attached") {
            return Some(injector);
        }
        skipped_none(&format!("a strace that may attach is needed: {said}"))
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        // Killed, it would take the program with it.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}

#[test]
fn where_the_machine_has_no_descriptors_left_it_lives_and_waits_and_recovers() {
    netns::alone_if_possible(|| {
        let terminal = listening();
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("accept-enfile");
        let Some(strace) = Injector::attach(&terminal, "accept4", "error=ENFILE", &log) else {
            return;
        };
        terminal.press_until("c", r"paused: .*\(ENFILE\)");
        terminal.wait_for(r"accept\(\) failed or refused a connection 5 times: .*ENFILE");
        let (failed, called) = calls(&log, "ENFILE");
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
        let fails = "error=ECONNABORTED:when=1+2";
        let Some(traced) = Traced::start("accept-aborted", "accept4", fails) else {
            return;
        };
        let terminal = &traced.terminal;
        let port = listen(terminal);
        let before = clock::now();
        let callers: Vec<_> =
            (0..60).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
        terminal.wait_for("accepted 60 ");
        let took = before.elapsed();
        // A pause of a tenth of a second after each would take six seconds.
        assert!(took < std::time::Duration::from_secs(4), "{took:?}");
        assert!(calls(&traced.log, "ECONNABORTED").0 >= 30);
        terminal.wait_for("ECONNABORTED");
        drop(callers);
        wait_connections(terminal, "0");
        quit(traced.terminal);
    });
}

#[test]
fn where_the_kernel_has_no_room_for_its_answer_it_is_asked_again() {
    netns::alone_if_possible(|| {
        let Some(traced) = Traced::start("recv-enobufs", "recvfrom", "error=ENOBUFS:when=4+7")
        else {
            return;
        };
        let terminal = &traced.terminal;
        // Nobody accepts, so that nothing but the kernel's answers is received.
        terminal.press("a");
        let port = listen(terminal);
        let mut strangers = Vec::new();
        for many in 1..=5 {
            strangers.push(TcpStream::connect(("127.0.0.1", port)).unwrap());
            wait_rows(terminal, "ESTABLISHED", 2 * many);
        }
        assert!(calls(&traced.log, "ENOBUFS").0 > 0);
        let screen = terminal.screen();
        assert!(!screen.contains("Cannot read"), "{screen}");
        quit(traced.terminal);
    });
}
