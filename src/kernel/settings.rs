use std::fs;
use std::net::{IpAddr, Ipv6Addr, UdpSocket};
use std::str::FromStr;
use std::time::Duration;

use netlink_packet_core::{
    Emitable, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NetlinkBuffer, NetlinkHeader,
    Parseable,
};
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{LinkFlags, LinkHeader, LinkLayerType};
use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};

use crate::kernel::netlink::Netlink;
use crate::kernel::source::ReadResult;
use crate::tcp::address::endpoint::is_of_a_link;
use crate::tcp::{Endpoint, Errno, HostLimits, LocalAddress, Port, PortRange, TimeWaitReuse};

/// This process on this machine, before the limits are read.
pub fn unread_machine() -> HostLimits {
    let default = HostLimits::default();
    HostLimits {
        pid: std::process::id(),
        uid: geteuid().as_raw(),
        linux: linux().unwrap_or(default.linux),
        time_wait_reuse: None,
        somaxconn: None,
        descriptors: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
        unread: vec![HostLimits::PORT_RANGE, HostLimits::UNPRIVILEGED],
        ..default
    }
}

/// The limits of this machine (ip-sysctl in the kernel's documentation). The kernel may keep its list of interfaces locked for a while.
pub fn machine() -> HostLimits {
    let default = unread_machine();
    let mut settings = SettingsReader::default();
    let ranges = |text: &str| Some(PortRange::list_of_sysctl(text));
    HostLimits {
        ephemeral: settings
            .read(HostLimits::PORT_RANGE, PortRange::of_sysctl)
            .unwrap_or(default.ephemeral),
        reserved: settings.read("net.ipv4.ip_local_reserved_ports", ranges).unwrap_or_default(),
        time_wait_reuse: settings.read("net.ipv4.tcp_tw_reuse", time_wait_reuse),
        // An older kernel has no such setting, and waits for as long.
        reuse_delay: sysctl("net.ipv4.tcp_tw_reuse_delay", number)
            .map_or(default.reuse_delay, Duration::from_millis),
        unprivileged_from: settings
            .read(HostLimits::UNPRIVILEGED, number)
            .map_or(default.unprivileged_from, Port),
        somaxconn: settings.read("net.core.somaxconn", number),
        addresses: addresses(),
        has_ipv6: has_ipv6(),
        loopback_up: loopback_is_up().unwrap_or(default.loopback_up),
        unread: settings.unread,
        ..default
    }
}

#[derive(Default)]
struct SettingsReader {
    unread: Vec<&'static str>,
}

impl SettingsReader {
    fn read<T>(&mut self, name: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = sysctl(name, parse);
        if value.is_none() {
            self.unread.push(name);
        }
        value
    }
}

/// The first two numbers of the release (`kernel.osrelease`).
fn linux() -> Option<(u32, u32)> {
    let release = sysctl("kernel.osrelease", |text| Some(text.to_owned()))?;
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Whether ::1 is there. A failure for want of descriptors says nothing about it.
fn has_ipv6() -> bool {
    let Err(why) = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)) else { return true };
    !matches!(Errno::from(&why), Errno::EADDRNOTAVAIL | Errno::EAFNOSUPPORT)
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

fn sysctl<T>(name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    parse(&fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/"))).ok()?)
}

fn number<N: FromStr>(text: &str) -> Option<N> {
    text.trim().parse().ok()
}

fn time_wait_reuse(text: &str) -> Option<TimeWaitReuse> {
    match text.trim() {
        "0" => Some(TimeWaitReuse::Never),
        "1" => Some(TimeWaitReuse::Everywhere),
        "2" => Some(TimeWaitReuse::OnLoopback),
        _ => None,
    }
}

/// The addresses of the interfaces in this thread's network namespace (rtnetlink(7)); empty where the kernel does not tell.
pub fn addresses() -> Vec<LocalAddress> {
    let mut found = Vec::new();
    // What was found before an error is still true.
    let asked = dump(libc::RTM_GETADDR, &AddressMessage::default(), |payload| {
        found.extend(AddressMessage::parse(payload).ok().and_then(address));
    });
    let interface = |number| asked.as_ref().ok()?.interface(number);
    let with_interface = |(ip, number): (IpAddr, u32)| {
        let is_of_a_link = is_of_a_link(Endpoint { ip, port: Port::ANY });
        let interface = is_of_a_link.then(|| interface(number)).flatten();
        LocalAddress { ip, interface }
    };
    found.into_iter().map(with_interface).collect()
}

/// `None` where the kernel does not tell, or there is no such interface.
fn loopback_is_up() -> Option<bool> {
    let mut is_up = None;
    let _ = dump(libc::RTM_GETLINK, &LinkHeader::default(), |payload| {
        let links = LinkHeader::parse(payload).into_iter();
        let mut loopback = links.filter(|link| link.link_layer_type == LinkLayerType::Loopback);
        is_up = loopback.next().map(|link| link.flags.contains(LinkFlags::Up)).or(is_up);
    });
    is_up
}

/// Asks rtnetlink for all of a kind, and hands over the payload of each message; returns the socket.
fn dump(kind: u16, question: &impl Emitable, mut take: impl FnMut(&[u8])) -> ReadResult<Netlink> {
    let mut netlink = Netlink::open(None)?;
    let asked = netlink.ask(|number, request| {
        let mut header = NetlinkHeader::default();
        let length = header.buffer_len() + question.buffer_len();
        header.length = u32::try_from(length).unwrap_or(0);
        header.message_type = kind;
        header.flags = NLM_F_REQUEST | NLM_F_DUMP;
        header.sequence_number = number;
        request.resize(length, 0);
        header.emit(request);
        question.emit(&mut request[header.buffer_len()..]);
    })?;
    loop {
        let mut rest = netlink.receive()?;
        while let Ok(message) = NetlinkBuffer::new_checked(rest) {
            if message.sequence_number() == asked {
                if let NLMSG_DONE | NLMSG_ERROR = message.message_type() {
                    return Ok(netlink);
                }
                take(message.payload());
            }
            let length = (message.length() as usize).next_multiple_of(4);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

/// The address of one `RTM_NEWADDR` message, with the number of its interface; on a point-to-point link only `IFA_LOCAL` is ours.
fn address(message: AddressMessage) -> Option<(IpAddr, u32)> {
    let mut address = None;
    for attribute in message.attributes {
        if let AddressAttribute::Local(ip) = attribute {
            return Some((ip, message.header.index));
        }
        if let AddressAttribute::Address(ip) = attribute {
            address = Some((ip, message.header.index));
        }
    }
    address
}
