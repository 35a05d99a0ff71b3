use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::Timespec;
use rustix::io::Errno;
use rustix::process::geteuid;
use rustix::thread::{CapabilitySet, capabilities};

use crate::lab::addressing::{address, address6, hosts, mac, name};
use crate::lab::diagnosis::{FailedStep, PORT_RANGE, at};
use crate::lab::namespace::{become_root_inside, enter_network, network, new_network, write};
use crate::lab::rtnetlink::Rtnetlink;
use crate::lab::sysctl;
use crate::lab::wire::port;
use crate::tcp::{Host, LabLimits, LabSpec};

/// The helper's descriptor of the middle's network namespace; a computer's is higher by its host. `join` opens them in /proc.
pub(super) const SPACES: i32 = 40;
const CARRIER_TIMEOUT_MS: u32 = 1000;

#[derive(Debug)]
pub(super) struct LinkedLab {
    pub(super) computers: Vec<LabHost>,
    pub(super) limits: LabLimits,
    /// Held open, as the links are in it.
    _middle: OwnedFd,
}

#[derive(Debug)]
pub(super) struct LabHost {
    pub(super) host: Host,
    pub(super) space: OwnedFd,
    pub(super) packets: OwnedFd,
    /// `snmp`, `sockstat` and `sockstat6`, as far as they exist.
    pub(super) counters: Vec<File>,
}

/// If both ends had one number, a change of state could take up to a second (`linkwatch_urgent_event`, net/core/link_watch.c).
const FIRST_LINK: u32 = 100;

pub(super) fn build(spec: LabSpec) -> Result<LinkedLab, FailedStep> {
    gain_privileges()?;
    let mut spaces = Vec::new();
    for host in hosts(spec.computers) {
        spaces.push((host, new_space(SPACES + i32::from(host.0))?));
    }
    let middle = new_space(SPACES)?;
    let route = open_route()?;
    for (host, space) in &spaces {
        let name = name(*host);
        route
            .add_pair((name, FIRST_LINK + u32::from(host.0)), space.as_fd(), mac(*host))
            .map_err(at("RTM_NEWLINK veth"))?;
        route.up(name).map_err(at("RTM_NEWLINK up"))?;
    }
    let mut limits = LabLimits::MEANT;
    let mut counters = Vec::new();
    for (host, space) in &spaces {
        enter_network(space).map_err(at("setns(CLONE_NEWNET)"))?;
        let (files, has_ipv6) = set_up(*host, spec)?;
        limits = LabLimits { has_ipv6, ..sysctl::lift_limits() };
        counters.push(files);
    }
    enter_network(&middle).map_err(at("setns(CLONE_NEWNET)"))?;
    let mut computers = Vec::new();
    for ((host, space), counters) in spaces.into_iter().zip(counters) {
        let link = carrying(&route, name(host))?;
        computers.push(LabHost { host, space, packets: port::open(link)?, counters });
    }
    Ok(LinkedLab { computers, limits, _middle: middle })
}

fn gain_privileges() -> Result<(), FailedStep> {
    // A container may grant only some of them; a user namespace grants all.
    let needed = CapabilitySet::NET_ADMIN | CapabilitySet::NET_RAW;
    let has_them = capabilities(None).is_ok_and(|own| own.effective.contains(needed));
    let is_denied = || matches!(new_network(), Err((_, Errno::PERM | Errno::ACCESS)));
    if geteuid().is_root() && has_them && !is_denied() {
        return Ok(());
    }
    become_root_inside()
}

fn new_space(lowest: i32) -> Result<OwnedFd, FailedStep> {
    new_network()?;
    network(lowest)
}

/// Returns the computer's counters, and whether its kernel has IPv6.
fn set_up(host: Host, spec: LabSpec) -> Result<(Vec<File>, bool), FailedStep> {
    if let Some(range) = spec.ports {
        write(PORT_RANGE, &format!("{} {}", range.low.0, range.high.0))?;
    }
    let route = open_route()?;
    for link in ["lo", "eth0"] {
        route.up(link).map_err(at("RTM_NEWLINK up"))?;
    }
    let link = carrying(&route, "eth0")?;
    route.add_address(link, address(host).into()).map_err(at("RTM_NEWADDR"))?;
    let has_ipv6 = route.add_address(link, address6(host).into()).is_ok();
    for other in hosts(spec.computers).filter(|other| *other != host) {
        let both = [Some(address(other).into()), has_ipv6.then(|| address6(other).into())];
        for ip in both.into_iter().flatten() {
            route.add_neighbour(link, ip, mac(other)).map_err(at("RTM_NEWNEIGH"))?;
        }
    }
    let open = |file| File::open(format!("/proc/thread-self/net/{file}"));
    let files = ["snmp", "sockstat", "sockstat6"].into_iter().filter_map(|file| open(file).ok());
    Ok((files.collect(), has_ipv6))
}

fn open_route() -> Result<Rtnetlink, FailedStep> {
    Rtnetlink::open().map_err(at("socket(NETLINK_ROUTE)"))
}

/// Waits until a link carries frames, as those sent earlier are lost, and returns its number.
fn carrying(route: &Rtnetlink, name: &str) -> Result<u32, FailedStep> {
    let a_moment = Timespec::try_from(Duration::from_millis(1)).ok();
    for _ in 0..CARRIER_TIMEOUT_MS {
        let (link, carries) = route.link(name).map_err(at("RTM_GETLINK"))?;
        if carries {
            return Ok(link);
        }
        // An interrupted wait is a short one.
        let _ = rustix::event::poll(&mut [], a_moment.as_ref());
    }
    Err((format!("RTM_GETLINK {name}"), Errno::TIMEDOUT))
}
