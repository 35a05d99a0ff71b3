//! A kernel's socket table as the second reader sees it, in types of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The names of the states as netstat prints them, and as ss does.
const STATES: [(&str, &str); 11] = [
    ("ESTABLISHED", "ESTAB"),
    ("SYN_SENT", "SYN-SENT"),
    ("SYN_RECV", "SYN-RECV"),
    ("FIN_WAIT1", "FIN-WAIT-1"),
    ("FIN_WAIT2", "FIN-WAIT-2"),
    ("TIME_WAIT", "TIME-WAIT"),
    ("CLOSE_WAIT", "CLOSE-WAIT"),
    ("LAST_ACK", "LAST-ACK"),
    ("CLOSING", "CLOSING"),
    ("LISTEN", "LISTEN"),
    ("CLOSED", "UNCONN"),
];

/// A state, by the name that netstat prints.
pub(super) type Name = &'static str;

/// The state of that name, whoever prints it.
pub(super) fn state(name: &str) -> Option<Name> {
    let found = STATES.iter().find(|(netstat, ss)| *netstat == name || *ss == name);
    found.map(|(netstat, _)| *netstat)
}

/// One end of a connection, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) host: u8,
    pub(super) is_udp: bool,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

impl Key {
    pub(super) fn new(host: u8, is_udp: bool, local: SocketAddr, remote: SocketAddr) -> Key {
        Key { host, is_udp, local: canonical(local), remote: canonical(remote) }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.remote.port() != 0
    }

    /// The connection that it is an end of: both ends in one order, and the protocol.
    pub(super) fn connection(&self) -> Connection {
        let (low, high) = (self.local.min(self.remote), self.local.max(self.remote));
        Connection { is_udp: self.is_udp, low, high }
    }
}

/// IPv4-mapped addresses are IPv4 addresses.
fn canonical(at: SocketAddr) -> SocketAddr {
    SocketAddr::new(at.ip().to_canonical(), at.port())
}

/// Both ends of a connection, whichever host each is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Connection {
    pub(super) is_udp: bool,
    pub(super) low: SocketAddr,
    pub(super) high: SocketAddr,
}

impl Connection {
    /// Its two ends; the same one twice where it is connected to itself.
    pub(super) fn ends(&self) -> [SocketAddr; 2] {
        [self.low, self.high]
    }
}

/// What a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) state: Name,
    pub(super) recv: u32,
    pub(super) send: u32,
}

/// The rows of all computers. Several sockets that listen at one address are one row here, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) rows: BTreeMap<Key, Row>,
    /// The inodes of the sockets behind each row.
    sockets: BTreeMap<Key, BTreeSet<u64>>,
    /// The inodes of those that listen.
    pub(super) listeners: BTreeMap<Key, BTreeSet<u64>>,
    /// How many connections wait for accept() at each.
    pub(super) waiting: BTreeMap<Key, u32>,
}

impl Table {
    pub(super) fn add(&mut self, key: Key, inode: u64, row: Row) {
        if row.state == "LISTEN" {
            self.listeners.entry(key).or_default().insert(inode);
            *self.waiting.entry(key).or_default() += row.recv;
        }
        self.sockets.entry(key).or_default().insert(inode);
        self.rows.insert(key, row);
    }

    /// Adds what `ss -Htuane` prints.
    pub(super) fn add_lines_of_ss(&mut self, host: u8, lines: &str) {
        for line in lines.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [protocol, shown, recv, send, local, remote, ..] = words[..] else { continue };
            let (Some(state), Some(local), Some(remote)) =
                (state(shown), address(local), address(remote))
            else {
                continue;
            };
            let number = |text: &str| text.parse().unwrap_or(0);
            let row = Row { state, recv: number(recv), send: number(send) };
            let inode = words.iter().find_map(|word| word.strip_prefix("ino:")?.parse().ok());
            self.add(Key::new(host, protocol == "udp", local, remote), inode.unwrap_or(0), row);
        }
    }

    /// Leaves only those rows.
    pub(super) fn retain(&mut self, wanted: impl Fn(&Key) -> bool) {
        self.rows.retain(|key, _| wanted(key));
        self.sockets.retain(|key, _| wanted(key));
        self.listeners.retain(|key, _| wanted(key));
        self.waiting.retain(|key, _| wanted(key));
    }

    /// The inodes of all sockets that listen.
    pub(super) fn listening(&self) -> BTreeSet<u64> {
        self.listeners.values().flatten().copied().collect()
    }

    /// The inodes of the sockets behind a row; 0 where no process has it.
    pub(super) fn sockets_of(&self, key: &Key) -> BTreeSet<u64> {
        self.sockets.get(key).cloned().unwrap_or_default()
    }

    pub(super) fn state(&self, key: &Key) -> Option<Name> {
        self.rows.get(key).map(|row| row.state)
    }
}

/// `127.0.0.1:5000`, `[::1]:5000`, `*:5000`, `0.0.0.0:*`, `127.0.0.53%lo:53`.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.rsplit_once(':')?;
    let ip = ip.trim_start_matches('[').trim_end_matches(']');
    let ip = ip.split('%').next()?;
    let ip: IpAddr = if ip == "*" { Ipv6Addr::UNSPECIFIED.into() } else { ip.parse().ok()? };
    let port = if port == "*" { 0 } else { port.parse().ok()? };
    Some(SocketAddr::new(ip, port))
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, Row { state, recv, send }) in &self.rows {
            let protocol = if key.is_udp { "udp" } else { "tcp" };
            let Key { host, local, remote, .. } = key;
            writeln!(f, "      {host} {protocol} {recv} {send} {local} {remote} {state}")?;
        }
        Ok(())
    }
}
