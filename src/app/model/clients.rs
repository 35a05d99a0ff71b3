//! The client computers.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};

use crate::app::{OpenEnds, TableRow};
use crate::tcp::{
    Burst, ConnectId, ConnectSpec, Endpoint, Host, LabComputer, Moment, Port, Protocol, SocketId,
    Target,
};

/// The client computers, and how they connect.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The computers, in the order of the pane.
    pub computers: Vec<Computer>,
    /// The selected one, which connects next, counted from 0.
    pub chosen: usize,
    /// Owner and close time of closed sockets whose address does not identify the computer.
    closed_ends: HashMap<SocketId, (usize, Moment)>,
    pruned: Moment,
    /// The address that reaches a server which listens on every address.
    server: IpAddr,
    /// The options at the start, and after a reset.
    pub(crate) first: ConnectSpec,
    /// How many sockets the last order closes.
    pub ordered: usize,
    /// How many of them are closed.
    pub closed: u64,
    /// The options of the next connect, save `to`; without a source address it is the computer's own.
    pub spec: ConnectSpec,
    /// The target; `None` is the listener.
    pub to: Option<Target>,
    /// How many connects at one key, and how fast.
    pub burst: Burst,
    /// Every port connected to; its rows belong to the demonstration.
    pub called: BTreeSet<Port>,
    /// Orders to connect under way, each with the number of its connections that have no answer yet.
    pub orders: BTreeMap<ConnectId, u32>,
    pub(crate) last_order: ConnectId,
    /// Orders that wait until earlier ones are answered.
    pub waiting: VecDeque<(ConnectSpec, Burst)>,
    /// The burst of connects that is under way.
    pub under_way: Option<BurstProgress>,
}

/// A client computer, with an address of its own.
#[derive(Clone, Debug)]
pub struct Computer {
    /// Its name.
    pub name: String,
    /// Its address.
    pub ip: IpAddr,
    /// Its network: this machine's, or one of its own in the lab.
    pub host: Host,
    /// Its open sockets.
    pub ends: OpenEnds,
}

/// The progress of a burst of connects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BurstProgress {
    /// Which order it is.
    pub id: ConnectId,
    /// The number ordered.
    pub asked: u32,
    /// The number connected.
    pub opened: u32,
    /// Whether every socket may use the whole port range.
    pub whole_range: bool,
    /// The lowest few local ports.
    pub ports: BTreeSet<Port>,
    /// The computer that connects.
    pub computer: usize,
    /// The protocol.
    pub protocol: Protocol,
    /// The sockets that it had ever had before.
    pub ever: u64,
    /// Whether it ended early: why is said after the number reached.
    pub refused: bool,
}

const NAMES: &str =
    "laptop phone tablet desktop console watch camera printer speaker television fridge robot";

impl Computer {
    fn new(n: usize, ip: IpAddr, host: Host) -> Computer {
        let name = NAMES.split(' ').nth(n).map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("computer {}", n + 1));
        Computer { name, ip, host, ends: OpenEnds::default() }
    }
}

impl Clients {
    /// `count` computers at 127.0.0.2, 127.0.0.3, ... that connect as `spec` says.
    pub fn new(count: u8, spec: ConnectSpec) -> Clients {
        let ip = |n| IpAddr::V4(Ipv4Addr::new(127, 0, 0, n + 2));
        let computers = (0..count.max(1)).map(|n| Computer::new(n.into(), ip(n), Host::THIS));
        Clients::of(computers.collect(), spec)
    }

    /// The computers of the lab without the first, the server; they connect as those `before` did at the start.
    pub(crate) fn in_lab(lab: &[LabComputer], before: &Clients) -> Clients {
        let computers = lab.iter().skip(1).enumerate();
        let computers = computers.map(|(n, known)| Computer::new(n, known.ip, known.host));
        let server = lab.first().map(|server| server.ip);
        Clients {
            server: server.unwrap_or(before.server),
            last_order: before.last_order,
            ..Clients::of(computers.collect(), before.first.clone())
        }
    }

    fn of(computers: Vec<Computer>, spec: ConnectSpec) -> Clients {
        Clients {
            computers,
            chosen: 0,
            closed_ends: HashMap::new(),
            pruned: Moment::default(),
            server: IpAddr::V4(Ipv4Addr::LOCALHOST),
            first: spec.clone(),
            ordered: 0,
            closed: 0,
            spec,
            to: None,
            burst: Burst::ONE,
            called: BTreeSet::new(),
            orders: BTreeMap::new(),
            last_order: ConnectId::default(),
            waiting: VecDeque::new(),
            under_way: None,
        }
    }

    /// The selected computer.
    pub fn computer(&self) -> &Computer {
        &self.computers[self.chosen]
    }

    pub(crate) fn index_of(&self, ip: IpAddr) -> Option<usize> {
        let ip = ip.to_canonical();
        self.computers.iter().position(|computer| computer.ip == ip)
    }

    /// The computer that connects: in the lab by its network, on loopback by its source address, else the selected one.
    pub(crate) fn caller(&self, host: Host, from: Option<IpAddr>) -> usize {
        let mut computers = self.computers.iter();
        let known = if host == Host::THIS {
            from.and_then(|ip| self.index_of(ip))
        } else {
            computers.position(|computer| computer.host == host)
        };
        known.unwrap_or(self.chosen)
    }

    /// The name of the computer that holds this socket or held it, else of the one with its address.
    pub(crate) fn name_of(&self, end: SocketId) -> Option<&str> {
        let with_its_address = || Some(&self.computers[self.index_of(end.tuple.local.ip)?]);
        self.whose(end).or_else(with_its_address).map(|computer| computer.name.as_str())
    }

    pub(crate) fn holder_of(&self, end: SocketId) -> Option<&Computer> {
        self.computers.iter().find(|computer| computer.ends.contains(end))
    }

    /// The computer that holds this socket, or held it until it was closed.
    pub fn whose(&self, end: SocketId) -> Option<&Computer> {
        let closed = || Some(&self.computers[self.closed_ends.get(&end)?.0]);
        self.holder_of(end).or_else(closed)
    }

    /// Prunes closed sockets that have no row and were closed long enough ago.
    pub(crate) fn forget_closed_ends(&mut self, now: Moment, has_row: impl Fn(SocketId) -> bool) {
        if now.since(self.pruned) < TableRow::GHOST {
            return;
        }
        self.pruned = now;
        let is_recent = |closed: Moment| now.since(closed) < TableRow::GHOST;
        self.closed_ends.retain(|end, (_, closed)| is_recent(*closed) || has_row(*end));
    }

    /// Resets all but the computers, the selection, and the owners of closed sockets.
    pub(crate) fn start_over(&mut self, now: Moment) {
        for holder in 0..self.computers.len() {
            for end in std::mem::take(&mut self.computers[holder].ends).newest_first() {
                self.note_closed(end, holder, now);
            }
        }
        let computers = std::mem::take(&mut self.computers);
        *self = Clients {
            chosen: self.chosen,
            closed_ends: std::mem::take(&mut self.closed_ends),
            server: self.server,
            last_order: self.last_order,
            ..Clients::of(computers, self.first.clone())
        };
    }

    /// Removes a closed end from its computer; returns whether there was one.
    pub fn forget(&mut self, end: SocketId, now: Moment) -> bool {
        let mut computers = self.computers.iter_mut();
        let holder = computers.position(|computer| computer.ends.remove(end).is_some());
        if let Some(holder) = holder {
            self.note_closed(end, holder, now);
        }
        holder.is_some()
    }

    /// Records the owner of a closed socket whose address does not identify it.
    fn note_closed(&mut self, end: SocketId, holder: usize, now: Moment) {
        if self.index_of(end.tuple.local.ip) != Some(holder) {
            self.closed_ends.insert(end, (holder, now));
        }
    }

    /// How many connections were ordered that have no answer yet.
    pub fn awaited(&self) -> u32 {
        let waiting = self.waiting.iter().map(|(_, burst)| burst.count);
        self.orders.values().copied().chain(waiting).fold(0, u32::saturating_add)
    }

    /// The sockets that all computers hold open.
    pub fn open(&self) -> usize {
        self.computers.iter().map(|computer| computer.ends.len()).sum()
    }

    /// The target of the next connect, when the server listens on `listener`.
    pub fn target(&self, listener: Endpoint) -> Target {
        self.to.clone().unwrap_or_else(|| self.reachable(listener).into())
    }

    /// The next connect of the selected computer, when the server listens on `listener`.
    pub fn next_spec(&self, listener: Endpoint) -> ConnectSpec {
        let to = self.target(listener);
        let own = self.computer();
        // A computer of the lab has one address, which its kernel takes.
        let is_played = own.host == Host::THIS && is_on_loopback(&to);
        let from = self.spec.from.or(is_played.then_some(own.ip));
        ConnectSpec { host: own.host, to, from, ..self.spec.clone() }
    }

    /// The address that reaches a server which listens on `at`.
    pub(crate) fn reachable(&self, at: Endpoint) -> Endpoint {
        let ip = if at.ip.is_unspecified() { self.server } else { at.ip };
        Endpoint { ip, port: at.port }
    }
}

/// Whether a client on loopback, at 127.0.0.2 and so on, can reach that target.
pub(crate) fn is_on_loopback(to: &Target) -> bool {
    to.endpoint().map_or(to.name == "localhost", |end| {
        let ip = end.ip.to_canonical();
        ip.is_ipv4() && (ip.is_loopback() || ip.is_unspecified())
    })
}
