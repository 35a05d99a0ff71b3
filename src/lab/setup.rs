use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use rustix::event::Timespec;
use rustix::io::Errno;
use rustix::process::geteuid;
use rustix::thread::{CapabilitySet, capabilities};

use crate::lab::addressing::{address, hosts, mac, name};
use crate::lab::diagnosis::{FailedStep, PORT_RANGE};
use crate::lab::namespace::{Namespaces, write};
use crate::lab::rtnetlink::Rtnetlink;
use crate::lab::wire::packet_socket;
use crate::lab::{namespace, sysctl};
use crate::tcp::{Host, LabLimits, LabSpec};

/// The helper holds the middle's network namespace at this descriptor, a computer's at the next ones by its host: whoever joins a lab
/// finds them there.
pub(crate) const SPACES: i32 = 40;
/// So many milliseconds at most until a link carries frames.
const CARRIES: u32 = 1000;

/// A lab whose links are up.
#[derive(Debug)]
pub(crate) struct LinkedLab {
    pub(crate) computers: Vec<LabHost>,
    /// What all of them can do.
    pub(crate) limits: LabLimits,
    /// Only held: the links live in it.
    _middle: OwnedFd,
}

/// One computer of it.
#[derive(Debug)]
pub(crate) struct LabHost {
    pub(crate) host: Host,
    /// Its network namespace.
    pub(crate) space: OwnedFd,
    /// Its end of the wire, on the middle's side.
    pub(crate) packets: OwnedFd,
    /// `snmp`, `sockstat` and `sockstat6`, as far as they exist.
    pub(crate) counters: Vec<File>,
}

/// The links in the middle are numbered from here on: where both ends of one had the same number, the kernel would take up to a second to
/// tell one end that the other is switched off (`linkwatch_urgent_event` in net/core/link_watch.c).
const LINKS: u32 = 100;

/// Makes one network namespace for each computer and one for the middle, and a link from each to the middle.
pub(crate) fn build(spec: LabSpec) -> Result<LinkedLab, FailedStep> {
    rise()?;
    let mut apart = Vec::new();
    for host in hosts(spec.computers) {
        apart.push((host, new_space(SPACES + i32::from(host.0))?));
    }
    let middle = new_space(SPACES)?;
    let route = open_route()?;
    for (host, space) in &apart {
        let name = name(*host);
        route
            .add_pair((name, LINKS + u32::from(host.0)), space.as_fd(), mac(*host))
            .map_err(at("RTM_NEWLINK veth"))?;
        route.up(name).map_err(at("RTM_NEWLINK up"))?;
    }
    let mut limits = LabLimits::MEANT;
    let mut counters = Vec::new();
    for (host, space) in &apart {
        namespace::enter_network(space).map_err(at("setns(CLONE_NEWNET)"))?;
        limits = sysctl::lift();
        counters.push(set_up(*host, spec)?);
    }
    namespace::enter_network(&middle).map_err(at("setns(CLONE_NEWNET)"))?;
    let mut computers = Vec::new();
    for ((host, space), counters) in apart.into_iter().zip(counters) {
        let link = carrying(&route, name(host))?;
        computers.push(LabHost {
            host,
            space,
            packets: packet_socket::open(link).map_err(|(step, why)| (step.to_owned(), why))?,
            counters,
        });
    }
    Ok(LinkedLab { computers, limits, _middle: middle })
}

/// Takes the privileges that namespaces need, in a user namespace where this machine does not give them.
fn rise() -> Result<(), FailedStep> {
    // A container may have one of them without the others; inside a user namespace there are all.
    let needed = CapabilitySet::NET_ADMIN | CapabilitySet::NET_RAW;
    let has_them = capabilities(None).is_ok_and(|own| own.effective.contains(needed));
    let is_denied = || matches!(Namespaces::Network.unshare(), Err(Errno::PERM | Errno::ACCESS));
    if geteuid().is_root() && has_them && !is_denied() {
        return Ok(());
    }
    namespace::become_root_inside().map_err(|(step, why)| (step.to_owned(), why))
}

fn new_space(lowest: i32) -> Result<OwnedFd, FailedStep> {
    Namespaces::Network.unshare().map_err(at(Namespaces::Network.step()))?;
    namespace::network(lowest).map_err(at("/proc/thread-self/ns/net"))
}

/// Sets up the computer whose network namespace this is; the files of its counters.
fn set_up(host: Host, spec: LabSpec) -> Result<Vec<File>, FailedStep> {
    if let Some(range) = spec.ports {
        let both = format!("{} {}", range.low.0, range.high.0);
        write(PORT_RANGE, &both).map_err(|(step, why)| (step.to_owned(), why))?;
    }
    let route = open_route()?;
    for link in ["lo", "eth0"] {
        route.up(link).map_err(at("RTM_NEWLINK up"))?;
    }
    let link = carrying(&route, "eth0")?;
    route.add_address(link, address(host)).map_err(at("RTM_NEWADDR"))?;
    for other in hosts(spec.computers).filter(|other| *other != host) {
        route.add_neighbour(link, address(other), mac(other)).map_err(at("RTM_NEWNEIGH"))?;
    }
    let open = |file| namespace::open(Path::new(&format!("/proc/thread-self/net/{file}")));
    Ok(["snmp", "sockstat", "sockstat6"].into_iter().filter_map(|file| open(file).ok()).collect())
}

fn open_route() -> Result<Rtnetlink, FailedStep> {
    Rtnetlink::open().map_err(at("socket(NETLINK_ROUTE)"))
}

/// The number of a link, once it carries frames: what is sent earlier is lost.
fn carrying(route: &Rtnetlink, name: &str) -> Result<u32, FailedStep> {
    let a_moment = Timespec::try_from(Duration::from_millis(1)).ok();
    for _ in 0..CARRIES {
        let (link, carries) = route.link(name).map_err(at("RTM_GETLINK"))?;
        if carries {
            return Ok(link);
        }
        rustix::event::poll(&mut [], a_moment.as_ref()).map_err(at("poll"))?;
    }
    Err((format!("RTM_GETLINK {name}"), Errno::TIMEDOUT))
}

fn at(step: &'static str) -> impl Fn(Errno) -> FailedStep {
    move |why| (step.to_owned(), why)
}
