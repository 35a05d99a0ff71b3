use std::collections::BTreeSet;

use crate::app::TableRow;
use crate::tcp::{Port, PortRange, TcpState};
use crate::view::Scene;
use crate::view::table::role;

/// Every port there is.
pub(crate) const ALL: PortRange = PortRange { low: Port(0), high: Port(u16::MAX) };

/// So many of the first rows are looked through for sockets that listen.
const NEAR: usize = 100;

/// The connection whose port is pointed at: the chosen one, else the newest.
#[derive(Clone, Copy)]
pub(crate) struct Chosen<'a> {
    pub(crate) port: Port,
    pub(crate) line: &'a TableRow,
}

impl<'a> Chosen<'a> {
    /// Of the client's end, where it stands in the table: it is the one whose port was picked.
    pub(crate) fn of(scene: Scene<'a>) -> Option<Chosen<'a>> {
        let state = scene.state;
        let line = scene.chosen_or_newest()?;
        let name = line.row.name();
        let client = state.seen().mirror(name);
        let client = client.filter(|other| state.seen().is_client(other.row.name()));
        let line = client.unwrap_or(line);
        Some(Chosen { port: line.row.tuple.local.port, line })
    }
}

/// The ports at which we listen, and others do as far as the first rows tell.
pub(crate) fn listening(scene: Scene<'_>) -> Vec<Port> {
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

/// Whose the chosen port is.
pub(crate) fn holder(scene: Scene<'_>, chosen: Chosen<'_>) -> String {
    role::name(scene, chosen.line, 26)
}
