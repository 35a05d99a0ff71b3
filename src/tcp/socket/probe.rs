use std::net::IpAddr;

use crate::tcp::{Endpoint, Host, Protocol, SourcePort};

/// A remedy that can be tried without harm: with throw-away sockets that no other program can reach, closed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// socket(), the options, bind(), close().
    Bind {
        /// On which computer.
        host: Host,
        /// TCP or UDP.
        protocol: Protocol,
        /// bind(): the address and port.
        at: Endpoint,
        /// `SO_REUSEADDR`.
        reuse_addr: bool,
        /// `SO_REUSEPORT`.
        reuse_port: bool,
    },
    /// connect() to a socket of our own that listens on another port for this alone; both are closed at once, with RST.
    Reach {
        /// On which computer.
        host: Host,
        /// bind(): the source address; `None` leaves it to the kernel.
        from: Option<IpAddr>,
        /// How the source port is chosen.
        source_port: SourcePort,
        /// The address that is called; that computer's own, as the listening socket is made there.
        to: IpAddr,
    },
}
