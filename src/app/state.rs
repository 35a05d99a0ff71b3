use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::app::keys::Key;
use crate::app::model::Episodes;
use crate::app::model::{
    Clients, HeldSockets, LabState, ListenAddress, Notices, OpenEnd, Server, Sockets, SyscallLog,
    Tone,
};
use crate::app::query::visible_rows;
use crate::app::table::TableRow;
use crate::app::ui::HostRowNumbers;
use crate::app::{Effect, Overlay, Table, Ui};
use crate::tcp::{Endpoint, Filter, Host, HostLimits, Moment, SocketId, TcpState};

/// Orders a look at both rows of a connection, named by one of its ends.
pub(crate) fn look_at_both(state: &State, end: SocketId) -> Vec<Effect> {
    vec![Effect::Lookup(vec![end, state.other_end(end)])]
}

/// Says so of a key that means nothing just now, and which one helps.
pub(crate) fn means_nothing(state: &mut State, key: Key, helps: &str) -> Vec<Effect> {
    only_say(state, format!("{key} does nothing here; {helps}"))
}

/// Everything the dashboard knows, and nothing that can be worked out (save the ui's `shown` and `ranks`, which would be worked out for every frame).
#[derive(Clone, Debug)]
pub struct State {
    /// The time, as it was last told.
    pub now: Moment,
    /// The local time of day at the start.
    pub started: Duration,
    /// What this machine allows.
    pub machine: HostLimits,
    /// The server.
    pub server: Server,
    /// The computers that connect.
    pub clients: Clients,
    /// What `S` holds in a state.
    pub staged: HeldSockets,
    /// The kernel's table.
    pub sockets: Sockets,
    /// What happened.
    pub notices: Notices,
    /// What has just happened, and is looked at.
    pub(crate) episodes: Episodes,
    /// What the person looks at.
    pub ui: Ui,
    /// The computers with a network of their own, and their wire.
    pub lab: LabState,
    /// The system calls of our own sockets.
    pub calls: SyscallLog,
}

impl State {
    /// The state at the start: nothing listens, nothing is known of the table.
    pub fn new(machine: HostLimits, started: Duration, server: Server, clients: Clients) -> State {
        State {
            now: Moment::default(),
            started,
            sockets: Sockets::new(machine.ephemeral),
            machine,
            server,
            clients,
            staged: HeldSockets::default(),
            notices: Notices::default(),
            episodes: Episodes::default(),
            ui: Ui { stale: true, ..Ui::default() },
            lab: LabState::default(),
            calls: SyscallLog::default(),
        }
    }

    /// The chosen line of the table.
    pub fn selected(&self) -> Option<&TableRow> {
        self.seen().get(self.ui.selected?)
    }

    /// The table that the person looks at: as it is, or as it was.
    pub fn seen(&self) -> &Table {
        self.sockets.shown()
    }

    /// How somebody at `ip` is called: a computer of ours, the program at the other end, or the address itself.
    pub fn peer_name(&self, ip: IpAddr, end: SocketId) -> String {
        if let Some(computer) = self.clients.holder_of(self.other_end(end)) {
            return computer.name.clone();
        }
        let other = self.sockets.mirror(end);
        let other = other.or_else(|| self.seen().mirror(end));
        let owner = other.and_then(|line| self.sockets.owners.get(&line.held));
        let known = self.server.ends.get(end).and_then(|end| end.program.as_ref());
        let ours = owner.map_or(known.is_none(), |owner| owner.pid == self.machine.pid);
        let held = self.clients.whose(self.other_end(end));
        let held = held.map(|computer| computer.name.as_str());
        match held.or(self.clients.name_of(ip)).filter(|_| ours) {
            Some(name) => name.to_owned(),
            None => owner
                .map(|owner| &owner.program)
                .or(known)
                .map_or_else(|| ip.to_canonical().to_string(), String::clone),
        }
    }

    /// How a computer is called.
    pub fn computer_name(&self, host: Host) -> String {
        let mut computers = self.clients.computers.iter();
        let client = computers.find(|computer| self.lab.is_up() && computer.host == host);
        client.map_or_else(|| String::from("the server"), |computer| computer.name.clone())
    }

    /// How the socket table of a computer is called.
    pub fn table_name(&self, host: Host) -> String {
        if self.lab.is_up() {
            format!("{}'s table", self.computer_name(host))
        } else {
            String::from("the kernel's table")
        }
    }

    /// The other end as its own row shows it: the client of a dual-stack server is an IPv4 socket, and in the lab it stands in the table of
    /// another computer.
    pub fn other_end(&self, name: SocketId) -> SocketId {
        let tuple = name.tuple.mirrored().canonical();
        SocketId { host: self.lab.host_of(tuple.local.ip).unwrap_or(name.host), tuple, ..name }
    }

    /// What is known of an end that this program holds open.
    pub fn own_end(&self, end: SocketId) -> Option<&OpenEnd> {
        let clients = self.clients.holder_of(end).and_then(|computer| computer.ends.get(end));
        clients.or_else(|| self.server.ends.get(end))
    }

    /// Notes something about an end that this program holds open.
    pub(crate) fn note(&mut self, end: SocketId, change: impl Fn(&mut OpenEnd)) {
        let computers = self.clients.computers.iter_mut();
        let clients = computers.map(|computer| &mut computer.ends);
        let mut all = clients.chain([&mut self.server.ends]);
        all.any(|ends| ends.change(end, &change));
    }

    /// Whether our server has accepted the other end of this client's, though it may have closed it since.
    pub(crate) fn was_accepted(&self, client: SocketId) -> bool {
        self.server.ends.contains(self.other_end(client))
            || self.own_end(client).is_some_and(|end| end.other_ended.is_some())
    }

    /// Whether the other end's FIN has come to this end of ours.
    pub fn peer_has_closed(&self, end: SocketId) -> bool {
        self.own_end(end).is_some_and(|end| end.peer_closed)
    }

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
            listener.would_serve(end) && !calls
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

    /// How many connections wait for accept(), as the LISTEN rows show it.
    pub fn waiting_for_accept(&self) -> u32 {
        let listening =
            self.server.sockets.iter().filter_map(|socket| self.sockets.get(socket.name));
        listening.map(|line| line.row.queues.recv).sum()
    }

    /// Whether more wait for accept() than the backlog allows: the kernel lets one more in, and no other.
    pub fn is_queue_full(&self) -> bool {
        let mut listening =
            self.server.sockets.iter().filter_map(|socket| self.sockets.get(socket.name));
        listening.any(|line| line.row.queues.recv > line.row.queues.send)
    }

    /// Whether a client of ours is connected as far as it knows, while the server's kernel, whose accept queue is full, has dropped its ACK:
    /// there the call is not answered to the end, or forgotten.
    pub(crate) fn is_alone_in_believing(&self, client: SocketId) -> bool {
        if self.was_accepted(client) {
            return false;
        }
        let there = self.sockets.mirror(client);
        let there = there.filter(|line| line.gone.is_none());
        let is_full = self.is_queue_full();
        // Over a wire the last ACK may only be on its way.
        there.map_or(is_full, |line| {
            line.row.state == TcpState::SynReceived && (is_full || !self.lab.is_up())
        })
    }

    /// The inodes of those rows whose owner is not known yet.
    pub fn unowned(&self, rows: &[SocketId]) -> Vec<u64> {
        let inodes =
            rows.iter().filter_map(|name| self.sockets.get(*name)).map(|line| line.row.inode);
        inodes.filter(|inode| *inode != 0 && !self.sockets.owners.contains_key(inode)).collect()
    }

    /// Both rows of the connection that is looked inside: of these the kernel is asked for more.
    pub fn looked_inside(&self) -> Vec<SocketId> {
        let Some(Overlay::Card(name)) = self.ui.overlay else {
            return Vec::new();
        };
        let other = self.sockets.mirror(name).map(|line| line.row.name());
        [Some(name), other].into_iter().flatten().collect()
    }

    /// After how long something on the screen changes by itself: a countdown, a mark that fades, an age.
    pub fn tick_after(&self) -> Duration {
        let lively = self.sockets.next_ghost().is_some() || self.sockets.is_fresh(self.now);
        if self.episodes.wait() {
            Duration::from_millis(15)
        } else if self.lab.is_moving() {
            Duration::from_millis(50)
        } else if lively {
            Duration::from_millis(250)
        } else {
            Duration::from_secs(1)
        }
    }

    /// The rows that a refusal blames.
    pub fn blamed(&self) -> &[SocketId] {
        if let (Some(Overlay::Why(_)), Some(case)) = (&self.ui.overlay, &self.notices.case) {
            return &case.rows;
        }
        self.notices.last().map_or(&[], |notice| &notice.blame)
    }

    /// Works out which rows are shown, if something has changed; to be called before a frame is drawn.
    pub fn arrange(&mut self) {
        if self.ui.stale {
            let mut shown = std::mem::take(&mut self.ui.shown);
            visible_rows::show(self, &mut shown);
            // On loopback there is one computer.
            let ranked = if self.lab.is_up() { &shown[..] } else { &[] };
            self.ui.ranks = HostRowNumbers::of(ranked);
            self.ui.shown = shown;
            self.ui.stale = false;
        }
    }
}

/// Which rows of the kernel's table the demonstration is about.
pub(crate) fn wanted(state: &State) -> Filter {
    if state.ui.lens.whole_machine {
        return Filter::everything();
    }
    Filter::ports(state.server.ports.iter().chain(&state.clients.called).copied())
}

/// Says a sentence, and does nothing else.
pub(crate) fn only_say(state: &mut State, text: impl Into<String>) -> Vec<Effect> {
    state.notices.say(state.now, Tone::Plain, text);
    vec![]
}
