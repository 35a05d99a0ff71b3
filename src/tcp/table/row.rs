use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::tcp::{Endpoint, FiveTuple, Host, Protocol, TcpState, escape};

/// One line of the kernel's socket table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketRow {
    /// The computer whose table it stands in.
    pub host: Host,
    /// Protocol and both ends.
    pub tuple: FiveTuple,
    /// The TCP state; a UDP socket is ESTABLISHED once connected, CLOSED before.
    pub state: TcpState,
    /// The Recv-Q and Send-Q columns.
    pub queues: Queues,
    /// What the kernel waits for, if it waits.
    pub timer: Option<Timer>,
    /// The user that owns the socket.
    pub uid: u32,
    /// The inode by which a process holds the socket; 0 when no process does.
    pub inode: u64,
    /// The kernel's own number for the socket, never used twice (`SO_COOKIE`); 0 where the source does not tell.
    pub cookie: u64,
    /// The index of the interface that the socket is bound to (`SO_BINDTODEVICE`, or the scope of a link-local address); 0 where it is
    /// bound to none, or the source does not tell.
    pub interface: u32,
    /// Whether another connected socket has the same host and 5-tuple: over UDP (`SO_REUSEPORT`), or at another interface.
    pub is_twin: bool,
}

/// The two queue columns. For a LISTEN row they are connections: waiting for accept(), and the backlog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queues {
    /// Bytes that the program has not read yet; in LISTEN: connections that wait for accept().
    pub recv: u32,
    /// Bytes that the other end has not acknowledged yet; in LISTEN: the backlog.
    pub send: u32,
}

/// A timer of the kernel that runs for this socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What happens when it runs out.
    pub kind: TimerKind,
    /// The time left until then, to the millisecond.
    pub left: Duration,
    /// How often it has run out in a row already.
    pub tries: u8,
}

/// What a timer of the kernel is for (`idiag_timer`, sock_diag(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerKind {
    /// Sends the segment again.
    Retransmit,
    /// Asks whether the other end is alive.
    KeepAlive,
    /// Ends TIME_WAIT, or an orphaned FIN_WAIT2.
    TimeWait,
    /// Asks whether the other end has room again.
    ZeroWindowProbe,
}

/// What tells one row from every other, as long as it lives: host and 5-tuple and, where several sockets have the same, a number. An IPv4-mapped address is the same as the IPv4 address that it stands for: a server at `::` has its ends in one, and its
/// client writes the other.
#[derive(Clone, Copy, Debug)]
pub struct SocketId {
    /// The computer.
    pub host: Host,
    /// Protocol and both ends.
    pub tuple: FiveTuple,
    /// The inode of a socket that is not connected: several may have one address (`SO_REUSEPORT`). Of connected sockets with equal
    /// 5-tuples, see [`SocketRow::is_twin`], the cookie, else the inode. 0 for all others.
    pub number: u64,
    /// The interface that the socket is bound to, or 0. The kernel looks a socket up by it; it counts for nothing where names are compared.
    pub interface: u32,
}

impl SocketId {
    /// The name of a connected socket of this machine.
    pub fn connected(host: Host, tuple: FiveTuple) -> SocketId {
        SocketId { host, tuple, number: 0, interface: 0 }
    }

    /// What counts when names are compared.
    fn canonical(&self) -> (Host, FiveTuple, u64) {
        (self.host, self.tuple.canonical(), self.number)
    }
}

impl PartialEq for SocketId {
    fn eq(&self, other: &SocketId) -> bool {
        // Searching a large table, most names differ in their ports, which are spelt in one way only.
        let ports = |name: &SocketId| (name.tuple.remote.port, name.tuple.local.port);
        let rest = |name: &SocketId| (name.host, name.number);
        ports(self) == ports(other)
            && rest(self) == rest(other)
            && (self.tuple == other.tuple || self.tuple.canonical() == other.tuple.canonical())
    }
}

impl Eq for SocketId {}

impl PartialOrd for SocketId {
    fn partial_cmp(&self, other: &SocketId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SocketId {
    fn cmp(&self, other: &SocketId) -> Ordering {
        self.canonical().cmp(&other.canonical())
    }
}

impl Hash for SocketId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}

impl SocketRow {
    /// A row as the kernel shows it before anything else is known of it.
    pub fn new(tuple: FiveTuple, state: TcpState) -> SocketRow {
        SocketRow {
            host: Host::THIS,
            tuple,
            state,
            queues: Queues::default(),
            timer: None,
            uid: 0,
            inode: 0,
            cookie: 0,
            interface: 0,
            is_twin: false,
        }
    }

    /// What tells this row from every other.
    pub fn name(&self) -> SocketId {
        let number = match (self.tuple.is_connected(), self.is_twin) {
            (true, false) => 0,
            (true, true) if self.cookie != 0 => self.cookie,
            (false, _) | (true, true) => self.inode,
        };
        SocketId { host: self.host, tuple: self.tuple, number, interface: self.interface }
    }

    /// Whether the other end's FIN may stand in its Recv-Q: it counts as one byte until the program has read the end of the data.
    pub fn may_hold_a_fin(&self) -> bool {
        self.state.has_received_fin() && self.state.is_open()
    }

    /// How many bytes of data the program has not read: its Recv-Q without the other end's FIN.
    pub fn unread(&self) -> u32 {
        self.queues.recv.saturating_sub(self.may_hold_a_fin().into())
    }

    /// The row as one of several sockets with the same 5-tuple, if anything tells it apart.
    #[must_use]
    pub fn as_twin(self) -> Option<SocketRow> {
        let has_number = self.cookie != 0 || self.inode != 0;
        (has_number && self.tuple.is_connected()).then_some(SocketRow { is_twin: true, ..self })
    }

    /// Whether two sockets with this name may exist at once; otherwise the one took over the 5-tuple of the other.
    pub fn may_be_twin_of(&self, other: &SocketRow) -> bool {
        self.tuple.protocol == Protocol::Udp || self.interface != other.interface
    }

    /// Whether both show one and the same socket: the same name, and not a later socket that took over its five numbers.
    pub fn is_same_socket(&self, other: &SocketRow) -> bool {
        let may_be = |one: u64, other: u64| one == 0 || other == 0 || one == other;
        let are_known = self.cookie != 0 && other.cookie != 0;
        self.name() == other.name()
            && may_be(self.cookie, other.cookie)
            && (are_known || may_be(self.inode, other.inode))
    }
}

/// Whether both are ends of one connection; each computer has a loopback of its own.
pub(crate) fn are_one_connection(one: SocketId, other: SocketId) -> bool {
    let may_meet = one.host == other.host || !one.tuple.local.ip.to_canonical().is_loopback();
    one.tuple.is_connected()
        && may_meet
        && one.tuple.canonical() == other.tuple.canonical().mirrored()
}

/// The process that holds a socket open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its process id.
    pub pid: u32,
    /// Its command name, escaped: a stranger may have chosen it, and it may be empty.
    pub program: String,
    /// Its command name as text for other programs; what is no UTF-8 in it is replaced.
    pub name: String,
    /// The descriptor by which it holds the socket.
    pub fd: u32,
    /// How many other processes hold it, too.
    pub others: u32,
}

impl Owner {
    /// The process with this command name, which alone holds the socket.
    pub fn new(pid: u32, name: &[u8], fd: u32) -> Owner {
        let program = match name {
            [] => "(unnamed)".to_owned(),
            name => escape(name),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        Owner { pid, program, name, fd, others: 0 }
    }

    /// How many other processes hold it, in words; empty where it is the only one.
    pub fn and_others(&self) -> String {
        if self.others == 0 { String::new() } else { format!(" and {} more", self.others) }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} fd {}{}", self.pid, self.program, self.fd, self.and_others())
    }
}

/// An address as netstat writes it: IPv6 without brackets, and an IPv4-mapped address as the IPv4 address that it stands for.
pub fn netstat_address(end: Endpoint) -> String {
    end.ip.to_canonical().to_string()
}

/// A state as netstat writes it: only TCP has states, so of a UDP socket it tells no more than that it is connected.
pub fn netstat_state(row: &SocketRow) -> &'static str {
    match (row.tuple.protocol, row.state) {
        (Protocol::Udp, TcpState::Closed) => "",
        (_, state) => state.name(),
    }
}
