use std::net::IpAddr;

use crate::tcp::{Port, PortRange};

/// What this machine allows, read once at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLimits {
    /// This process's id.
    pub pid: u32,
    /// The user that it runs as.
    pub uid: u32,
    /// `net.ipv4.ip_local_port_range`: from where the kernel picks a client's port.
    pub ephemeral: PortRange,
    /// `net.ipv4.ip_unprivileged_port_start`: ports below it need a privilege.
    pub unprivileged_from: Port,
    /// `net.core.somaxconn`: no backlog is longer.
    pub somaxconn: u32,
    /// How many descriptors this process may have open.
    pub descriptors: u64,
    /// The addresses of this machine's interfaces.
    pub addresses: Vec<IpAddr>,
    /// Whether `::1` can be bound.
    pub has_ipv6: bool,
}

impl HostLimits {
    /// Descriptors that no socket of ours takes: terminal, netlink, files of /proc.
    pub const RESERVED_DESCRIPTORS: u64 = 64;
}

impl Default for HostLimits {
    /// A plain Linux machine with its defaults.
    fn default() -> HostLimits {
        HostLimits {
            pid: 0,
            uid: 0,
            ephemeral: PortRange::DEFAULT,
            unprivileged_from: Port(1024),
            somaxconn: 4096,
            descriptors: 1024,
            addresses: Vec::new(),
            has_ipv6: true,
        }
    }
}
