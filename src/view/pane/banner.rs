use std::net::IpAddr;

use crate::view::ThemeRole::Banner;
use crate::view::{Painter, text};
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The warning that other machines can connect.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let listener = &scene.state.server;
    let at = listener.at();
    let addresses = if at.ip.is_unspecified() {
        let machine = scene.state.machine.addresses.iter();
        let v4_only = at.ip.is_ipv4();
        let v6_only = !v4_only && listener.running.as_ref().is_some_and(|spec| spec.only_v6);
        let is_reached = |ip: &&IpAddr| if ip.is_ipv4() { !v6_only } else { !v4_only };
        machine
            .filter(|ip| !ip.is_loopback())
            .filter(is_reached)
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    } else {
        at.ip.to_string()
    };
    let reachable =
        if addresses.is_empty() { String::from("any address of this machine") } else { addresses };
    // The port comes first: the last of many addresses may be cut.
    let port = at.port;
    let warning = format!(" OPEN TO THE NETWORK: port {port} is reachable on {reachable}");
    let line = Line::from(text::cut(&warning, usize::from(area.width)));
    painter.render(line.style(scene.style(Banner)), area);
}
