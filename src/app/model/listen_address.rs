use std::net::IpAddr;

use crate::tcp::{Endpoint, Host, ListenSpec, Protocol, SocketId};

/// An address and a port of one computer, where a server of ours listens, or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListenAddress {
    host: Host,
    at: Endpoint,
    only_v6: bool,
}

impl ListenAddress {
    /// The address that a listener with `spec` can be reached at.
    pub(crate) fn of(spec: &ListenSpec) -> ListenAddress {
        ListenAddress { host: spec.host, at: spec.at.canonical(), only_v6: spec.only_v6 }
    }

    /// The place of one listening socket.
    pub(crate) fn of_socket(name: SocketId) -> ListenAddress {
        ListenAddress { host: name.host, at: name.tuple.local.canonical(), only_v6: false }
    }

    /// Whether the near end of that row is at this place: only TCP has listeners.
    pub(crate) fn has(&self, row: SocketId) -> bool {
        row.host == self.host
            && row.tuple.protocol == Protocol::Tcp
            && self.takes_calls_to(row.tuple.local)
    }

    /// Whether connect() to that address of the same computer reaches it: `0.0.0.0` accepts all IPv4, and `::` also IPv4 without
    /// IPV6_V6ONLY.
    pub(crate) fn takes_calls_to(&self, end: Endpoint) -> bool {
        let (own, ip) = (self.at.ip, end.ip.to_canonical());
        let everywhere = match own {
            IpAddr::V4(_) => own.is_unspecified() && ip.is_ipv4(),
            IpAddr::V6(_) => own.is_unspecified() && (ip.is_ipv6() || !self.only_v6),
        };
        end.port == self.at.port && (own == ip || everywhere)
    }
}
