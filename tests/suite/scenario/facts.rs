//! What a scenario takes as given.

use std::net::IpAddr;
use std::time::Duration;

use fivetuple::app::State;
use fivetuple::tcp::{
    Accepting, HostLimits, LocalAddress, OnData, Port, PortRange, Protocol, ServerCloses,
    SourcePort, TimeWaitReuse,
};

const TW_REUSE: &str = "net.ipv4.tcp_tw_reuse";

/// A fact about the machine, or a setting that a form or the command line would make.
pub(super) fn given(state: &mut State, text: &str) {
    let (what, value) = text.split_once(' ').unwrap();
    let (machine, server, clients) =
        (&mut state.machine, &mut state.servers.selected_mut().spec, &mut state.clients);
    match what {
        "descriptors" => machine.descriptors = value.parse().unwrap(),
        "somaxconn" => machine.somaxconn = value.parse().ok(),
        "range" => machine.ephemeral = value.parse().unwrap(),
        "reserved" => machine.reserved = PortRange::list_of_sysctl(value),
        "ipv6" => machine.has_ipv6 = value == "yes",
        "tw-reuse" => machine.time_wait_reuse = Some(TimeWaitReuse::Never),
        "hidden" => {
            let settings = [HostLimits::PORT_RANGE, HostLimits::UNPRIVILEGED];
            machine.unread = settings.into_iter().filter(|name| value.contains(name)).collect();
            if value.contains(TW_REUSE) {
                machine.unread.push(TW_REUSE);
                machine.time_wait_reuse = None;
            }
        }
        "lo" => machine.loopback_up = value == "up",
        "addresses" => {
            let addresses = value.split(' ').map(|ip| ip.parse::<IpAddr>().unwrap());
            machine.addresses = addresses.map(LocalAddress::from).collect();
        }
        "port" => server.at.port = Port(value.parse().unwrap()),
        "address" => server.at.ip = value.parse().unwrap(),
        "lab-address" => state.lab.bind = Some(value.parse().unwrap()),
        "closes" => server.closes = ServerCloses::Never,
        "accept" => server.accepting = Accepting::Held,
        "unread" => server.on_data = OnData::LeaveUnread,
        "only-v6" => server.only_v6 = true,
        "every" => clients.burst.every = Duration::from_millis(value.parse().unwrap()),
        "to" => clients.to = Some(value.parse().unwrap()),
        "from" => clients.spec.from = Some(value.parse().unwrap()),
        "protocol" => {
            let is_udp = value == "udp";
            clients.spec.protocol = if is_udp { Protocol::Udp } else { Protocol::Tcp };
        }
        "source-port" => {
            clients.spec.source_port = match value.parse() {
                Ok(port) => SourcePort::Fixed(Port(port)),
                Err(_) => value.parse().map_or(SourcePort::SameAsServer, SourcePort::Range),
            }
        }
        _ => panic!("no such fact: {text}"),
    }
}
