use std::time::Duration;

use fivetuple::tcp::{
    Accepting, Burst, Command, ConnectSpec, Host, ListenSpec, SocketEvent, TcpState, WireEvent,
};
use tokio::sync::mpsc::Receiver;

use crate::lab::many_segments::wait_for_all_segments;
use crate::lab::{Bench, LAPTOP, LIMIT, PHONE, SERVER, bench, wait_until};
use crate::lab_sockets::engine;
use crate::support::again::as_nobody_too;
use crate::support::clock::now;

async fn heard<T>(
    news: &mut Receiver<SocketEvent>,
    mut found: impl FnMut(SocketEvent) -> Option<T>,
) -> T {
    let all = async {
        loop {
            let next = news.recv().await.expect("news");
            if let Some(found) = found(next) {
                return found;
            }
        }
    };
    tokio::time::timeout(LIMIT, all).await.expect("in time")
}

async fn heard_listening(news: &mut Receiver<SocketEvent>) {
    let is_it = |news| matches!(news, SocketEvent::Listening { .. }).then_some(());
    heard(news, is_it).await;
}

fn listen(bench: &Bench, port: u16) -> ListenSpec {
    ListenSpec { host: SERVER, backlog: 4096, ..ListenSpec::at(bench.at(SERVER, port).into()) }
}

fn call(bench: &Bench, from: Host, port: u16) -> ConnectSpec {
    let to = fivetuple::tcp::Endpoint::from(bench.at(SERVER, port));
    ConnectSpec { host: from, ..ConnectSpec::to(to.into()) }
}

#[test]
fn thousands_of_calls_cross_the_wire_without_a_lost_one() {
    as_nobody_too(|| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        if let Some(bench) = bench() {
            runtime.unwrap().block_on(thousands(bench));
        }
    });
}

async fn thousands(mut bench: Bench) {
    let (mut program, mut news) = engine(&bench.lab);
    program.run(Command::Listen(listen(&bench, 80)));
    heard_listening(&mut news).await;
    let (count, begun) = (3000, now());
    let burst = Burst { count, every: Duration::ZERO };
    program.run(Command::Connect(call(&bench, LAPTOP, 80), burst));
    let (mut accepted, mut connected, mut ended) = (0, 0, false);
    heard(&mut news, |news| {
        match news {
            SocketEvent::Accepted(own) => {
                assert_eq!(own.name.host, SERVER);
                accepted += 1;
            }
            SocketEvent::Connected(own) => {
                assert_eq!(own.name.host, LAPTOP);
                connected += 1;
            }
            SocketEvent::BurstEnded { .. } => ended = true,
            SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
            _ => (),
        }
        (accepted == count && connected == count && ended).then_some(())
    })
    .await;
    wait_for_all_segments(&bench);
    assert_eq!(bench.states(SERVER, 80).len(), 3000);
    assert_eq!(bench.states(LAPTOP, 80).len(), 3000);
    let told = bench.hear(|news| {
        let untold: u64 = news
            .iter()
            .map(|news| match news {
                WireEvent::Status(status) => status.unreported,
                WireEvent::Sent { .. } => 1,
                WireEvent::Arrived { .. } | WireEvent::Lost { .. } | WireEvent::Full { .. } => 0,
            })
            .sum();
        (untold >= 9000).then_some(news.len())
    });
    // Two thousand segments a second are told of one by one, each when it is sent and when it arrives.
    let most = 5000 * (begun.elapsed().as_secs() + 2);
    let told = told as u64;
    assert!(told < most, "{told} news are more than anybody can read");
    program.close_remote();
    let mut closed = 0;
    heard(&mut news, |news| {
        closed += u32::from(matches!(news, SocketEvent::Closed { .. }));
        (closed == 6000).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_computers_call_and_wait_while_accept_is_held() {
    let Some(bench) = bench() else { return };
    let (mut program, mut news) = engine(&bench.lab);
    program.run(Command::Listen(ListenSpec { accepting: Accepting::Held, ..listen(&bench, 500) }));
    heard_listening(&mut news).await;
    for from in [LAPTOP, PHONE] {
        program.run(Command::Connect(call(&bench, from, 500), Burst::ONE));
    }
    let mut hosts = Vec::new();
    heard(&mut news, |news| {
        if let SocketEvent::Connected(own) = news {
            hosts.push(own.name.host);
        }
        (hosts.len() == 2).then_some(())
    })
    .await;
    hosts.sort();
    assert_eq!(hosts, [LAPTOP, PHONE]);
    wait_until("the last ACK of both", || bench.states(SERVER, 500) == [TcpState::Established; 2]);
}
