//! The source ports that are left.

use std::net::IpAddr;

use crate::app::State;
use crate::tcp::{Endpoint, FiveTuple, Host, PortRange, Protocol, SocketId, SourcePort};

/// The ports of the range that the selected computer has left towards the server.
pub(crate) fn left(state: &State, range: PortRange) -> usize {
    let supply = state.supply().filter(|supply| supply.range == range);
    supply.map_or(range.len(), |supply| supply.left())
}

/// The ports for the selected computer's next connect: it has the whole range for each destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortSupply {
    /// Its address.
    pub from: IpAddr,
    /// The destination.
    pub to: Endpoint,
    /// The range that the kernel picks from.
    pub range: PortRange,
    /// The number in use towards that destination.
    pub used: usize,
}

impl PortSupply {
    /// The number left.
    pub fn left(&self) -> usize {
        self.range.len().saturating_sub(self.used)
    }
}

impl State {
    /// The range of the next source port: the toy range, else the kernel's.
    pub fn port_range(&self) -> PortRange {
        let asked = self.clients.spec.source_port;
        if let SourcePort::Range(range) = asked { range } else { self.machine.ephemeral }
    }

    /// The ports for the next connect; `None` where the kernel does not pick one, or an address is not known.
    pub fn supply(&self) -> Option<PortSupply> {
        let spec = self.clients.next_spec(self.server.at());
        let to = spec.to.endpoint()?;
        // IPv6's loopback is one address, so it is the source, too.
        let same = Some(to.ip).filter(|ip| ip.is_ipv6() && ip.is_loopback());
        // A computer of the lab has one address, which its kernel takes.
        let own = || self.lab.address_of(spec.host);
        let from = spec.from.or(same).or_else(own)?;
        if spec.protocol != Protocol::Tcp {
            return None;
        }
        let range = self.port_range();
        let used = match spec.source_port {
            SourcePort::KernelPicks => self.seen().ports.calls(from, to) as usize,
            SourcePort::Range(range) => self.used_of(range, (spec.host, from), to),
            SourcePort::Fixed(_) | SourcePort::SameAsServer => return None,
        };
        Some(PortSupply { from, to, range, used })
    }

    /// The used ports of a small range, looked up one by one.
    fn used_of(&self, range: PortRange, (host, from): (Host, IpAddr), to: Endpoint) -> usize {
        let is_used = |port: &u16| {
            let tuple = FiveTuple::tcp(Endpoint::new(from, *port), to);
            let line = self.seen().get(SocketId::connected(host, tuple));
            line.is_some_and(|line| line.gone.is_none())
        };
        (range.low.0..=range.high.0).filter(is_used).count()
    }
}
