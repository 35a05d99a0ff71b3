use std::net::IpAddr;
use std::time::Duration;

use crate::tcp::{Host, Port, PortRange, Protocol, Target};

/// The largest count that may be typed: as many ports as an unprivileged program can ever use.
pub(crate) const MOST: u32 = 64_512;

/// The number of an order to connect: every event of its connections brings it back. 0 where nothing depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectId(pub u32);

/// How a client's socket is to be made, and what its program does with the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectSpec {
    /// Which order this is.
    pub id: ConnectId,
    /// On which computer.
    pub host: Host,
    /// TCP, or a connected UDP socket.
    pub protocol: Protocol,
    /// connect(): where to.
    pub to: Target,
    /// bind(): the source address; `None` leaves it to the kernel.
    pub from: Option<IpAddr>,
    /// How the source port is chosen.
    pub source_port: SourcePort,
    /// `SO_REUSEADDR` before bind(): the port may be shared with other sockets of ours that are connected to other addresses.
    pub reuse_addr: bool,
    /// Written once connected; may be empty.
    pub payload: Vec<u8>,
    /// How long the client stays.
    pub stays: Stays,
    /// Whether addresses beyond loopback and private networks may be called.
    pub allow_remote: bool,
}

impl ConnectSpec {
    /// A plain connection to `to`: the kernel picks the port, nothing is sent, it stays until closed.
    pub fn to(to: Target) -> ConnectSpec {
        ConnectSpec {
            id: ConnectId::default(),
            host: Host::THIS,
            protocol: Protocol::Tcp,
            to,
            from: None,
            source_port: SourcePort::KernelPicks,
            reuse_addr: false,
            payload: Vec::new(),
            stays: Stays::UntilClosed,
            allow_remote: false,
        }
    }

    /// The source port that is asked for, if one is.
    pub fn asked_port(&self) -> Option<Port> {
        match self.source_port {
            SourcePort::Fixed(port) => Some(port),
            SourcePort::SameAsServer => Some(self.to.port),
            SourcePort::KernelPicks | SourcePort::Range(_) => None,
        }
    }
}

/// How the source port of a client is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourcePort {
    /// connect() without a port: the kernel takes an unused one of `net.ipv4.ip_local_port_range`.
    #[default]
    KernelPicks,
    /// bind() to this one.
    Fixed(Port),
    /// bind() to the port that the server listens on.
    SameAsServer,
    /// The kernel picks from this range (`IP_LOCAL_PORT_RANGE`, Linux 6.3; on older kernels we bind() to each in turn).
    Range(PortRange),
}

/// How long a client stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stays {
    /// Until a key closes it.
    #[default]
    UntilClosed,
    /// That long after it has connected.
    For(Duration),
}

/// How often to connect, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// How many connections.
    pub count: u32,
    /// The time from one connect() to the next; zero for as fast as the server accepts.
    pub every: Duration,
}

impl Burst {
    /// One connection, at once.
    pub const ONE: Burst = Burst { count: 1, every: Duration::ZERO };
    /// From this many connections on, each socket is given the whole range: connect() searches for about 1 ms once half of it is in use.
    pub const LARGE: u32 = 200;
}
