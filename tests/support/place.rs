//! A place on this machine that no other test uses: a loopback address of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU8, Ordering};

use fivetuple::tcp::SocketRow;

/// An address that neither this run of the tests nor the rows that the last one left behind use.
pub(crate) fn own_address() -> IpAddr {
    static COUNT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    let last = COUNT.fetch_add(1, Ordering::Relaxed);
    Ipv4Addr::new(127, high.max(1), low, last).into()
}

/// This machine, for tests in a network of their own.
pub(crate) const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) fn listener(ip: IpAddr) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((ip, 0)).unwrap();
    let at = listener.local_addr().unwrap();
    (listener, at)
}

/// Whether one end of the row is at `address`, or it listens everywhere.
pub(crate) fn is_at(row: &SocketRow, address: IpAddr) -> bool {
    [row.tuple.local, row.tuple.remote]
        .into_iter()
        .any(|end| end.canonical().ip == address || (end.ip.is_unspecified() && end.port.0 != 0))
}
