//! The bytes of `inet_diag` messages, both ways (linux/netlink.h, linux/inet_diag.h, sock_diag(7)); no I/O.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use zerocopy::byteorder::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::tcp::{
    Endpoint, FiveTuple, Port, Protocol, Queues, SocketRow, TcpState, Timer, TimerKind,
};

/// The bits of every state, also of those that this program does not know yet.
pub const ALL_STATES: u32 = !0;

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const TCPDIAG_GETSOCK: u16 = 18;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_DUMP: u16 = 0x300;
const NLM_F_DUMP_INTR: u16 = 0x10;
const INET_DIAG_REQ_BYTECODE: u16 = 1;
const INET_DIAG_NOCOOKIE: [u32; 2] = [!0, !0];
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
const IPPROTO_UDP: u8 = 17;
const HEADER: usize = size_of::<Header>();

/// `struct nlmsghdr`.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Header {
    length: u32,
    kind: u16,
    flags: u16,
    sequence: u32,
    sender: u32,
}

/// `struct inet_diag_sockid`.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct SocketId {
    local_port: U16,
    remote_port: U16,
    local: [u8; 16],
    remote: [u8; 16],
    interface: u32,
    cookie: [u32; 2],
}

/// `struct inet_diag_req_v2`.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Request {
    family: u8,
    protocol: u8,
    extensions: u8,
    pad: u8,
    states: u32,
    id: SocketId,
}

/// `struct inet_diag_req`, which older programs use: it walks the table once for both families.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct OldRequest {
    family: u8,
    source_length: u8,
    target_length: u8,
    extensions: u8,
    id: SocketId,
    states: u32,
    tables: u32,
}

/// `struct inet_diag_msg`.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct DiagMessage {
    family: u8,
    state: u8,
    timer: u8,
    tries: u8,
    id: SocketId,
    expires: u32,
    recv: u32,
    send: u32,
    uid: u32,
    inode: u32,
}

/// The address family of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6, also where IPv4-mapped addresses are used.
    V6,
}

/// A dump of several sockets.
#[derive(Clone, Copy, Debug)]
pub struct Dump<'a> {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// One family, or with `None` both in one pass, which only TCP can.
    pub family: Option<Family>,
    /// A bit for each state that is wanted, see [`state_bits`].
    pub states: u32,
    /// A filter that the kernel runs, see [`program`](super::bytecode::program).
    pub program: Option<&'a [u8]>,
}

impl Dump<'_> {
    /// Writes the message that asks for this dump into `request`.
    pub fn write(&self, sequence: u32, request: &mut Vec<u8>) {
        let flags = NLM_F_REQUEST | NLM_F_DUMP;
        request.clear();
        match self.family {
            None => {
                let body = OldRequest {
                    states: self.states,
                    ..OldRequest::default()
                };
                begin(request, TCPDIAG_GETSOCK, flags, sequence);
                request.extend(body.as_bytes());
            }
            Some(family) => {
                begin(request, SOCK_DIAG_BY_FAMILY, flags, sequence);
                let body = Request {
                    family: family_number(family),
                    protocol: protocol_number(self.protocol),
                    extensions: 0,
                    pad: 0,
                    states: self.states,
                    id: SocketId::default(),
                };
                request.extend(body.as_bytes());
            }
        }
        if let Some(program) = self.program
            && let Ok(length) = u16::try_from(program.len() + 4)
        {
            request.extend(length.to_ne_bytes());
            request.extend(INET_DIAG_REQ_BYTECODE.to_ne_bytes());
            request.extend(program);
        }
        end(request);
    }
}

/// Writes the message that asks for one socket into `request`; `interface` is the one it is bound to, or 0.
///
/// Where there is no such socket, the kernel answers with one that listens at the address, or with an error.
pub fn write_lookup(tuple: FiveTuple, interface: u32, sequence: u32, request: &mut Vec<u8>) {
    // For UDP the kernel takes the two ends the other way round.
    let asked = match tuple.protocol {
        Protocol::Tcp => tuple,
        Protocol::Udp => tuple.mirrored(),
    };
    let family = if tuple.local.ip.is_ipv6() {
        Family::V6
    } else {
        Family::V4
    };
    let body = Request {
        family: family_number(family),
        protocol: protocol_number(tuple.protocol),
        extensions: 0,
        pad: 0,
        states: ALL_STATES,
        id: SocketId {
            local_port: asked.local.port.0.into(),
            remote_port: asked.remote.port.0.into(),
            local: address_bytes(asked.local.ip),
            remote: address_bytes(asked.remote.ip),
            interface,
            cookie: INET_DIAG_NOCOOKIE,
        },
    };
    request.clear();
    begin(request, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, sequence);
    request.extend(body.as_bytes());
    end(request);
}

/// The bits by which a dump asks for sockets in `state`; the kernel has two kinds of SYN_RECV and of CLOSED.
pub fn state_bits(state: TcpState) -> u32 {
    (1..=13_u8)
        .filter(|number| TcpState::from_kernel(*number) == Some(state))
        .fold(0, |bits, number| bits | 1 << number)
}

/// One message of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number of the request that it answers.
    pub sequence: u32,
    /// `NLM_F_DUMP_INTR`: the table changed so that rows may be missing.
    pub torn: bool,
    /// What it says.
    pub body: Body,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A socket, and the interface it is bound to, or 0.
    Socket(SocketRow, u32),
    /// The end of a dump, with an errno(3) if it ended before its time.
    Done(i32),
    /// The request was refused with this errno(3); 0 is a plain acknowledgement.
    Error(i32),
    /// Something that this program does not ask for.
    Other,
}

/// Takes the next message off the front of `bytes`; `None` at the end, `Err` where the bytes make no sense.
///
/// # Errors
/// When a length lies beyond the bytes, or a message is too short for what it claims to be.
pub fn next_answer(bytes: &mut &[u8], protocol: Protocol) -> Option<Result<Answer, &'static str>> {
    if bytes.is_empty() {
        return None;
    }
    let all = *bytes;
    *bytes = &[];
    let Ok((header, _)) = Header::read_from_prefix(all) else {
        return Some(Err("a message without a header"));
    };
    let length = header.length as usize;
    let Some(body) = all.get(HEADER..length) else {
        return Some(Err("a message with an impossible length"));
    };
    *bytes = all.get(length.next_multiple_of(4)..).unwrap_or_default();
    let body = match header.kind {
        SOCK_DIAG_BY_FAMILY | TCPDIAG_GETSOCK => socket(body, protocol),
        NLMSG_DONE => Ok(Body::Done(number(body).unwrap_or(0))),
        NLMSG_ERROR => number(body)
            .map(Body::Error)
            .ok_or("an error without a number"),
        _ => Ok(Body::Other),
    };
    Some(body.map(|body| Answer {
        sequence: header.sequence,
        torn: header.flags & NLM_F_DUMP_INTR != 0,
        body,
    }))
}

fn socket(bytes: &[u8], protocol: Protocol) -> Result<Body, &'static str> {
    let Ok((message, _)) = DiagMessage::read_from_prefix(bytes) else {
        return Err("a socket that is cut short");
    };
    let ip: fn([u8; 16]) -> IpAddr = match message.family {
        AF_INET => |[a, b, c, d, ..]| Ipv4Addr::new(a, b, c, d).into(),
        AF_INET6 => |all| Ipv6Addr::from(all).into(),
        _ => return Ok(Body::Other),
    };
    let Some(state) = TcpState::from_kernel(message.state) else {
        return Ok(Body::Other);
    };
    let id = message.id;
    let end = |address, port: U16| Endpoint {
        ip: ip(address),
        port: Port(port.get()),
    };
    let tuple = FiveTuple {
        protocol,
        local: end(id.local, id.local_port),
        remote: end(id.remote, id.remote_port),
    };
    let mut row = SocketRow::new(tuple, state);
    row.queues = Queues {
        recv: message.recv,
        send: message.send,
    };
    row.timer = timer_kind(message.timer).map(|kind| Timer {
        kind,
        left: Duration::from_millis(message.expires.into()),
        tries: message.tries,
    });
    row.uid = message.uid;
    row.inode = message.inode.into();
    row.cookie = u64::from(id.cookie[0]) | u64::from(id.cookie[1]) << 32;
    Ok(Body::Socket(row, id.interface))
}

/// The timer behind the number that the kernel uses, in `inet_diag` as in /proc.
pub fn timer_kind(number: u8) -> Option<TimerKind> {
    match number {
        1 => Some(TimerKind::Retransmit),
        2 => Some(TimerKind::KeepAlive),
        3 => Some(TimerKind::TimeWait),
        4 => Some(TimerKind::ZeroWindowProbe),
        _ => None,
    }
}

/// An errno(3) is sent as a negative number.
fn number(bytes: &[u8]) -> Option<i32> {
    let (number, _) = i32::read_from_prefix(bytes).ok()?;
    Some(number.saturating_neg())
}

fn address_bytes(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&ip.octets());
            bytes
        }
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn family_number(family: Family) -> u8 {
    match family {
        Family::V4 => AF_INET,
        Family::V6 => AF_INET6,
    }
}

fn protocol_number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => IPPROTO_TCP,
        Protocol::Udp => IPPROTO_UDP,
    }
}

fn begin(request: &mut Vec<u8>, kind: u16, flags: u16, sequence: u32) {
    let header = Header {
        length: 0,
        kind,
        flags,
        sequence,
        sender: 0,
    };
    request.extend(header.as_bytes());
}

/// Fills in the length, which stands in front.
fn end(request: &mut [u8]) {
    let length = u32::try_from(request.len()).unwrap_or(u32::MAX);
    if let Some(field) = request.first_chunk_mut::<4>() {
        *field = length.to_ne_bytes();
    }
}
