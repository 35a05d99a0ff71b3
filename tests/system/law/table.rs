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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) host: u8,
    pub(super) is_udp: bool,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

impl Key {
    pub(super) fn new(host: u8, is_udp: bool, local: SocketAddr, remote: SocketAddr) -> Key {
        // IPv4-mapped addresses are IPv4 addresses.
        let canonical = |at: SocketAddr| SocketAddr::new(at.ip().to_canonical(), at.port());
        Key { host, is_udp, local: canonical(local), remote: canonical(remote) }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.remote.port() != 0
    }

    pub(super) fn has_port(&self, ports: &BTreeSet<u16>) -> bool {
        ports.contains(&self.local.port()) || ports.contains(&self.remote.port())
    }

    /// The connection that it is an end of: both ends in one order, and the protocol.
    pub(super) fn connection(&self) -> Connection {
        let (low, high) = (self.local.min(self.remote), self.local.max(self.remote));
        Connection { is_udp: self.is_udp, ends: [low, high] }
    }
}

/// Both ends of a connection, whichever host each is on; the same one twice where it is connected to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Connection {
    pub(super) is_udp: bool,
    pub(super) ends: [SocketAddr; 2],
}

/// What a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) state: Name,
    pub(super) recv: u32,
    pub(super) send: u32,
}

/// The rows of all computers. Several sockets that listen at one address are one row here.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) rows: BTreeMap<Key, Row>,
    /// The inodes of the sockets behind each row; 0 where no process has it.
    pub(super) sockets: BTreeMap<Key, BTreeSet<u64>>,
    /// How many connections wait for accept().
    pub(super) waiting: u32,
}

impl Table {
    /// Adds those of the lines that `ss -Htuane` prints whose rows are wanted.
    pub(super) fn add(
        &mut self,
        host: u8,
        lines: &[impl AsRef<str>],
        is_wanted: impl Fn(&Key) -> bool,
    ) {
        for line in lines {
            let words: Vec<&str> = line.as_ref().split_whitespace().collect();
            let [protocol, shown, recv, send, local, remote, ..] = words[..] else { continue };
            let (Some(state), Some(local), Some(remote)) =
                (state(shown), address(local), address(remote))
            else {
                continue;
            };
            let key = Key::new(host, protocol == "udp", local, remote);
            if is_wanted(&key) {
                let number = |text: &str| text.parse().unwrap_or(0);
                let row = Row { state, recv: number(recv), send: number(send) };
                let inode = words.iter().find_map(|word| word.strip_prefix("ino:")?.parse().ok());
                self.waiting += if state == "LISTEN" { row.recv } else { 0 };
                self.sockets.entry(key).or_default().insert(inode.unwrap_or(0));
                self.rows.insert(key, row);
            }
        }
    }

    pub(super) fn listeners(&self) -> impl Iterator<Item = &Key> {
        self.rows.iter().filter(|(_, row)| row.state == "LISTEN").map(|(key, _)| key)
    }

    /// The inodes of all sockets that listen.
    pub(super) fn listening(&self) -> BTreeSet<u64> {
        self.listeners().flat_map(|key| self.sockets_of(key)).collect()
    }

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
    let ip = ip.trim_start_matches('[').trim_end_matches(']').split('%').next()?;
    let ip: IpAddr = if ip == "*" { Ipv6Addr::UNSPECIFIED.into() } else { ip.parse().ok()? };
    Some(SocketAddr::new(ip, if port == "*" { 0 } else { port.parse().ok()? }))
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (Key { host, is_udp, local, remote }, Row { state, recv, send }) in &self.rows {
            let protocol = if *is_udp { "udp" } else { "tcp" };
            writeln!(f, "      {host} {protocol} {recv} {send} {local} {remote} {state}")?;
        }
        Ok(())
    }
}
