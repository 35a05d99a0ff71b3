//! The subcommand `table`: netstat's layout, JSON, and what changes.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};

use clap::Parser;
use fivetuple::cli::{Cli, Subcommands, TableArgs};
use fivetuple::run::{NetstatLine, print_table, watch_table};
use fivetuple::tcp::{Owner, SocketRow};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::place::{listener, own_address};

fn args(port: u16, flags: &str) -> TableArgs {
    let words = format!("fivetuple table --port {port} {flags}");
    match Cli::parse_from(words.split_whitespace()).command {
        Some(Subcommands::Table(args)) => args,
        other => panic!("{other:?}"),
    }
}

fn printed(args: &TableArgs) -> String {
    let mut out = Vec::new();
    print_table(args, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_line_looks_like_netstat() {
    let owner = Owner { pid: 4242, program: "curl".to_owned(), fd: 3 };
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
    ];
    for (row, owner, expected) in table {
        let row: SocketRow = row.parse().unwrap();
        assert_eq!(NetstatLine { row: &row, owner }.to_string(), expected);
        let head: Vec<usize> = ["Local", "Foreign", "State", "PID"]
            .iter()
            .map(|word| NetstatLine::HEAD.find(word).unwrap())
            .collect();
        assert!(head.iter().all(|column| expected.as_bytes()[column - 1] == b' '));
    }
}

#[test]
fn listeners_come_first_and_owners_are_named() {
    let (_listener, at) = listener(own_address());
    let client = TcpStream::connect(at).unwrap();
    let text = printed(&args(at.port(), ""));
    assert_eq!(text.lines().next(), Some(NetstatLine::HEAD));
    let ours = at.to_string();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(&ours)).collect();
    let [listening, others @ ..] = &lines[..] else {
        panic!("{text}");
    };
    let holder = format!("LISTEN      {}/", std::process::id());
    assert!(listening.contains(&holder), "{text}");
    assert_eq!(others.len(), 2, "{text}");
    assert!(others.iter().all(|line| line.contains("ESTABLISHED")), "{text}");
    let text = printed(&args(at.port(), "--no-owners"));
    assert!(text.lines().skip(1).all(|line| line.ends_with(" -")), "{text}");
    drop(client);
}

#[test]
fn json_has_one_object_a_line() {
    let listener = TcpListener::bind("[::1]:0").unwrap();
    let at = listener.local_addr().unwrap();
    let text = printed(&args(at.port(), "--json"));
    let mut rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let local = at.to_string();
    let row = rows.find(|row| row["local"] == local).expect("it listens");
    for (field, value) in [
        ("proto", "tcp6".into()),
        ("recv_q", 0.into()),
        ("send_q", 128.into()),
        ("local", local.as_str().into()),
        ("foreign", "[::]:*".into()),
        ("state", "LISTEN".into()),
        ("pid", std::process::id().into()),
        ("timer", Value::Null),
    ] {
        assert_eq!(row[field], value, "{field} of {text}");
    }
}

#[test]
fn udp_is_shown_on_demand() {
    let socket = UdpSocket::bind((own_address(), 0)).unwrap();
    let at = socket.local_addr().unwrap();
    for (flags, expected) in [("", 0), ("--all", 1)] {
        let text = printed(&args(at.port(), flags));
        assert_eq!(text.matches(&at.to_string()).count(), expected, "{text}");
    }
}

#[tokio::test]
async fn a_closed_pipe_is_no_error() {
    let args = args(1, "--watch");
    let (_, mut closed) = io::pipe().unwrap();
    print_table(&args, &mut closed).unwrap();
    watch_table(&args, &mut closed, std::future::pending()).await.unwrap();
}

/// Which text to wait for, and what to do then.
type Step = (&'static str, Box<dyn FnOnce()>);

/// Collects lines, does something at some of them, and asks to end at the last.
struct Reader {
    text: String,
    steps: Vec<Step>,
    done: Option<oneshot::Sender<()>>,
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.push_str(std::str::from_utf8(bytes).unwrap());
        while let Some((awaited, _)) = self.steps.first() {
            if !self.text.contains(awaited) {
                return Ok(bytes.len());
            }
            let (_, step) = self.steps.remove(0);
            step();
        }
        if let Some(done) = self.done.take() {
            done.send(()).unwrap();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn watching_prints_what_changes_until_asked_to_end() {
    let (listener, at) = listener(own_address());
    let (client, server) =
        (std::cell::Cell::new(None), TcpListener::bind((own_address(), 0)).unwrap());
    let client: std::rc::Rc<_> = client.into();
    let (connect, close) = (client.clone(), client);
    let (done, asked) = oneshot::channel();
    let mut out = Reader {
        text: String::new(),
        steps: vec![
            (
                r#""state":"LISTEN""#,
                Box::new(move || connect.set(Some(TcpStream::connect(at).unwrap()))),
            ),
            (r#""state":"ESTABLISHED""#, Box::new(move || drop(close.take()))),
            (r#""state":"CLOSE_WAIT""#, Box::new(move || drop(listener))),
            (r#""event":"closed""#, Box::new(move || drop(server))),
        ],
        done: Some(done),
    };
    let asked = async {
        asked.await.unwrap();
        2
    };
    let ended = watch_table(&args(at.port(), "--watch --json"), &mut out, asked).await;
    assert_eq!(ended.unwrap().code(), 130);
    for line in out.text.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert!(event["at_ms"].is_u64(), "{line}");
    }
    assert!(out.text.contains(r#""event":"changed""#), "{}", out.text);
}
