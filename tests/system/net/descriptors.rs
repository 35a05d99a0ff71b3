//! accept() without a descriptor left: during the shortage, and after it.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use fivetuple::tcp::{Errno, SocketEvent};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::time::Instant;

use crate::net::rig::{Rig, on_cpu};
use crate::net::{anywhere, listening};
use crate::support::again::apart;

/// How long the listener pauses after its failures, one after the other.
async fn pauses(rig: &mut Rig, many: usize) -> Vec<Duration> {
    let mut pauses = Vec::new();
    rig.wait_for(|event| {
        match event {
            SocketEvent::AcceptFailed { why, pause, .. } => {
                assert_eq!(why.errno, Errno::EMFILE);
                pauses.push(pause);
            }
            SocketEvent::Accepted { socket: own, .. } => panic!("{own:?}"),
            _ => (),
        }
        (pauses.len() == many).then_some(())
    })
    .await;
    pauses
}

fn allow(current: Option<u64>) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
}

#[test]
fn it_waits_longer_and_longer_up_to_a_second_and_recovers_at_once() {
    apart(|| {
        // What waits only for time is over at once: an hour takes no longer than what is done in it.
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (mut rig, at) = listening(anywhere()).await;
            let call = || TcpStream::connect(SocketAddr::from(at)).unwrap();
            let _callers = [call(), call()];
            let enough = getrlimit(Resource::Nofile).current;
            // Fewer than are open already.
            allow(Some(3));
            let begun = Instant::now();
            let first = pauses(&mut rig, 20).await;
            let millis: Vec<u128> = first.iter().map(Duration::as_millis).collect();
            assert_eq!(millis[..4], [100, 200, 400, 800]);
            assert_eq!(millis[4..], [1000; 16]);
            assert!(begun.elapsed() >= first[..19].iter().sum());
            // As good as for ever.
            let (begun, worked) = (Instant::now(), on_cpu());
            for _ in 0..60 {
                pauses(&mut rig, 50).await;
            }
            let (slept, worked) = (begun.elapsed(), on_cpu().saturating_sub(worked));
            assert!(slept >= Duration::from_secs(3000), "{slept:?}");
            assert!(worked < slept / 1000, "{worked:?}");
            allow(enough);
            rig.opened(2).await;
            // The next shortage is a new one.
            let _third = call();
            allow(Some(3));
            assert_eq!(pauses(&mut rig, 1).await, [Duration::from_millis(100)]);
            allow(enough);
            rig.accepted().await;
        });
    });
}
