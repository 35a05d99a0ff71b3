use std::time::Duration;

use crate::tcp::{Endpoint, Host, Port};

/// The number of a listener, which its orders and reports carry; 0 where there is only one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(pub u32);

impl ListenerId {
    /// The one at the start.
    pub const FIRST: ListenerId = ListenerId(0);
}

/// How a listening socket is to be made, and what its program does with those who call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenSpec {
    /// Which listener this is.
    pub id: ListenerId,
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
    /// `SO_REUSEPORT`: several sockets may listen on this address.
    pub reuse_port: bool,
    /// How many listening sockets to make, 1 to 4; more than one needs `reuse_port`.
    pub listeners: u8,
    /// `IPV6_V6ONLY`: with `::`, leave IPv4 alone.
    pub only_v6: bool,
}

impl ListenSpec {
    /// The default port to listen on.
    pub const PORT: Port = Port(5000);
    /// The backlog when nothing else is asked; what std's `TcpListener` uses too.
    pub const BACKLOG: u32 = 128;

    /// A plain listener at `at`: accepts at once, reads, closes with the client, no socket options.
    pub fn at(at: Endpoint) -> ListenSpec {
        ListenSpec {
            id: ListenerId::FIRST,
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
    /// As soon as a connection is in the accept queue.
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
