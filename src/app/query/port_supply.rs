//! The source ports that are left.

use std::net::IpAddr;
use std::time::Duration;

use crate::app::State;
use crate::tcp::{Endpoint, FiveTuple, Host, PortRange, Protocol, SocketId, SourcePort, TcpState};

/// The ports of the range that the selected computer has left towards the server.
pub(crate) fn left(state: &State, range: PortRange) -> usize {
    let supply = state.supply().filter(|supply| supply.range == range);
    supply.map_or_else(|| state.machine.pickable(range), |supply| supply.left())
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
    /// How many of its ports are not reserved.
    pub ports: usize,
    /// The number in use towards that destination.
    pub used: usize,
    /// The number in use that are in TIME_WAIT.
    pub waiting: usize,
    /// After how long in TIME_WAIT the kernel picks one of them again, where it does so before the end.
    pub reuse_delay: Option<Duration>,
}

impl PortSupply {
    /// The number left; those in TIME_WAIT are not, though the kernel may pick them again before its end.
    pub fn left(&self) -> usize {
        self.ports.saturating_sub(self.used)
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
        let spec = self.clients.next_spec(self.server().at());
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
        let [used, waiting] = match spec.source_port {
            SourcePort::KernelPicks => {
                self.seen().ports.calls(from, to).map(|count| count as usize)
            }
            SourcePort::Range(range) => self.used_of(range, (spec.host, from), to),
            SourcePort::Fixed(_) | SourcePort::SameAsServer => return None,
        };
        let (ports, reuse_delay) =
            (self.machine.pickable(range), self.machine.reuses_time_wait(to.ip));
        Some(PortSupply { from, to, range, ports, used, waiting, reuse_delay })
    }

    /// The used ports of a small range, looked up one by one, and those of them in TIME_WAIT.
    fn used_of(&self, range: PortRange, (host, from): (Host, IpAddr), to: Endpoint) -> [usize; 2] {
        let state = |port: u16| {
            let tuple = FiveTuple::tcp(Endpoint::new(from, port), to);
            let line = self.seen().get(SocketId::connected(host, tuple));
            line.filter(|line| line.gone.is_none()).map(|line| line.row.state)
        };
        let states = || (range.low.0..=range.high.0).filter_map(state);
        [states().count(), states().filter(|state| *state == TcpState::TimeWait).count()]
    }
}
