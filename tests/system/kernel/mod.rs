//! Both sources agree with what std's sockets did; every test looks at ports of its own.

mod actor;
pub(crate) mod lookups;
mod parallel_dump;
mod procfs;
mod rows;
mod tcp_info;
mod watch;

use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::time::Duration;

use fivetuple::kernel::{Procfs, SockDiag, SocketSource};
use fivetuple::tcp::{Filter, FiveTuple, Host, Port, SocketId, SocketRow, TcpState};

use crate::place::is_at;

fn sources() -> [Box<dyn SocketSource>; 2] {
    [Box::new(SockDiag::open(Host::THIS).expect("sock_diag")), Box::new(Procfs::new(Host::THIS))]
}

/// One end of a TCP connection.
fn end(local: SocketAddr, remote: SocketAddr) -> SocketId {
    SocketId::connected(Host::THIS, FiveTuple::tcp(local.into(), remote.into()))
}

fn inode(socket: &impl AsRawFd) -> u64 {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap();
    let text = link.to_str().unwrap();
    let digits = text.strip_prefix("socket:[").unwrap().trim_end_matches(']');
    digits.parse().unwrap()
}

/// The rows with `at` at one end, as soon as `is_it` likes them.
fn rows_when(
    source: &mut dyn SocketSource,
    at: SocketAddr,
    is_it: impl Fn(&[SocketRow]) -> bool,
) -> Vec<SocketRow> {
    let mut rows = Vec::new();
    for _ in 0..20_000 {
        rows = source.snapshot(&Filter::ports([Port(at.port())])).unwrap().snapshot.rows;
        rows.retain(|row| is_at(row, at.ip()));
        rows.sort_by_key(SocketRow::name);
        if is_it(&rows) {
            return rows;
        }
        std::thread::park_timeout(Duration::from_micros(100));
    }
    panic!("{} never showed it, but: {rows:#?}", source.name());
}

fn states(rows: &[SocketRow]) -> Vec<TcpState> {
    let mut states: Vec<TcpState> = rows.iter().map(|row| row.state).collect();
    states.sort();
    states
}

/// Both sources come to show exactly these states at `at`; exact lookups agree with each row.
fn shows(at: SocketAddr, mut expected: Vec<TcpState>) {
    expected.sort();
    for source in &mut sources() {
        let rows = rows_when(source.as_mut(), at, |rows| states(rows) == expected);
        for row in rows {
            let found = source.lookup(row.name()).unwrap();
            let found = found.unwrap_or_else(|| panic!("{} lost {row}", source.name()));
            assert_eq!((found.name(), found.state), (row.name(), row.state));
        }
    }
}
