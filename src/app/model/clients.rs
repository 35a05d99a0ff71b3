//! The client computers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::tcp::{
    Burst, ConnectId, ConnectSpec, Endpoint, Host, LabComputer, Port, Protocol, SocketId, Target,
};

/// The client computers, and how they connect.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The computers, in the order of the pane.
    pub computers: Vec<Computer>,
    /// The selected one, which connects next, counted from 0.
    pub chosen: usize,
    /// The addresses that reach a server which listens on every address.
    server: LabComputer,
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
    /// Orders to connect under way.
    pub orders: BTreeMap<ConnectId, Unanswered>,
    pub(crate) last_order: ConnectId,
    /// Orders that wait until earlier ones are answered.
    pub waiting: VecDeque<(ConnectSpec, Burst)>,
    /// The burst of connects that is under way.
    pub under_way: Option<BurstProgress>,
}

/// An order to connect that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// How many of its connections have no answer yet.
    pub left: u32,
    /// The network that they come from.
    pub host: Host,
    /// The port that they call.
    pub port: Port,
}

/// A client computer, with an address of its own.
#[derive(Clone, Debug)]
pub struct Computer {
    /// Its name.
    pub name: String,
    /// Its address.
    pub ip: IpAddr,
    /// The one in IPv6, which a computer of the lab has.
    ip6: Option<Ipv6Addr>,
    /// Its network: this machine's, or one of its own in the lab.
    pub host: Host,
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
    /// Whether there is a time between its connects: it goes on by itself, and nothing waits for its end.
    pub is_paced: bool,
    /// Whether it ended early: why is said after the number reached.
    pub refused: bool,
}

/// The names of the computers, in their order.
pub(crate) const NAMES: &str =
    "laptop phone tablet desktop console watch camera printer speaker television fridge robot";

impl Computer {
    fn of_this_machine(n: u8) -> Computer {
        let ip = IpAddr::from([127, 0, 0, n + 2]);
        Computer::new(n.into(), LabComputer { host: Host::THIS, ip, ip6: None })
    }

    /// The place of the computer that is called so, counted from 0.
    pub(crate) fn place_of(name: &str) -> Option<usize> {
        let place = NAMES.split(' ').position(|known| known == name);
        place.or_else(|| name.strip_prefix("computer ")?.parse::<usize>().ok()?.checked_sub(1))
    }

    fn new(n: usize, LabComputer { host, ip, ip6 }: LabComputer) -> Computer {
        let name = NAMES.split(' ').nth(n).map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("computer {}", n + 1));
        Computer { name, ip, ip6, host }
    }
}

impl Clients {
    /// The most computers that connect.
    pub const MOST: u8 = 40;

    /// `count` computers at 127.0.0.2, 127.0.0.3, ... that connect as `spec` says.
    pub fn new(count: u8, spec: ConnectSpec) -> Clients {
        let computers = (0..count.max(1)).map(Computer::of_this_machine);
        Clients::of(computers.collect(), spec)
    }

    /// The computers of the lab without the first, the server; they connect as those `before` did at the start.
    pub(crate) fn in_lab(lab: &[LabComputer], before: &Clients) -> Clients {
        let computers = lab.iter().skip(1).enumerate();
        let computers = computers.map(|(n, known)| Computer::new(n, *known));
        Clients {
            server: lab.first().copied().unwrap_or(before.server),
            last_order: before.last_order,
            ..Clients::of(computers.collect(), before.first.clone())
        }
    }

    /// Adds computers of this machine until there are so many.
    pub(crate) fn add_up_to(&mut self, count: u8) {
        let known = u8::try_from(self.computers.len()).unwrap_or(u8::MAX);
        self.computers.extend((known..count.min(Clients::MOST)).map(Computer::of_this_machine));
    }

    fn of(computers: Vec<Computer>, spec: ConnectSpec) -> Clients {
        Clients {
            computers,
            chosen: 0,
            server: LabComputer {
                host: Host::THIS,
                ip: Ipv4Addr::LOCALHOST.into(),
                ip6: Some(Ipv6Addr::LOCALHOST),
            },
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
        let has = |own: &Computer| own.ip == ip || own.ip6.is_some_and(|own| own == ip);
        self.computers.iter().position(has)
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

    /// The name of the computer with that address.
    pub(crate) fn name_of(&self, ip: IpAddr) -> Option<&str> {
        Some(&self.computers[self.index_of(ip)?].name)
    }

    /// Resets all but the computers and the selection.
    pub(crate) fn start_over(&mut self) {
        let computers = std::mem::take(&mut self.computers);
        *self = Clients {
            server: self.server,
            last_order: self.last_order,
            ..Clients::of(computers, self.first.clone())
        };
    }

    /// How many connections were ordered that have no answer yet.
    pub fn awaited(&self) -> u32 {
        let waiting = self.waiting.iter().map(|(_, burst)| burst.count);
        let orders = self.orders.values().map(|order| order.left);
        orders.chain(waiting).fold(0, u32::saturating_add)
    }

    /// Whether a paced burst is under way.
    pub(crate) fn are_paced(&self) -> bool {
        self.under_way.as_ref().is_some_and(|burst| burst.is_paced)
    }

    /// Whether that client's end may be a socket of ours that has not been reported yet.
    pub(crate) fn may_hold(&self, client: SocketId) -> bool {
        let mut orders = self.orders.values();
        orders.any(|order| (order.host, order.port) == (client.host, client.tuple.remote.port))
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
        let ip = match at.ip {
            IpAddr::V4(ip) if ip.is_unspecified() => self.server.ip,
            IpAddr::V6(any) if any.is_unspecified() => self.server.ip6.unwrap_or(any).into(),
            ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
        };
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
