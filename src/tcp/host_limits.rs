use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::tcp::{Port, PortRange};

/// What this machine allows. It changes while the program runs, so it is read again whenever it is spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLimits {
    /// This process's id.
    pub pid: u32,
    /// The user that it runs as.
    pub uid: u32,
    /// The version of Linux, as far as releases tell it.
    pub linux: (u32, u32),
    /// `net.ipv4.ip_local_port_range`: from where the kernel picks a client's port.
    pub ephemeral: PortRange,
    /// `net.ipv4.ip_local_reserved_ports`: the kernel picks none of them.
    pub reserved: Vec<PortRange>,
    /// `net.ipv4.tcp_tw_reuse`: whether connect() picks a port in TIME_WAIT again; `None` where it cannot be read.
    pub time_wait_reuse: Option<TimeWaitReuse>,
    /// `net.ipv4.tcp_tw_reuse_delay`: how long after it entered TIME_WAIT.
    pub reuse_delay: Duration,
    /// `net.ipv4.ip_unprivileged_port_start`: ports below it need a privilege.
    pub unprivileged_from: Port,
    /// `net.core.somaxconn`: no backlog is longer; `None` where it cannot be read.
    pub somaxconn: Option<u32>,
    /// How many descriptors this process may have open.
    pub descriptors: u64,
    /// The addresses of this machine's interfaces.
    pub addresses: Vec<LocalAddress>,
    /// Whether `::1` can be bound.
    pub has_ipv6: bool,
    /// Whether the loopback interface is up: no address of this machine is reached without it.
    pub loopback_up: bool,
    /// The settings that cannot be read; Linux's default stands for one that must have a value.
    pub unread: Vec<&'static str>,
}

/// The values of `net.ipv4.tcp_tw_reuse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeWaitReuse {
    /// 0: no port in TIME_WAIT is picked.
    Never,
    /// 1: for every destination.
    Everywhere,
    /// 2, the default: on loopback only.
    OnLoopback,
}

/// An address of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddress {
    /// The address.
    pub ip: IpAddr,
    /// The interface that a link-local one belongs to: without it, it names no place.
    pub interface: Option<String>,
}

impl From<IpAddr> for LocalAddress {
    fn from(ip: IpAddr) -> LocalAddress {
        LocalAddress { ip, interface: None }
    }
}

impl fmt::Display for LocalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ip)?;
        self.interface.iter().try_for_each(|name| write!(f, "%{name}"))
    }
}

impl HostLimits {
    /// The setting of `ephemeral`.
    pub const PORT_RANGE: &str = "net.ipv4.ip_local_port_range";
    /// The setting of `unprivileged_from`.
    pub const UNPRIVILEGED: &str = "net.ipv4.ip_unprivileged_port_start";
    /// Descriptors that no socket of ours takes: terminal, netlink, files of /proc.
    pub const RESERVED_DESCRIPTORS: u64 = 64;

    /// How many ports of a range connect() may pick; of one that a socket asks for, only what lies in the kernel's own.
    pub fn pickable(&self, range: PortRange) -> usize {
        let Some(range) = range.overlap(self.ephemeral) else { return 0 };
        let reserved = self.reserved.iter().filter_map(|reserved| reserved.overlap(range));
        range.len().saturating_sub(reserved.map(PortRange::len).sum())
    }

    /// How long after a port entered TIME_WAIT connect() picks it again for that destination; `None`: only once TIME_WAIT is over.
    pub fn reuses_time_wait(&self, to: IpAddr) -> Option<Duration> {
        let reuses = match self.time_wait_reuse {
            Some(TimeWaitReuse::Never) | None => false,
            Some(TimeWaitReuse::Everywhere) => true,
            Some(TimeWaitReuse::OnLoopback) => to.to_canonical().is_loopback(),
        };
        reuses.then_some(self.reuse_delay)
    }

    /// Whether the range of this kernel can be read.
    pub fn knows_range(&self) -> bool {
        !self.unread.contains(&HostLimits::PORT_RANGE)
    }

    /// Whether the range is Linux's default, in place of this kernel's.
    pub fn is_assumed(&self, range: PortRange) -> bool {
        !self.knows_range() && range == self.ephemeral
    }

    /// Whether connections to that address stay within this machine.
    pub fn is_own(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        ip.is_loopback() || self.has(ip)
    }

    /// Whether an interface of this machine has that address.
    pub fn has(&self, ip: IpAddr) -> bool {
        self.addresses.iter().any(|address| address.ip == ip)
    }
}

impl Default for HostLimits {
    /// A plain Linux machine with its defaults.
    fn default() -> HostLimits {
        HostLimits {
            pid: 0,
            uid: 0,
            linux: (6, 18),
            ephemeral: PortRange::DEFAULT,
            reserved: Vec::new(),
            time_wait_reuse: Some(TimeWaitReuse::OnLoopback),
            reuse_delay: Duration::from_secs(1),
            unprivileged_from: Port(1024),
            somaxconn: Some(4096),
            descriptors: 1024,
            addresses: Vec::new(),
            has_ipv6: true,
            loopback_up: true,
            unread: Vec::new(),
        }
    }
}
