//! The messages between the dashboard and the lab's helper.

use serde::{Deserialize, Serialize};

use crate::tcp::{Errno, Host, LabRefusal};

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

/// A computer is up, whose end of the wire and files of counters come with it; at last come the limits of all.
pub(crate) type SetupReply<T> = Result<T, LabRefusal>;

/// The sockets that were wanted come with it.
pub(crate) type SocketsReply = Result<(), Errno>;
