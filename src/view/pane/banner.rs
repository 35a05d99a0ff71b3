use std::net::IpAddr;

use crate::view::ThemeRole::Banner;
use crate::view::{Painter, text};
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The warning that other machines can connect.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let server = &scene.state.server;
    let at = server.at();
    let only_v6 = server.running.as_ref().is_some_and(|spec| spec.only_v6);
    let is_reached = |ip: &&IpAddr| match at.ip {
        _ if ip.is_loopback() => false,
        IpAddr::V4(_) => ip.is_ipv4(),
        IpAddr::V6(_) => ip.is_ipv6() || !only_v6,
    };
    let reachable = if at.ip.is_unspecified() {
        let addresses = scene.state.machine.addresses.iter().filter(is_reached);
        addresses.map(ToString::to_string).collect::<Vec<_>>().join(", ")
    } else {
        at.ip.to_string()
    };
    let reachable = if reachable.is_empty() { "any address of this machine" } else { &reachable };
    // The port comes first: the last of many addresses may be cut.
    let warning = format!(" OPEN TO THE NETWORK: port {} is reachable on {reachable}", at.port);
    let line = Line::from(text::cut(&warning, usize::from(area.width)));
    painter.render(line.style(scene.style(Banner)), area);
}
