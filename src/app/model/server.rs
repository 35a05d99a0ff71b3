//! A server: one listener, with one socket or several, and what its program does.

use std::net::{IpAddr, Ipv4Addr};

use crate::app::ServerPolicy;
use crate::tcp::{
    Endpoint, Host, ListenSpec, Moment, OwnSocket, Port, Protocol, SocketId, SyscallError,
};

/// A server: its options, its listening sockets, and its connections.
#[derive(Clone, Debug)]
pub struct Server {
    /// The options for the next time.
    pub spec: ListenSpec,
    /// The options that it listens with; `None` while it does not.
    pub running: Option<ListenSpec>,
    /// Orders to listen that are not answered yet.
    pub ordered: u32,
    pub(crate) ordered_to_stop: bool,
    /// The listening sockets.
    pub sockets: Vec<OwnSocket>,
    /// How often accept() returned a connection on each of them.
    pub accepted_on: Vec<u64>,
    /// Whether accept() is held.
    pub held: bool,
    /// The error after which accept() pauses, and until when.
    pub pause: Option<(SyscallError, Moment)>,
    /// Totals since the start or the last reset.
    pub totals: Totals,
    /// The last bytes received, and by which socket.
    pub last_payload: Option<(SocketId, Vec<u8>)>,
}

/// Totals of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How often accept() returned a connection.
    pub accepted: u64,
    /// Bytes read.
    pub received: u64,
    /// Bytes written.
    pub sent: u64,
}

impl Server {
    /// A server that is not listening yet.
    pub(crate) fn new(spec: ListenSpec) -> Server {
        Server {
            spec,
            running: None,
            ordered: 0,
            ordered_to_stop: false,
            sockets: Vec::new(),
            accepted_on: Vec::new(),
            held: false,
            pause: None,
            totals: Totals::default(),
            last_payload: None,
        }
    }

    /// Whether it listens.
    pub fn is_listening(&self) -> bool {
        self.running.is_some()
    }

    /// What it promises to those that it accepts now.
    pub(crate) fn policy(&self) -> ServerPolicy {
        self.running.as_ref().unwrap_or(&self.spec).into()
    }

    /// The options that count from the next time on, while it listens with others.
    pub fn pending(&self) -> Option<&ListenSpec> {
        let running = self.running.as_ref()?;
        let mut next = self.spec.clone();
        if next.at.port == Port::ANY {
            next.at.port = running.at.port;
        }
        (next != *running).then_some(&self.spec)
    }

    /// The error after which accept() pauses just now.
    pub fn pausing(&self, now: Moment) -> Option<SyscallError> {
        let (why, until) = self.pause?;
        (now < until).then_some(why)
    }

    /// Whether it listens once every order is done.
    pub fn will_listen(&self) -> bool {
        !self.ordered_to_stop && (self.is_listening() || self.ordered > 0)
    }

    /// The address that it listens on, or is set to.
    pub fn at(&self) -> Endpoint {
        self.running.as_ref().map_or(self.spec.at, |running| running.at)
    }

    /// The address that clients connect to: `::` is reached over IPv4, unless it is with IPV6_V6ONLY.
    pub fn connect_address(&self) -> Endpoint {
        let spec = self.running.as_ref().unwrap_or(&self.spec);
        let at = spec.at;
        if !spec.only_v6 && at.ip.is_ipv6() && at.ip.is_unspecified() {
            return Endpoint::new(Ipv4Addr::UNSPECIFIED, at.port.0);
        }
        at
    }

    /// Whether other machines can connect.
    pub fn is_open_to_others(&self) -> bool {
        let in_lab = self.spec.host != Host::THIS;
        self.is_listening() && !in_lab && !self.at().ip.to_canonical().is_loopback()
    }
}

/// An address and a port of one computer, where a server of ours listens, or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListenAddress {
    host: Host,
    at: Endpoint,
    only_v6: bool,
}

impl ListenAddress {
    pub(crate) fn of(spec: &ListenSpec) -> ListenAddress {
        ListenAddress { host: spec.host, at: spec.at.canonical(), only_v6: spec.only_v6 }
    }

    pub(crate) fn of_socket(name: SocketId, only_v6: bool) -> ListenAddress {
        ListenAddress { host: name.host, at: name.tuple.local.canonical(), only_v6 }
    }

    /// Whether the near end of that row is at this place: only TCP has listeners.
    pub(crate) fn has(&self, row: SocketId) -> bool {
        row.host == self.host
            && row.tuple.protocol == Protocol::Tcp
            && self.takes_calls_to(row.tuple.local)
    }

    /// Whether connect() to that address of the same computer reaches it: `0.0.0.0` accepts all IPv4, and `::` also IPv4 without
    /// IPV6_V6ONLY.
    pub(crate) fn takes_calls_to(&self, end: Endpoint) -> bool {
        let (own, ip) = (self.at.ip, end.ip.to_canonical());
        let everywhere = match own {
            IpAddr::V4(_) => own.is_unspecified() && ip.is_ipv4(),
            IpAddr::V6(_) => own.is_unspecified() && (ip.is_ipv6() || !self.only_v6),
        };
        end.port == self.at.port && (own == ip || everywhere)
    }
}
