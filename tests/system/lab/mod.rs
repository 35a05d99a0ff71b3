//! The lab's computers and the wire between them, on this machine's kernel.

#![allow(clippy::wildcard_enum_match_arm, reason = "what else is told is not what is waited for")]

pub(crate) mod capture;
pub(crate) mod commands;
pub(crate) mod computers;
pub(crate) mod dashboard;
pub(crate) mod decode;
pub(crate) mod impairment;
pub(crate) mod limits;
pub(crate) mod many_clients;
pub(crate) mod many_segments;
pub(crate) mod refusals;
pub(crate) mod retransmissions;
pub(crate) mod wire;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use fivetuple::kernel::{NamespaceSource, SocketSource};
use fivetuple::lab::{Capture, Lab, SocketKind, Wire};
use fivetuple::run::Clock;
use fivetuple::tcp::{
    DropReason, Filter, Flags, Host, LabSpec, Moment, Port, Segment, TcpState, WireEvent, WireOrder,
};
use socket2::{SockRef, Socket};

use crate::support::clock::Deadline;
use crate::support::skipped_none;

const LIMIT: Duration = Duration::from_secs(60);

const SERVER: Host = Host(1);
const LAPTOP: Host = Host(2);
const PHONE: Host = Host(3);

const THREE: LabSpec = LabSpec { computers: 3, ports: None };

/// A lab, and somebody who listens to its wire.
pub(crate) struct Bench {
    lab: Lab,
    wire: Wire,
    news: Receiver<Vec<WireEvent>>,
    heard: Vec<WireEvent>,
}

/// A lab of three computers, or a word on why there is none.
fn bench() -> Option<Bench> {
    prepared(None, Clock::start(), None)
}

fn with_capture(clock: Clock, capture: Capture) -> Option<Bench> {
    prepared(None, clock, Some(capture))
}

/// The same with so many bytes of room for what has come in at an end of the wire, and is not taken yet.
fn with_room(bytes: usize) -> Option<Bench> {
    prepared(Some(bytes), Clock::start(), None)
}

fn prepared(room: Option<usize>, clock: Clock, capture: Option<Capture>) -> Option<Bench> {
    let mut lab = match Lab::start(Path::new(env!("CARGO_BIN_EXE_fivetuple")), THREE) {
        Ok(lab) => lab,
        Err(why) => return skipped_none(&format!("no lab here: {why:?}")),
    };
    let (sender, news) = channel();
    let ends = std::mem::take(&mut lab.ends);
    for (_, end) in &ends {
        if let Some(bytes) = room {
            SockRef::from(end).set_recv_buffer_size(bytes).expect("a buffer");
        }
    }
    let tell = move |batch| {
        let _ = sender.send(batch);
        Ok(())
    };
    let wire = {
        // The test hears no more news then, and says so.
        let broke = |_| ();
        Wire::start(ends, move || clock.now(), tell, capture, broke).expect("a wire")
    };
    Some(Bench { lab, wire, news, heard: Vec::new() })
}

impl Bench {
    fn at(&self, host: Host, port: u16) -> SocketAddr {
        let computer = self.lab.computers.iter().find(|one| one.host == host);
        SocketAddr::new(computer.expect("a computer").ip, port)
    }

    fn tcp(&self, host: Host) -> Socket {
        let socket = self.lab.pool.take(host, SocketKind::Tcp4).expect("a socket");
        Socket::from(socket)
    }

    fn udp(&self, host: Host) -> Socket {
        let socket = self.lab.pool.take(host, SocketKind::Udp4).expect("a socket");
        Socket::from(socket)
    }

    /// A socket in LISTEN; accept() waits.
    fn listen(&self, host: Host, port: u16) -> Socket {
        let socket = self.tcp(host);
        socket.bind(&self.at(host, port).into()).expect("bind");
        socket.listen(4096).expect("listen");
        socket.set_nonblocking(false).expect("blocking");
        socket
    }

    /// A socket whose connect() has begun.
    fn call(&self, from: Host, to: SocketAddr) -> Socket {
        let socket = self.tcp(from);
        match socket.connect(&to.into()) {
            Err(why) if why.raw_os_error() != Some(libc::EINPROGRESS) => panic!("connect: {why}"),
            Ok(()) | Err(_) => socket,
        }
    }

    /// The states of a computer's sockets with that port at either end, LISTEN aside.
    fn states(&self, host: Host, port: u16) -> Vec<TcpState> {
        let mut source = NamespaceSource::over(host, || self.lab.pool.take(host, SocketKind::Diag));
        let reading = source.snapshot(&Filter::ports([Port(port)])).expect("rows");
        let rows = reading.snapshot.rows.into_iter();
        rows.inspect(|row| assert_eq!(row.host, host))
            .map(|row| row.state)
            .filter(|state| *state != TcpState::Listen)
            .collect()
    }

    /// Waits until the laptop's and the server's sockets with that port are in these states.
    #[track_caller]
    fn wait_for_states(&self, port: u16, laptop: &[TcpState], server: &[TcpState]) {
        wait_until(&format!("{laptop:?} and {server:?}"), || {
            self.states(LAPTOP, port) == laptop && self.states(SERVER, port) == server
        });
    }

    /// Listens to the wire until `found` is satisfied with all that was heard.
    #[track_caller]
    fn hear<T>(&mut self, found: impl Fn(&[WireEvent]) -> Option<T>) -> T {
        let deadline = Deadline::after(LIMIT);
        loop {
            if let Some(found) = found(&self.heard) {
                return found;
            }
            match self.news.recv_timeout(deadline.left()) {
                Ok(news) => self.heard.extend(news),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("the wire told only {:#?}", self.heard)
                }
            }
        }
    }

    #[track_caller]
    fn hear_sent(&mut self, count: usize) -> Vec<(Moment, Segment)> {
        self.hear(|news| Some(sent(news)).filter(|sent| sent.len() >= count))
    }

    fn order(&self, order: WireOrder) {
        self.wire.order(order);
    }
}

fn sent(news: &[WireEvent]) -> Vec<(Moment, Segment)> {
    let segments = news.iter().filter_map(|news| match news {
        WireEvent::Sent { at, segment } => Some((*at, segment.clone())),
        _ => None,
    });
    segments.collect()
}

fn arrived(news: &[WireEvent]) -> Vec<(Moment, u64)> {
    let numbers = news.iter().filter_map(|news| match news {
        WireEvent::Arrived { at, number } => Some((*at, *number)),
        _ => None,
    });
    numbers.collect()
}

fn lost(news: &[WireEvent]) -> Vec<(u64, DropReason)> {
    let numbers = news.iter().filter_map(|news| match news {
        WireEvent::Lost { number, how, .. } => Some((*number, *how)),
        _ => None,
    });
    numbers.collect()
}

fn flags(segments: &[(Moment, Segment)]) -> Vec<String> {
    segments.iter().map(|(_, segment)| segment.flags.to_string()).collect()
}

fn is_call(segment: &Segment) -> bool {
    segment.flags == Flags::SYN
}

#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Deadline::after(LIMIT);
    while !holds() {
        assert!(!deadline.left().is_zero(), "still waiting for {what}");
        let (_keep, never) = channel::<()>();
        let _ = never.recv_timeout(Duration::from_millis(5));
    }
}
