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
use std::time::Duration;

use fivetuple::kernel::raise_descriptor_limit;
use fivetuple::lab::{Lab, SocketKind, Wire};
use fivetuple::run::Clock;
use fivetuple::tcp::{
    Burst, Command as Order, ConnectSpec, Endpoint, Host, LabSpec, ListenSpec, SocketEvent,
};
use socket2::Socket;

use crate::figures::{Times, at_most, times};

const SERVER: Host = Host(1);
const LAPTOP: Host = Host(2);
/// As many as one process may hold here.
const COUNT: u32 = 9000;
const CALLS: u32 = 2000;
const ROUNDS: usize = 5;

/// A name, how many connections it makes, and what makes them.
type Load = (&'static str, u32, fn(&Lab) -> Duration);

/// The burst is the last: its connections take a while to end.
const LOADS: [Load; 2] = [
    ("2000 calls, one after another", CALLS, one_after_another),
    ("a burst of 9000 calls", COUNT, burst),
];

fn main() {
    raise_descriptor_limit();
    if let Err(why) = lab() {
        println!("skipped: no lab here: {why}");
        return;
    }
    figures::head();
    figures::title("the lab");
    let up: Times = (0..20).map(|_| timed(lab)).collect();
    times("three computers and their links up", &up, &at_most(up.median(), 500.0, " ms"));
    let mut taken = LOADS.map(|_| [vec![], vec![]]);
    // In turn, so that a change of the machine's load is everybody's.
    for _ in 0..ROUNDS {
        for (n, over) in [Between::Wire, Between::Bridge].into_iter().enumerate() {
            let Some(link) = Link::new(over) else {
                println!("skipped: nsenter and ip are needed for the bridge");
                return;
            };
            for ((_, _, run), taken) in LOADS.iter().zip(&mut taken) {
                taken[n].push(run(&link.lab));
            }
        }
    }
    for ((name, count, _), taken) in LOADS.iter().zip(taken) {
        let [wire, bridge] = taken.map(Times::from_iter);
        for (over, taken) in [("the wire", &wire), ("a bridge", &bridge)] {
            let rate = f64::from(*count) * 1000.0 / taken.median();
            times(&format!("{name} over {over}"), taken, &format!("{rate:.0} connections/s"));
        }
        let ratio = at_most(wire.median() / bridge.median(), 2.0, "");
        figures::figure("  wire to bridge", &ratio);
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
        let listen = ListenSpec { host: SERVER, backlog: 4096, ..ListenSpec::at(to) };
        program.run(Order::Listen(listen));
        while !matches!(news.recv().await.expect("news"), SocketEvent::Listening { .. }) {}
        let spec = ConnectSpec { host: LAPTOP, ..ConnectSpec::to(to.into()) };
        let clock = Clock::start();
        program.run(Order::Connect(spec, Burst { count: COUNT, every: Duration::ZERO }));
        let (mut accepted, mut connected) = (0, 0);
        while accepted < COUNT || connected < COUNT {
            match news.recv().await.expect("news") {
                SocketEvent::Accepted { .. } => accepted += 1,
                SocketEvent::Connected(_) => connected += 1,
                SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
                _ => (),
            }
        }
        let took = clock.now().since_start();
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
    let clock = Clock::start();
    let made = work();
    let took = clock.now().since_start();
    drop(made);
    took
}
