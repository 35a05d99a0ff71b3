use std::collections::HashMap;
use std::net::IpAddr;

use crate::app::Table;
use crate::tcp::{Endpoint, Port, PortRange, Protocol, SocketRow, TcpState};

/// Which ports of this machine the rows of the table use, counted as rows appear and disappear, so that no query walks through the table.
#[derive(Clone, Debug)]
pub struct Ports {
    /// How many rows have each port at their own end.
    rows: Vec<u32>,
    /// A bit for each port that has any.
    used: Vec<u64>,
    /// The ports from which the kernel picks.
    range: PortRange,
    /// How many rows of the range one address has towards one destination.
    calls: HashMap<(IpAddr, Endpoint), u32>,
}

/// Which ports of a range are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parity {
    /// 0, 2, 4, ...
    Even,
    /// 1, 3, 5, ...
    Odd,
}

impl Parity {
    /// The one of this port.
    pub const fn of(port: Port) -> Parity {
        if port.0.is_multiple_of(2) { Parity::Even } else { Parity::Odd }
    }

    /// How many ports of this parity the range has.
    pub fn among(self, range: PortRange) -> usize {
        if Parity::of(range.low) == self { range.len().div_ceil(2) } else { range.len() / 2 }
    }

    /// A bit for each port of this parity among 64.
    const fn bits(self) -> u64 {
        match self {
            Parity::Even => 0x5555_5555_5555_5555,
            Parity::Odd => !0x5555_5555_5555_5555,
        }
    }
}

impl Ports {
    fn new(range: PortRange) -> Ports {
        Ports {
            rows: vec![0; 1 << 16],
            used: vec![0; (1 << 16) / 64],
            range,
            calls: HashMap::new(),
        }
    }

    /// Counts a row that appeared in the table or left it.
    pub(crate) fn moved(
        &mut self,
        row: &SocketRow,
        before: Option<TcpState>,
        after: Option<TcpState>,
    ) {
        let step = match (before, after) {
            (None, Some(_)) => 1,
            (Some(_), None) => -1,
            (Some(_), Some(_)) | (None, None) => return,
        };
        let port = row.tuple.local.port;
        let rows = &mut self.rows[usize::from(port.0)];
        *rows = rows.saturating_add_signed(step);
        let (word, bit) = place(port);
        if *rows > 0 {
            self.used[word] |= bit;
        } else {
            self.used[word] &= !bit;
        }
        let calls = row.tuple.protocol == Protocol::Tcp && row.tuple.is_connected();
        if calls && self.range.contains(port) {
            let end = row.tuple.canonical();
            let key = (end.local.ip, end.remote);
            let calls = self.calls.entry(key).or_default();
            *calls = calls.saturating_add_signed(step);
            if *calls == 0 {
                self.calls.remove(&key);
            }
        }
    }

    /// How many rows have that port at their own end.
    pub fn rows_at(&self, port: Port) -> u32 {
        self.rows[usize::from(port.0)]
    }

    /// How many ports of the range and parity are in use.
    pub fn used(&self, range: PortRange, parity: Parity) -> u32 {
        let (low, high) = (usize::from(range.low.0), usize::from(range.high.0));
        let words = low / 64..=high / 64;
        let count = words.map(|word| {
            let mut bits = self.used[word] & parity.bits();
            if word == low / 64 {
                bits &= !0 << (low % 64);
            }
            if word == high / 64 {
                bits &= !0 >> (63 - high % 64);
            }
            bits.count_ones()
        });
        count.sum()
    }

    /// How many ports of the kernel's range `from` uses towards `to`.
    pub fn calls(&self, from: IpAddr, to: Endpoint) -> u32 {
        let key = (from.to_canonical(), to.canonical());
        self.calls.get(&key).copied().unwrap_or(0)
    }
}

impl Default for Ports {
    fn default() -> Ports {
        Ports::new(PortRange::DEFAULT)
    }
}

/// The word and the bit of a port.
fn place(port: Port) -> (usize, u64) {
    (usize::from(port.0 / 64), 1 << (port.0 % 64))
}

impl Table {
    /// An empty table of a machine whose kernel picks ports from `range`.
    pub(crate) fn new(range: PortRange) -> Table {
        Table { ports: Ports::new(range), ..Table::default() }
    }

    /// Which ports are in use.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }
}
