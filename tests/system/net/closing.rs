//! How connections end: in order, by RST, by a timer, and all at once.

use std::collections::BTreeSet;
use std::process::Command as Tool;
use std::time::Duration;

use fivetuple::tcp::{
    Call, CloseKind, Command, ConnectSpec, Endpoint, Errno, Filter, ListenSpec, ListenerId, OnData,
    ServerCloses, SocketEvent, SocketId, Stays,
};

use crate::net::rig::Rig;
use crate::net::{anywhere, block_on, burst, connected, held, listening, loopback, to};
use crate::place::is_at;
use crate::support::{netns, skipped};

const RESET: CloseKind = CloseKind::Broken(Errno::ECONNRESET);
const BOTH_CLOSE: (CloseKind, CloseKind) = (CloseKind::Close, CloseKind::Close);

fn closes(closes: ServerCloses) -> ListenSpec {
    ListenSpec { closes, ..anywhere() }
}

fn leaves_unread(closes: ServerCloses) -> ListenSpec {
    ListenSpec { on_data: OnData::LeaveUnread, closes, ..anywhere() }
}

#[tokio::test]
async fn an_end_closes_with_the_other_one() {
    let (mut rig, pair) = connected(anywhere()).await;
    rig.run(Command::Close(pair.client));
    assert_eq!(rig.both_closed(pair).await, BOTH_CLOSE);
    let pair = rig.pair(to(pair.client.tuple.remote)).await;
    rig.run(Command::Close(pair.server));
    rig.hears(SocketEvent::PeerClosed(pair.client)).await;
    assert_eq!(rig.closed(pair.client).await, CloseKind::Close);
}

#[tokio::test]
async fn a_reset_is_noticed_at_the_peer() {
    let (mut rig, pair) = connected(anywhere()).await;
    rig.run(Command::Abort(pair.client));
    assert_eq!(rig.both_closed(pair).await, (CloseKind::Abort, RESET));
    let pair = rig.pair(to(pair.client.tuple.remote)).await;
    rig.run(Command::Abort(pair.server));
    assert_eq!(rig.both_closed(pair).await, (RESET, CloseKind::Abort));
}

#[tokio::test]
async fn rst_and_fin_are_noticed_where_nothing_is_read() {
    for (order, closes, how) in [
        (Command::Abort as fn(_) -> _, ServerCloses::Never, RESET),
        (Command::Close, ServerCloses::WithClient, CloseKind::Close),
    ] {
        let (mut rig, pair) = connected(leaves_unread(closes)).await;
        rig.run(Command::Send(pair.client, b"unread".to_vec()));
        rig.until(|event| matches!(event, SocketEvent::Sent { .. })).await;
        rig.run(order(pair.client));
        assert_eq!(rig.closed(pair.server).await, how);
    }
}

#[tokio::test]
async fn a_forgetful_server_keeps_its_end_and_can_still_send() {
    let (mut rig, pair) = connected(closes(ServerCloses::Never)).await;
    rig.run(Command::HalfClose(pair.client));
    let both = [SocketEvent::HalfClosed(pair.client), SocketEvent::PeerClosed(pair.server)];
    rig.count(2, |event| both.contains(event)).await;
    rig.run(Command::Send(pair.server, b"still talking".to_vec()));
    assert_eq!(rig.received(pair.client).await, b"still talking");
    rig.run(Command::Send(pair.client, b"too late".to_vec()));
    assert_eq!(rig.call_failed(pair.client).await, (Call::Write, Errno::EPIPE));
    rig.rests().await;
    rig.run(Command::Close(pair.server));
    assert_eq!(rig.both_closed(pair).await, BOTH_CLOSE);
}

#[tokio::test]
async fn an_end_that_is_to_stay_open_does_so_also_where_accept_returns_it_later() {
    let (mut rig, at) = listening(held()).await;
    let mirrored = |end: SocketId| SocketId { tuple: end.tuple.mirrored(), ..end };
    let stays = rig.connect(to(at)).await.expect("waits in the queue").name;
    let closed = rig.connect(to(at)).await.expect("waits in the queue").name;
    for client in [stays, closed] {
        rig.run(Command::StayOpen(mirrored(client), client));
        rig.run(Command::HalfClose(client));
        rig.hears(SocketEvent::HalfClosed(client)).await;
    }
    rig.run(Command::Close(closed));
    rig.closed(closed).await;
    rig.run(Command::ResumeAccept(ListenerId::FIRST));
    assert_eq!(rig.closed(mirrored(closed)).await, CloseKind::Close, "nobody is there any more");
    rig.rests().await;
    rig.run(Command::CloseWithPeer(mirrored(stays)));
    assert_eq!(rig.closed(mirrored(stays)).await, CloseKind::Close);
}

#[tokio::test]
async fn a_reset_after_fin_is_noticed() {
    let (mut rig, pair) = connected(closes(ServerCloses::Never)).await;
    rig.run(Command::HalfClose(pair.client));
    rig.hears(SocketEvent::PeerClosed(pair.server)).await;
    rig.run(Command::Abort(pair.client));
    let how = rig.closed(pair.server).await;
    assert!(matches!(how, CloseKind::Broken(_)), "{how:?}");
}

#[tokio::test]
async fn ends_close_when_their_time_is_up() {
    let soon = Duration::from_millis(20);
    let (mut rig, pair) = connected(closes(ServerCloses::After(soon))).await;
    rig.hears(SocketEvent::PeerClosed(pair.client)).await;
    let at = rig.listen(closes(ServerCloses::Never)).await;
    let pair = rig.pair(ConnectSpec { stays: Stays::For(soon), ..to(at) }).await;
    assert_eq!(rig.closed(pair.client).await, CloseKind::Close);
}

#[test]
fn a_destroyed_connection_is_reported_as_broken() {
    netns::alone(|| {
        block_on(async {
            let (mut rig, pair) = connected(anywhere()).await;
            let port = format!(":{}", pair.client.tuple.remote.port);
            let filter = format!("sport = {port}");
            let ss = Tool::new("ss").args(["-tnK", "state", "established", &filter]).output();
            let killed = ss.map(|ss| String::from_utf8_lossy(&ss.stdout).into_owned());
            if !killed.is_ok_and(|killed| killed.contains(&port)) {
                return skipped("ss -K destroys nothing here");
            }
            let aborted = CloseKind::Broken(Errno::ECONNABORTED);
            assert_eq!(rig.both_closed(pair).await, (RESET, aborted));
        });
    });
}

/// Fifty connections at an address that no other test uses: they may have the same port at another.
async fn fifty(last: u8, closes: ServerCloses) -> (Rig, Endpoint) {
    let spec = ListenSpec { at: Endpoint::new(loopback(last), 0), closes, ..anywhere() };
    let (mut rig, at) = listening(spec).await;
    rig.run(Command::Connect(to(at), burst(50)));
    rig.opened(100).await;
    (rig, at)
}

/// No socket is left with which a new listener would find the port taken.
fn check_none_left(at: Endpoint) {
    let (mut source, _) = fivetuple::kernel::open();
    let mut left = source.snapshot(&Filter::ports([at.port])).expect("a table").snapshot.rows;
    left.retain(|row| is_at(row, at.ip));
    assert_eq!(left, []);
}

#[tokio::test]
async fn closing_everything_leaves_nothing() {
    let (mut rig, at) = fifty(77, ServerCloses::Never).await;
    rig.run(Command::CloseEverything);
    let (mut closed, mut stopped) = (BTreeSet::new(), false);
    rig.wait_for(|event| {
        match event {
            SocketEvent::Closed { at, .. } => drop(closed.insert(at)),
            SocketEvent::StoppedListening { .. } => stopped = true,
            _ => (),
        }
        // The listener is one of them.
        (closed.len() == 101 && stopped).then_some(())
    })
    .await;
    rig.ends_within(Duration::from_secs(60)).await;
    check_none_left(at);
}

#[tokio::test]
async fn closing_everything_just_before_the_stop_leaves_no_time_wait() {
    let (mut rig, at) = fifty(78, ServerCloses::WithClient).await;
    rig.run(Command::CloseEverything);
    rig.stop.cancel();
    rig.ends_within(Duration::from_secs(60)).await;
    check_none_left(at);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_everything_in_the_middle_of_a_burst_leaves_nothing() {
    let mut rig = Rig::new();
    for _ in 0..20 {
        let at = rig.listen(closes(ServerCloses::Never)).await;
        rig.run(Command::Connect(to(at), burst(300)));
        rig.count(10, |event| matches!(event, SocketEvent::Accepted { .. })).await;
        rig.run(Command::CloseEverything);
        rig.burst_ended().await;
    }
    rig.tasks.close();
    let drained = async { while rig.events.recv().await.is_some() {} };
    let ended = async {
        tokio::select! {
            () = drained => (),
            () = rig.tasks.wait() => (),
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(60), ended).await;
    assert!(ended.is_ok(), "{} tasks left", rig.tasks.len());
}

#[tokio::test]
async fn everything_ends_soon_after_stop_even_if_events_are_not_read() {
    let (mut rig, at) = listening(anywhere()).await;
    rig.run(Command::Connect(to(at), burst(300)));
    rig.opened(600).await;
    rig.stop.cancel();
    rig.ends_within(Duration::from_secs(2)).await;
}
