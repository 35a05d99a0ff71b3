//! The subcommands without a screen: two servers, their clients, and all that each of them says.

use std::fmt::Write;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};

use regex::Regex;
use rustix::process::{Pid, Signal, kill_process};

use crate::lab::commands::possible;
use crate::ran::{Ran, ran};
use crate::support::{netns, program};

/// At 5000 is an echo, at 5001 nobody is accepted.
const CALLS: &str = r"connect 127.0.0.1:5000 --payload \x1b[2Jhi --wait 0.2
connect 127.0.0.1:5001 -n 3 --quiet --wait 0
connect 127.0.0.2:1 -n 10
connect 192.0.2.1:80
connect 127.0.0.1:80 --from ::1
connect 127.0.0.1:5001 -n 3 --quiet --source-range 45200-45201 --wait 1s
connect 127.0.0.1:5001 -n 9 --quiet --wait 1s
connect --udp 127.0.0.1:9 --payload x --wait 5s
listen --port 5000
listen --port 5000 --bind 192.0.2.1";

/// A server that listens, and what it has said by then.
fn server(line: &str) -> (Child, BufReader<ChildStdout>, String) {
    let mut child = program(line.split(' ')).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    out.read_line(&mut said).unwrap();
    (child, out, said)
}

#[test]
fn servers_and_clients_say_what_happens_and_what_does_not() {
    netns::alone(|| {
        let lines = ["listen --port 5000 --echo", "listen --port 5001 --bind :: --hold --quiet"];
        let servers = lines.map(server);
        let mut all = String::new();
        for line in CALLS.lines() {
            // Few descriptors, most of which are kept for other things.
            let call = format!("ulimit -n 67; exec \"$0\" {} 2>&1", line.replace('\\', r"\\"));
            let program = env!("CARGO_BIN_EXE_fivetuple");
            // As on a terminal: in the order in which the lines are written.
            let Ran { code, out, .. } = ran(Command::new("sh").args(["-c", &call, program]));
            writeln!(all, "$ fivetuple {line}\n{out}-> {}\n", code.unwrap()).unwrap();
        }
        for ((line, (mut child, mut out, mut said)), signal) in
            lines.iter().zip(servers).zip([Signal::TERM, Signal::INT])
        {
            kill_process(Pid::from_child(&child), signal).unwrap();
            out.read_to_string(&mut said).unwrap();
            let code = child.wait().unwrap().code().unwrap();
            writeln!(all, "$ fivetuple {line}\n{said}-> {code}\n").unwrap();
        }
        assert!(all.bytes().all(|byte| byte == b'\n' || !byte.is_ascii_control()), "{all}");
        for (what, shown) in [
            (r":\d{5}\b", ":PORT"),
            (r"(?m)\b[0-9.]+ (ms|s)$", "TIME"),
            (r"descriptor \d+", "descriptor FD"),
            (r"backlog \d+", "backlog N"),
        ] {
            all = Regex::new(what).unwrap().replace_all(&all, shown).into_owned();
        }
        insta::assert_snapshot!(all);
    });
}

#[test]
fn a_signal_that_is_ignored_at_the_start_stays_ignored() {
    let peer = TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = format!("connect {}", peer.local_addr().unwrap());
    let mut lines = vec!["listen --port 0", &connect, "table --watch"];
    if possible() {
        lines.push("lab -- sh -c 'echo up; exec sleep 60'");
    }
    for line in lines {
        let start = format!("trap '' HUP INT; exec \"$0\" {line}");
        let mut sh = Command::new("sh");
        sh.args(["-c", &start, env!("CARGO_BIN_EXE_fivetuple")]).stdout(Stdio::piped());
        let mut child = sh.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut String::new()).unwrap();
        for signal in [Signal::HUP, Signal::INT, Signal::TERM] {
            kill_process(Pid::from_child(&child), signal).unwrap();
        }
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(143), "{line}");
    }
}
