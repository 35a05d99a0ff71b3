use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use crate::lab::wait_until;
use crate::support::again::as_nobody_too_if;
use crate::support::skipped;

pub(crate) fn lab(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fivetuple"));
    command.arg("lab").args(words);
    command
}

fn ran(words: &[&str]) -> Output {
    lab(words).output().expect("it runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn possible() -> bool {
    let output = ran(&["--", "true"]);
    let is = output.status.success();
    if !is {
        skipped(&String::from_utf8_lossy(&output.stderr));
    }
    is
}

/// The same, where a test runs ip(8) in it.
pub(crate) fn possible_with_ip() -> bool {
    if Command::new("ip").arg("-V").output().is_err() {
        skipped("ip(8) is needed, which Debian has in iproute2");
        return false;
    }
    possible()
}

/// A lab that lasts as long as this does.
struct Running {
    child: Child,
}

impl Running {
    /// Starts `words` in a lab; it has begun when this returns.
    fn start(words: &[&str]) -> Running {
        let mut child =
            lab(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let out = child.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "ready");
        Running { child }
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[test]
fn the_exit_code_is_the_program_s() {
    as_nobody_too_if(possible, || {
        assert_eq!(ran(&["--", "sh", "-c", "exit 7"]).status.code(), Some(7));
        let killed = ran(&["--", "sh", "-c", "kill -TERM $$"]);
        assert_eq!(killed.status.code(), Some(128 + 15));
    });
}

#[test]
fn a_program_that_cannot_be_run_ends_it_as_it_ends_env() {
    as_nobody_too_if(possible, || {
        // Where nobody but root may look, and has nothing to find.
        let place = "/proc/1/root/nowhere";
        let path = std::env::var("PATH").unwrap_or_default();
        let cases = [
            ("no-such-program", 127, "ENOENT"),
            ("/no/such/program", 127, "ENOENT"),
            ("/etc/passwd", 126, "EACCES"),
            ("/", 126, "EACCES"),
        ];
        for (program, code, errno) in cases {
            let mut command = lab(&["--", program]);
            let tried = command.env("PATH", format!("{place}:{path}"));
            let tried = tried.output().expect("it runs");
            let said = String::from_utf8_lossy(&tried.stderr).into_owned();
            assert_eq!(tried.status.code(), Some(code), "{program}: {said}");
            assert!(said.contains(&format!("cannot run {program}")), "{said}");
            assert!(said.contains(errno), "{program}: {said}");
        }
    });
}

#[test]
fn a_program_runs_on_the_computer_that_is_named_as_root_of_it() {
    as_nobody_too_if(possible_with_ip, || {
        for (name, ip) in [("server", "192.168.1.10"), ("laptop", "192.168.1.13")] {
            let output = ran(&["--on", name, "--", "ip", "-o", "address"]);
            assert!(text(&output).contains(&format!("{ip}/24")), "{output:?}");
            assert!(!text(&output).contains("fe80"), "{output:?}");
        }
        let output = ran(&["--", "sh", "-c", "id -u; ip link set eth0 mtu 1400 && echo may"]);
        assert_eq!(text(&output), "0\nmay\n");
        let wrong = ran(&["--on", "toaster", "--", "true"]);
        assert_eq!(wrong.status.code(), Some(2));
        let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
        assert!(said.contains("server, laptop, phone"), "{said}");
    });
}

#[test]
fn another_terminal_joins_and_follows_the_article() {
    as_nobody_too_if(possible, || {
        let running = Running::start(&["--", "sh", "-c", "echo ready; cat"]);
        let pid = running.pid();
        let mut server = lab(&["--join", &pid, "--"])
            .args([env!("CARGO_BIN_EXE_fivetuple"), "listen", "--bind", "0.0.0.0"])
            .args(["--port", "500"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = server.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).expect("a line");
        let call = lab(&["--join", &pid, "--on", "laptop", "--"])
            .args([env!("CARGO_BIN_EXE_fivetuple"), "connect", "192.168.1.10:500"])
            .args(["--wait", "1ms"])
            .output()
            .expect("it runs");
        assert!(call.status.success(), "{call:?}");
        let table = ran(&["--join", &pid, "--", env!("CARGO_BIN_EXE_fivetuple"), "table"]);
        assert!(text(&table).contains("0.0.0.0:500"), "{table:?}");
        server.kill().expect("kill");
        server.wait().expect("its end");
        let nobody = ran(&["--join", "1", "--", "true"]);
        assert_eq!(nobody.status.code(), Some(1));
        let said = String::from_utf8_lossy(&nobody.stderr).into_owned();
        assert!(said.contains("process 1"), "{said}");
        assert!(said.contains("fivetuple lab"), "{said}");
    });
}

#[test]
fn ctrl_c_is_for_the_program_and_a_signal_from_elsewhere_is_handed_on() {
    if !possible() {
        return;
    }
    let script = "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut running = Running::start(&["--", "sh", "-c", script]);
    let pid = i32::try_from(running.child.id()).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        rustix::process::kill_process(pid, signal).unwrap();
    }
    let mut ended = None;
    wait_until("its end", || {
        ended = running.child.try_wait().expect("a child");
        ended.is_some()
    });
    assert_eq!(ended.and_then(|status| status.code()), Some(3));
}
