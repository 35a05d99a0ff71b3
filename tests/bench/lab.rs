//! How much the lab's wire costs, beside a bridge of the kernel between the same computers: `cargo bench --bench lab`.
//!
//! It needs nsenter and ip, and a machine that lets it make namespaces; it says so where they are missing.

#![expect(clippy::print_stdout, reason = "a bench prints its results")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a bench that cannot run has to stop"
)]

#[path = "figures.rs"]
#[allow(dead_code, reason = "another bench needs more of it")]
mod figures;

#[path = "../support/lab_sockets.rs"]
mod lab_sockets;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use fivetuple::kernel::raise_descriptor_limit;
use fivetuple::lab::{Lab, SocketKind, Wire};
use fivetuple::run::Clock;
use fivetuple::tcp::{
    Burst, Command as Order, ConnectSpec, Endpoint, Host, LabSpec, ListenSpec, SocketEvent,
};
use socket2::Socket;

const SERVER: Host = Host(1);
const LAPTOP: Host = Host(2);
/// As many as one process may hold here.
const COUNT: u32 = 9000;
const CALLS: u16 = 2000;
const ROUNDS: usize = 5;

fn main() {
    raise_descriptor_limit();
    if let Err(why) = lab() {
        println!("skipped: no lab here: {why}");
        return;
    }
    figures::head();
    figures::title("the lab");
    let up: figures::Times = (0..20)
        .map(|_| {
            let mut made = None;
            timed(|| made = lab().ok())
        })
        .collect();
    let target = figures::at_most(up.median(), 500.0, " ms");
    figures::times("three computers and their links up", &up, &target);
    let mut bursts = (Vec::new(), Vec::new());
    let mut calls = (Vec::new(), Vec::new());
    // In turn, so that a change of the machine's load is everybody's.
    for _ in 0..ROUNDS {
        for (over, bursts, calls) in [
            (Between::Wire, &mut bursts.0, &mut calls.0),
            (Between::Bridge, &mut bursts.1, &mut calls.1),
        ] {
            let Some(link) = Link::new(over) else {
                println!("skipped: nsenter and ip are needed for the bridge");
                return;
            };
            calls.push(one_after_another(&link.lab));
            // Last: its connections take a while to end.
            bursts.push(burst(&link.lab));
        }
    }
    let per_second = |count: u32, time: Duration| f64::from(count) / time.as_secs_f64();
    for (name, count, (wire, bridge)) in [
        ("a burst of 9000 calls", COUNT, bursts),
        ("2000 calls, one after another", u32::from(CALLS), calls),
    ] {
        let (wire, bridge) = (median(wire), median(bridge));
        for (over, time) in [("the wire", wire), ("a bridge", bridge)] {
            let figure = format!(
                "{:.0} ms, {:.0} connections/s",
                figures::millis(time),
                per_second(count, time)
            );
            figures::figure(&format!("{name} over {over}"), &figure);
        }
        let ratio = wire.as_secs_f64() / bridge.as_secs_f64();
        figures::figure("  wire to bridge", &figures::at_most(ratio, 2.0, ""));
    }
    figures::load();
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Wire,
    Bridge,
}

struct Link {
    lab: Lab,
    _wire: Option<Wire>,
}

impl Link {
    fn new(between: Between) -> Option<Link> {
        let mut lab = lab().ok()?;
        let ends = std::mem::take(&mut lab.ends);
        let wire = match between {
            Between::Wire => {
                let clock = Clock::start();
                let tell = |_| Ok(());
                Some(Wire::start(ends, move || clock.now(), tell, None, drop).expect("a wire"))
            }
            Between::Bridge => {
                drop(ends);
                bridge(lab.helper.pid()).then_some(())?;
                None
            }
        };
        Some(Link { lab, _wire: wire })
    }
}

fn lab() -> Result<Lab, String> {
    let spec = LabSpec { computers: 3, ports: None };
    Lab::start(Path::new(env!("CARGO_BIN_EXE_fivetuple")), spec).map_err(|why| format!("{why:?}"))
}

/// Connects the links by a bridge, in the namespace in the middle, which the helper holds at descriptor 40.
fn bridge(helper: u32) -> bool {
    let user = format!("/proc/{helper}/ns/user");
    let number = |path: &str| fs::metadata(path).map(|file| file.ino()).ok();
    let mut command = Command::new("nsenter");
    if number(&user) != number("/proc/self/ns/user") {
        command.args(["--preserve-credentials", &format!("--user={user}")]);
    }
    let script = "ip link add br0 type bridge && ip link set br0 up \
        && for link in server laptop phone; do ip link set $link master br0; done";
    let status =
        command.arg(format!("--net=/proc/{helper}/fd/40")).args(["sh", "-c", script]).status();
    status.is_ok_and(|status| status.success())
}

fn server(lab: &Lab, port: u16) -> SocketAddr {
    SocketAddr::new(lab.computers[0].ip, port)
}

fn burst(lab: &Lab) -> Duration {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut program, mut news) = lab_sockets::engine(lab);
        let to = Endpoint::from(server(lab, 80));
        program.run(Order::Listen(ListenSpec {
            host: SERVER,
            backlog: 4096,
            ..ListenSpec::at(to)
        }));
        while !matches!(news.recv().await.expect("news"), SocketEvent::Listening { .. }) {}
        let every = Duration::ZERO;
        let spec = ConnectSpec { host: LAPTOP, ..ConnectSpec::to(to.into()) };
        let begun = now();
        program.run(Order::Connect(spec, Burst { count: COUNT, every }));
        let (mut accepted, mut connected) = (0, 0);
        while accepted < COUNT || connected < COUNT {
            match news.recv().await.expect("news") {
                SocketEvent::Accepted(_) => accepted += 1,
                SocketEvent::Connected(_) => connected += 1,
                SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
                _ => (),
            }
        }
        let took = begun.elapsed();
        program.close_remote();
        took
    })
}

/// How long so many calls take when each waits for the answer to the one before.
fn one_after_another(lab: &Lab) -> Duration {
    let socket = |host| {
        let socket = Socket::from(lab.pool.take(host, SocketKind::Tcp4).unwrap());
        socket.set_nonblocking(false).unwrap();
        socket
    };
    let listener = socket(SERVER);
    listener.bind(&server(lab, 81).into()).unwrap();
    listener.listen(4096).unwrap();
    timed(|| {
        for _ in 0..CALLS {
            let laptop = socket(LAPTOP);
            laptop.connect(&server(lab, 81).into()).unwrap();
            laptop.set_linger(Some(Duration::ZERO)).unwrap();
        }
    })
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = now();
    work();
    begun.elapsed()
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
