//! The lab: computers with a network of their own, and the wire between them.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

use crate::app::model::Numbers;
use crate::app::{Clients, OpenEnds, Servers};
use crate::tcp::{
    Delivery, Errno, HandshakeRetries, Host, HostLimits, LabComputer, LabSpec, Moment, PortRange,
    WireSegment, WireSettings, WireStatus,
};

/// The lab, as last reported.
#[derive(Clone, Debug, Default)]
pub struct LabState {
    /// Whether it is up.
    pub stage: LabStage,
    /// How to start it the next time.
    pub spec: LabSpec,
    /// The address that its server listens on, if not its own.
    pub bind: Option<IpAddr>,
    /// Whether what crosses the wire was to be written down, and is not any more.
    pub capture_failed: bool,
    /// The settings of its wire: as it reported them, with the orders since then.
    pub wire: WireSettings,
    /// The settings of the past, each with its begin, the newest last.
    pub(crate) wires: VecDeque<(Moment, WireSettings)>,
    /// The segments that were sent, the newest last.
    pub crossings: VecDeque<WireSegment>,
    /// The ports to use up as soon as the lab has that range.
    pub(crate) plan: Option<UsingUp>,
    /// Counts of the segments beyond those.
    pub(crate) known: SegmentLog,
    /// Whether absolute sequence numbers are shown.
    pub absolute: bool,
    pub(crate) computers: Vec<LabComputer>,
    /// The setting of its computers that the kernel refused.
    pub(crate) unset: Option<(String, Errno)>,
    /// How often a handshake is retransmitted, where that ends early.
    pub(crate) gives_up: Option<HandshakeRetries>,
    pub(crate) before: Option<Box<LoopbackBefore>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsingUp {
    pub(crate) range: PortRange,
    pub(crate) caller: Host,
}

/// Whether the lab is up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabStage {
    /// It is down.
    #[default]
    Off,
    /// It is starting.
    Starting,
    /// It is up.
    Up,
    /// It is stopping.
    Stopping,
}

#[derive(Clone, Debug)]
pub(crate) struct LoopbackBefore {
    pub(crate) machine: HostLimits,
    pub(crate) servers: Servers,
    pub(crate) clients: Clients,
    pub(crate) ends: OpenEnds,
}

impl LabState {
    const SETTINGS: usize = 4096;
    /// The descriptors that it takes for itself: sockets made in advance, tables, the wire.
    pub(crate) const DESCRIPTORS: u64 = 512;

    /// Whether its computers exist, also while it stops.
    pub fn is_up(&self) -> bool {
        !self.computers.is_empty()
    }

    /// Why nothing can be ordered while it stops.
    pub(crate) fn why_not_now(&self) -> Option<&'static str> {
        (self.stage == LabStage::Stopping).then_some("lab-is-stopping")
    }

    /// The server's computer.
    pub fn server(&self) -> Option<LabComputer> {
        self.computers.first().copied()
    }

    /// The ephemeral port range of its computers, where it is not the default.
    pub fn unusual_range(&self) -> Option<PortRange> {
        let range = self.spec.ports.filter(|_| self.is_up());
        range.filter(|range| *range != PortRange::DEFAULT)
    }

    pub(crate) fn host_of(&self, ip: IpAddr) -> Option<Host> {
        self.computers.iter().find(|computer| computer.has(ip)).map(|computer| computer.host)
    }

    pub(crate) fn address_of(&self, host: Host) -> Option<IpAddr> {
        self.computers.iter().find(|computer| computer.host == host).map(|computer| computer.ip)
    }

    /// The computer that a connect() from `caller` to `ip` reaches: each has its own loopback.
    pub(crate) fn host_called(&self, caller: Host, ip: IpAddr) -> Host {
        self.host_of(ip).unwrap_or(caller)
    }

    /// Whether `ip` belongs to its network, but to no computer.
    pub(crate) fn lacks(&self, ip: IpAddr) -> bool {
        let Some(server) = self.server() else { return false };
        // The networks are a /24 and a /64.
        let is_inside = match (ip.to_canonical(), server.ip) {
            (IpAddr::V4(ip), IpAddr::V4(own)) => own.octets()[..3] == ip.octets()[..3],
            (IpAddr::V6(ip), _) => {
                server.ip6.is_some_and(|own| own.octets()[..8] == ip.octets()[..8])
            }
            (IpAddr::V4(_), IpAddr::V6(_)) => false,
        };
        is_inside && self.host_of(ip).is_none()
    }

    /// All of its addresses: `192.168.1.10, .13, .14`.
    pub(crate) fn addresses(&self) -> String {
        let all = self.computers.iter().enumerate();
        all.map(|(n, computer)| brief_ip(n, computer.ip)).collect::<Vec<_>>().join(", ")
    }

    /// Whether the rows of that computer are shown.
    pub fn shows(&self, host: Host) -> bool {
        if self.is_up() {
            self.computers.iter().any(|computer| computer.host == host)
        } else {
            host == Host::THIS
        }
    }

    /// The sequence and acknowledgement number of a segment, relative to each end's SYN or absolute, as set.
    pub fn numbers(&self, crossing: &WireSegment) -> (u32, u32) {
        if self.absolute { (crossing.segment.seq, crossing.segment.ack) } else { crossing.relative }
    }

    /// The segments on the wire, held or in flight.
    pub fn waiting(&self) -> usize {
        let SegmentLog { waiting, hidden, leaving, unnamed, .. } = &self.known;
        (waiting + hidden).saturating_sub(leaving.len() + unnamed)
    }

    /// Whether a segment was ordered to be delivered, and the wire has not confirmed it.
    pub(crate) fn is_delivering(&self) -> bool {
        !self.known.leaving.is_empty()
    }

    pub(crate) fn remember_wire(&mut self, at: Moment) {
        let before = self.wires.back().map(|(_, wire)| *wire);
        if before.unwrap_or_default() == self.wire {
            return;
        }
        if self.wires.len() == LabState::SETTINGS {
            self.wires.pop_front();
        }
        self.wires.push_back((at, self.wire));
    }
}

/// An address of the lab in a list: after the first, only what differs from it.
pub(crate) fn brief_ip(place: usize, ip: IpAddr) -> String {
    let ip = ip.to_string();
    let dot = ip.rfind('.').filter(|_| place > 0);
    ip[dot.unwrap_or(0)..].to_owned()
}

/// Counts and sequence numbers beyond the list of segments.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentLog {
    pub(crate) numbers: Numbers,
    /// How many segments of the list are on the wire.
    pub(super) waiting: usize,
    /// How many others are on the wire.
    pub(super) hidden: usize,
    /// The number of the oldest segment on the wire, in the list or not.
    pub(super) oldest: Option<u64>,
    /// Numbers of segments that were ordered to be delivered or dropped; the wire has not confirmed it yet.
    pub(super) leaving: BTreeSet<u64>,
    /// How many pending orders are about a segment that is not in the list.
    pub(super) unnamed: usize,
    pub(super) ordered: u64,
    pub(crate) missed: u64,
    /// How many segments were reported, and are no longer in the list.
    pub(crate) forgotten: u64,
    /// How many segments were counted but not reported one by one.
    pub(crate) unreported: u64,
}

impl SegmentLog {
    pub(super) fn forget(&mut self, crossing: &WireSegment) {
        self.forgotten += 1;
        if crossing.fate == Delivery::OnTheWay {
            self.has_left(crossing.segment.number);
            self.hidden += 1;
        }
    }

    pub(super) fn has_left(&mut self, number: u64) {
        self.waiting = self.waiting.saturating_sub(1);
        self.leaving.remove(&number);
    }

    pub(super) fn count(&mut self, status: WireStatus) {
        let WireStatus { kept, oldest, orders_done, .. } = status;
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        self.hidden = count(kept).saturating_sub(self.waiting);
        self.oldest = oldest;
        let pending = count(self.ordered.saturating_sub(orders_done));
        self.unnamed = self.unnamed.min(pending);
        // A fragment leaves without its datagram.
        while self.leaving.len() > pending {
            self.leaving.pop_first();
        }
        self.unreported += status.unreported;
        self.missed += status.missed;
    }
}
