use std::collections::BTreeSet;

use crate::tcp::{FiveTuple, Port};

/// With more ports the filter is applied here: the kernel tries them one by one for every socket.
const MAX_PORTS: usize = 64;

const JMP: u8 = 1;
const S_GE: u8 = 2;
const S_LE: u8 = 3;
const D_GE: u8 = 4;
const D_LE: u8 = 5;
const S_EQ: u8 = 11;
const D_EQ: u8 = 12;
const COMPARE: u8 = 8;
const JUMP: u8 = 4;

/// One half of the table, divided at a port; every socket is in exactly one of `UpTo` and `Above`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortHalf {
    /// Ports up to and including this one.
    UpTo(SocketEnd, Port),
    /// Ports above this one.
    Above(SocketEnd, Port),
}

/// One of the two ends of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketEnd {
    /// The Local Address column.
    Local,
    /// The Foreign Address column; port 0 without a connection.
    Remote,
}

impl SocketEnd {
    /// The port at this end of `tuple`.
    pub fn port(self, tuple: &FiveTuple) -> Port {
        match self {
            SocketEnd::Local => tuple.local.port,
            SocketEnd::Remote => tuple.remote.port,
        }
    }
}

impl PortHalf {
    /// Whether `tuple` is in this half.
    pub fn has(self, tuple: &FiveTuple) -> bool {
        match self {
            PortHalf::UpTo(end, last) => end.port(tuple) <= last,
            PortHalf::Above(end, last) => end.port(tuple) > last,
        }
    }

    fn comparison(self) -> (u8, Port) {
        match self {
            PortHalf::UpTo(SocketEnd::Local, last) => (S_LE, last),
            PortHalf::UpTo(SocketEnd::Remote, last) => (D_LE, last),
            PortHalf::Above(SocketEnd::Local, last) => (S_GE, Port(last.0.saturating_add(1))),
            PortHalf::Above(SocketEnd::Remote, last) => (D_GE, Port(last.0.saturating_add(1))),
        }
    }
}

/// The program (`INET_DIAG_REQ_BYTECODE`, linux/inet_diag.h) by which the kernel keeps the sockets of `half` with one of `ports` at either
/// end; `None` when there is nothing to filter, or so many ports that [`Filter::wants`](crate::tcp::Filter::wants) is faster.
///
/// The kernel accepts a socket when the program ends exactly at its last byte. It rejects programs with a jump to an operation that
/// cannot be reached by taking each "yes"; hence a jump to the end follows each comparison.
pub fn program(ports: Option<&BTreeSet<Port>>, half: Option<PortHalf>) -> Option<Vec<u8>> {
    let terms: Vec<(u8, Port)> = ports
        .filter(|ports| ports.len() <= MAX_PORTS)
        .into_iter()
        .flatten()
        .flat_map(|port| [(S_EQ, *port), (D_EQ, *port)])
        .collect();
    let any = (terms.len() * usize::from(COMPARE + JUMP)).saturating_sub(usize::from(JUMP));
    let length = any + half.map_or(0, |_| usize::from(COMPARE));
    if length == 0 {
        return None;
    }
    let mut program = Vec::with_capacity(length);
    if let Some(half) = half {
        let (code, port) = half.comparison();
        let refused = u16::try_from(length + usize::from(JUMP)).ok()?;
        operation(&mut program, code, COMPARE, refused);
        operation(&mut program, 0, 0, port.0);
    }
    for (code, port) in terms {
        operation(&mut program, code, COMPARE, u16::from(COMPARE + JUMP));
        operation(&mut program, 0, 0, port.0);
        let rest = length - program.len();
        if let (1.., Ok(rest)) = (rest, u16::try_from(rest)) {
            operation(&mut program, JMP, JUMP, rest);
        }
    }
    Some(program)
}

fn operation(program: &mut Vec<u8>, code: u8, yes: u8, no: u16) {
    program.extend([code, yes]);
    program.extend(no.to_ne_bytes());
}
