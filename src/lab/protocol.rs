//! What the dashboard and the lab's helper say to each other: JSON, as both are the same program and say little.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::tcp::{Errno, Host, LabLimits, LabRefusal};

/// What kind of socket is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SocketKind {
    /// TCP over IPv4.
    Tcp4,
    /// TCP over IPv6.
    Tcp6,
    /// UDP over IPv4.
    Udp4,
    /// UDP over IPv6.
    Udp6,
    /// Netlink, to ask for the table (sock_diag(7)).
    Diag,
}

/// The dashboard wants so many sockets of one computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SocketsWanted {
    pub(crate) host: Host,
    pub(crate) kind: SocketKind,
    pub(crate) count: u8,
}

/// What the helper tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum HelperReply {
    /// A computer is there; with its end of the wire, then the files of its counters.
    Computer(Host),
    /// All computers are there; this is what they can do.
    Ready(LabLimits),
    /// There is no lab.
    Refused(LabRefusal),
    /// Here are the sockets.
    Sockets,
    /// There are none.
    Failed(Errno),
}

/// What is said, as it goes through the line.
pub(crate) fn bytes(said: &impl Serialize) -> Vec<u8> {
    // Numbers and texts can always be written.
    serde_json::to_vec(said).unwrap_or_default()
}

/// What came through the line; `None` where it makes no sense.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
