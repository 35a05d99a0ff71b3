use std::time::Duration;

use fivetuple::tcp::{
    Accepting, Burst, CloseKind, Command, Endpoint, Errno, ListenSpec, SocketEvent, Target,
};

use crate::net::{Rig, anywhere, burst, to};

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
    assert_eq!(sockets[0].name.inode, sockets[0].inode);
    let link = std::fs::read_link(format!("/proc/self/fd/{}", sockets[0].fd)).expect("open");
    assert_eq!(link.to_string_lossy(), format!("socket:[{}]", sockets[0].inode));
}

#[tokio::test]
async fn a_connection_is_told_from_both_ends() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let pair = rig.pair(to(at)).await;
    assert_eq!(pair.client.tuple.remote, at);
    assert_eq!(pair.client.tuple.mirrored(), pair.server.tuple);
}

#[tokio::test]
async fn held_accept_lets_in_one_by_one_and_then_all() {
    let mut rig = Rig::new();
    let held = ListenSpec { accepting: Accepting::Held, ..anywhere() };
    let at = rig.listen(held).await;
    rig.run(Command::Connect(to(at), burst(4)));
    let mut accepted = 0;
    let opened = rig
        .wait_for(|event| match event {
            SocketEvent::Accepted(_) => {
                accepted += 1;
                None
            }
            SocketEvent::BurstEnded { opened, .. } => Some(opened),
            _ => None,
        })
        .await;
    assert_eq!((opened, accepted), (4, 0), "connected, and nobody accepted");
    rig.run(Command::AcceptOne);
    rig.accepted().await;
    rig.run(Command::AcceptOne);
    rig.run(Command::AcceptOne);
    rig.accepted().await;
    rig.accepted().await;
    assert!(rig.pending_events().is_empty(), "one is left outside");
    rig.run(Command::ResumeAccept);
    rig.wait_for(|event| (event == SocketEvent::AcceptHeld(false)).then_some(())).await;
    rig.accepted().await;
    rig.run(Command::HoldAccept);
    rig.wait_for(|event| (event == SocketEvent::AcceptHeld(true)).then_some(())).await;
    rig.connect(to(at)).await.expect("waits in the queue");
    assert!(rig.pending_events().is_empty());
}

#[tokio::test]
async fn accept_one_waits_for_the_next_caller() {
    let mut rig = Rig::new();
    let held = ListenSpec { accepting: Accepting::Held, ..anywhere() };
    let at = rig.listen(held).await;
    rig.run(Command::AcceptOne);
    rig.pair(to(at)).await;
}

#[tokio::test]
async fn accept_returns_a_connection_that_was_reset_while_it_waited_and_reading_tells() {
    let mut rig = Rig::new();
    let held = ListenSpec { accepting: Accepting::Held, ..anywhere() };
    let at = rig.listen(held).await;
    let client = rig.connect(to(at)).await.expect("waits in the queue").name;
    rig.run(Command::Abort(client));
    assert_eq!(rig.closed(client).await, CloseKind::Abort);
    rig.run(Command::AcceptOne);
    let server = rig.accepted().await;
    assert_eq!(server.tuple, client.tuple.mirrored());
    let reset = CloseKind::Broken(Errno::ECONNRESET);
    assert_eq!(rig.closed(server).await, reset);
}

#[tokio::test]
async fn connections_live_on_when_nobody_listens_any_more() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let pair = rig.pair(to(at)).await;
    rig.run(Command::StopListening);
    rig.wait_for(|event| (event == SocketEvent::StoppedListening { why: None }).then_some(()))
        .await;
    assert_eq!(rig.refused(to(at)).await.errno, Errno::ECONNREFUSED);
    rig.run(Command::Send(pair.client, b"still there".to_vec()));
    assert_eq!(rig.received(pair.server).await, b"still there");
}

#[tokio::test]
async fn listening_can_be_toggled_two_hundred_times_without_waiting() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let mut told = 1;
    for _ in 0..200 {
        rig.run(Command::StopListening);
        rig.run(Command::Listen(ListenSpec::at(at)));
    }
    while told < 201 {
        told += rig
            .wait_for(|event| match event {
                SocketEvent::Listening { .. } => Some(1),
                SocketEvent::ListenFailed { why, .. } => panic!("{why}"),
                _ => None,
            })
            .await;
    }
    rig.run(Command::StopListening);
    rig.wait_for(|event| (event == SocketEvent::StoppedListening { why: None }).then_some(()))
        .await;
    rig.tasks.close();
    rig.tasks.wait().await;
}

#[tokio::test]
async fn four_listeners_share_a_port() {
    let mut rig = Rig::new();
    let four = ListenSpec { reuse_port: true, listeners: 4, ..anywhere() };
    rig.run(Command::Listen(four));
    let (at, sockets) = rig
        .wait_for(|event| match event {
            SocketEvent::Listening { spec, sockets } => Some((spec.at, sockets)),
            _ => None,
        })
        .await;
    assert_eq!(sockets.len(), 4);
    rig.run(Command::Connect(to(at), burst(40)));
    for _ in 0..40 {
        rig.accepted().await;
    }
    rig.run(Command::Close(sockets[2].name));
    let mut closed = 0;
    rig.wait_for(|event| match event {
        SocketEvent::Closed { how, .. } => {
            closed += 1;
            assert_eq!(how, CloseKind::Close);
            None
        }
        SocketEvent::StoppedListening { why } => why.is_none().then_some(()),
        _ => None,
    })
    .await;
    assert_eq!(closed, 4);
}

#[tokio::test]
async fn of_two_doors_one_can_be_closed() {
    let mut rig = Rig::new();
    let first = rig.listen(anywhere()).await;
    rig.run(Command::Listen(anywhere()));
    let second = rig
        .wait_for(|event| match event {
            SocketEvent::Listening { sockets, .. } => Some(sockets[0].name),
            _ => None,
        })
        .await;
    rig.run(Command::Abort(second));
    assert_eq!(rig.closed(second).await, CloseKind::Close);
    rig.pair(to(first)).await;
    assert_eq!(rig.pending_events(), []);
}

#[tokio::test]
async fn a_dual_stack_listener_shows_mapped_addresses() {
    let mut rig = Rig::new();
    let all = ListenSpec::at(Endpoint::new(std::net::Ipv6Addr::UNSPECIFIED, 0));
    let at = rig.listen(all).await;
    let pair = rig.pair(to(Endpoint::new(std::net::Ipv4Addr::LOCALHOST, at.port.0))).await;
    assert!(pair.client.tuple.local.ip.is_ipv4());
    assert!(pair.server.tuple.local.ip.is_ipv6());
    assert_eq!(pair.client.tuple.connection(), pair.server.tuple.connection());
}

#[tokio::test]
async fn a_name_with_several_addresses_is_tried_to_the_last() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let spec =
        fivetuple::tcp::ConnectSpec::to(Target { name: "localhost".to_owned(), port: at.port });
    let pair = rig.pair(spec).await;
    assert_eq!(pair.client.tuple.remote, at);
}

#[tokio::test]
async fn beyond_the_budget_callers_are_told_busy() {
    let mut rig = Rig::with(64 + 3, Duration::from_secs(10));
    let at = rig.listen(anywhere()).await;
    let call = |_| tokio::net::TcpStream::connect(std::net::SocketAddr::from(at));
    let mut callers = Vec::new();
    for caller in (0..4).map(call) {
        callers.push(caller.await.expect("connects"));
    }
    let mut said = Vec::new();
    let mut last = callers.pop().expect("four");
    tokio::io::AsyncReadExt::read_to_end(&mut last, &mut said).await.expect("reads");
    assert_eq!(said, b"busy\n");
    rig.wait_for(|event| match event {
        SocketEvent::AcceptFailed { why, pause } => {
            assert_eq!((why.errno, pause), (Errno::EMFILE, Duration::ZERO));
            Some(())
        }
        _ => None,
    })
    .await;
    let refused = rig.refused(to(at)).await;
    assert_eq!(refused.errno, Errno::EMFILE);
    drop(callers);
    rig.until(|event| matches!(event, SocketEvent::Closed { .. })).await;
    rig.run(Command::Connect(to(at), Burst::ONE));
    rig.wait_for(crate::net::connected).await.expect("there is room");
}
