use std::net::Ipv4Addr;

use crate::tcp::Host;

/// The names by which people call the lab's computers, in the order of their hosts.
const NAMES: [&str; 8] = [
    "server", "laptop", "phone", "tablet", "desktop", "console", "watch", "camera",
];

/// So many computers a lab can have.
pub const MOST: u8 = 8;

/// The computers of a lab that has so many, the server first.
pub(super) fn hosts(count: u8) -> impl Iterator<Item = Host> {
    (1..=count.clamp(2, MOST)).map(Host)
}

/// The name of a computer of the lab: `server`, `laptop`, `phone`, ...
pub fn name(host: Host) -> &'static str {
    NAMES
        .get(usize::from(host.0).wrapping_sub(1))
        .copied()
        .unwrap_or("nobody")
}

/// The computer of that name.
pub fn named(name: &str) -> Option<Host> {
    (1..=MOST).map(Host).find(|host| self::name(*host) == name)
}

/// The server is 192.168.1.10, the laptop .13, the phone .14, and so on.
pub(super) fn address(host: Host) -> Ipv4Addr {
    let last = if host.0 == 1 { 10 } else { 11 + host.0 };
    Ipv4Addr::new(192, 168, 1, last)
}

/// The Ethernet address of a computer: locally administered, its last byte the host.
pub(super) fn mac(host: Host) -> [u8; 6] {
    [2, 0, 0, 0, 0, host.0]
}

/// Whose Ethernet address that is.
pub(super) fn host_at(mac: &[u8]) -> Option<Host> {
    let host = Host(*mac.get(5)?);
    (mac.get(..6) == Some(&self::mac(host))).then_some(host)
}
