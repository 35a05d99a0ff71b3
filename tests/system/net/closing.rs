use std::time::Duration;

use fivetuple::tcp::{
    CloseKind, Command, ConnectSpec, Endpoint, Errno, Filter, ListenSpec, OnData, ServerCloses,
    SocketEvent, Stays,
};

use crate::net::{Rig, anywhere, burst, loopback, to};
use crate::place::is_at;

fn closes(closes: ServerCloses) -> ListenSpec {
    ListenSpec { closes, ..anywhere() }
}

#[tokio::test]
async fn the_server_closes_with_its_client() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let pair = rig.pair(to(at)).await;
    rig.run(Command::Close(pair.client));
    assert_eq!(rig.both_closed(pair).await, (CloseKind::Close, CloseKind::Close));
}

#[tokio::test]
async fn the_client_closes_with_its_server() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let pair = rig.pair(to(at)).await;
    rig.run(Command::Close(pair.server));
    rig.peer_closed(pair.client).await;
    assert_eq!(rig.closed(pair.client).await, CloseKind::Close);
}

#[tokio::test]
async fn a_reset_is_noticed_at_the_peer() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let pair = rig.pair(to(at)).await;
    rig.run(Command::Abort(pair.client));
    let reset = CloseKind::Broken(Errno::ECONNRESET);
    assert_eq!(rig.both_closed(pair).await, (CloseKind::Abort, reset));
    let pair = rig.pair(to(at)).await;
    rig.run(Command::Abort(pair.server));
    assert_eq!(rig.both_closed(pair).await, (reset, CloseKind::Abort));
}

#[tokio::test]
async fn a_reset_is_noticed_where_nothing_is_read() {
    let mut rig = Rig::new();
    let spec = ListenSpec { on_data: OnData::LeaveUnread, ..closes(ServerCloses::Never) };
    let at = rig.listen(spec).await;
    let pair = rig.pair(to(at)).await;
    rig.run(Command::Send(pair.client, b"unread".to_vec()));
    rig.until(|event| matches!(event, SocketEvent::Sent { .. })).await;
    rig.run(Command::Abort(pair.client));
    assert_eq!(rig.closed(pair.server).await, CloseKind::Broken(Errno::ECONNRESET));
}

#[tokio::test]
async fn a_fin_is_noticed_where_nothing_is_read() {
    let mut rig = Rig::new();
    let spec = ListenSpec { on_data: OnData::LeaveUnread, ..anywhere() };
    let at = rig.listen(spec).await;
    let spec = ConnectSpec { payload: b"unread".to_vec(), ..to(at) };
    let pair = rig.pair(spec).await;
    rig.run(Command::Close(pair.client));
    rig.peer_closed(pair.server).await;
    assert_eq!(rig.closed(pair.server).await, CloseKind::Close);
}

#[tokio::test]
async fn a_forgetful_server_keeps_its_end_and_can_still_send() {
    let mut rig = Rig::new();
    let at = rig.listen(closes(ServerCloses::Never)).await;
    let pair = rig.pair(to(at)).await;
    rig.run(Command::HalfClose(pair.client));
    let mut both = [false; 2];
    rig.wait_for(|event| {
        both[0] |= event == SocketEvent::HalfClosed(pair.client);
        both[1] |= event == SocketEvent::PeerClosed(pair.server);
        (both == [true; 2]).then_some(())
    })
    .await;
    rig.run(Command::Send(pair.server, b"still talking".to_vec()));
    assert_eq!(rig.received(pair.client).await, b"still talking");
    rig.run(Command::Send(pair.client, b"too late".to_vec()));
    let why = rig
        .wait_for(|event| match event {
            SocketEvent::CallFailed { at, why } if at == pair.client => Some(why),
            _ => None,
        })
        .await;
    assert_eq!(why.errno, Errno::EPIPE);
    rig.rests().await;
    rig.run(Command::Close(pair.server));
    assert_eq!(rig.both_closed(pair).await, (CloseKind::Close, CloseKind::Close));
}

#[tokio::test]
async fn a_reset_after_fin_is_noticed() {
    let mut rig = Rig::new();
    let at = rig.listen(closes(ServerCloses::Never)).await;
    let pair = rig.pair(to(at)).await;
    rig.run(Command::HalfClose(pair.client));
    rig.peer_closed(pair.server).await;
    rig.run(Command::Abort(pair.client));
    let how = rig.closed(pair.server).await;
    assert!(matches!(how, CloseKind::Broken(_)), "{how:?}");
}

#[tokio::test]
async fn ends_close_when_their_time_is_up() {
    let mut rig = Rig::new();
    let soon = Duration::from_millis(20);
    let at = rig.listen(closes(ServerCloses::After(soon))).await;
    let pair = rig.pair(to(at)).await;
    rig.peer_closed(pair.client).await;
    rig.run(Command::StopListening);
    let at = rig.listen(closes(ServerCloses::Never)).await;
    let stays = ConnectSpec { stays: Stays::For(soon), ..to(at) };
    let pair = rig.pair(stays).await;
    assert_eq!(rig.closed(pair.client).await, CloseKind::Close);
}

#[tokio::test]
async fn closing_everything_leaves_nothing() {
    let mut rig = Rig::new();
    // An address that no other test uses.
    let spec = ListenSpec { at: Endpoint::new(loopback(77), 0), ..closes(ServerCloses::Never) };
    let at = rig.listen(spec).await;
    rig.run(Command::Connect(to(at), burst(50)));
    let mut open = std::collections::BTreeSet::new();
    let mut accepted = 0;
    rig.wait_for(|event| {
        match event {
            SocketEvent::Connected(own) => drop(open.insert(own.name)),
            SocketEvent::Accepted(own) => {
                accepted += 1;
                open.insert(own.name);
            }
            _ => (),
        }
        (open.len() == 100 && accepted == 50).then_some(())
    })
    .await;
    rig.run(Command::CloseEverything);
    let mut stopped = false;
    rig.wait_for(|event| {
        match event {
            SocketEvent::Closed { at, .. } => drop(open.remove(&at)),
            SocketEvent::StoppedListening { .. } => stopped = true,
            _ => (),
        }
        (open.is_empty() && stopped).then_some(())
    })
    .await;
    rig.tasks.close();
    rig.tasks.wait().await;
    let table = std::fs::read_to_string("/proc/net/tcp").expect("/proc");
    assert!(!table.contains(" 4D00007F:"), "nothing lingers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_everything_in_the_middle_of_a_burst_leaves_nothing() {
    let mut rig = Rig::new();
    for _ in 0..20 {
        let at = rig.listen(closes(ServerCloses::Never)).await;
        rig.run(Command::Connect(to(at), burst(300)));
        let mut begun = 0;
        rig.wait_for(|event| {
            begun += u32::from(matches!(event, SocketEvent::Accepted(_)));
            (begun == 10).then_some(())
        })
        .await;
        rig.run(Command::CloseEverything);
        rig.until(|event| matches!(event, SocketEvent::BurstEnded { .. })).await;
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
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    rig.run(Command::Connect(to(at), burst(1000)));
    let mut told = 0;
    rig.wait_for(|event| {
        told += u32::from(matches!(event, SocketEvent::Connected(_) | SocketEvent::Accepted(_)));
        (told == 2000).then_some(())
    })
    .await;
    rig.stop.cancel();
    rig.tasks.close();
    tokio::time::timeout(Duration::from_millis(500), rig.tasks.wait())
        .await
        .expect("all tasks end");
}

#[tokio::test]
async fn closing_everything_just_before_the_stop_leaves_no_time_wait() {
    let mut rig = Rig::new();
    // An address that no other test uses: they may have the same port at another.
    let spec = ListenSpec { at: Endpoint::new(loopback(78), 0), ..anywhere() };
    let at = rig.listen(spec).await;
    rig.run(Command::Connect(to(at), burst(50)));
    let mut told = 0;
    rig.wait_for(|event| {
        told += u32::from(matches!(event, SocketEvent::Connected(_) | SocketEvent::Accepted(_)));
        (told == 100).then_some(())
    })
    .await;
    rig.run(Command::CloseEverything);
    rig.stop.cancel();
    rig.tasks.close();
    rig.tasks.wait().await;
    let (mut source, _) = fivetuple::kernel::open();
    let wanted = Filter::ports([at.port]);
    let mut left = source.snapshot(&wanted).expect("a table").snapshot.rows;
    left.retain(|row| is_at(row, at.ip));
    assert_eq!(left, [], "a new listener would find the port taken");
}
