//! Leaving in the middle of it: a thousand clients whose bytes nobody takes.

use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread::{park_timeout, spawn};
use std::time::Duration;

use fivetuple::kernel::{SockDiag, SocketSource};
use fivetuple::tcp::{Filter, Host, Port, SocketRow, TcpState, TimerKind};
use rustix::process::{Pid, Signal, kill_process};
use socket2::{Domain, Socket, Type};

use crate::support::clock::Deadline;
use crate::support::pty::{Terminal, fivetuple};
use crate::support::{netns, skipped_none};
use crate::terminal::{LIMIT, ends_within, wait_connections};

const MANY: usize = 1000;
/// A second, and the two that it gives itself at most.
const SOON: Duration = Duration::from_secs(3);
/// More than the buffers of both ends hold here.
const PAYLOAD: usize = 100_000;

/// Somebody who lets a thousand clients in and never reads.
fn deaf() -> Option<TcpListener> {
    for file in ["tcp_rmem", "tcp_wmem"] {
        let path = format!("/proc/sys/net/ipv4/{file}");
        if let Err(why) = std::fs::write(&path, "4096 8192 8192") {
            return skipped_none(&format!("{path}: {why}"));
        }
    }
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let at = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&at.into()).unwrap();
    socket.listen(2 * i32::try_from(MANY).unwrap()).unwrap();
    Some(socket.into())
}

/// How many bytes the kernel holds of the clients', once it asks for each in vain whether the other end has room again.
fn held(port: u16) -> u64 {
    let mut source = SockDiag::open(Host::THIS).unwrap();
    let deadline = Deadline::after(LIMIT);
    let filter = Filter { state: Some(TcpState::Established), ..Filter::ports([Port(port)]) };
    loop {
        let rows = source.snapshot(&filter).unwrap().snapshot.rows;
        let is_client = |row: &&SocketRow| row.tuple.remote.port == Port(port);
        let clients: Vec<&SocketRow> = rows.iter().filter(is_client).collect();
        let probes = |row: &&&SocketRow| {
            let kind = row.timer.map(|timer| timer.kind);
            row.queues.send > 0 && kind == Some(TimerKind::ZeroWindowProbe)
        };
        let stuck = clients.iter().filter(probes).count();
        if rows.len() == 2 * MANY && stuck == MANY {
            let queues = rows.iter().map(|row| row.queues);
            return queues.map(|it| u64::from(it.recv) + u64::from(it.send)).sum();
        }
        let left = deadline.left();
        assert!(!left.is_zero(), "{stuck} of {} are stuck", clients.len());
        park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn a_dashboard_whose_thousand_clients_are_writing_ends_at_once() {
    netns::alone(|| {
        let Some(listener) = deaf() else { return };
        let port = listener.local_addr().unwrap().port();
        let payload = "x".repeat(PAYLOAD);
        let args = ["--port", &port.to_string(), "--payload", &payload];
        let mut terminal = Terminal::start(fivetuple(&args), 120, 36);
        terminal.wait_for("LISTEN");
        terminal.type_text(&format!("{MANY}c"));
        wait_connections(&terminal, "1,?000");
        let held = held(port);
        assert!(held > 0);
        terminal.press("q");
        assert_eq!(terminal.wait_exit_within(SOON), 0);
        terminal.assert_restored();
    });
}

fn clients(port: u16) -> Child {
    let payload = "x".repeat(PAYLOAD);
    let to = format!("127.0.0.1:{port}");
    let many = MANY.to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_fivetuple"));
    command.args(["connect", &to, "-n", &many, "--quiet"]);
    command.args(["--payload", &payload]);
    let out = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    out.spawn().unwrap()
}

/// Reads a piece from each; how much that was.
fn read_a_piece(peers: &mut [TcpStream]) -> u64 {
    let mut piece = [0; PAYLOAD / 100];
    let read = |peer: &mut TcpStream| peer.read(&mut piece).unwrap() as u64;
    peers.iter_mut().map(read).sum()
}

#[test]
fn a_thousand_clients_that_are_stopped_while_they_write_are_summed_up_to_the_byte() {
    netns::alone(|| {
        let Some(listener) = deaf() else { return };
        let port = listener.local_addr().unwrap().port();
        let mut clients = clients(port);
        let mut peers: Vec<TcpStream> = (0..MANY).map(|_| listener.accept().unwrap().0).collect();
        let held = held(port);
        let (begun, has_begun) = channel();
        let reader = spawn(move || {
            let mut read = 0;
            // By then some of them have written more, and the others are about to.
            while read <= held {
                read += read_a_piece(&mut peers);
            }
            begun.send(()).unwrap();
            read += (0..20).map(|_| read_a_piece(&mut peers)).sum::<u64>();
            let mut rest = Vec::new();
            for peer in &mut peers {
                // What was written arrives, and then FIN.
                peer.read_to_end(&mut rest).unwrap();
            }
            read + rest.len() as u64
        });
        let pid = Pid::from_child(&clients);
        has_begun.recv().unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let has_ended = ends_within(pid, SOON);
        if !has_ended {
            clients.kill().unwrap();
        }
        let output = clients.wait_with_output().unwrap();
        assert!(has_ended, "SIGTERM did not end it within {SOON:?}");
        assert_eq!(output.status.code(), Some(143), "{output:?}");
        let read = reader.join().unwrap();
        assert!(read < (MANY * PAYLOAD) as u64, "all was written by then");
        let said = String::from_utf8_lossy(&output.stdout);
        let summary = format!("{MANY} of {MANY} connected to 127.0.0.1:{port}, {read} bytes sent,");
        assert!(said.contains(&summary), "{summary}\n{said}");
    });
}
