use crate::tcp::{Host, SocketId};

/// The place of a row: listening sockets first, then connections by birth, the server's end of each before the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowPlace {
    listens_not: bool,
    birth: u64,
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
    pub(super) fn place(self, birth: u64, name: SocketId) -> RowPlace {
        let (listens_not, is_client) = (self != RowKind::Listener, self == RowKind::ClientEnd);
        RowPlace { listens_not, birth, is_client, name }
    }
}

/// The key of a row. An address belongs to one computer of the lab, so the key of the other end follows from the five-tuple alone; but each
/// computer has a loopback of its own.
pub(super) fn key(name: SocketId) -> SocketId {
    let is_of_all = name.tuple.is_connected() && !name.tuple.local.ip.to_canonical().is_loopback();
    SocketId { host: if is_of_all { Host::THIS } else { name.host }, ..name }
}
