use std::fmt;

use crate::tcp::Endpoint;

/// The transport protocol, the first of the five numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Transmission Control Protocol, RFC 9293.
    #[default]
    Tcp,
    /// User Datagram Protocol, RFC 768.
    Udp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        })
    }
}

/// The five numbers that tell one connection from every other: protocol, local address and port, foreign address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiveTuple {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// This end: the Local Address column.
    pub local: Endpoint,
    /// The other end: the Foreign Address column.
    pub remote: Endpoint,
}

impl FiveTuple {
    /// The five numbers of a TCP socket.
    pub fn tcp(local: Endpoint, remote: Endpoint) -> FiveTuple {
        FiveTuple { protocol: Protocol::Tcp, local, remote }
    }

    /// The same connection as the other end sees it; a loopback connection shows both.
    #[must_use]
    pub fn mirrored(self) -> FiveTuple {
        FiveTuple { local: self.remote, remote: self.local, ..self }
    }

    /// The same five numbers with IPv4-mapped addresses written as IPv4, so that both ends of a dual-stack connection compare.
    #[must_use]
    pub fn canonical(self) -> FiveTuple {
        FiveTuple { local: self.local.canonical(), remote: self.remote.canonical(), ..self }
    }

    /// One name for the connection, whichever end it is seen from.
    #[must_use]
    pub fn connection(self) -> FiveTuple {
        let here = self.canonical();
        here.min(here.mirrored())
    }

    /// Whether the socket is its own other end: it called the port that it has itself.
    pub fn is_to_itself(self) -> bool {
        self.is_connected() && self.local.canonical() == self.remote.canonical()
    }

    /// Whether there is another end; a LISTEN row has none.
    pub fn is_connected(self) -> bool {
        self.remote.port.0 != 0
    }
}
