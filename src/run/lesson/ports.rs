//! The ten ports of a lesson.

use std::collections::BTreeSet;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use anyhow::Context;

use crate::app::Lesson;
use crate::kernel::open;
use crate::tcp::{Filter, ListenSpec, Port, TcpState};

/// Ten ports; no other lesson that looks for free ones takes them as long as this is kept.
pub(super) struct HeldPorts {
    pub(super) first: Port,
    _name: Option<UnixDatagram>,
}

impl HeldPorts {
    /// Those from that port on, taken or not; else the first ten where nothing listens and nothing is connected. What is in TIME_WAIT
    /// there, a lesson ends.
    pub(super) fn of(first: Option<Port>) -> anyhow::Result<HeldPorts> {
        if let Some(first) = first {
            return Ok(HeldPorts { first, _name: take_ports(first) });
        }
        let used = used()?;
        let are_free =
            |first: &u16| (*first..first + Lesson::PORTS).all(|port| !used.contains(&Port(port)));
        let firsts =
            (ListenSpec::PORT.0..10_000).step_by(Lesson::PORTS.into()).filter(are_free).map(Port);
        let mut held =
            firsts.filter_map(|first| Some(HeldPorts { first, _name: Some(take_ports(first)?) }));
        held.next().context("there are no ten free ports in a row from 5000 to 9999; see --port")
    }
}

fn take_ports(first: Port) -> Option<UnixDatagram> {
    take(&format!("ports {first}"))
}

/// Takes a name, if no other fivetuple has it: an abstract one of unix(7) is unique in its network, and ends with its process.
fn take(name: &str) -> Option<UnixDatagram> {
    let name = SocketAddr::from_abstract_name(format!("fivetuple {name}")).ok()?;
    UnixDatagram::bind_addr(&name).ok()
}

/// Waits until no other run plays that lesson, whose clients ask for the same ports, and keeps the turn; after ten seconds it is not
/// waited for any longer.
pub(super) async fn turn(lesson: &str) -> Option<UnixDatagram> {
    const PAUSE: Duration = Duration::from_millis(10);
    for _ in 0..1000 {
        if let Some(turn) = take(&format!("lesson {lesson}")) {
            return Some(turn);
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}

fn used() -> anyhow::Result<BTreeSet<Port>> {
    let (mut source, _) = open();
    let read = source.snapshot(&Filter::everything()).context("cannot read the socket table")?;
    let rows = read.snapshot.rows.iter().filter(|row| row.state != TcpState::TimeWait);
    Ok(rows.flat_map(|row| [row.tuple.local.port, row.tuple.remote.port]).collect())
}
