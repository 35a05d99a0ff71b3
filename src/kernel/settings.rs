use std::fs;
use std::net::{Ipv6Addr, UdpSocket};
use std::str::FromStr;

use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};

use crate::kernel::addresses;
use crate::tcp::{HostLimits, Port, PortRange};

/// The limits of this machine (ip-sysctl in the kernel's documentation), with Linux's default for what cannot be read.
pub fn machine() -> HostLimits {
    let default = HostLimits::default();
    let sysctl = |path: &str| fs::read_to_string(format!("/proc/sys/net/{path}")).ok();
    HostLimits {
        pid: std::process::id(),
        uid: geteuid().as_raw(),
        ephemeral: sysctl("ipv4/ip_local_port_range")
            .and_then(|text| range(&text))
            .unwrap_or(default.ephemeral),
        unprivileged_from: sysctl("ipv4/ip_unprivileged_port_start")
            .and_then(|text| number(&text))
            .map_or(default.unprivileged_from, Port),
        somaxconn: sysctl("core/somaxconn")
            .and_then(|text| number(&text))
            .unwrap_or(default.somaxconn),
        descriptors: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
        addresses: addresses(),
        has_ipv6: UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok(),
    }
}

/// Raises the soft limit of descriptors to the hard limit (getrlimit(2), `RLIMIT_NOFILE`), and returns it.
pub fn raise_descriptor_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let granted = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    granted.unwrap_or(u64::MAX)
}

fn number<N: FromStr>(text: &str) -> Option<N> {
    text.trim().parse().ok()
}

fn range(text: &str) -> Option<PortRange> {
    let mut numbers = text.split_whitespace().map(str::parse::<u16>);
    let (low, high) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    (low <= high).then_some(PortRange { low: Port(low), high: Port(high) })
}
