//! A name server that hears the question and never answers.

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::faults::names::Covered;
use crate::support::netns;
use crate::support::pty::PATIENCE;
use crate::support::skipped;
use crate::terminal::{ends_within, listen, wait_rows};

/// How long giving up may take when somebody asks for it; the resolver would take a minute.
const SOON: Duration = Duration::from_millis(1500);
/// How long it may take when nobody does.
const AT_LAST: Duration = Duration::from_secs(20);

/// The name server, and who is sent to it.
struct Silent {
    server: UdpSocket,
    conf: Covered,
}

impl Silent {
    fn new() -> Option<Silent> {
        let server = match UdpSocket::bind("127.0.0.1:53") {
            Ok(server) => server,
            Err(why) => {
                skipped(&format!("no name server can be had here: {why}"));
                return None;
            }
        };
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        let text = "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n";
        let conf = Covered::new("/etc/resolv.conf", text)?;
        Some(Silent { server, conf })
    }

    /// Waits until somebody asks for that name.
    fn asked_for(&self, name: &str) {
        let mut question = [0; 512];
        loop {
            let length = self.server.recv(&mut question).expect("a question");
            // A length stands before each part of the name.
            let is_it = |part: &[u8]| part == name.as_bytes();
            if question[..length].windows(name.len()).any(is_it) {
                return;
            }
        }
    }
}

#[test]
fn a_question_without_an_answer_can_be_given_up_by_key_and_by_signal() {
    netns::alone(|| {
        let Some(silent) = Silent::new() else { return };
        let program = env!("CARGO_BIN_EXE_fivetuple");
        let start = |name: &str| {
            let to = format!("{name}.test:80");
            let mut command = Command::new("unshare");
            let line = silent.conf.line(&[program, "connect", &to]);
            command.args(line).stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = command.spawn().unwrap();
            silent.asked_for(name);
            child
        };
        // This one has all the time it wants.
        let mut patient = start("patient");
        let mut asked = start("asked");
        let pid = Pid::from_child(&asked);
        kill_process(pid, Signal::INT).unwrap();
        let has_ended = ends_within(pid, SOON);
        asked.kill().unwrap();
        let code = asked.wait().unwrap().code();
        assert!(has_ended, "SIGINT did not end it");
        assert_eq!(code, Some(130));

        let mut terminal = silent.conf.dashboard("quiet.test:80", 36);
        terminal.press("c");
        silent.asked_for("quiet");
        terminal.press("r");
        terminal.press("C");
        terminal.wait_for("Enter apply");
        terminal.type_text("the listener");
        terminal.press("Enter");
        listen(&terminal);
        terminal.press("c");
        wait_rows(&terminal, "ESTABLISHED", 2);
        terminal.press("C");
        terminal.wait_for("Enter apply");
        terminal.type_text("other.test:80");
        terminal.press("Enter");
        terminal.press("c");
        silent.asked_for("other");
        terminal.press("q");
        if !terminal.exits_within(SOON) {
            terminal.fail("it waits for the resolver");
        }
        assert_eq!(terminal.wait_exit(), 0);
        terminal.assert_restored();

        let has_ended = ends_within(Pid::from_child(&patient), AT_LAST);
        patient.kill().unwrap();
        assert!(has_ended, "it waits for the resolver");
        let output = patient.wait_with_output().unwrap();
        let why = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{why}");
        assert!(why.contains("patient.test:80"), "{why}");
        assert!(why.contains("Temporary failure in name resolution"), "{why}");
    });
}
