use crate::tcp::{Endpoint, Protocol, SocketRow, TcpState};

/// An address as netstat writes it: IPv6 without brackets, and an IPv4-mapped address as the IPv4 address that it stands for.
pub fn netstat_address(end: Endpoint) -> String {
    end.ip.to_canonical().to_string()
}

/// A state as netstat writes it: only TCP has states, so of a UDP socket it tells no more than that it is connected.
pub fn netstat_state(row: &SocketRow) -> &'static str {
    match (row.tuple.protocol, row.state) {
        (Protocol::Udp, TcpState::Closed) => "",
        (_, state) => state.name(),
    }
}
