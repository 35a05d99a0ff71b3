use fivetuple::tcp::{
    Accepting, Command, ConnectSpec, Host, ListenSpec, SocketEvent, TcpState, WireEvent,
};

use crate::lab::many_segments::misses_nothing;
use crate::lab::{Bench, LAPTOP, PHONE, SERVER, bench, wait_until};
use crate::lab_sockets::engine;
use crate::net::burst;
use crate::net::rig::Rig;
use crate::support::again::as_nobody_too;
use crate::support::clock::now;

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
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        misses_nothing(|| Some(runtime.block_on(thousands(bench()?))));
    });
}

async fn thousands(mut bench: Bench) -> Bench {
    let mut rig = Rig::over(engine(&bench.lab));
    rig.listen(listen(&bench, 80)).await;
    let begun = now();
    rig.run(Command::Connect(call(&bench, LAPTOP, 80), burst(3000)));
    // Both ends of each, and the end of the burst.
    rig.count(6001, |event| match event {
        SocketEvent::Accepted { socket: own, .. } => own.name.host == SERVER,
        SocketEvent::Connected(own) => own.name.host == LAPTOP,
        SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
        event => matches!(event, SocketEvent::BurstEnded { .. }),
    })
    .await;
    assert_eq!(bench.states(SERVER, 80).len(), 3000);
    assert_eq!(bench.states(LAPTOP, 80).len(), 3000);
    let told = bench.hear(|news| {
        let untold: u64 = news
            .iter()
            .map(|news| match news {
                WireEvent::Status(status) => status.unreported,
                WireEvent::Sent { .. } => 1,
                _ => 0,
            })
            .sum();
        (untold >= 9000).then_some(news.len())
    });
    // Three thousand segments a second are told of one by one, each when it is sent and when it arrives.
    let most = 7500 * (begun.elapsed().as_secs() + 2);
    let told = told as u64;
    assert!(told < most, "{told} news are more than anybody can read");
    rig.engine.close_remote();
    rig.count(6000, |event| matches!(event, SocketEvent::Closed { .. })).await;
    bench
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_computers_call_and_wait_while_accept_is_held() {
    let Some(bench) = bench() else { return };
    let mut rig = Rig::over(engine(&bench.lab));
    rig.listen(ListenSpec { accepting: Accepting::Held, ..listen(&bench, 500) }).await;
    for from in [LAPTOP, PHONE] {
        let own = rig.connect(call(&bench, from, 500)).await.expect("waits in the queue");
        assert_eq!(own.name.host, from);
    }
    wait_until("the last ACK of both", || bench.states(SERVER, 500) == [TcpState::Established; 2]);
}
