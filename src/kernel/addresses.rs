use std::net::{IpAddr, Ipv4Addr};

use crate::kernel::ReadError;
use crate::kernel::netlink::Netlink;

const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const NLMSG_DONE: u16 = 3;
const NLMSG_ERROR: u16 = 2;
const NLM_F_REQUEST_DUMP: u16 = 0x301;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
/// `struct nlmsghdr` and `struct ifaddrmsg`.
const HEADER: usize = 16;
const ADDRESS: usize = 8;

/// The addresses of the interfaces in this thread's network namespace (rtnetlink(7)); empty where the kernel does not tell.
pub fn addresses() -> Vec<IpAddr> {
    let mut found = Vec::new();
    // What was found before an error is still true.
    let _ = ask(&mut found);
    found
}

fn ask(found: &mut Vec<IpAddr>) -> Result<(), ReadError> {
    let mut netlink = Netlink::open(None)?;
    netlink.ask(|number, request| {
        request.extend(24_u32.to_ne_bytes());
        request.extend(RTM_GETADDR.to_ne_bytes());
        request.extend(NLM_F_REQUEST_DUMP.to_ne_bytes());
        request.extend(number.to_ne_bytes());
        request.extend([0; 4 + ADDRESS]);
    })?;
    loop {
        let mut rest = netlink.receive()?;
        while let Some((kind, body)) = piece(&mut rest, HEADER) {
            match kind {
                RTM_NEWADDR => found.extend(address(body)),
                NLMSG_DONE | NLMSG_ERROR => return Ok(()),
                _ => {}
            }
        }
    }
}

/// The address of one `RTM_NEWADDR` message; on a point-to-point link only `IFA_LOCAL` is ours.
fn address(message: &[u8]) -> Option<IpAddr> {
    let mut rest = message.get(ADDRESS..)?;
    let mut address = None;
    while let Some((kind, bytes)) = piece(&mut rest, 4) {
        if kind == IFA_LOCAL || (kind == IFA_ADDRESS && address.is_none()) {
            address = ip(bytes).or(address);
        }
    }
    address
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => bytes.first_chunk::<4>().copied().map(Ipv4Addr::from).map(IpAddr::V4),
        16 => bytes.first_chunk::<16>().copied().map(IpAddr::from),
        _ => None,
    }
}

/// Takes a message (its length has four bytes) or an attribute (two) off the front: its kind, and what follows the `header`.
fn piece<'a>(rest: &mut &'a [u8], header: usize) -> Option<(u16, &'a [u8])> {
    let all = *rest;
    let short = |at: usize| Some(u16::from_ne_bytes(*all.get(at..)?.first_chunk()?));
    let (length, kind) = if header == HEADER {
        (u32::from_ne_bytes(*all.first_chunk()?) as usize, short(4)?)
    } else {
        (usize::from(short(0)?), short(2)?)
    };
    let body = all.get(header..length)?;
    *rest = all.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((kind, body))
}
