//! How fast the whole table is read, beside others that read it.

use std::process::{Command, Stdio};
use std::time::Duration;

use fivetuple::kernel::wire::{ALL_STATES, Dump};
use fivetuple::kernel::{Reading, SockDiag, SocketSource};
use fivetuple::run::Clock;
use fivetuple::tcp::{Filter, Host, Protocol};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

use crate::figures::{Times, at_most, times, title};

const ROUNDS: usize = 9;

/// Measures one look at all rows that there are, beside the others.
pub(crate) fn measure() {
    let tcp = Filter {
        protocol: Some(Protocol::Tcp),
        ..Filter::default()
    };
    let mut source = SockDiag::open(Host::THIS).unwrap();
    let mut reading = Reading::default();
    let ours = time(|| source.read(&tcp, &mut reading).unwrap());
    let rows = reading.snapshot.rows.len();
    title(&format!("one look at the whole table, {rows} rows"));
    times("fivetuple", &ours, "");
    let raw = Raw::open();
    for (name, other, most) in [
        (
            "raw structures, read and dropped",
            time(|| raw.read()),
            1.15,
        ),
        ("procfs crate", time(by_procfs), 0.5),
        ("ss -Htan", time(by_ss), 0.33),
    ] {
        let ratio = at_most(ours.median() / other.median(), most, "");
        times(name, &other, &format!("ours takes of it {ratio}"));
    }
    let all = time(|| source.read(&Filter::everything(), &mut reading).unwrap());
    times("fivetuple, UDP too", &all, "");
}

fn time(mut run: impl FnMut()) -> Times {
    let clock = Clock::start();
    let once = |_| -> Duration {
        let begun = clock.now();
        run();
        clock.now().since(begun)
    };
    (0..ROUNDS).map(once).collect()
}

/// The same question, and nothing done with the answer.
struct Raw(rustix::fd::OwnedFd);

impl Raw {
    fn open() -> Raw {
        let flags = SocketFlags::CLOEXEC;
        let diag = Some(netlink::SOCK_DIAG);
        Raw(socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, diag).unwrap())
    }

    fn read(&self) {
        let mut request = Vec::new();
        let dump = Dump {
            protocol: Protocol::Tcp,
            family: None,
            states: ALL_STATES,
            program: None,
        };
        dump.write(1, &mut request);
        send(&self.0, &request, SendFlags::empty()).unwrap();
        let mut buffer = vec![0_u8; 32 * 1024];
        loop {
            let (_, length) = recv(&self.0, &mut buffer[..], RecvFlags::empty()).unwrap();
            // The last message is NLMSG_DONE, 20 bytes on its own or at the end.
            let done = length.checked_sub(20).map(|at| &buffer[at + 4..at + 6]);
            if done == Some(&3_u16.to_ne_bytes()[..]) {
                return;
            }
        }
    }
}

fn by_procfs() {
    let rows = procfs::net::tcp().unwrap().len() + procfs::net::tcp6().unwrap().len();
    assert!(rows > 0);
}

fn by_ss() {
    let status = Command::new("ss")
        .arg("-Htan")
        .stdout(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "ss");
}
