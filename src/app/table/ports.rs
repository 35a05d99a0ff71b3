use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use crate::tcp::{Endpoint, Port, PortRange, Protocol, SocketRow, TcpState};

/// Which ports of this machine the rows of the table use, counted as rows appear and disappear, so that no query walks through the table.
#[derive(Clone, Debug)]
pub struct Ports {
    /// How many rows have each port at their own end.
    rows: Vec<u32>,
    /// A bit for each port that has any.
    used: Vec<u64>,
    pub(crate) range: PortRange,
    /// How many rows of the range one address has towards one destination.
    calls: HashMap<(IpAddr, Endpoint), u32>,
    /// Those of them in TIME_WAIT.
    waiting: HashMap<(IpAddr, Endpoint), u32>,
    listening: HashMap<Port, u32>,
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
    pub(super) fn new(range: PortRange) -> Ports {
        Ports {
            rows: vec![0; 1 << 16],
            used: vec![0; (1 << 16) / 64],
            range,
            calls: HashMap::new(),
            waiting: HashMap::new(),
            listening: HashMap::new(),
        }
    }

    /// Counts `row` out of one state and into another; `None`: not in the table.
    pub(super) fn moved(
        &mut self,
        row: &SocketRow,
        before: Option<TcpState>,
        after: Option<TcpState>,
    ) {
        let step = |was: bool, is: bool| i32::from(is) - i32::from(was);
        let port = row.tuple.local.port;
        let is_tcp = row.tuple.protocol == Protocol::Tcp;
        let listens = |state| is_tcp && state == Some(TcpState::Listen);
        count(&mut self.listening, port, step(listens(before), listens(after)));
        let waits = |state| state == Some(TcpState::TimeWait);
        let waiting = step(waits(before), waits(after));
        let step = step(before.is_some(), after.is_some());
        if (step != 0 || waiting != 0)
            && is_tcp
            && row.tuple.is_connected()
            && self.range.contains(port)
        {
            let end = row.tuple.canonical();
            count(&mut self.calls, (end.local.ip, end.remote), step);
            count(&mut self.waiting, (end.local.ip, end.remote), waiting);
        }
        if step == 0 {
            return;
        }
        let rows = &mut self.rows[usize::from(port.0)];
        *rows = rows.saturating_add_signed(step);
        let (word, bit) = (usize::from(port.0 / 64), 1 << (port.0 % 64));
        if *rows > 0 {
            self.used[word] |= bit;
        } else {
            self.used[word] &= !bit;
        }
    }

    /// Whether a TCP socket is listening on that port.
    pub fn is_listening(&self, port: Port) -> bool {
        self.listening.contains_key(&port)
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

    /// How many ports of the kernel's range `from` uses towards `to`, and how many of them are in TIME_WAIT.
    pub fn calls(&self, from: IpAddr, to: Endpoint) -> [u32; 2] {
        let key = (from.to_canonical(), to.canonical());
        [&self.calls, &self.waiting].map(|counts| counts.get(&key).copied().unwrap_or(0))
    }
}

impl Default for Ports {
    fn default() -> Ports {
        Ports::new(PortRange::DEFAULT)
    }
}

fn count<K: Copy + Eq + Hash>(counts: &mut HashMap<K, u32>, key: K, step: i32) {
    if step == 0 {
        return;
    }
    let count = counts.entry(key).or_default();
    *count = count.saturating_add_signed(step);
    if *count == 0 {
        counts.remove(&key);
    }
}
