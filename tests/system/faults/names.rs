//! Names instead of addresses: many of them, none at all, and a name server that never answers.

use std::fs::read_to_string;
use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

use crate::ran::fivetuple;
use crate::support::netns::done;
use crate::support::pty::PATIENCE;
use crate::support::{netns, program, skipped, skipped_none};
use crate::terminal::scenario::play;
use crate::terminal::{call_to, dashboard, ends_within, listen, press_for_rows};

/// From now on this thread, and whatever it starts, finds `text` in `place`; `None`, and a word about it, where that cannot be.
#[expect(unsafe_code, reason = "std has no mount namespaces")]
fn cover(place: &str, text: &str) -> Option<NamedTempFile> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    // SAFETY: the call takes a number only.
    let is_apart = unsafe { libc::unshare(libc::CLONE_NEWNS) } == 0;
    let mount = format!("--bind {} {place}", file.path().display());
    let is_covered = is_apart && done("mount", "--make-rprivate /") && done("mount", &mount);
    if is_covered && read_to_string(place).is_ok_and(|found| found == text) {
        return Some(file);
    }
    skipped_none(&format!("{place} cannot be covered here"))
}

fn ten() -> Option<NamedTempFile> {
    let fours = (1..10).map(|n| format!("127.0.1.{n} many.test\n"));
    cover("/etc/hosts", &format!("::1 many.test\n{}", fours.collect::<String>()))
}

#[test]
fn of_ten_addresses_each_is_called_until_the_last_one_answers() {
    netns::alone(|| {
        let Some(_hosts) = ten() else { return };
        let refused = fivetuple(&["connect", "many.test:9"]);
        refused.fails(&["cannot connect to many.test:9", "ECONNREFUSED"]);
        let _last = TcpListener::bind("127.0.1.9:7000").unwrap();
        let wanted = ["-> 127.0.1.9:7000: connected", "1 of 1 connected to many.test:7000"];
        fivetuple(&["connect", "many.test:7000", "--wait", "0s"]).ends(0, &wanted);
        play(include_str!("../terminal/scenarios/ten_addresses.txt"));
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
        let hosts = cover("/etc/hosts", "fd00::9 some.test\n127.0.1.1 some.test\n");
        let Some(_hosts) = hosts else { return };
        let _answers = TcpListener::bind("127.0.1.1:7000").unwrap();
        let said = fivetuple(&["connect", "some.test:7000", "--wait", "0s"]);
        // That one is called first.
        let said = said.ends(0, &["[fd00::9]", "1 of 1 connected to some.test:7000"]);
        assert_eq!(said.err, "");
        play(include_str!("../terminal/scenarios/two_addresses.txt"));
    });
}

#[test]
fn a_name_that_nobody_knows_is_said_to_be_unknown() {
    const HOSTS: &str = "127.0.0.1 localhost\n127.0.1.1 half.test\n192.0.2.1 half.test\n";
    netns::alone(|| {
        let Some(_hosts) = cover("/etc/hosts", HOSTS) else { return };
        fivetuple(&["connect", "half.test:80"]).fails(&[
            "cannot connect to half.test:80: 192.0.2.1 is neither on this machine nor on a private network.",
        ]);
        fivetuple(&["connect", "nowhere.test:80"]).fails(&[
            "fivetuple: cannot connect to nowhere.test:80: Name or service not known. Try an address instead of the name.\n",
        ]);
        play(include_str!("../terminal/scenarios/no_address.txt"));
    });
}

/// How long giving up may take when somebody asks for it; the resolver would take a minute.
const SOON: Duration = Duration::from_secs(5);
/// How long it may take when nobody does.
const AT_LAST: Duration = Duration::from_secs(20);

/// Waits until the name server is asked for that name.
fn asked_for(server: &UdpSocket, name: &str) {
    let mut question = [0; 512];
    loop {
        let length = server.recv(&mut question).expect("a question");
        // A length stands before each part of the name.
        let is_it = |part: &[u8]| part == name.as_bytes();
        if question[..length].windows(name.len()).any(is_it) {
            return;
        }
    }
}

#[test]
fn a_question_without_an_answer_can_be_given_up_by_key_and_by_signal() {
    netns::alone(|| {
        let server = match UdpSocket::bind("127.0.0.1:53") {
            Ok(server) => server,
            Err(why) => return skipped(&format!("no name server can be had here: {why}")),
        };
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        let text = "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n";
        let Some(_conf) = cover("/etc/resolv.conf", text) else { return };
        let start = |name: &str| {
            let mut command = program(["connect", &format!("{name}.test:80")]);
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            asked_for(&server, name);
            child
        };
        let ends = |mut child: Child, limit, code| {
            let has_ended = ends_within(Pid::from_child(&child), limit);
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(has_ended, "it waits for the resolver");
            assert_eq!(output.status.code(), Some(code), "{output:?}");
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        // This one has all the time it wants.
        let patient = start("patient");
        let asked = start("asked");
        kill_process(Pid::from_child(&asked), Signal::INT).unwrap();
        ends(asked, SOON, 130);

        let mut terminal = dashboard(&[]);
        call_to(&terminal, "quiet.test:80");
        terminal.press("c");
        asked_for(&server, "quiet");
        terminal.wait_for("laptop looks up the address of quiet.test.");
        terminal.type_text("rr");
        call_to(&terminal, "the listener");
        listen(&terminal);
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        call_to(&terminal, "other.test:80");
        terminal.press("c");
        asked_for(&server, "other");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_within(SOON), 0, "it waits for the resolver");
        terminal.assert_restored();

        let why = ends(patient, AT_LAST, 1);
        assert!(why.contains("patient.test:80"), "{why}");
        assert!(why.contains("Temporary failure in name resolution"), "{why}");
    });
}
