use std::net::IpAddr;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST};
use zerocopy::{Immutable, IntoBytes};

use crate::kernel::inet_diag::{DiagSocketId, Header, SOCK_DIAG_BY_FAMILY, TCPDIAG_GETSOCK};
use crate::tcp::{Protocol, SocketId, TcpState};

/// The bits of all states, known or not.
pub const ALL_STATES: u32 = !0;

const INET_DIAG_REQ_BYTECODE: u16 = 1;
/// The bit that asks for `INET_DIAG_INFO`.
const INFO: u8 = 1 << 1;
const INET_DIAG_NOCOOKIE: [u32; 2] = [!0, !0];

/// `struct inet_diag_req_v2`.
#[derive(Clone, Copy, Default, IntoBytes, Immutable)]
#[repr(C)]
struct Request {
    family: u8,
    protocol: u8,
    extensions: u8,
    pad: u8,
    states: u32,
    id: DiagSocketId,
}

/// `struct inet_diag_req`, the older request: it walks the table once for both families.
#[derive(Clone, Copy, Default, IntoBytes, Immutable)]
#[repr(C)]
struct OldRequest {
    family: u8,
    source_length: u8,
    target_length: u8,
    extensions: u8,
    id: DiagSocketId,
    states: u32,
    tables: u32,
}

/// The address family of a dump, with the kernel's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Family {
    /// IPv4.
    V4 = 2,
    /// IPv6, including sockets with IPv4-mapped addresses.
    V6 = 10,
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
    /// The filter that the kernel runs, see [`program`](crate::kernel::inet_diag::program).
    pub program: Option<&'a [u8]>,
}

impl Dump<'_> {
    /// Writes the request for this dump into `request`.
    pub fn write(&self, sequence: u32, request: &mut Vec<u8>) {
        let flags = NLM_F_REQUEST | NLM_F_DUMP;
        if let Some(family) = self.family {
            let body = Request {
                family: family as u8,
                protocol: number(self.protocol),
                states: self.states,
                ..Request::default()
            };
            begin(request, (SOCK_DIAG_BY_FAMILY, flags, sequence), body.as_bytes());
        } else {
            let body = OldRequest { states: self.states, ..OldRequest::default() };
            begin(request, (TCPDIAG_GETSOCK, flags, sequence), body.as_bytes());
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

/// Writes the request for one socket, and perhaps its [`tcp_info`](crate::kernel::inet_diag::tcp_info()); if there is no such socket, the
/// answer is one that listens there, or an error.
pub fn write_lookup(socket: SocketId, with_info: bool, sequence: u32, request: &mut Vec<u8>) {
    let SocketId { tuple, interface, .. } = socket;
    // For UDP the kernel expects the two ends swapped.
    let asked = match tuple.protocol {
        Protocol::Tcp => tuple,
        Protocol::Udp => tuple.mirrored(),
    };
    let family = if tuple.local.ip.is_ipv6() { Family::V6 } else { Family::V4 };
    let id = DiagSocketId {
        local_port: asked.local.port.0.into(),
        remote_port: asked.remote.port.0.into(),
        local: address_bytes(asked.local.ip),
        remote: address_bytes(asked.remote.ip),
        interface,
        cookie: INET_DIAG_NOCOOKIE,
    };
    let (family, protocol) = (family as u8, number(tuple.protocol));
    let extensions = if with_info { INFO } else { 0 };
    let body = Request { family, protocol, extensions, pad: 0, states: ALL_STATES, id };
    begin(request, (SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, sequence), body.as_bytes());
    end(request);
}

/// The bits of `state` in a request; the kernel has two states each for SYN_RECV and CLOSED.
pub fn state_bits(state: TcpState) -> u32 {
    (1..=13_u8)
        .filter(|number| TcpState::from_kernel(*number) == Some(state))
        .fold(0, |bits, number| bits | 1 << number)
}

const fn number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => 6,
        Protocol::Udp => 17,
    }
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

fn begin(request: &mut Vec<u8>, (kind, flags, sequence): (u16, u16, u32), body: &[u8]) {
    let header = Header { length: 0, kind, flags, sequence, sender: 0 };
    request.clear();
    request.extend(header.as_bytes());
    request.extend(body);
}

fn end(request: &mut [u8]) {
    let length = u32::try_from(request.len()).unwrap_or(u32::MAX);
    if let Some(field) = request.first_chunk_mut::<4>() {
        *field = length.to_ne_bytes();
    }
}
