use std::collections::BTreeSet;

use crate::tcp::Port;

/// More ports than this are filtered by us: the kernel tries them one after the other for every socket.
const MOST_PORTS: usize = 64;

const JMP: u8 = 1;
const S_EQ: u8 = 11;
const D_EQ: u8 = 12;
/// A comparison: the operation and the port it compares with.
const COMPARE: u8 = 8;
const JUMP: u8 = 4;

/// The program (`INET_DIAG_REQ_BYTECODE`, linux/inet_diag.h) by which the kernel keeps the sockets with one of `ports` at either end.
///
/// `None` when there is nothing to filter, or so many ports that it is done better by [`Filter::wants`](crate::tcp::Filter::wants).
///
/// The kernel accepts a socket when the program is left exactly at its end. It checks before that every jump lands on an operation which
/// can be reached from the start by taking each "yes"; hence a jump to the end behind each comparison, instead of a "yes" that leaps.
pub fn program(ports: &BTreeSet<Port>) -> Option<Vec<u8>> {
    if ports.is_empty() || ports.len() > MOST_PORTS {
        return None;
    }
    let terms: Vec<(u8, Port)> = ports
        .iter()
        .flat_map(|port| [(S_EQ, *port), (D_EQ, *port)])
        .collect();
    let term = usize::from(COMPARE + JUMP);
    let length = terms.len() * term - usize::from(JUMP);
    let mut program = Vec::with_capacity(length);
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
