use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use fivetuple::tcp::{
    Call, ConnectSpec, Endpoint, Errno, ListenSpec, Port, PortRange, Protocol, SourcePort,
    SyscallError,
};

use crate::net::{Rig, anywhere, from, loopback, to};

fn refusal(call: Call, errno: Errno) -> SyscallError {
    SyscallError { call, errno }
}

fn with(source_port: SourcePort, spec: ConnectSpec) -> ConnectSpec {
    ConnectSpec { source_port, ..spec }
}

#[tokio::test]
async fn a_taken_port_is_refused_whatever_reuse_addr_says() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let again = ListenSpec::at(at);
    let in_use = refusal(Call::Bind, Errno::EADDRINUSE);
    assert_eq!(rig.listen_failed(again.clone()).await, in_use);
    let all = ListenSpec::at(Endpoint::new(Ipv4Addr::UNSPECIFIED, at.port.0));
    assert_eq!(rig.listen_failed(all).await, in_use);
    let reuse_addr = ListenSpec { reuse_addr: true, ..again };
    assert_eq!(rig.listen_failed(reuse_addr).await.errno, Errno::EADDRINUSE);
    let other = ListenSpec::at(Endpoint { ip: loopback(2), ..at });
    rig.listen(other).await;
}

#[tokio::test]
async fn several_listeners_need_reuse_port() {
    let two = ListenSpec { listeners: 2, ..anywhere() };
    let why = Rig::new().listen_failed(two).await;
    assert_eq!(why, refusal(Call::Bind, Errno::EADDRINUSE));
}

#[tokio::test]
async fn an_address_of_another_machine_is_refused() {
    let elsewhere = ListenSpec::at(Endpoint::new(Ipv4Addr::new(192, 0, 2, 1), 0));
    let why = Rig::new().listen_failed(elsewhere).await;
    assert_eq!(why, refusal(Call::Bind, Errno::EADDRNOTAVAIL));
}

#[tokio::test]
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
async fn a_privileged_port_is_refused() {
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let is_open = first.is_ok_and(|first| first.trim() != "1024");
    if is_open || rustix::process::geteuid().is_root() {
        eprintln!("skipped: this user may bind port 80");
        return;
    }
    let web = ListenSpec::at(Endpoint::new(Ipv4Addr::LOCALHOST, 80));
    let why = Rig::new().listen_failed(web).await;
    assert_eq!(why, refusal(Call::Bind, Errno::EACCES));
}

#[tokio::test]
async fn a_toy_range_runs_out_for_one_destination_only() {
    let mut rig = Rig::new();
    let (here, there) = (rig.listen(anywhere()).await, rig.listen(anywhere()).await);
    let range = PortRange { low: Port(45100), high: Port(45103) };
    let toy = |spec| with(SourcePort::Toy(range), spec);
    let (used, why) = use_up(&mut rig, &toy(to(here))).await;
    assert!(used.iter().all(|port| range.contains(*port)));
    assert_eq!(why, refusal(Call::Connect, Errno::EADDRNOTAVAIL));
    rig.connect(toy(to(there))).await.expect("other server");
    let phone = toy(from(loopback(2), here));
    rig.connect(phone).await.expect("other computer");
}

#[tokio::test]
async fn a_toy_range_holds_for_ipv6_and_udp_too() {
    let mut rig = Rig::new();
    let v6 = ListenSpec::at(Endpoint::new(std::net::Ipv6Addr::LOCALHOST, 0));
    let at = rig.listen(v6).await;
    let range = PortRange { low: Port(45120), high: Port(45121) };
    // What the kernel answers when the ports are used up depends on the protocol.
    for (protocol, errno) in [(Protocol::Tcp, Errno::EADDRNOTAVAIL), (Protocol::Udp, Errno::EAGAIN)]
    {
        let toy = ConnectSpec { protocol, ..with(SourcePort::Toy(range), to(at)) };
        let (used, why) = use_up(&mut rig, &toy).await;
        assert!(used.iter().all(|port| range.contains(*port)));
        assert_eq!(why, refusal(Call::Connect, errno));
    }
}

/// Connects until it is refused: the distinct ports that were used, and the error.
///
/// A listener of another test may hold one of the ports, so that there are fewer than the range has.
async fn use_up(rig: &mut Rig, spec: &ConnectSpec) -> (BTreeSet<Port>, SyscallError) {
    let mut used = BTreeSet::new();
    loop {
        match rig.connect(spec.clone()).await {
            Ok(own) => assert!(used.insert(own.name.tuple.local.port)),
            Err(why) => {
                assert!(!used.is_empty(), "{why}");
                return (used, why);
            }
        }
    }
}

#[tokio::test]
async fn one_port_serves_several_destinations_from_one_address() {
    let mut rig = Rig::new();
    let (here, there) = (rig.listen(anywhere()).await, rig.listen(anywhere()).await);
    let range = PortRange { low: Port(45110), high: Port(45110) };
    let only = |at| with(SourcePort::Toy(range), from(loopback(1), at));
    rig.connect(only(here)).await.expect("first");
    rig.connect(only(there)).await.expect("second");
    let out = refusal(Call::Connect, Errno::EADDRNOTAVAIL);
    assert_eq!(rig.refused(only(here)).await, out);
}

#[tokio::test]
async fn the_servers_port_serves_one_client_per_computer() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let same = |last| with(SourcePort::SameAsServer, from(loopback(last), at));
    let own = rig.connect(same(21)).await.expect("the laptop");
    assert_eq!(own.name.tuple.local.port, at.port);
    let in_use = refusal(Call::Bind, Errno::EADDRINUSE);
    assert_eq!(rig.refused(same(21)).await, in_use);
    rig.connect(same(22)).await.expect("the phone");
}

#[tokio::test]
async fn a_fixed_port_is_used() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let spec = with(SourcePort::Fixed(Port(26813)), from(loopback(23), at));
    let own = rig.connect(spec).await.expect("connects");
    assert_eq!(own.name.tuple.local, Endpoint::new(loopback(23), 26813));
}

#[tokio::test]
async fn udp_and_tcp_use_the_same_port() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let there = tokio::net::UdpSocket::bind(std::net::SocketAddr::from(at))
        .await
        .expect("never clashes with TCP");
    let spec = ConnectSpec { protocol: Protocol::Udp, payload: b"datagram".to_vec(), ..to(at) };
    let own = rig.connect(spec).await.expect("UDP always connects");
    let mut buffer = [0; 64];
    let (count, from) = there.recv_from(&mut buffer).await.expect("arrives");
    assert_eq!(&buffer[..count], b"datagram");
    assert_eq!(Endpoint::from(from), own.name.tuple.local);
    there.send_to(b"answer", from).await.expect("sent");
    assert_eq!(rig.received(own.name).await, b"answer");
}
