//! Two rows side by side: how their five-tuples differ, and how they are related.

use crate::app::{State, Statement};
use crate::tcp::{FiveTuple, SocketId, TcpState};

/// The names of the five values of a 5-tuple.
pub const FIVE: [&str; 5] =
    ["protocol", "local address", "local port", "foreign address", "foreign port"];

/// Two rows, and which of their five values differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The marked one, and the other.
    pub rows: [SocketId; 2],
    /// In the order of [`FIVE`]; a local address that belongs to an interface differs from the same address of another.
    pub differs: [bool; 5],
    both_listen: bool,
}

impl Comparison {
    /// Compares `one` with `other`, or with the other end of that connection if only that is on the same side.
    pub fn of(state: &State, one: SocketId, other: SocketId) -> Comparison {
        let other = same_side(state, one, other);
        let [a, b] = [one, other].map(|row| row.tuple.canonical());
        let listens =
            |row| state.seen().get(row).is_some_and(|line| line.row.state == TcpState::Listen);
        Comparison {
            rows: [one, other],
            differs: [
                a.protocol != b.protocol,
                (a.local.ip, one.interface) != (b.local.ip, other.interface),
                a.local.port != b.local.port,
                a.remote.ip != b.remote.ip,
                a.remote.port != b.remote.port,
            ],
            both_listen: [one, other].into_iter().all(listens),
        }
    }

    /// How they are related, and why.
    pub fn statement(&self) -> Statement {
        let [one, other] = self.rows.map(|row| row.tuple.canonical());
        let connections = self.rows.iter().filter(|row| row.tuple.is_connected()).count();
        Statement::new("compared")
            .when("Itself", self.rows[0] == self.rows[1])
            .when("Mixed", connections == 1)
            .when("Connections", connections == 2)
            .when("Mirrored", one == other.mirrored())
            .when("Computers", self.rows[0].host != self.rows[1].host)
            .when("Listening", self.both_listen)
            .with_some("differing", self.differing())
    }

    fn differing(&self) -> Option<String> {
        let differs = self.differs;
        let [one, other] = self.rows.map(|row| row.tuple.local.ip.to_canonical());
        let name = |n: usize| if n == 1 && one == other { "interface" } else { FIVE[n] };
        let end = |n: usize, both| match (differs[n], differs[n + 1]) {
            (true, true) => Some(both),
            (true, false) => Some(name(n)),
            (false, true) => Some(FIVE[n + 1]),
            (false, false) => None,
        };
        let protocol = differs[0].then_some(FIVE[0]);
        let names = [protocol, end(1, "local end"), end(3, "foreign end")];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        Some(match names.split_last()? {
            (one, []) => format!("the {one} differs"),
            (last, others) => format!("the {} and the {last} differ", others.join(", the ")),
        })
    }
}

/// The end of the connection of `other` that is on the same side as `one`; `other` itself if both are ends of one connection.
fn same_side(state: &State, one: SocketId, other: SocketId) -> SocketId {
    let sockets = state.seen();
    let mirrors = |a: FiveTuple, b: FiveTuple| a.canonical() == b.canonical().mirrored();
    let both = one.tuple.is_connected() && other.tuple.is_connected();
    if !both
        || mirrors(one.tuple, other.tuple)
        || sockets.is_client(one) == sockets.is_client(other)
    {
        return other;
    }
    sockets.mirror(other).map_or(other, |line| line.row.name())
}
