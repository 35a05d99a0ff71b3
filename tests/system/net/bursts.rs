use std::time::Duration;

use fivetuple::tcp::{Burst, Command, ConnectSpec, ListenSpec, SocketEvent, Stays};

use crate::net::{Rig, anywhere, burst, to};

/// How many descriptors this process holds.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_get_through_a_queue_of_four_without_a_lost_syn() {
    let mut rig = Rig::new();
    let narrow = ListenSpec { backlog: 4, ..anywhere() };
    let at = rig.listen(narrow).await;
    rig.run(Command::Connect(to(at), burst(500)));
    let (mut accepted, mut begun, mut ended) = (0, false, None);
    let took = rig
        .wait_for(|event| {
            match event {
                SocketEvent::Accepted(_) => accepted += 1,
                SocketEvent::BurstBegun { whole_range, .. } => begun = whole_range,
                SocketEvent::BurstEnded { opened, took, .. } => ended = Some((opened, took)),
                SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
                _ => (),
            }
            let (opened, took) = ended?;
            (opened == 500 && accepted == 500).then_some(took)
        })
        .await;
    assert!(begun, "large enough for the whole range");
    assert!(took < Duration::from_secs(1), "a lost SYN costs a second");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_short_connections_leave_no_descriptor() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    let short = ConnectSpec { stays: Stays::For(Duration::ZERO), ..to(at) };
    rig.run(Command::Connect(short, burst(5000)));
    let mut closed = 0;
    rig.wait_for(|event| {
        closed += u32::from(matches!(event, SocketEvent::Closed { .. }));
        (closed == 10_000).then_some(())
    })
    .await;
    rig.run(Command::StopListening);
    rig.tasks.close();
    rig.until(|event| matches!(event, SocketEvent::StoppedListening { .. })).await;
    tokio::time::timeout(Duration::from_secs(5), rig.tasks.wait()).await.expect("no task is left");
    // Other tests run beside this one; ten thousand would stand out.
    assert!(descriptors() < 9_000);
}

/// Run it alone: `cargo test --release -- --ignored --nocapture nine_thousand`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes nearly every descriptor of the process"]
#[allow(clippy::print_stderr, reason = "what it measures is for the reader")]
async fn nine_thousand_nine_hundred_in_a_second() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    rustix::process::setrlimit(
        rustix::process::Resource::Nofile,
        rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum },
    )
    .expect("the soft limit can be raised to the hard one");
    let mut rig = Rig::with(limit.maximum.unwrap_or(1 << 20), Duration::from_secs(10));
    let memory = resident();
    for from in [None, Some(crate::net::loopback(9))] {
        let at = rig.listen(anywhere()).await;
        let spec = ConnectSpec { from, ..to(at) };
        let begun = tokio::time::Instant::now();
        rig.run(Command::Connect(spec, burst(9_900)));
        let (mut accepted, mut ended) = (0, None);
        rig.wait_for(|event| {
            match event {
                SocketEvent::Accepted(_) => accepted += 1,
                SocketEvent::BurstEnded { opened, took, .. } => ended = Some((opened, took)),
                SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
                _ => (),
            }
            (accepted == 9_900 && ended.is_some()).then_some(())
        })
        .await;
        let took = begun.elapsed();
        eprintln!("from {from:?}: {ended:?}, both ends told after {took:?}");
        eprintln!("memory: {memory} kB before, {} kB now", resident());
        let begun = tokio::time::Instant::now();
        rig.run(Command::CloseEverything);
        let mut closed = 0;
        rig.wait_for(|event| {
            closed += u32::from(matches!(event, SocketEvent::Closed { .. }));
            (closed == 19_801).then_some(())
        })
        .await;
        eprintln!("closed after {:?}", begun.elapsed());
    }
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn a_burst_of_one_is_no_burst() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    rig.run(Command::Connect(to(at), Burst::ONE));
    rig.wait_for(|event| match event {
        SocketEvent::BurstBegun { .. } | SocketEvent::BurstEnded { .. } => panic!("{event:?}"),
        SocketEvent::Accepted(_) => Some(()),
        _ => None,
    })
    .await;
}
