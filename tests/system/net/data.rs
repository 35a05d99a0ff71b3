//! What is sent, received, echoed and left unread.

use std::time::Duration;

use fivetuple::tcp::{
    Call, CloseKind, Command, ConnectSpec, Errno, ListenSpec, OnData, ServerCloses, SocketEvent,
};
use tokio::io::AsyncWriteExt;

use crate::net::rig::Rig;
use crate::net::{anywhere, connected, listening, stranger, to};

const ECHO_TIMED_OUT: (Call, Errno) = (Call::Write, Errno::ETIMEDOUT);
const TOO_MUCH: (Call, Errno) = (Call::Write, Errno::ENOBUFS);

fn on_data(on_data: OnData) -> ListenSpec {
    ListenSpec { on_data, ..anywhere() }
}

#[tokio::test]
async fn bytes_come_through_as_they_are_and_as_an_echo() {
    let hostile = b"\x1b[2J\x1b]0;gotcha\x07\0\x9b\r\n\xff\xfe\xe2\x80\xaeevil";
    let (mut rig, pair) = connected(on_data(OnData::Echo)).await;
    rig.run(Command::Send(pair.client, hostile.to_vec()));
    assert_eq!(rig.received(pair.server).await, hostile);
    assert_eq!(rig.received(pair.client).await, hostile);
}

#[tokio::test]
async fn a_large_echo_comes_back_whole_before_the_server_closes() {
    let (mut rig, at) = listening(on_data(OnData::Echo)).await;
    let spec = ConnectSpec { payload: vec![7; 5_000_000], ..to(at) };
    let client = rig.connect(spec).await.expect("connects").name;
    rig.run(Command::HalfClose(client));
    let mut back = 0;
    let how = rig
        .wait_for(|event| match event {
            SocketEvent::Received { at, bytes, .. } if at == client => {
                back += bytes;
                None
            }
            SocketEvent::Closed { at, how } if at == client => Some(how),
            _ => None,
        })
        .await;
    assert_eq!((back, how), (5_000_000, CloseKind::Close));
}

#[tokio::test]
async fn a_flood_is_counted_to_the_byte_in_few_words() {
    let (mut rig, at) = listening(anywhere()).await;
    let sender = rig.tasks.spawn(async move {
        let mut stream = stranger(at).await;
        let piece = vec![b'x'; 1_000_000];
        for _ in 0..100 {
            stream.write_all(&piece).await?;
        }
        stream.shutdown().await
    });
    let begun = tokio::time::Instant::now();
    let (mut bytes_told, mut times) = (0, 0_u32);
    rig.wait_for(|event| match event {
        SocketEvent::Received { bytes, first, .. } => {
            assert!(first.len() <= SocketEvent::SHOWN);
            bytes_told += bytes;
            times += 1;
            None
        }
        SocketEvent::Closed { .. } => Some(()),
        _ => None,
    })
    .await;
    sender.await.expect("no panic").expect("all written");
    assert_eq!(bytes_told, 100_000_000);
    let most = 3.0 + begun.elapsed().as_secs_f64() * 20.0;
    assert!(f64::from(times) <= most, "{times} pieces of event");
}

#[tokio::test]
async fn a_client_that_never_reads_its_echo_is_given_up() {
    let mut rig = Rig::with(1000, Duration::from_millis(200));
    let at = rig.listen(on_data(OnData::Echo)).await;
    let mut stream = stranger(at).await;
    let server = rig.accepted().await;
    let flood = rig.tasks.spawn(async move {
        let piece = vec![0; 100_000];
        while stream.write_all(&piece).await.is_ok() {}
    });
    assert_eq!(rig.call_failed(server).await, ECHO_TIMED_OUT);
    assert_eq!(rig.closed(server).await, CloseKind::Broken(Errno::ETIMEDOUT));
    flood.await.expect("ends with the connection");
}

#[tokio::test]
async fn an_echo_that_nobody_takes_waits_at_rest() {
    let (mut rig, at) = listening(on_data(OnData::Echo)).await;
    let mut stream = stranger(at).await;
    let piece = vec![0; 100_000];
    let full = Duration::from_millis(200);
    while tokio::time::timeout(full, stream.write(&piece)).await.is_ok() {}
    rig.pending_events();
    rig.rests().await;
}

#[tokio::test]
async fn bytes_left_unread_are_not_told() {
    let spec = ListenSpec { closes: ServerCloses::Never, ..on_data(OnData::LeaveUnread) };
    let (mut rig, pair) = connected(spec).await;
    rig.run(Command::Send(pair.client, b"one".to_vec()));
    rig.until(|event| matches!(event, SocketEvent::Sent { .. })).await;
    rig.rests().await;
    rig.run(Command::HalfClose(pair.client));
    rig.until(|event| {
        assert!(!matches!(event, SocketEvent::Received { .. }));
        *event == SocketEvent::PeerClosed(pair.server)
    })
    .await;
    rig.run(Command::HalfClose(pair.server));
    rig.closed(pair.client).await;
    rig.rests().await;
}

#[tokio::test]
async fn too_much_at_once_is_refused_in_words() {
    let (mut rig, pair) = connected(on_data(OnData::LeaveUnread)).await;
    for _ in 0..3 {
        rig.run(Command::Send(pair.client, vec![0; 1 << 20]));
    }
    assert_eq!(rig.call_failed(pair.client).await, TOO_MUCH);
}

#[tokio::test]
async fn what_waits_to_be_written_has_a_limit() {
    let (mut rig, pair) = connected(on_data(OnData::LeaveUnread)).await;
    for _ in 0..64 {
        rig.run(Command::Send(pair.client, vec![0; 1 << 20]));
        // The task takes the bytes over.
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
        let is_refusal = |event: &SocketEvent| matches!(event, SocketEvent::CallFailed { at, why } if *at == pair.client && why.errno == Errno::ENOBUFS);
        if rig.pending_events().iter().any(is_refusal) {
            return;
        }
    }
    panic!("64 MiB were taken in");
}
