use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use fivetuple::tcp::{
    Accepting, Burst, Call, CloseKind, Command, ConnectSpec, Endpoint, Errno, Host, ListenSpec,
    Protocol, SocketEvent, SourcePort, Target,
};

use crate::net::{Rig, anywhere, burst, loopback, to};
use crate::support::skipped;

/// A port of loopback on which nothing listens.
async fn nobodys(rig: &mut Rig) -> Endpoint {
    let at = rig.listen(anywhere()).await;
    rig.run(Command::StopListening);
    rig.wait_for(|event| (event == SocketEvent::StoppedListening { why: None }).then_some(()))
        .await;
    at
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let mut rig = Rig::new();
    let at = nobodys(&mut rig).await;
    let why = rig.refused(to(at)).await;
    assert_eq!((why.call, why.errno), (Call::Connect, Errno::ECONNREFUSED));
}

#[tokio::test]
async fn a_burst_gives_up_at_the_first_refusal() {
    let mut rig = Rig::new();
    let at = nobodys(&mut rig).await;
    rig.run(Command::Connect(to(at), burst(1000)));
    let mut failed = 0;
    let opened = rig
        .wait_for(|event| match event {
            SocketEvent::ConnectFailed { .. } => {
                failed += 1;
                None
            }
            SocketEvent::BurstEnded { opened, asked, .. } => Some((opened, asked)),
            _ => None,
        })
        .await;
    assert_eq!((failed, opened), (1, (0, 1000)));
}

#[tokio::test]
async fn far_addresses_are_called_only_when_allowed() {
    let mut rig = Rig::new();
    for ip in ["192.0.2.1", "224.0.0.1", "255.255.255.255", "ff02::1"] {
        let far = Endpoint::new(ip.parse::<IpAddr>().expect("an address"), 9);
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            let spec = ConnectSpec { protocol, ..to(far) };
            let why = rig.refused(spec).await;
            assert_eq!((why.call, why.errno), (Call::Remote(far.ip), Errno::EPERM));
        }
    }
}

#[tokio::test]
async fn this_very_machine_is_never_far() {
    let public = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_private() && !ip.is_link_local(),
        IpAddr::V6(_) => false,
    };
    let Some(own) = fivetuple::kernel::addresses().into_iter().find(public) else {
        return skipped("no interface has an address outside of private networks");
    };
    let mut rig = Rig::new();
    let at = rig.listen(ListenSpec::at(Endpoint::new(own, 0))).await;
    rig.connect(to(at)).await.expect("it is ours");
}

#[tokio::test]
async fn a_source_port_can_be_shared_by_calls_to_different_destinations() {
    let mut rig = Rig::new();
    let port = nobodys(&mut rig).await.port;
    let (one, other) = (rig.listen(anywhere()).await, rig.listen(anywhere()).await);
    let shared = |at| ConnectSpec {
        source_port: SourcePort::Fixed(port),
        reuse_addr: true,
        ..crate::net::from(loopback(8), at)
    };
    for at in [one, other] {
        let own = rig.connect(shared(at)).await.expect("its fifth number differs");
        assert_eq!(own.name.tuple.local, Endpoint { ip: loopback(8), port });
    }
    let why = rig.refused(shared(one)).await;
    assert_eq!((why.call, why.errno), (Call::Connect, Errno::EADDRNOTAVAIL));
}

#[tokio::test]
async fn an_unknown_name_is_said_to_be_the_reason() {
    let mut rig = Rig::new();
    let nowhere =
        ConnectSpec::to(Target { name: "nowhere.invalid".to_owned(), port: anywhere().at.port });
    assert_eq!(rig.refused(nowhere).await.call, Call::Resolve);
}

#[tokio::test]
async fn sockets_of_other_computers_are_not_made_here() {
    let mut rig = Rig::new();
    let lab = ListenSpec { host: Host(1), ..anywhere() };
    let why = rig.listen_failed(lab).await;
    assert_eq!((why.call, why.errno), (Call::Socket, Errno::EHOSTUNREACH));
}

#[tokio::test]
async fn a_datagram_that_nobody_takes_comes_back_as_refused() {
    let mut rig = Rig::new();
    let at = nobodys(&mut rig).await;
    let spec = ConnectSpec { protocol: Protocol::Udp, payload: b"anybody?".to_vec(), ..to(at) };
    let own = rig.connect(spec).await.expect("UDP always connects");
    assert_eq!(rig.closed(own.name).await, CloseKind::Broken(Errno::ECONNREFUSED));
}

#[tokio::test]
async fn a_full_queue_leaves_callers_in_syn_sent_until_they_are_closed() {
    let mut rig = Rig::new();
    let full = ListenSpec { accepting: Accepting::Held, backlog: 0, ..anywhere() };
    let at = rig.listen(full).await;
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
async fn a_burst_that_keeps_a_pace_can_be_stopped() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let slow = Burst { count: 1000, every: Duration::from_secs(3600) };
    rig.run(Command::Connect(to(at), slow));
    rig.wait_for(crate::net::connected).await.expect("the first one");
    rig.run(Command::StopConnecting);
    let opened = rig
        .wait_for(|event| match event {
            SocketEvent::BurstEnded { opened, .. } => Some(opened),
            _ => None,
        })
        .await;
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a_key_that_repeats_makes_no_storm() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let tasks = rig.tasks.len();
    for _ in 0..1000 {
        rig.run(Command::Connect(to(at), Burst::ONE));
    }
    assert!(rig.tasks.len() - tasks <= fivetuple::net::Engine::MOST_UNDER_WAY);
    let mut turned_down = false;
    let mut opened = 0;
    rig.wait_for(|event| {
        match event {
            SocketEvent::ConnectFailed { why, .. } => turned_down |= why.errno == Errno::EAGAIN,
            SocketEvent::Connected(_) => opened += 1,
            _ => (),
        }
        (turned_down && opened == fivetuple::net::Engine::MOST_UNDER_WAY).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_client_can_come_from_another_address() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let pair = rig.pair(crate::net::from(loopback(7), at)).await;
    assert_eq!(pair.server.tuple.remote.ip, loopback(7));
}

#[tokio::test]
async fn an_address_of_another_machine_cannot_be_the_source() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let spec = crate::net::from(Ipv4Addr::new(192, 0, 2, 9).into(), at);
    let why = rig.refused(spec).await;
    assert_eq!((why.call, why.errno), (Call::Bind, Errno::EADDRNOTAVAIL));
}
