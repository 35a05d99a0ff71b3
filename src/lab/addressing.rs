use std::net::Ipv4Addr;

use crate::tcp::Host;

pub(super) fn hosts(count: u8) -> impl Iterator<Item = Host> {
    Host::in_a_lab().take(usize::from(count.max(2)))
}

pub(super) fn name(host: Host) -> &'static str {
    host.name().unwrap_or("unnamed")
}

/// 192.168.1.10 for the server, .13 for the laptop, .14 for the phone, and so on.
pub(super) fn address(host: Host) -> Ipv4Addr {
    let last = if host == Host::SERVER { 10 } else { 11 + host.0 };
    Ipv4Addr::new(192, 168, 1, last)
}

/// The MAC address of a computer: locally administered, its last byte the host.
pub(super) fn mac(host: Host) -> [u8; 6] {
    [2, 0, 0, 0, 0, host.0]
}

pub(super) fn host_at(frame: &[u8]) -> Option<Host> {
    let host = Host(*frame.get(5)?);
    (frame.get(..6) == Some(&mac(host))).then_some(host)
}
