use std::collections::BTreeSet;

use crate::app::model::{ListenAddress, OpenEnds, ServerPolicy};
use crate::tcp::{Endpoint, Host, ListenSpec, Moment, OwnSocket, Port, SocketId, SyscallError};

/// The server: what it was asked to do, what listens, and who has been accepted.
#[derive(Clone, Debug)]
pub struct Server {
    /// How to listen the next time.
    pub spec: ListenSpec,
    /// How to listen at the start, and after a reset.
    first: ListenSpec,
    /// How it listens now; `None` while it does not.
    pub running: Option<ListenSpec>,
    /// The orders to listen that are not answered yet.
    pub ordered: u32,
    /// Whether the last order was to stop.
    pub told_to_stop: bool,
    /// A refusal whose rows, or whose owner, are not known yet.
    pub refused: Option<(Moment, ListenSpec, SyscallError)>,
    /// The listening sockets.
    pub sockets: Vec<OwnSocket>,
    /// Whether accept() is held.
    pub held: bool,
    /// Why nothing is accepted for a moment, after an error, and until when.
    pub pause: Option<(SyscallError, Moment)>,
    /// The server's ends of accepted connections.
    pub ends: OpenEnds,
    /// The totals since the start or the last reset.
    pub totals: Totals,
    /// The last bytes that came in, and where.
    pub last_payload: Option<(SocketId, Vec<u8>)>,
    /// Every port it ever listened at, or would: rows there are watched.
    pub ports: BTreeSet<Port>,
    /// Where it listens, and where it ever did: ends there are the server's even after it stopped.
    pub(crate) places: BTreeSet<ListenAddress>,
}

/// What went through the server.
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
    /// A server that does nothing yet, and would listen as `spec` says.
    pub fn new(spec: ListenSpec) -> Server {
        let ports = BTreeSet::from_iter(Some(spec.at.port).filter(|port| *port != Port::ANY));
        Server {
            first: spec.clone(),
            spec,
            running: None,
            ordered: 0,
            told_to_stop: false,
            refused: None,
            sockets: Vec::new(),
            held: false,
            pause: None,
            ends: OpenEnds::default(),
            totals: Totals::default(),
            last_payload: None,
            ports,
            places: BTreeSet::new(),
        }
    }

    /// Forgets everything but the options of the start, and where it listened.
    pub(crate) fn start_over(&mut self) {
        let told_to_stop = true;
        let places = std::mem::take(&mut self.places);
        *self = Server { told_to_stop, places, ..Server::new(self.first.clone()) };
    }

    /// Whether it listens.
    pub fn is_listening(&self) -> bool {
        self.running.is_some()
    }

    /// Why nothing is accepted just now, if it pauses after an error.
    pub fn pausing(&self, now: Moment) -> Option<SyscallError> {
        let (why, until) = self.pause?;
        (now < until).then_some(why)
    }

    /// Whether it listens once every order is carried out.
    pub fn will_listen(&self) -> bool {
        !self.told_to_stop && (self.is_listening() || self.ordered > 0)
    }

    /// Where it listens, or would.
    pub fn at(&self) -> Endpoint {
        self.running.as_ref().map_or(self.spec.at, |running| running.at)
    }

    /// How this machine's own clients can call it: `::` that leaves IPv4 alone is reached at `::1` only.
    pub fn callable(&self) -> Endpoint {
        let spec = self.running.as_ref().unwrap_or(&self.spec);
        let at = spec.at;
        if spec.only_v6 && at.ip.is_ipv6() && at.ip.is_unspecified() {
            return Endpoint::new(std::net::Ipv6Addr::LOCALHOST, at.port.0);
        }
        at
    }

    /// Whether other machines can get in.
    pub fn is_open_to_others(&self) -> bool {
        let in_lab = self.spec.host != Host::THIS;
        self.is_listening() && !in_lab && !self.at().ip.to_canonical().is_loopback()
    }

    /// What was promised for an end at accept(); for one that is not accepted, what would be now.
    pub fn promise(&self, end: SocketId) -> ServerPolicy {
        let accepted = self.ends.get(end).and_then(|end| end.promise);
        accepted.unwrap_or_else(|| self.running.as_ref().unwrap_or(&self.spec).into())
    }

    /// Whether rows at `port` are watched because the server is, was or would be there.
    pub fn watches(&self, port: Port) -> bool {
        self.ports.contains(&port)
    }

    /// Whether the near end of that row is where the server listens, or did.
    pub fn serves(&self, row: SocketId) -> bool {
        self.places.iter().any(|place| place.has(row))
    }

    /// Whether the near end of that row is where the server would listen that never has: an earlier run may have.
    pub(crate) fn would_serve(&self, row: SocketId) -> bool {
        self.places.is_empty() && ListenAddress::of(&self.spec).has(row)
    }
}
