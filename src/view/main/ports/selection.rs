use std::collections::BTreeSet;

use crate::app::TableRow;
use crate::tcp::{Port, PortRange, TcpState};
use crate::view::Scene;
use crate::view::table::role;

/// All ports.
pub(super) const ALL: PortRange = PortRange { low: Port(0), high: Port(u16::MAX) };

/// The number of first rows that are searched for listening sockets.
const NEAR: usize = 100;

/// The selected connection, else the newest, and its port.
#[derive(Clone, Copy)]
pub(super) struct SelectedPort<'a> {
    pub(crate) port: Port,
    pub(crate) line: &'a TableRow,
}

impl<'a> SelectedPort<'a> {
    /// The client's end, if it is in the table: its port was chosen by the kernel.
    pub(crate) fn of(scene: Scene<'a>) -> Option<SelectedPort<'a>> {
        let state = scene.state;
        let line = scene.selected_or_newest()?;
        let name = line.row.name();
        let client = state.seen().mirror(name);
        let client = client.filter(|other| state.seen().is_client(other.row.name()));
        let line = client.unwrap_or(line);
        Some(SelectedPort { port: line.row.tuple.local.port, line })
    }
}

/// The ports on which we listen, and others, as far as the first rows show.
pub(super) fn listening(scene: Scene<'_>) -> Vec<Port> {
    let sockets = scene.state.seen();
    let first = scene.state.ui.shown.iter().take(NEAR);
    let lines = first.filter_map(|name| sockets.get(*name));
    let listening = lines.filter(|line| line.row.state == TcpState::Listen && line.gone.is_none());
    let others = listening.map(|line| line.row.tuple.local.port);
    let ours = scene.state.server.sockets.iter();
    let ours = ours.map(|socket| socket.name.tuple.local.port);
    let all: BTreeSet<Port> = others.chain(ours).collect();
    all.into_iter().collect()
}

/// The owner of the selected port.
pub(super) fn holder(scene: Scene<'_>, selected: SelectedPort<'_>) -> String {
    role::name(scene, selected.line, 26)
}
