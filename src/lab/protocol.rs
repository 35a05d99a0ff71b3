//! The messages between the dashboard and the lab's helper.

use serde::{Deserialize, Serialize};

use crate::tcp::{Errno, Host, LabLimits, LabRefusal};

/// A kind of socket.
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
    /// Netlink for the socket table (sock_diag(7)).
    Diag,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SocketsWanted {
    pub(crate) host: Host,
    pub(crate) kind: SocketKind,
    pub(crate) count: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum HelperReply {
    /// A computer is up; comes with its end of the wire and the files of its counters.
    Computer(Host),
    Ready(LabLimits),
    Refused(LabRefusal),
    Sockets,
    Failed(Errno),
}
