//! Which end of a connection is the server's, and whether it is our server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::app::State;
use crate::app::model::{Clients, Computer, ListenAddress, Server};
use crate::tcp::{Endpoint, Protocol, SocketId, TcpState};

impl State {
    /// Whether a row is the end of a server: of ours where the listener is, or was; of an earlier run's where it would be, unless that
    /// port calls another that we called. Where both ports are equal, the end that we accepted, or that is no computer's.
    pub(crate) fn is_servers(listener: &Server, clients: &Clients, end: SocketId) -> bool {
        let (local, remote) = (end.tuple.local, end.tuple.remote);
        let is_clients = || {
            let by_address = local.port == remote.port && clients.index_of(local.ip).is_some();
            by_address || clients.whose(end).is_some()
        };
        let is_earlier = || {
            let calls = listener.watches(remote.port) || clients.called.contains(&remote.port);
            listener.may_have_served(end) && !calls
        };
        listener.ends.contains(end) || ((listener.serves(end) || is_earlier()) && !is_clients())
    }

    /// Whether the other end of that row is a server's of ours, accepted or not: it is where the listener is, or was, and no other program
    /// is known to hold it.
    pub(crate) fn is_with_our_server(&self, end: SocketId) -> bool {
        let other = self.other_end(end);
        let line = self.sockets.get(other);
        let owner = line.and_then(|line| self.sockets.owners.get(&line.held));
        let is_others = owner.is_some_and(|owner| owner.pid != self.machine.pid);
        self.server.ends.contains(other)
            || (self.server.serves(other) && !is_others && !end.tuple.is_to_itself())
    }

    /// Whether somebody who calls that end reaches our listener.
    pub(crate) fn is_our_server(&self, end: Endpoint) -> bool {
        // Who calls 0.0.0.0 or :: calls its own loopback.
        let ip = match end.ip.to_canonical() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let is_here =
            (ip.is_loopback() && !self.lab.is_up()) || self.machine.addresses.contains(&ip);
        let takes = |spec| ListenAddress::of(spec).takes_calls_to(Endpoint { ip, ..end });
        self.server.running.as_ref().is_some_and(takes) && is_here
    }
}

/// So shortly after connect() has returned the server's table may not have been looked at yet.
const NOT_SEEN_YET: Duration = Duration::from_millis(300);

impl State {
    /// How many connections there are with the server at that end: as its table shows them, and as our own sockets tell where no look has
    /// come to that yet.
    pub(crate) fn connections_with(&self, server: Endpoint) -> usize {
        let calls = |computer: &Computer| {
            let ends = computer.ends.newest_first();
            let is_its = |end: &SocketId| {
                let remote = end.tuple.remote;
                let is_tcp = end.tuple.protocol == Protocol::Tcp;
                is_tcp && (remote == server || self.is_our_server(remote))
            };
            ends.filter(|end| is_its(end) && self.is_at_both_ends(*end)).count()
        };
        let ours: usize = self.clients.computers.iter().map(calls).sum();
        ours.max(self.server.ends.len())
    }

    /// Whether a client's call was answered, and the server's kernel has the connection, too: it drops the last ACK where its accept queue
    /// is full.
    fn is_at_both_ends(&self, client: SocketId) -> bool {
        let Some(end) = self.own_end(client).filter(|end| end.answered) else {
            return false;
        };
        let there = self.sockets.mirror(client);
        match there.filter(|line| line.gone.is_none()) {
            Some(line) => line.row.state != TcpState::SynReceived,
            None => self.now.since(end.since) < NOT_SEEN_YET,
        }
    }
}
