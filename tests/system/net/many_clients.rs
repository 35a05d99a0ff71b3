//! Many clients at once: bursts, slow ones, too many, and more than the queue holds.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use fivetuple::tcp::{
    Burst, Command, ConnectSpec, Endpoint, Errno, ListenSpec, ListenerId, SocketEvent, Stays,
};

use crate::net::rig::Rig;
use crate::net::{anywhere, burst, held, listening, to};
use crate::support::netns;

fn connect(at: Endpoint, count: usize) -> Vec<TcpStream> {
    let calls = (0..count).map(|_| TcpStream::connect(SocketAddr::from(at)).expect("connects"));
    calls.collect()
}

fn roomy() -> ListenSpec {
    ListenSpec { backlog: 1000, ..anywhere() }
}

#[test]
fn five_hundred_get_through_a_queue_of_four_without_a_lost_syn() {
    // The counters of this network are about this test alone.
    netns::alone(|| {
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        runtime.block_on(five_hundred_through_four());
        assert_eq!(["ListenOverflows", "ListenDrops"].map(count_of), [0, 0]);
    });
}

async fn five_hundred_through_four() {
    let (mut rig, at) = listening(ListenSpec { backlog: 4, ..anywhere() }).await;
    rig.run(Command::Connect(to(at), burst(500)));
    let (mut accepted, mut begun, mut all_opened) = (0, false, false);
    rig.wait_for(|event| {
        match event {
            SocketEvent::Accepted { .. } => accepted += 1,
            SocketEvent::BurstBegun { whole_range, .. } => begun = whole_range,
            SocketEvent::BurstEnded { opened, .. } => all_opened = opened == 500,
            SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
            _ => (),
        }
        (all_opened && accepted == 500).then_some(())
    })
    .await;
    assert!(begun, "large enough for the whole range");
}

/// A counter of TCP in this network (netstat -s).
fn count_of(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/net/netstat").expect("counters");
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("TcpExt: "));
    let [names, values] = [(); 2].map(|()| lines.next().expect("a line").split(' '));
    let mut counters = names.zip(values);
    counters.find(|(known, _)| *known == name).expect(name).1.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_short_connections_leave_no_descriptor() {
    let (mut rig, at) = listening(anywhere()).await;
    let short = ConnectSpec { stays: Stays::For(Duration::ZERO), ..to(at) };
    rig.run(Command::Connect(short, burst(5000)));
    rig.count(10_000, |event| matches!(event, SocketEvent::Closed { .. })).await;
    rig.stop_listening().await;
    rig.ends_within(Duration::from_secs(5)).await;
    // Other tests run beside this one; ten thousand would stand out.
    assert!(std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count) < 9_000);
}

/// Waits until so many bytes have come in all.
async fn received(rig: &mut Rig, wanted: u64) {
    let mut all = 0;
    rig.wait_for(|event| {
        if let SocketEvent::Received { bytes, .. } = event {
            all += bytes;
        }
        assert!(all <= wanted, "{all} bytes");
        (all == wanted).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_slow_clients_are_counted_and_do_not_delay_others() {
    let (mut rig, at) = listening(roomy()).await;
    let (go_on, told) = std::sync::mpsc::channel::<()>();
    let slow = std::thread::spawn(move || {
        let mut clients = connect(at, 200);
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
    received(&mut rig, 400).await;
    let normal = ConnectSpec { payload: b"normal".to_vec(), ..to(at) };
    let pair = rig.pair(normal).await;
    assert_eq!(rig.received(pair.server).await, b"normal");
    go_on.send(()).expect("the slow ones wait");
    received(&mut rig, 600).await;
    drop(slow.join().expect("no panic"));
    rig.count(200, |event| matches!(event, SocketEvent::Closed { .. })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_beyond_the_budget_is_turned_away_and_the_first_stay() {
    let mut rig = Rig::with(64 + 100, Duration::from_secs(10));
    let at = rig.listen(roomy()).await;
    let flood = std::thread::spawn(move || {
        let mut callers = connect(at, 400);
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
    let mut refused = 0;
    rig.wait_for(|event| {
        if let SocketEvent::AcceptFailed { why, pause, times, .. } = event {
            assert_eq!((why.errno, pause), (Errno::EMFILE, Duration::ZERO));
            refused += times;
        }
        (refused >= 300).then_some(())
    })
    .await;
    assert_eq!(refused, 300);
    flood.join().expect("as it should be");
}

#[tokio::test]
async fn beyond_the_queue_syns_wait_until_accept_goes_on() {
    let (mut rig, at) = listening(ListenSpec { backlog: 2, ..held() }).await;
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
    rig.run(Command::ResumeAccept(ListenerId::FIRST));
    rig.count(3, |event| matches!(event, SocketEvent::Connected(_))).await;
}
