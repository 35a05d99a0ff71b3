//! Which end of a connection is the server's, and whether it is our server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::app::model::ListenAddress;
use crate::app::{Clients, Holder, OpenEnds, Server, ServerPolicy, Servers, State, TableRow};
use crate::tcp::{Endpoint, Protocol, SocketId, TcpState};

/// How long after connect() the server's table may not have been read yet.
const NOT_SEEN_YET: Duration = Duration::from_millis(300);

impl State {
    /// Whether the row is a server-side socket: at an address that our server listened on, or that an earlier run used and from which
    /// no client of ours connects. Where both ports are equal, the socket that we accepted, or that no client owns.
    pub(crate) fn is_servers(
        servers: &Servers,
        clients: &Clients,
        ends: &OpenEnds,
        end: SocketId,
    ) -> bool {
        let (local, remote) = (end.tuple.local, end.tuple.remote);
        let is_clients = || {
            let by_address = local.port == remote.port && clients.index_of(local.ip).is_some();
            by_address || ends.last_holder(end).is_some()
        };
        let is_earlier = || {
            let calls =
                servers.ports.contains(&remote.port) || clients.called.contains(&remote.port);
            servers.may_have_served(end) && !calls
        };
        ends.server_holds(end) || ((servers.serves(end) || is_earlier()) && !is_clients())
    }

    /// Whether the other end of that row is our server's, accepted or not.
    pub(crate) fn is_with_our_server(&self, end: SocketId) -> bool {
        let other = self.other_end(end);
        let line = self.sockets.get(other);
        let owner = line.and_then(|line| self.sockets.owners.get(&line.held));
        let is_others = owner.is_some_and(|owner| !self.is_own(owner));
        self.ends.server_holds(other)
            || (self.servers.serves(other) && !is_others && !end.tuple.is_to_itself())
    }

    /// The policy that a connection was accepted with, else the present one.
    pub fn policy(&self, end: SocketId) -> ServerPolicy {
        let accepted = self.ends.get(end).and_then(|end| end.policy);
        accepted.unwrap_or_else(|| self.server_of(end).policy())
    }

    /// The server of that end, or of that listening socket: its own, else the one that listens there, else the selected one.
    pub(crate) fn server_of(&self, end: SocketId) -> &Server {
        let own = match self.ends.last_holder(end) {
            Some(Holder::Server(id)) => self.servers.get(id),
            Some(Holder::Client(_)) | None => self.servers.with(end),
        };
        own.or_else(|| self.servers.at(|place| place.has(end))).unwrap_or(self.server())
    }

    /// The server's end of a connection of ours.
    pub(crate) fn server_end(&self, [own, other]: [SocketId; 2]) -> SocketId {
        if self.ends.client_holds(own) || self.sockets.is_client(own) { other } else { own }
    }

    /// The server of ours that a connect() to that address reaches.
    pub(crate) fn our_server(&self, end: Endpoint) -> Option<&Server> {
        // A connect() to 0.0.0.0 or :: goes to the loopback address.
        let ip = match end.ip.to_canonical() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let is_here = if self.lab.is_up() { self.machine.has(ip) } else { self.machine.is_own(ip) };
        let takes = |place: ListenAddress| place.takes_calls_to(Endpoint { ip, ..end });
        self.servers.at(takes).filter(|_| is_here)
    }

    /// The connections with that server: those that it accepted, and those of our clients to that address that are in its table, or too
    /// recent to be there.
    pub(crate) fn connections_with(&self, server: &Server, at: Endpoint) -> usize {
        let id = server.spec.id;
        let is_its = |remote| self.our_server(remote).is_some_and(|other| other.spec.id == id);
        let is_waiting = |end: &SocketId| {
            let remote = end.tuple.remote;
            let is_tcp = end.tuple.protocol == Protocol::Tcp;
            is_tcp
                && (remote == at || is_its(remote))
                && !self.ends.server_holds(self.other_end(*end))
                && self.is_at_both_ends(*end)
        };
        let calls = self.ends.of_clients().filter(is_waiting).count();
        self.ends.count(Holder::Server(id)) + calls
    }

    /// Whether the server's kernel has the client's connection, too: with a full accept queue it drops the final ACK.
    pub(crate) fn is_at_both_ends(&self, client: SocketId) -> bool {
        let Some(end) = self.ends.get(client).filter(|end| end.answered) else { return false };
        match self.sockets.mirror(client).filter(|line| line.gone.is_none()) {
            Some(line) => line.row.state != TcpState::SynReceived,
            None => self.now.since(end.since) < NOT_SEEN_YET,
        }
    }

    pub(crate) fn listening_rows(&self, server: &Server) -> impl Iterator<Item = &TableRow> {
        server.sockets.iter().filter_map(|socket| self.sockets.get(socket.name))
    }

    /// Whether the server of that connection has a row in LISTEN.
    pub(crate) fn has_listen_row(&self, ends: [SocketId; 2]) -> bool {
        let server = self.server_of(self.server_end(ends));
        self.listening_rows(server).any(|line| line.gone.is_none())
    }

    /// The connections that wait for accept() of the selected server: Recv-Q of its LISTEN rows.
    pub fn waiting_for_accept(&self) -> u32 {
        self.listening_rows(self.server()).map(|line| line.row.queues.recv).sum()
    }

    /// Whether the accept queue is full that this client's connection belongs into.
    pub(crate) fn is_queue_full(&self, client: SocketId) -> bool {
        let server = self.server_of(self.other_end(client));
        self.listening_rows(server).any(|line| self.has_full_queue(line))
    }

    /// Whether that listener's accept queue is full: the kernel queues one connection more than the backlog, which /proc does not show.
    pub(crate) fn has_full_queue(&self, line: &TableRow) -> bool {
        let (state, queues) = (line.row.state, line.row.queues);
        state == TcpState::Listen && queues.recv > queues.send && self.sockets.source != "procfs"
    }

    /// Whether the client is ESTABLISHED but the server is not: its accept queue is full, so the kernel dropped the final ACK.
    pub(crate) fn is_half_open_alone(&self, client: SocketId) -> bool {
        let there = self.sockets.mirror(client).filter(|line| line.gone.is_none());
        self.is_queue_full(client)
            && !self.was_accepted(client)
            && there.is_none_or(|line| line.row.state == TcpState::SynReceived)
    }
}

pub(crate) fn is_unaccepted(state: &State, line: &TableRow) -> bool {
    let row = &line.row;
    row.state.is_open()
        && !row.state.has_sent_fin()
        && row.inode == 0
        && line.gone.is_none()
        && !line.told
        && row.tuple.is_connected()
        && !state.seen().is_client(row.name())
}
