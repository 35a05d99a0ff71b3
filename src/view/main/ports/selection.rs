use std::collections::BTreeSet;

use ratatui::style::Style;

use crate::app::{Holder, TableRow};
use crate::tcp::{Port, PortRange, TcpState};
use crate::view::Scene;
use crate::view::style::glyphs::{DOWN, glyph};

pub(super) const ALL: PortRange = PortRange { low: Port(0), high: Port(u16::MAX) };
const NEAR: usize = 100;

/// The client's end of the selected connection, else of the newest, if it is in the table: its port was chosen by the kernel.
pub(super) fn selected_end(scene: Scene<'_>) -> Option<&TableRow> {
    let line = scene.selected_or_newest()?;
    let sockets = scene.state.seen();
    let client = sockets.mirror(line.row.name());
    Some(client.filter(|other| sockets.is_client(other.row.name())).unwrap_or(line))
}

/// The symbol of the selected port, in the look of whose it is.
pub(super) fn selected_symbol(scene: Scene<'_>) -> (char, Style) {
    let whose = selected_end(scene).and_then(|line| scene.state.whose(line.row.name()));
    (DOWN, scene.theme.path(whose).bold())
}

/// The symbol of a port where something listens.
pub(super) fn listen_symbol(scene: Scene<'_>, port: Port) -> (char, Style) {
    let is_ours = scene.state.servers.sockets().any(|it| it.name.tuple.local.port == port);
    let look = scene.theme.state(TcpState::Listen);
    (glyph(TcpState::Listen), if is_ours { scene.theme.end(Some(Holder::SERVERS)) } else { look })
}

pub(super) fn listening(scene: Scene<'_>) -> BTreeSet<Port> {
    let sockets = scene.state.seen();
    let first = scene.state.ui.shown.iter().take(NEAR);
    let lines = first.filter_map(|name| sockets.get(*name));
    let listening = lines.filter(|line| line.row.state == TcpState::Listen && line.gone.is_none());
    let others = listening.map(|line| line.row.tuple.local.port);
    let ours = scene.state.servers.sockets().map(|socket| socket.name.tuple.local.port);
    others.chain(ours).collect()
}
