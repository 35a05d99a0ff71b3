use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::tcp::{Endpoint, Host, Port, PortRange, Protocol, RowName, TcpState, Trial};

/// What a program asks of TCP (RFC 9293, section 3.9.1: user commands).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// socket(), bind(), listen(), then accept().
    Listen(ListenSpec),
    /// close() on the listening sockets; accepted connections live on.
    StopListening,
    /// Call accept() no more; connections wait in the queue.
    HoldAccept,
    /// Call accept() whenever somebody waits.
    ResumeAccept,
    /// Call accept() once, while it is held.
    AcceptOne,
    /// socket(), bind(), connect(), as often as the burst says.
    Connect(ConnectSpec, Burst),
    /// Give up the burst that is under way, if one is.
    StopConnecting,
    /// write() these bytes at this end.
    Send(RowName, Vec<u8>),
    /// shutdown(`SHUT_WR`): send a FIN, go on reading.
    HalfClose(RowName),
    /// close(): send a FIN.
    Close(RowName),
    /// close() with `SO_LINGER` 0: send RST.
    Abort(RowName),
    /// close() every socket, listening or connected; with RST, so that nothing lingers.
    CloseEverything,
    /// Put a connection of a client at that address of loopback into a state, and hold it there.
    Stage(TcpState, IpAddr),
    /// Try what might help, with sockets that are closed at once.
    Try(Vec<Trial>),
}

/// How a listening socket is to be made, and what its program does with those who call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenSpec {
    /// On which computer.
    pub host: Host,
    /// bind(): the address and port; port 0 lets the kernel choose.
    pub at: Endpoint,
    /// listen(): how many connections may wait for accept(); the kernel allows one more, and at most `net.core.somaxconn`.
    pub backlog: u32,
    /// Whether accept() is called at once.
    pub accepting: Accepting,
    /// What is done with data that comes in.
    pub on_data: OnData,
    /// When the server's end is closed.
    pub closes: ServerCloses,
    /// `SO_REUSEADDR`: bind() although connections of an earlier run are left.
    pub reuse_addr: bool,
    /// `SO_REUSEPORT`: several sockets may listen at this address.
    pub reuse_port: bool,
    /// How many listening sockets to make, 1 to 4; more than one needs `reuse_port`.
    pub listeners: u8,
    /// `IPV6_V6ONLY`: with `::`, leave IPv4 alone.
    pub only_v6: bool,
}

impl ListenSpec {
    /// The port that the program listens at when nothing else is asked.
    pub const PORT: Port = Port(5000);
    /// The backlog when nothing else is asked; what std's `TcpListener` uses too.
    pub const BACKLOG: u32 = 128;

    /// A plain listener at `at`: accepts at once, reads, closes with the client, no socket options.
    pub fn at(at: Endpoint) -> ListenSpec {
        ListenSpec {
            host: Host::THIS,
            at,
            backlog: ListenSpec::BACKLOG,
            accepting: Accepting::AtOnce,
            on_data: OnData::Read,
            closes: ServerCloses::WithClient,
            reuse_addr: false,
            reuse_port: false,
            listeners: 1,
            only_v6: false,
        }
    }
}

/// Whether the server calls accept().
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accepting {
    /// Whenever somebody waits.
    #[default]
    AtOnce,
    /// Only when told to.
    Held,
}

/// What the server does with data that comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnData {
    /// read() it.
    #[default]
    Read,
    /// Leave it in the kernel's queue: the Recv-Q column.
    LeaveUnread,
    /// read() it and write() it back.
    Echo,
}

/// When the server closes its end of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerCloses {
    /// When the client has closed: read() returned 0.
    #[default]
    WithClient,
    /// After that time.
    After(Duration),
    /// Never: the server that forgets to close leaves CLOSE_WAIT behind.
    Never,
}

/// How a client's socket is to be made, and what its program does with the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectSpec {
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
    /// `SO_REUSEADDR` before bind(): the port may be shared with other sockets of ours that are connected to somebody else.
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
            SourcePort::KernelPicks | SourcePort::Toy(_) => None,
        }
    }
}

/// Whom to call: an address or a name, and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// An address without brackets, or a name for the resolver; an address with a zone, `fe80::1%eth0`, is a name to it (RFC 4007).
    pub name: String,
    /// The port to call.
    pub port: Port,
}

impl Target {
    /// The target as an address, if it is not a name.
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.name.parse().ok().map(|ip: IpAddr| Endpoint { ip, port: self.port })
    }
}

impl From<Endpoint> for Target {
    fn from(end: Endpoint) -> Target {
        Target { name: end.ip.to_string(), port: end.port }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.endpoint() {
            Some(end) => end.fmt(f),
            None if self.name.contains(':') => write!(f, "[{}]:{}", self.name, self.port),
            None => write!(f, "{}:{}", self.name, self.port),
        }
    }
}

impl std::str::FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Target, &'static str> {
        const WRONG: &str =
            "write HOST:PORT, for example 127.0.0.1:5000, localhost:5000 or [::1]:5000";
        let (name, port) = text.trim().rsplit_once(':').ok_or(WRONG)?;
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let name = match bare {
            Some(v6) if is_ipv6(v6) => v6,
            Some(_) => return Err(WRONG),
            None => name,
        };
        let port: u16 = port.parse().map_err(|_| "the port is a number from 1 to 65535")?;
        let printable = name.chars().all(|c| c.is_ascii_graphic());
        if port == 0 {
            return Err("the port is a number from 1 to 65535");
        }
        if name.is_empty() || !printable || (bare.is_none() && name.contains(':')) {
            return Err(WRONG);
        }
        Ok(Target { name: name.to_owned(), port: Port(port) })
    }
}

/// Whether it is an address of IPv6, with or without the interface that leads there.
fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "any"));
    !zone.is_empty() && address.parse::<std::net::Ipv6Addr>().is_ok()
}

/// How the source port of a client is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourcePort {
    /// connect() without a port: the kernel takes an unused one of `net.ipv4.ip_local_port_range`.
    #[default]
    KernelPicks,
    /// bind() to this one.
    Fixed(Port),
    /// bind() to the number that the server listens at.
    SameAsServer,
    /// The kernel picks from this range (`IP_LOCAL_PORT_RANGE`, Linux 6.3; on older kernels we bind() to each in turn).
    Toy(PortRange),
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
    /// From this many connections on, each socket is given the whole port range (`IP_LOCAL_PORT_RANGE`): without it connect() searches for about 1 ms
    /// once half the range is used up.
    pub const LARGE: u32 = 200;
}
