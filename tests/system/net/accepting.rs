//! Listeners: where they may be, whom they let in and when.

use std::net::Ipv4Addr;
use std::time::Duration;

use fivetuple::tcp::{
    Call, CloseKind, Command, ConnectSpec, Endpoint, Errno, Host, ListenSpec, ListenerId,
    SocketEvent, Target,
};
use tokio::io::AsyncReadExt;

use crate::net::rig::Rig;
use crate::net::{anywhere, block_on, burst, connected, held, listening, loopback, stranger, to};
use crate::place::own_address;
use crate::support::again::apart;

#[tokio::test]
async fn listening_tells_the_real_port_and_a_row_of_its_own() {
    let mut rig = Rig::new();
    rig.run(Command::Listen(anywhere()));
    let (spec, sockets) = rig
        .wait_for(|event| match event {
            SocketEvent::Listening { spec, sockets } => Some((spec, sockets)),
            _ => None,
        })
        .await;
    assert_ne!(spec.at.port.0, 0);
    assert_eq!(sockets.len(), 1);
    assert_eq!(sockets[0].name.tuple.local, spec.at);
    assert_eq!(sockets[0].name.number, sockets[0].inode);
    let link = std::fs::read_link(format!("/proc/self/fd/{}", sockets[0].fd)).expect("open");
    assert_eq!(link.to_string_lossy(), format!("socket:[{}]", sockets[0].inode));
}

#[tokio::test]
async fn a_listener_that_cannot_be_is_refused_with_the_call_and_its_error() {
    let (mut rig, at) = listening(anywhere()).await;
    let everywhere = ListenSpec::at(Endpoint::new(Ipv4Addr::UNSPECIFIED, at.port.0));
    let elsewhere = ListenSpec::at(Endpoint::new(Ipv4Addr::new(192, 0, 2, 1), 0));
    for (spec, call, errno) in [
        (ListenSpec::at(at), Call::Bind, Errno::EADDRINUSE),
        (everywhere, Call::Bind, Errno::EADDRINUSE),
        (ListenSpec { reuse_addr: true, ..ListenSpec::at(at) }, Call::Bind, Errno::EADDRINUSE),
        (ListenSpec { listeners: 2, ..anywhere() }, Call::Bind, Errno::EADDRINUSE),
        (elsewhere, Call::Bind, Errno::EADDRNOTAVAIL),
        (ListenSpec { host: Host(1), ..anywhere() }, Call::Socket, Errno::EHOSTUNREACH),
    ] {
        let why = rig.try_listen(spec.clone()).await.expect_err("refused");
        assert_eq!((why.call, why.errno), (call, errno), "{spec:?}");
    }
    rig.listen(ListenSpec::at(Endpoint { ip: loopback(2), ..at })).await;
}

#[tokio::test]
async fn held_accept_lets_in_one_by_one_and_then_all() {
    let (mut rig, at) = listening(held()).await;
    rig.run(Command::Connect(to(at), burst(4)));
    let opened = rig
        .wait_for(|event| match event {
            SocketEvent::Accepted { socket: own, .. } => panic!("nobody called accept(): {own:?}"),
            SocketEvent::BurstEnded { opened, .. } => Some(opened),
            _ => None,
        })
        .await;
    assert_eq!(opened, 4);
    for many in [1, 2] {
        (0..many).for_each(|_| rig.run(Command::AcceptOne(ListenerId::FIRST)));
        rig.opened(many).await;
    }
    assert!(rig.pending_events().is_empty(), "one is left outside");
    rig.run(Command::ResumeAccept(ListenerId::FIRST));
    rig.hears(SocketEvent::AcceptHeld(ListenerId::FIRST, false)).await;
    rig.accepted().await;
    rig.run(Command::HoldAccept(ListenerId::FIRST));
    rig.hears(SocketEvent::AcceptHeld(ListenerId::FIRST, true)).await;
    rig.connect(to(at)).await.expect("waits in the queue");
    assert!(rig.pending_events().is_empty());
    // Once it is in, the next caller is waited for.
    rig.run(Command::AcceptOne(ListenerId::FIRST));
    rig.accepted().await;
    rig.run(Command::AcceptOne(ListenerId::FIRST));
    rig.pair(to(at)).await;
}

#[tokio::test]
async fn accept_returns_a_connection_that_was_reset_while_it_waited_and_reading_tells() {
    let (mut rig, at) = listening(held()).await;
    let client = rig.connect(to(at)).await.expect("waits in the queue").name;
    rig.run(Command::Abort(client));
    assert_eq!(rig.closed(client).await, CloseKind::Abort);
    rig.run(Command::AcceptOne(ListenerId::FIRST));
    let server = rig.accepted().await;
    assert_eq!(server.tuple, client.tuple.mirrored());
    assert_eq!(rig.closed(server).await, CloseKind::Broken(Errno::ECONNRESET));
}

#[tokio::test]
async fn connections_live_on_when_nobody_listens_any_more() {
    let (mut rig, pair) = connected(anywhere()).await;
    rig.stop_listening().await;
    let at = pair.client.tuple.remote;
    assert_eq!(rig.refused(to(at)).await, (Call::Connect, Errno::ECONNREFUSED));
    rig.run(Command::Send(pair.client, b"still there".to_vec()));
    assert_eq!(rig.received(pair.server).await, b"still there");
}

#[test]
fn listening_can_be_toggled_two_hundred_times_without_waiting() {
    // A process that another test starts has our descriptors, too, until exec() closes them.
    apart(|| block_on(toggle()));
}

async fn toggle() {
    let (mut rig, at) = listening(ListenSpec::at(Endpoint::new(own_address(), 0))).await;
    for _ in 0..200 {
        rig.run(Command::StopListening(ListenerId::FIRST));
        rig.run(Command::Listen(ListenSpec::at(at)));
    }
    rig.count(200, |event| match event {
        SocketEvent::ListenFailed { why, .. } => panic!("{why}"),
        event => matches!(event, SocketEvent::Listening { .. }),
    })
    .await;
    rig.stop_listening().await;
    rig.ends_within(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn four_listeners_share_a_port() {
    let mut rig = Rig::new();
    let four = ListenSpec { reuse_port: true, listeners: 4, ..anywhere() };
    let sockets = rig.try_listen(four).await.expect("listens");
    assert_eq!(sockets.len(), 4);
    rig.run(Command::Connect(to(sockets[0].name.tuple.local), burst(40)));
    rig.opened(80).await;
    rig.run(Command::Close(sockets[2].name));
    let mut closed = Vec::new();
    rig.wait_for(|event| match event {
        SocketEvent::Closed { how, .. } => {
            closed.push(how);
            None
        }
        event => (event == SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None })
            .then_some(()),
    })
    .await;
    assert_eq!(closed, [CloseKind::Close; 4]);
}

#[tokio::test]
async fn of_two_listeners_one_can_be_closed() {
    let (mut rig, first) = listening(anywhere()).await;
    let second = rig.try_listen(anywhere()).await.expect("listens")[0].name;
    rig.run(Command::Abort(second));
    assert_eq!(rig.closed(second).await, CloseKind::Close);
    rig.pair(to(first)).await;
    assert_eq!(rig.pending_events(), []);
}

#[tokio::test]
async fn a_dual_stack_listener_shows_mapped_addresses() {
    let all = ListenSpec::at(Endpoint::new(std::net::Ipv6Addr::UNSPECIFIED, 0));
    let (mut rig, at) = listening(all).await;
    let pair = rig.pair(to(Endpoint::new(Ipv4Addr::LOCALHOST, at.port.0))).await;
    assert!(pair.client.tuple.local.ip.is_ipv4());
    assert!(pair.server.tuple.local.ip.is_ipv6());
    assert_eq!(pair.client.tuple.connection(), pair.server.tuple.connection());
}

#[tokio::test]
async fn a_name_with_several_addresses_is_tried_to_the_last() {
    let (mut rig, at) = listening(anywhere()).await;
    let localhost = Target { name: "localhost".to_owned(), port: at.port };
    let pair = rig.pair(ConnectSpec::to(localhost)).await;
    assert_eq!(pair.client.tuple.remote, at);
    assert_eq!(pair.client.tuple.mirrored(), pair.server.tuple);
}

#[tokio::test]
async fn beyond_the_budget_callers_are_told_busy() {
    let mut rig = Rig::with(64 + 3, Duration::from_secs(10));
    let at = rig.listen(anywhere()).await;
    let mut callers = Vec::new();
    for _ in 0..4 {
        callers.push(stranger(at).await);
    }
    let mut said = Vec::new();
    let mut last = callers.pop().expect("four");
    last.read_to_end(&mut said).await.expect("reads");
    assert_eq!(said, b"busy\n");
    assert_eq!(rig.accept_failed().await, (Errno::EMFILE, Duration::ZERO));
    assert_eq!(rig.refused(to(at)).await.1, Errno::EMFILE);
    drop(callers);
    rig.until(|event| matches!(event, SocketEvent::Closed { .. })).await;
    rig.connect(to(at)).await.expect("there is room");
}
