use crate::tcp::{Host, SocketId};

/// The place of a row: listening sockets first, then connections by birth, the server's end of each before the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowPlace {
    pub(super) listens_not: bool,
    pub(super) birth: u64,
    pub(crate) is_client: bool,
    pub(crate) name: SocketId,
}

/// The key of a row. An address belongs to one computer of the lab, so the key of the other end follows from the five-tuple alone; but each
/// computer has a loopback of its own.
pub(super) fn key(name: SocketId) -> SocketId {
    let is_of_all = name.tuple.is_connected() && !name.tuple.local.ip.to_canonical().is_loopback();
    SocketId { host: if is_of_all { Host::THIS } else { name.host }, ..name }
}
