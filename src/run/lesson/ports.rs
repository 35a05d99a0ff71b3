//! Ports that are free for a lesson.

use std::collections::BTreeSet;

use anyhow::Context;

use crate::app::Lesson;
use crate::kernel::open;
use crate::tcp::{Filter, ListenSpec, Port, TcpState};

/// The first of ten ports where nothing listens and nothing is connected; what is in TIME_WAIT there, a lesson ends.
pub(super) fn free() -> anyhow::Result<Port> {
    let (mut source, _) = open();
    let read = source.snapshot(&Filter::everything()).context("cannot read the socket table")?;
    let rows = read.snapshot.rows.iter().filter(|row| row.state != TcpState::TimeWait);
    let used: BTreeSet<Port> =
        rows.flat_map(|row| [row.tuple.local.port, row.tuple.remote.port]).collect();
    let mut firsts = (ListenSpec::PORT.0..10_000).step_by(Lesson::PORTS.into());
    let are_free =
        |first: &u16| (*first..first + Lesson::PORTS).all(|port| !used.contains(&Port(port)));
    let first = firsts.find(are_free);
    first.map(Port).context("there are no ten free ports in a row from 5000 to 9999; see --port")
}
