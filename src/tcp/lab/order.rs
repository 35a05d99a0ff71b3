use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::tcp::{Errno, Host, Port, PortRange, TcpState, Timer, TimerKind, WireEvent, WireOrder};

/// What is asked of the lab: computers of its own, each with its kernel's own TCP, and a wire between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabOrder {
    /// Set it up.
    Start(LabSpec),
    /// Take it down; its sockets are closed with it.
    Stop,
    /// Do this with the wire.
    Wire(WireOrder),
}

/// Which computers the lab has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabSpec {
    /// How many computers, the server among them, 2 to 8.
    pub computers: u8,
    /// `net.ipv4.ip_local_port_range` on each; `None` leaves the kernel's default.
    pub ports: Option<PortRange>,
}

impl LabSpec {
    /// How many clients a lab has unless more are asked for.
    pub const CLIENTS: u8 = 2;
    /// The most clients that a lab can have.
    pub const MOST_CLIENTS: u8 = 7;

    /// A server and so many clients, as far as a lab can have them.
    pub fn of_clients(clients: u8) -> LabSpec {
        LabSpec { computers: 1 + clients.clamp(1, LabSpec::MOST_CLIENTS), ports: None }
    }
}

impl Default for LabSpec {
    fn default() -> LabSpec {
        LabSpec::of_clients(LabSpec::CLIENTS)
    }
}

/// What the lab tells back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabEvent {
    /// It is there.
    Up {
        /// Its computers, the server first.
        computers: Vec<LabComputer>,
        /// What they can do.
        limits: LabLimits,
        /// How long it took.
        took: Duration,
    },
    /// It could not be set up.
    Refused(LabRefusal),
    /// It is gone; a reason is given if no order asked for it.
    Down(Option<String>),
    /// Segments crossed its wire.
    Wire(Vec<WireEvent>),
    /// Something went wrong that leaves the lab standing; in words.
    Warned(String),
    /// What crosses the wire is not written down any more; why, in words.
    CaptureFailed(String),
}

/// One computer of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabComputer {
    /// What its rows and sockets are marked with.
    pub host: Host,
    /// Its address on the wire.
    pub ip: IpAddr,
    /// The one in IPv6, where the kernel has it.
    pub ip6: Option<Ipv6Addr>,
}

impl LabComputer {
    /// Whether `ip` is one of its addresses on the wire.
    pub fn has(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.ip == ip || self.ip6.is_some_and(|own| own == ip)
    }
}

/// What the lab's computers can do, as far as settings of their own decide it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabLimits {
    /// The lowest port that needs no privilege there.
    pub unprivileged_from: Port,
    /// `net.core.somaxconn`: no backlog is longer; `None` where it cannot be read.
    pub somaxconn: Option<u32>,
    /// How often a handshake is retransmitted, where the kernel gives up before it was held on the wire for ten minutes.
    pub gives_up: Option<HandshakeRetries>,
    /// Whether they have addresses of IPv6.
    pub has_ipv6: bool,
    /// A setting that could not be made, and what the kernel answered: then none of them can be.
    pub unset: Option<(String, Errno)>,
}

impl LabLimits {
    /// The longest backlog that they are to have.
    pub const BACKLOG: u32 = 65_535;
    /// What they can do where this machine lets their settings be made.
    pub const MEANT: LabLimits = LabLimits {
        unprivileged_from: Port::ANY,
        somaxconn: Some(LabLimits::BACKLOG),
        gives_up: None,
        has_ipv6: true,
        unset: None,
    };

    /// What is missing, and why, as a sentence; `None` if nothing is.
    pub fn lacks(&self) -> Option<String> {
        let (file, errno) = self.unset.as_ref()?;
        let meant = LabLimits::MEANT;
        let queue = (self.somaxconn != meant.somaxconn).then(|| match self.somaxconn {
            Some(most) => {
                format!(
                    "its accept queues hold at most {most} connections, not {}",
                    LabLimits::BACKLOG
                )
            }
            None => "how many connections its accept queues hold is not known".to_owned(),
        });
        let ports = (self.unprivileged_from > meant.unprivileged_from)
            .then(|| format!("ports below {} are privileged", self.unprivileged_from));
        let early = self.gives_up.map(|_| {
            "a connection whose segments are held on the wire is given up after one or two minutes"
                .to_owned()
        });
        let all: Vec<String> = [queue, ports, early].into_iter().flatten().collect();
        (!all.is_empty()).then(|| {
            let all = all.join(", and ");
            format!("The lab works, but {all}: cannot write {file}: {errno}.")
        })
    }
}

/// How often the kernel retransmits a SYN and a SYN+ACK before it gives up (tcp(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandshakeRetries {
    /// `net.ipv4.tcp_syn_retries`.
    pub syn: u8,
    /// `net.ipv4.tcp_syn_linear_timeouts`: so many more, without a longer wait; 0 where the kernel has no such setting.
    pub linear: u8,
    /// `net.ipv4.tcp_synack_retries`.
    pub syn_ack: u8,
}

impl HandshakeRetries {
    /// The kernel's defaults.
    pub const DEFAULT: HandshakeRetries = HandshakeRetries { syn: 6, linear: 4, syn_ack: 5 };

    /// How long the kernel goes on after the present timer: each wait is twice the one before, from 1 s up to 120 s. `None` where it does not
    /// wait for the other end of a handshake.
    pub fn after(self, timer: Timer, state: TcpState) -> Option<Duration> {
        let (all, linear) = if state == TcpState::SynSent {
            (self.syn.saturating_add(self.linear), self.linear)
        } else if state == TcpState::SynReceived {
            (self.syn_ack, 0)
        } else {
            return None;
        };
        let wait = |tries: u8| (1_u64 << tries.saturating_sub(linear).min(7)).min(120);
        let later = timer.tries.saturating_add(1)..=all;
        (timer.kind == TimerKind::Retransmit).then(|| Duration::from_secs(later.map(wait).sum()))
    }
}

/// Why there is no lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabRefusal {
    /// The step that failed, as a call or a file: `unshare(CLONE_NEWUSER)`.
    pub step: String,
    /// What the kernel answered.
    pub errno: Errno,
    /// The cause found on this machine and what to try, as a sentence without its full stop; may be empty.
    pub helps: String,
}
