use std::net::IpAddr;
use std::time::Duration;

use netlink_packet_core::{NLM_F_DUMP_INTR, NLMSG_DONE, NLMSG_ERROR};
use zerocopy::byteorder::network_endian::U16;
use zerocopy::{FromBytes, Immutable, KnownLayout};

use crate::kernel::inet_diag::{
    DiagSocketId, Family, Header, SOCK_DIAG_BY_FAMILY, TCPDIAG_GETSOCK,
};
use crate::tcp::{
    Endpoint, FiveTuple, Port, Protocol, Queues, SocketRow, TcpState, Timer, TimerKind,
};

/// `struct inet_diag_msg`.
#[derive(Clone, Copy, FromBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct DiagMessage {
    family: u8,
    pub(super) state: u8,
    timer: u8,
    tries: u8,
    id: DiagSocketId,
    expires: u32,
    recv: u32,
    send: u32,
    uid: u32,
    inode: u32,
}

/// One message of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiagAnswer {
    /// The sequence number of the request.
    pub sequence: u32,
    /// `NLM_F_DUMP_INTR`: the table changed so that rows may be missing.
    pub interrupted: bool,
    /// Its content.
    pub body: Body,
}

/// The content of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A socket.
    Socket(SocketRow),
    /// The end of a dump, with an errno(3) if it ended early.
    Done(i32),
    /// The request was refused with this errno(3); 0 is a plain acknowledgement.
    Error(i32),
    /// A message that was not asked for.
    Other,
}

/// Takes the next message off the front of `bytes`; `None` at the end.
///
/// # Errors
/// When a length lies beyond the bytes, or a message is too short for what it claims to be.
pub fn next_answer(
    bytes: &mut &[u8],
    protocol: Protocol,
) -> Option<Result<DiagAnswer, &'static str>> {
    let all = std::mem::take(bytes);
    (!all.is_empty()).then(|| answer(all, bytes, protocol))
}

fn answer<'a>(
    all: &'a [u8],
    rest: &mut &'a [u8],
    protocol: Protocol,
) -> Result<DiagAnswer, &'static str> {
    let (header, _) = Header::read_from_prefix(all).map_err(|_| "a message without a header")?;
    let length = header.length as usize;
    let body = all.get(size_of::<Header>()..length).ok_or("a message of impossible length")?;
    *rest = all.get(length.next_multiple_of(4)..).unwrap_or_default();
    let body = match header.kind {
        SOCK_DIAG_BY_FAMILY | TCPDIAG_GETSOCK => socket(body, protocol)?,
        NLMSG_DONE => Body::Done(number(body).unwrap_or(0)),
        NLMSG_ERROR => Body::Error(number(body).ok_or("an error without a number")?),
        _ => Body::Other,
    };
    let interrupted = header.flags & NLM_F_DUMP_INTR != 0;
    Ok(DiagAnswer { sequence: header.sequence, interrupted, body })
}

fn socket(bytes: &[u8], protocol: Protocol) -> Result<Body, &'static str> {
    let (message, _) = DiagMessage::read_from_prefix(bytes).map_err(|_| "a truncated socket")?;
    let is_v6 = message.family == Family::V6 as u8;
    let state = TcpState::from_kernel(message.state);
    let Some(state) = state.filter(|_| is_v6 || message.family == Family::V4 as u8) else {
        return Ok(Body::Other);
    };
    let ip = |all: [u8; 16]| match all {
        [a, b, c, d, ..] if !is_v6 => IpAddr::from([a, b, c, d]),
        all => IpAddr::from(all),
    };
    let id = message.id;
    let end = |address, port: U16| Endpoint { ip: ip(address), port: Port(port.get()) };
    let tuple = FiveTuple {
        protocol,
        local: end(id.local, id.local_port),
        remote: end(id.remote, id.remote_port),
    };
    let row = SocketRow {
        queues: Queues { recv: message.recv, send: message.send },
        timer: timer_kind(message.timer).map(|kind| Timer {
            kind,
            left: Duration::from_millis(message.expires.into()),
            tries: message.tries,
        }),
        uid: message.uid,
        inode: message.inode.into(),
        cookie: u64::from(id.cookie[0]) | u64::from(id.cookie[1]) << 32,
        interface: id.interface,
        ..SocketRow::new(tuple, state)
    };
    Ok(Body::Socket(row))
}

/// The timer with the kernel's number, in `inet_diag` as in /proc.
pub fn timer_kind(number: u8) -> Option<TimerKind> {
    match number {
        1 => Some(TimerKind::Retransmit),
        2 => Some(TimerKind::KeepAlive),
        3 => Some(TimerKind::TimeWait),
        4 => Some(TimerKind::ZeroWindowProbe),
        _ => None,
    }
}

fn number(bytes: &[u8]) -> Option<i32> {
    let (number, _) = i32::read_from_prefix(bytes).ok()?;
    Some(number.saturating_neg())
}
