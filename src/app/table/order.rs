use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};

use crate::tcp::{Endpoint, FiveTuple, Host, Port, SocketId};

/// The order of a table: listening sockets, then connections by birth, the server's end of each before the client's.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowOrder {
    places: BTreeSet<RowPlace>,
    births: HashMap<BirthKey, Birth>,
    next: u64,
    open: usize,
}

/// The place of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowPlace {
    listens_not: bool,
    birth: u64,
    /// Whether it is the client's end.
    pub(crate) is_client: bool,
    pub(crate) name: SocketId,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    Listener,
    ServerEnd,
    ClientEnd,
}

impl RowKind {
    const ALL: [RowKind; 3] = [RowKind::Listener, RowKind::ServerEnd, RowKind::ClientEnd];

    fn place(self, birth: u64, name: SocketId) -> RowPlace {
        RowPlace {
            listens_not: self != RowKind::Listener,
            birth,
            is_client: self == RowKind::ClientEnd,
            name,
        }
    }
}

/// One connection: its number, how many rows it has in the table, and how many of them are open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Birth {
    number: u64,
    rows: u8,
    open: u8,
}

impl RowOrder {
    /// Inserts a row: beside its other end, else last.
    pub(crate) fn insert(&mut self, name: SocketId, part: RowKind) {
        let newborn = Birth { number: self.next, rows: 0, open: 0 };
        let birth = self.births.entry(birth_key(name)).or_insert(newborn);
        birth.rows += 1;
        if birth.number == self.next {
            self.next += 1;
        }
        self.places.insert(part.place(birth.number, name));
    }

    pub(crate) fn remove(&mut self, name: SocketId) {
        let key = birth_key(name);
        let Some(birth) = self.births.get_mut(&key) else {
            return;
        };
        let number = birth.number;
        birth.rows = birth.rows.saturating_sub(1);
        if birth.rows == 0 {
            self.births.remove(&key);
        }
        for part in RowKind::ALL {
            self.places.remove(&part.place(number, name));
        }
    }

    /// Counts an end that opened or closed.
    pub(crate) fn count_open(&mut self, name: SocketId, opens: bool) {
        let Some(birth) = self.births.get_mut(&birth_key(name)) else {
            return;
        };
        let was_open = birth.open > 0;
        birth.open = birth.open.saturating_add_signed(if opens { 1 } else { -1 });
        match (was_open, birth.open > 0) {
            (false, true) => self.open += 1,
            (true, false) => self.open = self.open.saturating_sub(1),
            (true, true) | (false, false) => (),
        }
    }

    /// How many connections have an open end.
    pub(crate) fn open(&self) -> usize {
        self.open
    }

    /// The other row of the same connection.
    pub(crate) fn other_end(&self, name: SocketId) -> Option<SocketId> {
        let birth = self.births.get(&birth_key(name))?.number;
        let lowest = SocketId::connected(
            Host::THIS,
            FiveTuple::tcp(Endpoint::unspecified(), Endpoint::unspecified()),
        );
        let from = RowKind::ServerEnd.place(birth, lowest);
        let rows = self.places.range(from..).take_while(|place| place.birth == birth);
        rows.map(|place| place.name).find(|other| *other != name)
    }

    /// All places in order.
    pub(crate) fn places(&self) -> impl DoubleEndedIterator<Item = &RowPlace> {
        self.places.iter()
    }
}

/// What both ends of a connection have in common.
pub(crate) type BirthKey = (Host, FiveTuple);

/// Both ends of a connection have the same key, whichever computers they are on; but each computer has a loopback of its own. Every
/// socket that is not connected has a key of its own.
fn birth_key(name: SocketId) -> BirthKey {
    if name.tuple.is_connected() {
        let is_loopback = name.tuple.local.ip.to_canonical().is_loopback();
        let host = if is_loopback { name.host } else { Host::THIS };
        return (host, name.tuple.connection());
    }
    // The inode distinguishes sockets that share an address (SO_REUSEPORT); with port 0 it cannot clash with a connection.
    let ip = IpAddr::from(Ipv6Addr::from(u128::from(name.inode)));
    let remote = Endpoint { ip, port: Port::ANY };
    let tuple = FiveTuple { remote, ..name.tuple };
    (name.host, tuple)
}
