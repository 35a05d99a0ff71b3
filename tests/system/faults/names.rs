//! Names instead of addresses: many of them, some of which nobody answers at, and none at all.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::NamedTempFile;

use crate::support::netns;
use crate::support::pty::{Terminal, command};
use crate::support::skipped;
use crate::terminal::{broken, quit};

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
        if tried.stdout == text.as_bytes() {
            return Some(covered);
        }
        let why = String::from_utf8_lossy(&tried.stderr).into_owned();
        skipped(&format!("{place} cannot be covered: {}", why.trim()));
        None
    }

    pub(crate) fn line<'a>(&'a self, line: &[&'a str]) -> Vec<&'a str> {
        let file = Path::new(self.file.path()).to_str().unwrap();
        let covered = ["-m", "sh", "-c", COVERED, "sh", file, self.place];
        [&covered, line].concat()
    }

    fn run(&self, line: &[&str]) -> Output {
        let mut unshare = Command::new("unshare");
        unshare.args(self.line(line)).output().unwrap()
    }

    /// The program's own output there.
    pub(crate) fn fivetuple(&self, args: &[&str]) -> Output {
        self.run(&[&[env!("CARGO_BIN_EXE_fivetuple")], args].concat())
    }

    /// A dashboard there whose clients call `to`, on a screen of that many rows.
    pub(crate) fn dashboard(&self, to: &str, rows: u16) -> Terminal {
        let line = self.line(&[env!("CARGO_BIN_EXE_fivetuple"), "--port", "0"]);
        let terminal = Terminal::start(command("unshare", &line), 120, rows);
        terminal.wait_for("Press l to listen");
        terminal.press("C");
        terminal.wait_for("Enter apply");
        terminal.type_text(to);
        terminal.press("Enter");
        terminal.wait_until("the form to close", crate::terminal::LIMIT, |screen| {
            !screen.contents().contains("Enter apply")
        });
        terminal
    }
}

/// A name of ten addresses, the one of IPv6 first.
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
        let output = hosts.fivetuple(&["connect", &to, "--wait", "0s"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        assert!(said.contains(&format!("-> 127.0.1.9:{port}: connected")), "{said}");
        assert!(said.contains(&format!("1 of 1 connected to {to}")), "{said}");
        // In the order of the resolver; the picture keeps the first few of calls that are alike.
        let terminal = hosts.dashboard(&to, 100);
        terminal.press("i");
        terminal.press("c");
        let refused = |at: &str| format!(r"connect\(\d+, {at}:{port}\) = -1(?s:.*)ECONNREFUSED");
        let first = [r"\[::1\]", r"127\.0\.1\.1", r"127\.0\.1\.2"].map(refused);
        terminal.wait_for(&first.join("(?s:.*)"));
        terminal.wait_for(r"laptop +127\.0\.0\.2 +1 open");
        terminal.press("i");
        terminal.wait_for(&format!(r"127\.0\.1\.9:{port} +● ESTABLISHED laptop"));
        quit(terminal);
    });
}

#[test]
fn where_every_address_refuses_the_last_refusal_is_told_once() {
    netns::alone(|| {
        let Some(hosts) = ten() else { return };
        let output = hosts.fivetuple(&["connect", "many.test:9"]);
        let why = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(why.contains("cannot connect to many.test:9"), "{why}");
        assert!(why.contains("ECONNREFUSED"), "{why}");
        assert_eq!(why.lines().count(), 1, "{why}");
    });
}

fn done(program: &str, args: &str) -> bool {
    let status = Command::new(program).args(args.split(' ')).status();
    status.is_ok_and(|status| status.success())
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
        let output = hosts.fivetuple(&["connect", &to, "--wait", "0s"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("[fd00::9]"), "it was called first: {said}");
        assert!(said.contains(&format!("1 of 1 connected to {to}")), "{said}");
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        let terminal = hosts.dashboard(&to, 36);
        terminal.press("c");
        terminal.wait_for(r"fd00::9[^\n]*EHOSTUNREACH(?s:.*)laptop connected to 127\.0\.1\.1:");
        terminal.wait_for(r"127\.0\.1\.1:\d+ +● ESTABLISHED laptop");
        terminal.press("d");
        terminal.wait_for("FIN_WAIT2");
        quit(terminal);
    });
}

#[test]
fn a_name_that_nobody_knows_is_said_to_be_unknown() {
    netns::alone(|| {
        let Some(hosts) = Covered::new("/etc/hosts", "127.0.0.1 localhost\n") else {
            return;
        };
        let output = hosts.fivetuple(&["connect", "nowhere.test:80"]);
        let why = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(
            why,
            "fivetuple: cannot connect to nowhere.test:80: Name or service not known. Try an address instead of the name.\n"
        );
        let terminal = hosts.dashboard("nowhere.test:80", 36);
        terminal.press("c");
        terminal.wait_for(&broken("cannot call nowhere.test:80: Name or service not known."));
        quit(terminal);
    });
}
