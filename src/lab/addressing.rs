use std::net::{Ipv4Addr, Ipv6Addr};

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

/// The same digits in IPv6: fd00::10, fd00::13, ...
pub(super) fn address6(host: Host) -> Ipv6Addr {
    let last = u16::from(address(host).octets()[3]);
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, last / 10 * 16 + last % 10)
}

/// The MAC address of a computer: locally administered, its last byte the host.
pub(super) fn mac(host: Host) -> [u8; 6] {
    [2, 0, 0, 0, 0, host.0]
}

/// Whether the frame reports the membership of multicast groups to routers (RFC 3810): a kernel sends it by itself.
pub(super) fn is_group_report(frame: &[u8]) -> bool {
    frame.starts_with(&[0x33, 0x33, 0, 0, 0, 0x16])
}

pub(super) fn host_at(frame: &[u8]) -> Option<Host> {
    let host = Host(*frame.get(5)?);
    (frame.get(..6) == Some(&mac(host))).then_some(host)
}
