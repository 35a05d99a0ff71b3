use std::net::IpAddr;

use crate::app::State;
use crate::tcp::{Endpoint, FiveTuple, Host, PortRange, Protocol, SocketId, SourcePort};

/// How many ports of the range the chosen computer has left towards the server.
pub(crate) fn left(state: &State, range: PortRange) -> usize {
    let supply = state.supply().filter(|supply| supply.range == range);
    supply.map_or(range.len(), |supply| supply.left())
}

/// The ports that the chosen computer has for its next call: towards each destination it has the whole range once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortSupply {
    /// Its address.
    pub from: IpAddr,
    /// Whom it calls.
    pub to: Endpoint,
    /// From where the kernel picks.
    pub range: PortRange,
    /// How many of them it uses towards that destination.
    pub used: usize,
}

impl PortSupply {
    /// How many are left.
    pub fn left(&self) -> usize {
        self.range.len().saturating_sub(self.used)
    }
}

impl State {
    /// From where the source port of the next call comes: the kernel's range, or the one that was asked for.
    pub fn port_range(&self) -> PortRange {
        match self.clients.spec.source_port {
            SourcePort::Toy(range) => range,
            SourcePort::KernelPicks | SourcePort::Fixed(_) | SourcePort::SameAsServer => {
                self.machine.ephemeral
            }
        }
    }

    /// The ports for the chosen computer's next call; `None` where the kernel does not pick one, or the addresses are not known before.
    pub fn supply(&self) -> Option<PortSupply> {
        let spec = self.clients.next_spec(self.server.at());
        let to = spec.to.endpoint()?;
        // IPv6's loopback is one address: whoever calls it has it, too.
        let same = Some(to.ip).filter(|ip| ip.is_ipv6() && ip.is_loopback());
        // A computer of the lab has one address, and its kernel takes it by itself.
        let own = || self.lab.address_of(spec.host);
        let from = spec.from.or(same).or_else(own)?;
        if spec.protocol != Protocol::Tcp {
            return None;
        }
        let range = self.port_range();
        let used = match spec.source_port {
            SourcePort::KernelPicks => self.seen().ports().calls(from, to) as usize,
            SourcePort::Toy(range) => self.used_of(range, (spec.host, from), to),
            SourcePort::Fixed(_) | SourcePort::SameAsServer => return None,
        };
        Some(PortSupply { from, to, range, used })
    }

    /// How many ports of a small range are used, looked up one by one.
    fn used_of(&self, range: PortRange, (host, from): (Host, IpAddr), to: Endpoint) -> usize {
        let is_used = |port: &u16| {
            let tuple = FiveTuple::tcp(Endpoint::new(from, *port), to);
            let line = self.seen().get(SocketId::connected(host, tuple));
            line.is_some_and(|line| line.gone.is_none())
        };
        (range.low.0..=range.high.0).filter(is_used).count()
    }
}
