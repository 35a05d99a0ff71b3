//! The lab: computers with a network of their own.

use std::collections::VecDeque;
use std::net::IpAddr;

use crate::app::model::wire::REMEMBERED;
use crate::app::model::{Clients, SegmentLog, Server, WireSettings};
use crate::tcp::{Errno, Host, HostLimits, LabComputer, LabSpec, Moment, PortRange, WireSegment};

/// The lab, as far as it has told.
#[derive(Clone, Debug)]
pub struct LabState {
    /// Whether it is there.
    pub stage: LabStage,
    /// Which computers it is to have the next time.
    pub spec: LabSpec,
    /// Where its server is to listen, if not at the address that the others know.
    pub bind: Option<IpAddr>,
    /// What is done with its wire.
    pub wire: WireSettings,
    /// What was done with it since when, the newest last.
    pub(crate) wires: VecDeque<(Moment, WireSettings)>,
    /// What crossed the wire, the newest last.
    pub crossings: VecDeque<WireSegment>,
    /// Whose ports are to be used up as soon as the lab has that range.
    pub(crate) plan: Option<UsingUp>,
    /// What is remembered of segments beyond those.
    pub(crate) known: SegmentLog,
    /// Whether sequence numbers are shown as they stand in the segments, and not counted from the SYN.
    pub absolute: bool,
    pub(crate) computers: Vec<LabComputer>,
    /// Which setting of its computers could not be made, and what the kernel answered.
    pub(crate) unset: Option<(String, Errno)>,
    pub(crate) before: Option<Box<LoopbackBefore>>,
}

/// A range of ports that is to be used up, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsingUp {
    pub(crate) range: PortRange,
    pub(crate) caller: Host,
}

/// Whether the lab is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabStage {
    /// It is not.
    #[default]
    Off,
    /// It is being set up.
    Starting,
    /// It is there.
    Up,
    /// It is being taken down.
    Stopping,
}

/// What stood on loopback before the lab was there.
#[derive(Clone, Debug)]
pub(crate) struct LoopbackBefore {
    pub(crate) machine: HostLimits,
    pub(crate) listener: Server,
    pub(crate) clients: Clients,
}

impl Default for LabState {
    fn default() -> LabState {
        LabState {
            stage: LabStage::Off,
            spec: LabSpec { computers: LabState::COMPUTERS, ports: None },
            bind: None,
            wire: WireSettings::default(),
            wires: VecDeque::new(),
            crossings: VecDeque::new(),
            plan: None,
            known: SegmentLog::default(),
            absolute: false,
            computers: Vec::new(),
            unset: None,
            before: None,
        }
    }
}

impl LabState {
    /// How many computers it has when nothing else is asked: a server and two clients.
    pub const COMPUTERS: u8 = 3;
    /// The bits of an address that tell the computers of its network apart: it is a /24.
    const HOST_BITS: u32 = 8;

    /// How many descriptors it takes by itself: sockets that are made in advance, tables, the wire.
    pub(crate) const DESCRIPTORS: u64 = 512;

    /// Whether its computers are there, even if not for long any more.
    pub fn is_up(&self) -> bool {
        !self.computers.is_empty()
    }

    /// Its server's computer.
    pub fn server(&self) -> Option<LabComputer> {
        self.computers.first().copied()
    }

    /// The range from which its computers' kernels pick ports, where it is not the usual one.
    pub fn unusual_range(&self) -> Option<PortRange> {
        let range = self.spec.ports.filter(|_| self.is_up());
        range.filter(|range| *range != PortRange::DEFAULT)
    }

    /// Which of its computers has that address.
    pub fn host_of(&self, ip: IpAddr) -> Option<Host> {
        let ip = ip.to_canonical();
        let computer = self.computers.iter().find(|computer| computer.ip == ip);
        computer.map(|computer| computer.host)
    }

    /// The address of one of its computers.
    pub fn address_of(&self, host: Host) -> Option<IpAddr> {
        let mut computers = self.computers.iter();
        let computer = computers.find(|computer| computer.host == host);
        computer.map(|computer| computer.ip)
    }

    /// On which computer a call of `caller`'s to `ip` arrives: each has a loopback of its own.
    pub(crate) fn called_host(&self, caller: Host, ip: IpAddr) -> Host {
        self.host_of(ip).unwrap_or(caller)
    }

    /// Whether `ip` belongs to its network, but nobody there has it.
    pub(crate) fn lacks(&self, ip: IpAddr) -> bool {
        let network = |ip: IpAddr| match ip.to_canonical() {
            IpAddr::V4(ip) => Some(u32::from(ip) >> LabState::HOST_BITS),
            IpAddr::V6(_) => None,
        };
        let own = self.server().and_then(|server| network(server.ip));
        own.is_some() && own == network(ip) && self.host_of(ip).is_none()
    }

    /// All of its addresses: `192.168.1.10, .13, .14`.
    pub(crate) fn addresses(&self) -> String {
        let mut text = String::new();
        for computer in &self.computers {
            let ip = computer.ip.to_string();
            match ip.rfind('.').filter(|_| !text.is_empty()) {
                Some(dot) => text.extend([", ", &ip[dot..]]),
                None => text.push_str(&ip),
            }
        }
        text
    }

    /// Whether the rows of that computer are what the demonstration is about.
    pub fn shows(&self, host: Host) -> bool {
        if self.is_up() {
            self.computers.iter().any(|computer| computer.host == host)
        } else {
            host == Host::THIS
        }
    }

    /// The sequence and acknowledgement number of a segment as they are to be shown: counted from the SYN of each end, unless the absolute
    /// ones are wanted.
    pub fn numbers(&self, crossing: &WireSegment) -> (u32, u32) {
        if self.absolute { (crossing.segment.seq, crossing.segment.ack) } else { crossing.relative }
    }

    /// Whether segments are on their way so slowly that one can see them move.
    pub fn is_moving(&self) -> bool {
        self.known.waiting() > 0 && !self.wire.held && !self.wire.delay.is_zero()
    }

    /// How many segments are on the wire: held, or on their way.
    pub fn waiting(&self) -> usize {
        self.known.waiting()
    }

    /// How many segments crossed in bursts without being told one by one.
    pub fn untold(&self) -> u64 {
        self.known.untold
    }
}

impl LabState {
    /// Remembers since when this is done with the wire, so that the past can show it.
    pub(crate) fn remember_wire(&mut self, at: Moment) {
        let before = self.wires.back().map(|(_, wire)| *wire);
        if before.unwrap_or_default() == self.wire {
            return;
        }
        if self.wires.len() == REMEMBERED {
            self.wires.pop_front();
        }
        self.wires.push_back((at, self.wire));
    }
}
