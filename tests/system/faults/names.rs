//! Names instead of addresses: many of them, none at all, and a name server that never answers.

use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

use crate::ran::{Ran, ran};
use crate::support::netns::done;
use crate::support::pty::{PATIENCE, Terminal, command};
use crate::support::{netns, skipped, skipped_none};
use crate::terminal::{broken, call_to, ends_within, listen, press_for_rows, quit};

/// Covers a file with another one, in a mount namespace of its own, and runs what follows there.
const COVERED: &str = "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"";

/// What `unshare` is told so that `line` finds `text` in `place`; the file goes when it is dropped.
pub(crate) struct Covered {
    file: NamedTempFile,
    place: &'static str,
}

impl Covered {
    /// `None`, and a word about it, where that cannot be.
    pub(crate) fn new(place: &'static str, text: &str) -> Option<Covered> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let covered = Covered { file, place };
        let tried = covered.run(&["cat", place]);
        if tried.out == text {
            return Some(covered);
        }
        skipped_none(&format!("{place} cannot be covered: {}", tried.err.trim()))
    }

    pub(crate) fn line<'a>(&'a self, line: &[&'a str]) -> Vec<&'a str> {
        let file = Path::new(self.file.path()).to_str().unwrap();
        let covered = ["-m", "sh", "-c", COVERED, "sh", file, self.place];
        [&covered, line].concat()
    }

    fn run(&self, line: &[&str]) -> Ran {
        ran(Command::new("unshare").args(self.line(line)))
    }

    pub(crate) fn fivetuple(&self, args: &[&str]) -> Ran {
        self.run(&[&[env!("CARGO_BIN_EXE_fivetuple")], args].concat())
    }

    /// A dashboard there whose clients call `to`, on a screen of that many rows.
    pub(crate) fn dashboard(&self, to: &str, rows: u16) -> Terminal {
        let line = self.line(&[env!("CARGO_BIN_EXE_fivetuple"), "--port", "0"]);
        let terminal = Terminal::start(command("unshare", &line), 120, rows);
        terminal.wait_for("Press l to listen");
        call_to(&terminal, to);
        terminal.wait_until("the form to close", crate::terminal::LIMIT, |screen| {
            !screen.contents().contains("Enter apply")
        });
        terminal
    }
}

fn ten() -> Option<Covered> {
    let fours = (1..10).map(|n| format!("127.0.1.{n} many.test\n"));
    Covered::new("/etc/hosts", &format!("::1 many.test\n{}", fours.collect::<String>()))
}

#[test]
fn of_ten_addresses_each_is_called_until_the_last_one_answers() {
    netns::alone(|| {
        let Some(hosts) = ten() else { return };
        let last = TcpListener::bind("127.0.1.9:0").unwrap();
        let port = last.local_addr().unwrap().port();
        let to = format!("many.test:{port}");
        let [answered, all] =
            [format!("-> 127.0.1.9:{port}: connected"), format!("1 of 1 connected to {to}")];
        hosts.fivetuple(&["connect", &to, "--wait", "0s"]).ends(0, &[&answered, &all]);
        // In the order of the resolver; the picture keeps the first few of calls that are alike.
        let terminal = hosts.dashboard(&to, 100);
        terminal.press("i");
        terminal.press("c");
        let refused = |at: &str| format!(r"connect\(\d+, {at}:{port}\) = -1(?s:.*)ECONNREFUSED");
        let first = [r"\[::1\]", r"127\.0\.1\.1", r"127\.0\.1\.2"].map(refused);
        terminal.wait_for(&first.join("(?s:.*)"));
        terminal.wait_for(r"laptop +127\.0\.0\.2 +1 open");
        terminal.press_until("i", &format!(r"127\.0\.1\.9:{port} +● ESTABLISHED laptop"));
        quit(terminal);
    });
}

#[test]
fn where_every_address_refuses_the_last_refusal_is_told_once() {
    netns::alone(|| {
        let Some(hosts) = ten() else { return };
        let refused = hosts.fivetuple(&["connect", "many.test:9"]);
        refused.fails(&["cannot connect to many.test:9", "ECONNREFUSED"]);
    });
}

/// A network where an address is looked for and not found in a few hundredths of a second.
fn with_an_empty_link() -> bool {
    done("ip", "link add name near type veth peer name far")
        && done("ip", "link set near up")
        && done("ip", "link set far up")
        && done("ip", "address add fd00::1/64 dev near nodad")
        && done("sysctl", "-q -w net.ipv6.neigh.near.mcast_solicit=1")
        && done("sysctl", "-q -w net.ipv6.neigh.near.retrans_time_ms=20")
}

#[test]
fn an_address_that_is_not_there_is_no_failure_when_the_next_one_answers() {
    netns::alone(|| {
        if !with_an_empty_link() {
            return skipped("no veth here");
        }
        let text = "fd00::9 some.test\n127.0.1.1 some.test\n";
        let Some(hosts) = Covered::new("/etc/hosts", text) else {
            return;
        };
        let answers = TcpListener::bind("127.0.1.1:0").unwrap();
        let to = format!("some.test:{}", answers.local_addr().unwrap().port());
        let all = format!("1 of 1 connected to {to}");
        let said = hosts.fivetuple(&["connect", &to, "--wait", "0s"]);
        // That one is called first.
        let said = said.ends(0, &["[fd00::9]", &all]);
        assert_eq!(said.err, "");
        let terminal = hosts.dashboard(&to, 36);
        terminal
            .press_until("c", r"fd00::9[^\n]*EHOSTUNREACH(?s:.*)laptop connected to 127\.0\.1\.1:");
        terminal.wait_for(r"127\.0\.1\.1:\d+ +● ESTABLISHED laptop");
        terminal.press_until("d", "FIN_WAIT2");
        quit(terminal);
    });
}

#[test]
fn a_name_that_nobody_knows_is_said_to_be_unknown() {
    netns::alone(|| {
        let Some(hosts) = Covered::new("/etc/hosts", "127.0.0.1 localhost\n") else {
            return;
        };
        hosts.fivetuple(&["connect", "nowhere.test:80"]).fails(&[
            "fivetuple: cannot connect to nowhere.test:80: Name or service not known. Try an address instead of the name.\n",
        ]);
        let terminal = hosts.dashboard("nowhere.test:80", 36);
        terminal.press("c");
        terminal.wait_for(&broken("cannot connect to nowhere.test:80: Name or service not known."));
        quit(terminal);
    });
}

/// How long giving up may take when somebody asks for it; the resolver would take a minute.
const SOON: Duration = Duration::from_millis(1500);
/// How long it may take when nobody does.
const AT_LAST: Duration = Duration::from_secs(20);

struct Silent {
    server: UdpSocket,
    conf: Covered,
}

impl Silent {
    fn new() -> Option<Silent> {
        let server = match UdpSocket::bind("127.0.0.1:53") {
            Ok(server) => server,
            Err(why) => {
                return skipped_none(&format!("no name server can be had here: {why}"));
            }
        };
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        let text = "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n";
        let conf = Covered::new("/etc/resolv.conf", text)?;
        Some(Silent { server, conf })
    }

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
        call_to(&terminal, "the listener");
        listen(&terminal);
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        call_to(&terminal, "other.test:80");
        terminal.press("c");
        silent.asked_for("other");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_within(SOON), 0, "it waits for the resolver");
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
