//! The subcommand `table`: netstat's layout, JSON, and what changes.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Stdio;

use fivetuple::run::NetstatLine;
use fivetuple::tcp::{InterfaceNames, Owner, SocketRow};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use socket2::{Domain, Socket, Type};

use crate::place::{LOCALHOST, listener, own_address};
use crate::ran::{Ran, fivetuple};
use crate::support::netns::{self, done};
use crate::support::{program, skipped};

/// What is printed of a port.
#[track_caller]
fn table(port: u16, flags: &[&str]) -> String {
    let port = port.to_string();
    let said = fivetuple(&[&["table", "--port", &port], flags].concat());
    let Ran { out, err, .. } = said.ends(0, &[]);
    assert!(err.is_empty() && !out.contains('\x1b'), "{out}{err}");
    out
}

#[test]
fn a_line_looks_like_netstat() {
    let owner = Owner::new(4242, b"curl", 3);
    let table = [
        (
            "tcp 1 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=1",
            Some(&owner),
            "tcp        1    128 127.0.0.1:5000          0.0.0.0:*               LISTEN      4242/curl",
        ),
        (
            "tcp 0 0 [::1]:5000 [::1]:40000 TIME_WAIT",
            None,
            "tcp6       0      0 ::1:5000                ::1:40000               TIME_WAIT   -",
        ),
        (
            "tcp 0 0 [::ffff:127.0.0.1]:5000 [::]:* CLOSED",
            None,
            "tcp6       0      0 127.0.0.1:5000          :::*                    CLOSED      -",
        ),
        (
            "udp 0 0 127.0.0.1:5353 0.0.0.0:* CLOSED",
            None,
            "udp        0      0 127.0.0.1:5353          0.0.0.0:*                           -",
        ),
        (
            "tcp 0 128 0.0.0.0:5000 0.0.0.0:* LISTEN interface=7",
            None,
            "tcp        0    128 0.0.0.0%if7:5000        0.0.0.0:*               LISTEN      -",
        ),
    ];
    for (row, owner, expected) in table {
        let row: SocketRow = row.parse().unwrap();
        let interfaces = &InterfaceNames::default();
        let line = NetstatLine { row: &row, owner, interfaces, widths: NetstatLine::WIDTHS };
        assert_eq!(line.to_string(), expected);
        for word in ["Local", "Foreign", "State", "PID"] {
            let column = NetstatLine::head(NetstatLine::WIDTHS).find(word).unwrap();
            assert_eq!(expected.as_bytes()[column - 1], b' ', "{word}: {expected}");
        }
    }
}

#[test]
fn columns_are_as_wide_as_their_longest_address() {
    let rows: Vec<SocketRow> = [
        "tcp 0 0 127.0.0.1:5000 0.0.0.0:* LISTEN",
        "tcp 0 0 [2001:db8:1234:5678:9abc:def0:1234:5678]:5000 [2001:db8::1]:40000 ESTABLISHED",
    ]
    .map(|row| row.parse().unwrap())
    .into();
    let interfaces = &InterfaceNames::default();
    let widths = NetstatLine::widths(&rows, interfaces);
    let state = NetstatLine::head(widths).find("State").unwrap();
    for row in &rows {
        let line = NetstatLine { row, owner: None, interfaces, widths }.to_string();
        assert_eq!(line.find(row.state.name()), Some(state), "{line}");
    }
    assert_eq!(NetstatLine::widths(&rows[..1], interfaces), NetstatLine::WIDTHS);
}

#[test]
fn listeners_come_first_and_owners_are_named() {
    let (_listener, at) = listener(own_address());
    let client = TcpStream::connect(at).unwrap();
    let text = table(at.port(), &[]);
    assert_eq!(text.lines().next(), Some(&*NetstatLine::head(NetstatLine::WIDTHS)));
    let ours = at.to_string();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(&ours)).collect();
    let [listening, others @ ..] = &lines[..] else {
        panic!("{text}");
    };
    let holder = format!("LISTEN      {}/", std::process::id());
    assert!(listening.contains(&holder), "{text}");
    assert_eq!(others.len(), 2, "{text}");
    assert!(others.iter().all(|line| line.contains("ESTABLISHED")), "{text}");
    let text = table(at.port(), &["--no-owners"]);
    assert!(text.lines().skip(1).all(|line| line.ends_with(" -")), "{text}");
    drop(client);
}

#[test]
fn json_has_one_object_a_line() {
    let listener = TcpListener::bind("[::1]:0").unwrap();
    let local = listener.local_addr().unwrap().to_string();
    let text = table(listener.local_addr().unwrap().port(), &["--json"]);
    let mut rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let row = rows.find(|row| row["local"] == local).expect("it listens");
    let begins = r#"{"proto":"tcp6","local":"[::1]:"#;
    assert!(text.lines().any(|line| line.starts_with(begins)), "{text}");
    for (field, value) in [
        ("proto", "tcp6".into()),
        ("recv_q", 0.into()),
        ("send_q", 128.into()),
        ("foreign", "[::]:*".into()),
        ("state", "LISTEN".into()),
        ("pid", std::process::id().into()),
        ("timer", Value::Null),
    ] {
        assert_eq!(row[field], value, "{field} of {text}");
    }
}

#[test]
fn listeners_at_two_interfaces_are_told_apart_as_ss_does() {
    netns::alone(|| {
        // Its two ends are two interfaces.
        if !done("ip", "link add va type veth peer name vb") {
            return skipped("no virtual interfaces here");
        }
        let listeners = ["lo", "va"].map(|interface| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.bind_device(Some(interface.as_bytes())).unwrap();
            socket.bind(&SocketAddr::from(([0, 0, 0, 0], 5000)).into()).unwrap();
            socket.listen(1).unwrap();
            socket
        });
        let text = table(5000, &[]);
        let json = table(5000, &["--json"]);
        let mut named: Vec<Value> = json
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["interface"].take())
            .collect();
        named.sort_by_key(Value::to_string);
        assert_eq!(named, ["lo", "va"], "{json}");
        for interface in ["lo", "va"] {
            assert!(text.contains(&format!(" 0.0.0.0%{interface}:5000 ")), "{text}");
        }
        drop(listeners);
    });
}

/// The kernel lets a second client have the 5-tuple of one that is bound to an interface.
#[test]
fn a_client_with_the_five_tuple_of_a_bound_one_is_a_row_of_its_own() {
    netns::alone(|| {
        let (_listener, to) = listener(LOCALHOST);
        let port = to.port().to_string();
        let mut watch = program(["table", "--watch", "--json", "--port", &port]);
        let mut watch = watch.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
        let from = SocketAddr::from(([127, 0, 0, 2], 40_000));
        let client = |interface: Option<&[u8]>| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_reuse_address(true).unwrap();
            socket.bind_device(interface).unwrap();
            socket.bind(&from.into()).unwrap();
            socket.set_nonblocking(true).unwrap();
            let _ = socket.connect(&to.into());
            socket
        };
        // What happens to rows of that address, until one of that interface is opened.
        let mut until_opened = |interface: Value| {
            let mut events = Vec::new();
            loop {
                let line = lines.next().expect("it goes on").unwrap();
                let row: Value = serde_json::from_str(&line).unwrap();
                if row["local"] != from.to_string() || row["event"] == "changed" {
                    continue;
                }
                events.push(format!("{} {}", row["event"], row["interface"]));
                if row["event"] == "opened" && row["interface"] == interface {
                    return events;
                }
            }
        };
        let _bound = client(Some(b"lo"));
        assert_eq!(until_opened("lo".into()), [r#""opened" "lo""#]);
        let _other = client(None);
        assert_eq!(until_opened(Value::Null), [r#""opened" null"#]);
        watch.kill().unwrap();
        watch.wait().unwrap();
    });
}

#[test]
fn udp_is_shown_on_demand() {
    let socket = UdpSocket::bind((own_address(), 0)).unwrap();
    let at = socket.local_addr().unwrap();
    for (flags, expected) in [(&[][..], 0), (&["--all"], 1)] {
        let text = table(at.port(), flags);
        assert_eq!(text.matches(&at.to_string()).count(), expected, "{text}");
    }
}

#[test]
fn watching_prints_what_changes_until_asked_to_end() {
    let (listener, at) = listener(own_address());
    let port = at.port().to_string();
    let mut watch = program(["table", "--watch", "--json", "--port", &port]);
    let mut child = watch.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |event: &str, state: &str| loop {
        let line = lines.next().expect("it goes on").unwrap();
        let row: Value = serde_json::from_str(&line).unwrap();
        assert!(row["at_ms"].is_u64(), "{line}");
        if row["event"] == event && row["state"] == state {
            break;
        }
    };
    until("opened", "LISTEN");
    let client = TcpStream::connect(at).unwrap();
    until("opened", "ESTABLISHED");
    drop(client);
    until("changed", "CLOSE_WAIT");
    drop(listener);
    until("closed", "LISTEN");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
