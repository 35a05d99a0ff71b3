//! How fast the whole table is read, beside others that read it.

use std::process::{Command, Stdio};

use fivetuple::kernel::inet_diag::{ALL_STATES, Dump};
use fivetuple::kernel::{Reading, SockDiag, SocketSource};
use fivetuple::run::Clock;
use fivetuple::tcp::{Filter, Host, Protocol};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

use crate::figures::{Times, at_most, times, title};

const ROUNDS: usize = 9;

pub(crate) fn measure() {
    let tcp = Filter { protocol: Some(Protocol::Tcp), ..Filter::default() };
    let mut source = SockDiag::open(Host::THIS).unwrap();
    let mut reading = Reading::default();
    source.read(&tcp, &mut reading).unwrap();
    let rows = reading.snapshot.rows.len();
    title(&format!("one look at the whole table, {rows} rows"));
    let raw = Raw::open();
    let mut ours = || source.read(&tcp, &mut reading).unwrap();
    let [ours, raw, procfs, piped, unread] = in_turn([
        &mut ours,
        &mut || raw.read(),
        &mut by_procfs,
        &mut || by_ss(Stdio::piped()),
        &mut || by_ss(Stdio::null()),
    ]);
    times("fivetuple", &ours, "");
    for (name, other, most) in [
        ("raw structures, read and dropped", raw, 1.15),
        ("procfs crate", procfs, 0.5),
        ("ss -Htan, read through a pipe", piped, 0.33),
        ("ss -Htan > /dev/null", unread, 0.33),
    ] {
        let ratio = at_most(ours.median() / other.median(), most, "");
        times(name, &other, &format!("ours takes of it {ratio}"));
    }
    let mut everything = || source.read(&Filter::everything(), &mut reading).unwrap();
    let [all] = in_turn([&mut everything]);
    times("fivetuple, UDP too", &all, "");
}

/// Measures the competitors in turn, round after round, so that what else the machine does meets all of them alike.
fn in_turn<const N: usize>(mut competitors: [&mut dyn FnMut(); N]) -> [Times; N] {
    let clock = Clock::start();
    let mut taken = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (run, taken) in competitors.iter_mut().zip(&mut taken) {
            let begun = clock.now();
            run();
            taken.push(clock.now().since(begun));
        }
    }
    taken.map(Times::from_iter)
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
        let dump =
            Dump { protocol: Protocol::Tcp, family: None, states: ALL_STATES, program: None };
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

fn by_ss(out: Stdio) {
    let mut ss = Command::new("ss").arg("-Htan").stdout(out).spawn().unwrap();
    if let Some(mut rows) = ss.stdout.take() {
        std::io::copy(&mut rows, &mut std::io::sink()).unwrap();
    }
    assert!(ss.wait().unwrap().success(), "ss");
}
