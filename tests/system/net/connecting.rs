//! Clients: where they call from and to, and what refuses them.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use fivetuple::net::Engine;
use fivetuple::tcp::{
    Burst, Call, CloseKind, Command, ConnectSpec, Endpoint, Errno, ListenSpec, Port, PortRange,
    Protocol, SocketEvent, SourcePort, Target,
};

use crate::net::rig::Rig;
use crate::net::{anywhere, burst, from, held, listening, loopback, to};
use crate::support::skipped;

/// An engine, and a port of loopback on which nothing listens.
async fn nobody_listens() -> (Rig, Endpoint) {
    let (mut rig, at) = listening(anywhere()).await;
    rig.stop_listening().await;
    (rig, at)
}

const PORTS_USED_UP: (Call, Errno) = (Call::Connect, Errno::EADDRNOTAVAIL);
const ADDRESS_IN_USE: (Call, Errno) = (Call::Bind, Errno::EADDRINUSE);

#[tokio::test]
async fn a_call_that_cannot_be_made_is_refused_with_its_reason() {
    let (mut rig, at) = nobody_listens().await;
    let not_ours = from(Ipv4Addr::new(192, 0, 2, 9).into(), at);
    assert_eq!(rig.refused(to(at)).await, (Call::Connect, Errno::ECONNREFUSED));
    assert_eq!(rig.refused(not_ours).await, (Call::Bind, Errno::EADDRNOTAVAIL));
    let nowhere = Target { name: "nowhere.invalid".to_owned(), port: at.port };
    assert_eq!(rig.refused(ConnectSpec::to(nowhere)).await.0, Call::Resolve);
    for ip in ["192.0.2.1", "224.0.0.1", "255.255.255.255", "ff02::1"] {
        let far = Endpoint::new(ip.parse::<IpAddr>().expect("an address"), 9);
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            let why = rig.refused(ConnectSpec { protocol, ..to(far) }).await;
            assert_eq!(why, (Call::Remote(far.ip), Errno::EPERM));
        }
    }
}

#[tokio::test]
async fn a_datagram_that_nobody_takes_comes_back_as_refused() {
    let (mut rig, at) = nobody_listens().await;
    let spec = ConnectSpec { protocol: Protocol::Udp, payload: b"anybody?".to_vec(), ..to(at) };
    let own = rig.connect(spec).await.expect("UDP always connects");
    assert_eq!(rig.closed(own.name).await, CloseKind::Broken(Errno::ECONNREFUSED));
}

#[tokio::test]
async fn this_very_machine_is_never_far() {
    let public = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_private() && !ip.is_link_local(),
        IpAddr::V6(_) => false,
    };
    let Some(own) = fivetuple::kernel::addresses().into_iter().map(|own| own.ip).find(public)
    else {
        return skipped("no interface has an address outside of private networks");
    };
    let (mut rig, at) = listening(ListenSpec::at(Endpoint::new(own, 0))).await;
    rig.connect(to(at)).await.expect("it is ours");
}

#[tokio::test]
async fn a_source_port_can_be_shared_by_calls_to_different_destinations() {
    let (mut rig, Endpoint { port, .. }) = nobody_listens().await;
    let (one, other) = (rig.listen(anywhere()).await, rig.listen(anywhere()).await);
    let shared = |at| ConnectSpec {
        source_port: SourcePort::Fixed(port),
        reuse_addr: true,
        ..from(loopback(8), at)
    };
    for at in [one, other] {
        let own = rig.connect(shared(at)).await.expect("its fifth number differs");
        assert_eq!(own.name.tuple.local, Endpoint { ip: loopback(8), port });
    }
    assert_eq!(rig.refused(shared(one)).await, PORTS_USED_UP);
}

#[tokio::test]
async fn the_servers_port_serves_one_client_per_computer() {
    let (mut rig, at) = listening(anywhere()).await;
    let same =
        |last| ConnectSpec { source_port: SourcePort::SameAsServer, ..from(loopback(last), at) };
    let pair = rig.pair(same(21)).await;
    assert_eq!(pair.server.tuple.remote, Endpoint { ip: loopback(21), ..at });
    assert_eq!(rig.refused(same(21)).await, ADDRESS_IN_USE);
    rig.connect(same(22)).await.expect("the phone");
}

fn toy(low: u16, high: u16, spec: ConnectSpec) -> ConnectSpec {
    let range = PortRange { low: Port(low), high: Port(high) };
    ConnectSpec { source_port: SourcePort::Range(range), ..spec }
}

/// Connects until it is refused; each port of the range is used once, and then there is this error.
///
/// A listener of another test may hold one of the ports, so that there are fewer than the range has.
async fn use_up(rig: &mut Rig, spec: &ConnectSpec) -> (Call, Errno) {
    let SourcePort::Range(range) = spec.source_port else { panic!("{spec:?}") };
    let mut used = BTreeSet::new();
    loop {
        match rig.connect(spec.clone()).await {
            Ok(own) => {
                let port = own.name.tuple.local.port;
                assert!(range.contains(port) && used.insert(port), "{port} after {used:?}");
            }
            Err(why) => {
                assert!(!used.is_empty(), "{why}");
                return (why.call, why.errno);
            }
        }
    }
}

#[tokio::test]
async fn a_toy_range_runs_out_for_one_destination_and_address_only() {
    let (mut rig, here) = listening(anywhere()).await;
    let there = rig.listen(anywhere()).await;
    assert_eq!(use_up(&mut rig, &toy(45100, 45103, to(here))).await, PORTS_USED_UP);
    rig.connect(toy(45100, 45103, to(there))).await.expect("another server");
    rig.connect(toy(45100, 45103, from(loopback(2), here))).await.expect("another computer");
    // A single port, too, and with an address that was asked for.
    let only = |at| toy(45110, 45110, from(loopback(1), at));
    rig.connect(only(here)).await.expect("first");
    rig.connect(only(there)).await.expect("second");
    assert_eq!(rig.refused(only(here)).await, PORTS_USED_UP);
}

#[tokio::test]
async fn a_toy_range_holds_for_ipv6_and_udp_too() {
    let v6 = ListenSpec::at(Endpoint::new(Ipv6Addr::LOCALHOST, 0));
    let (mut rig, at) = listening(v6).await;
    // What the kernel answers when the ports are used up depends on the protocol.
    for (protocol, errno) in [(Protocol::Tcp, Errno::EADDRNOTAVAIL), (Protocol::Udp, Errno::EAGAIN)]
    {
        let toy = ConnectSpec { protocol, ..toy(45120, 45121, to(at)) };
        assert_eq!(use_up(&mut rig, &toy).await, (Call::Connect, errno));
    }
}

#[tokio::test]
async fn udp_and_tcp_use_the_same_port() {
    let (mut rig, at) = listening(anywhere()).await;
    let there = tokio::net::UdpSocket::bind(SocketAddr::from(at)).await;
    let there = there.expect("never clashes with TCP");
    let spec = ConnectSpec { protocol: Protocol::Udp, payload: b"datagram".to_vec(), ..to(at) };
    let own = rig.connect(spec).await.expect("UDP always connects");
    let mut buffer = [0; 64];
    let (count, from) = there.recv_from(&mut buffer).await.expect("arrives");
    assert_eq!(&buffer[..count], b"datagram");
    assert_eq!(Endpoint::from(from), own.name.tuple.local);
    there.send_to(b"answer", from).await.expect("sent");
    assert_eq!(rig.received(own.name).await, b"answer");
}

#[tokio::test]
async fn a_full_queue_leaves_callers_in_syn_sent_until_they_are_closed() {
    let (mut rig, at) = listening(ListenSpec { backlog: 0, ..held() }).await;
    rig.connect(to(at)).await.expect("one fits in");
    rig.run(Command::Connect(to(at), Burst::ONE));
    let waiting = rig
        .wait_for(|event| match event {
            SocketEvent::Connecting(own) => Some(own.name),
            SocketEvent::Connected(own) => panic!("{own:?}"),
            _ => None,
        })
        .await;
    rig.run(Command::Close(waiting));
    assert_eq!(rig.closed(waiting).await, CloseKind::Close);
}

#[tokio::test]
async fn a_burst_gives_up_at_the_first_refusal() {
    let (mut rig, at) = nobody_listens().await;
    rig.run(Command::Connect(to(at), burst(1000)));
    let mut failed = 0;
    let ended = rig
        .wait_for(|event| match event {
            SocketEvent::ConnectFailed { .. } => {
                failed += 1;
                None
            }
            SocketEvent::BurstEnded { opened, asked, .. } => Some((opened, asked)),
            _ => None,
        })
        .await;
    assert_eq!((failed, ended), (1, (0, 1000)));
}

#[tokio::test]
async fn a_burst_that_keeps_a_pace_can_be_stopped() {
    let (mut rig, at) = listening(anywhere()).await;
    let slow = Burst { count: 1000, every: Duration::from_secs(3600) };
    rig.run(Command::Connect(to(at), slow));
    rig.opened(2).await;
    rig.run(Command::StopConnecting);
    assert_eq!(rig.burst_ended().await, (1, 1000));
}

#[tokio::test]
async fn a_key_that_repeats_makes_no_storm() {
    let (mut rig, at) = listening(anywhere()).await;
    let tasks = rig.tasks.len();
    for _ in 0..1000 {
        rig.run(Command::Connect(to(at), Burst::ONE));
    }
    assert!(rig.tasks.len() - tasks <= Engine::MOST_UNDER_WAY);
    let (mut turned_down, mut opened) = (false, 0);
    rig.wait_for(|event| {
        match event {
            SocketEvent::ConnectFailed { why, .. } => turned_down |= why.errno == Errno::EAGAIN,
            SocketEvent::Connected(_) => opened += 1,
            _ => (),
        }
        (turned_down && opened == Engine::MOST_UNDER_WAY).then_some(())
    })
    .await;
}
