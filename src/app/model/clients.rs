use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};

use crate::app::model::{BurstProgress, OpenEnds};
use crate::app::table::TableRow;
use crate::tcp::{
    Burst, ConnectId, ConnectSpec, Endpoint, Host, LabComputer, Moment, Port, SocketId, Target,
};

/// The computers that play clients, and how they connect.
#[derive(Clone, Debug)]
pub struct Clients {
    /// In the order of the pane.
    pub computers: Vec<Computer>,
    /// Which of them connects next, counted from 0.
    pub chosen: usize,
    /// Whose an end was that is closed, and since when, where its address does not tell.
    parted: HashMap<SocketId, (usize, Moment)>,
    /// When those of them were forgotten that are needed no more.
    swept: Moment,
    /// Where a server that listens at every address of its computer can be called.
    server: IpAddr,
    /// How to connect at the start, and after a reset.
    first: ConnectSpec,
    /// How many ends the last order closes at once.
    pub ordered: usize,
    /// How many of them are closed.
    pub closed: u64,
    /// How to connect the next time; its target and source address stand in `to` and `from`.
    pub spec: ConnectSpec,
    /// Whom to call; `None` calls the listener.
    pub to: Option<Target>,
    /// The source address; `None` takes the computer's own.
    pub from: Option<IpAddr>,
    /// How often to connect at one key, and how fast.
    pub burst: Burst,
    /// Every port they called: rows there belong to the demo.
    pub called: BTreeSet<Port>,
    /// Orders to connect under way, each with the number of its connections that have no answer yet.
    pub orders: BTreeMap<ConnectId, u32>,
    /// The id of the last order.
    last_order: ConnectId,
    /// Orders that follow once others are answered.
    pub waiting: VecDeque<(ConnectSpec, Burst)>,
    /// Several connections that were ordered at once, and are being made.
    pub under_way: Option<BurstProgress>,
}

/// A device that plays a client, with a loopback address of its own.
#[derive(Clone, Debug)]
pub struct Computer {
    /// What it is called.
    pub name: String,
    /// Its address.
    pub ip: IpAddr,
    /// Whose network it has: this machine's, or one of its own in the lab.
    pub host: Host,
    /// Its open ends.
    pub ends: OpenEnds,
}

const NAMES: [&str; 12] = [
    "laptop",
    "phone",
    "tablet",
    "desktop",
    "console",
    "watch",
    "camera",
    "printer",
    "speaker",
    "television",
    "fridge",
    "robot",
];

impl Clients {
    /// `count` computers at 127.0.0.2, 127.0.0.3, ..., which connect as `spec` says.
    pub fn new(count: u8, spec: ConnectSpec) -> Clients {
        let computers = (0..count.max(1)).map(|n| Computer {
            name: name(usize::from(n)),
            ip: IpAddr::V4(Ipv4Addr::new(127, 0, 0, n + 2)),
            host: Host::THIS,
            ends: OpenEnds::default(),
        });
        Clients::of(computers.collect(), spec)
    }

    /// The computers of the lab, the first of which is the server; they connect as those `before` them did at the start.
    pub(crate) fn in_lab(lab: &[LabComputer], before: &Clients) -> Clients {
        let computers = lab.iter().skip(1).enumerate().map(|(n, computer)| Computer {
            name: name(n),
            ip: computer.ip,
            host: computer.host,
            ends: OpenEnds::default(),
        });
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
            parted: HashMap::new(),
            swept: Moment::default(),
            server: IpAddr::V4(Ipv4Addr::LOCALHOST),
            first: spec.clone(),
            ordered: 0,
            closed: 0,
            spec,
            to: None,
            from: None,
            burst: Burst::ONE,
            called: BTreeSet::new(),
            orders: BTreeMap::new(),
            last_order: ConnectId::default(),
            waiting: VecDeque::new(),
            under_way: None,
        }
    }

    /// The computer that connects next.
    pub fn computer(&self) -> &Computer {
        &self.computers[self.chosen]
    }

    /// Lets the computer with that network connect next, if it is there.
    pub(crate) fn choose(&mut self, host: Host) {
        let mut computers = self.computers.iter();
        if let Some(place) = computers.position(|computer| computer.host == host) {
            self.chosen = place;
        }
    }

    /// Which computer has that address.
    pub fn index_of(&self, ip: IpAddr) -> Option<usize> {
        let ip = ip.to_canonical();
        self.computers.iter().position(|computer| computer.ip == ip)
    }

    /// Which computer calls: one of the lab is known by its network, one on loopback by the address that it calls `from`; where that does
    /// not tell, the chosen one.
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
    pub fn name_of(&self, ip: IpAddr) -> Option<&str> {
        self.index_of(ip).map(|n| self.computers[n].name.as_str())
    }

    /// The computer that holds this end open.
    pub fn holder_of(&self, end: SocketId) -> Option<&Computer> {
        self.computers.iter().find(|computer| computer.ends.contains(end))
    }

    /// The computer that holds this end, or held it until it was closed a while ago.
    pub fn whose(&self, end: SocketId) -> Option<&Computer> {
        let parted = || Some(&self.computers[self.parted.get(&end)?.0]);
        self.holder_of(end).or_else(parted)
    }

    /// Forgets whose the closed ends were that are neither in the table nor so young that there may be news of them still.
    pub(crate) fn forget_parted(&mut self, now: Moment, is_there: impl Fn(SocketId) -> bool) {
        if now.since(self.swept) < TableRow::GHOST {
            return;
        }
        self.swept = now;
        let is_young = |closed: Moment| now.since(closed) < TableRow::GHOST;
        self.parted.retain(|end, (_, closed)| is_young(*closed) || is_there(*end));
    }

    /// Forgets everything but the computers, the options of the start, and for a while whose the ends were.
    pub(crate) fn start_over(&mut self, now: Moment) {
        for holder in 0..self.computers.len() {
            let ends = std::mem::take(&mut self.computers[holder].ends);
            for end in ends.newest_first() {
                self.part(end, holder, now);
            }
        }
        let computers = std::mem::take(&mut self.computers);
        *self = Clients {
            chosen: self.chosen,
            parted: std::mem::take(&mut self.parted),
            server: self.server,
            last_order: self.last_order,
            ..Clients::of(computers, self.first.clone())
        };
    }

    /// Has the next calls made as those at the start.
    pub(crate) fn take_options_of_the_start(&mut self) {
        (self.to, self.from) = (None, None);
        (self.spec, self.burst) = (self.first.clone(), Burst::ONE);
    }

    /// Takes an end that is closed out of its computer's; says whether there was one.
    pub fn forget(&mut self, end: SocketId, now: Moment) -> bool {
        let mut computers = self.computers.iter_mut();
        let holder = computers.position(|computer| computer.ends.remove(end).is_some());
        if let Some(holder) = holder {
            self.part(end, holder, now);
        }
        holder.is_some()
    }

    /// Remembers whose an end was that is open no more, where its address does not tell.
    fn part(&mut self, end: SocketId, holder: usize, now: Moment) {
        if self.index_of(end.tuple.local.ip) != Some(holder) {
            self.parted.insert(end, (holder, now));
        }
    }

    /// An id that no order had before.
    pub(crate) fn next_order(&mut self) -> ConnectId {
        self.last_order.0 += 1;
        self.last_order
    }

    /// How many connections were ordered that have no answer yet.
    pub fn awaited(&self) -> u32 {
        let waiting = self.waiting.iter().map(|(_, burst)| burst.count);
        self.orders.values().copied().chain(waiting).fold(0, u32::saturating_add)
    }

    /// How many ends all computers hold open.
    pub fn open(&self) -> usize {
        self.computers.iter().map(|computer| computer.ends.len()).sum()
    }

    /// Whom the next connection calls when the server listens at `listener`.
    pub fn target(&self, listener: Endpoint) -> Target {
        self.to.clone().unwrap_or_else(|| self.reachable(listener).into())
    }

    /// What to ask for, so that the chosen computer connects when the server listens at `listener`.
    pub fn next_spec(&self, listener: Endpoint) -> ConnectSpec {
        let to = self.target(listener);
        let own = self.computer();
        // A computer of the lab has one address, and its kernel takes it by itself.
        let is_played = own.host == Host::THIS && is_on_loopback(&to);
        let from = self.from.or(is_played.then_some(own.ip));
        ConnectSpec { host: own.host, to, from, ..self.spec.clone() }
    }

    /// How a server that listens at `at` can be called.
    pub(crate) fn reachable(&self, at: Endpoint) -> Endpoint {
        let ip = if at.ip.is_unspecified() { self.server } else { at.ip };
        Endpoint { ip, port: at.port }
    }
}

/// What the computer with that number, counted from 0, is called.
fn name(n: usize) -> String {
    NAMES.get(n).map_or_else(|| format!("computer {}", n + 1), |name| (*name).to_owned())
}

/// Whether a computer's own address, 127.0.0.2 and so on, reaches that target.
pub(crate) fn is_on_loopback(to: &Target) -> bool {
    to.endpoint().map_or(to.name == "localhost", |end| {
        let ip = end.ip.to_canonical();
        ip.is_ipv4() && (ip.is_loopback() || ip.is_unspecified())
    })
}
