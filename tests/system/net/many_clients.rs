//! Many clients at once: slow ones, too many, and more than the queue holds.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use fivetuple::tcp::{Accepting, Burst, Command, ConnectSpec, Errno, ListenSpec, SocketEvent};

use crate::net::{Rig, anywhere, to};

fn connect(at: SocketAddr, count: usize) -> Vec<TcpStream> {
    let calls = (0..count).map(|_| TcpStream::connect(at).expect("connects"));
    calls.collect()
}

fn roomy() -> ListenSpec {
    ListenSpec { backlog: 1000, ..anywhere() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_slow_clients_are_counted_and_do_not_delay_others() {
    let mut rig = Rig::new();
    let at = rig.listen(roomy()).await;
    let (go_on, told) = std::sync::mpsc::channel::<()>();
    let slow = std::thread::spawn(move || {
        let mut clients = connect(at.into(), 200);
        for round in 0..5 {
            for client in &mut clients {
                client.write_all(b"s").expect("writes");
            }
            if round == 1 {
                told.recv().expect("told to go on");
            }
        }
        clients
    });
    let mut bytes_slow = 0;
    rig.wait_for(|event| {
        if let SocketEvent::Received { bytes, .. } = event {
            bytes_slow += bytes;
        }
        (bytes_slow == 400).then_some(())
    })
    .await;
    let normal = ConnectSpec { payload: b"normal".to_vec(), ..to(at) };
    let pair = rig.pair(normal).await;
    assert_eq!(rig.received(pair.server).await, b"normal");
    go_on.send(()).expect("the slow ones wait");
    rig.wait_for(|event| {
        if let SocketEvent::Received { bytes, .. } = event {
            bytes_slow += bytes;
        }
        (bytes_slow >= 1000).then_some(())
    })
    .await;
    drop(slow.join().expect("no panic"));
    let mut closed = 0;
    rig.wait_for(|event| {
        match event {
            SocketEvent::Received { bytes, .. } => bytes_slow += bytes,
            SocketEvent::Closed { .. } => closed += 1,
            _ => (),
        }
        (closed == 200).then_some(())
    })
    .await;
    assert_eq!(bytes_slow, 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_beyond_the_budget_is_turned_away_and_the_first_stay() {
    let mut rig = Rig::with(64 + 100, Duration::from_secs(10));
    let at = rig.listen(roomy()).await;
    let flood = std::thread::spawn(move || {
        let mut callers = connect(at.into(), 400);
        for caller in &mut callers[100..] {
            let limit = Some(Duration::from_secs(5));
            caller.set_read_timeout(limit).expect("a limit");
            let mut said = String::new();
            caller.read_to_string(&mut said).expect("reads");
            assert_eq!(said, "busy\n");
        }
        for caller in &mut callers[..100] {
            caller.set_nonblocking(true).expect("does not block");
            let open = caller.read(&mut [0]).expect_err("nothing to read");
            assert_eq!(open.kind(), ErrorKind::WouldBlock);
        }
    });
    rig.wait_for(|event| match event {
        SocketEvent::AcceptFailed { why, pause } => {
            assert_eq!((why.errno, pause), (Errno::EMFILE, Duration::ZERO));
            Some(())
        }
        _ => None,
    })
    .await;
    flood.join().expect("as it should be");
}

#[tokio::test]
async fn beyond_the_queue_syns_wait_until_accept_goes_on() {
    let mut rig = Rig::new();
    let narrow = ListenSpec { backlog: 2, accepting: Accepting::Held, ..anywhere() };
    let at = rig.listen(narrow).await;
    for _ in 0..6 {
        rig.run(Command::Connect(to(at), Burst::ONE));
    }
    let (mut connected, mut connecting) = (0, 0);
    rig.wait_for(|event| {
        match event {
            SocketEvent::Connected(_) => connected += 1,
            SocketEvent::Connecting(_) => connecting += 1,
            SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
            _ => (),
        }
        (connected + connecting == 6).then_some(())
    })
    .await;
    assert_eq!((connected, connecting), (3, 3));
    rig.run(Command::ResumeAccept);
    rig.wait_for(|event| {
        connected += u32::from(matches!(event, SocketEvent::Connected(_)));
        (connected == 6).then_some(())
    })
    .await;
}
