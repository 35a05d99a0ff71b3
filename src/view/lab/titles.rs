use std::net::IpAddr;

use crate::tcp::Host;
use crate::view::ThemeRole::Error;
use crate::view::style::glyphs::DASH;
use crate::view::table::titles::unread;
use crate::view::{Scene, Titles};

pub(super) fn titles(scene: Scene<'_>, width: u16) -> [Titles; 2] {
    let state = scene.state;
    let of = |name: &'static str, (computer, ip, host): (&str, IpAddr, Host)| Titles {
        name,
        about: match state.ui.row_filter.whole_machine {
            false => format!("{DASH} {computer} {ip}"),
            true if width < 54 => format!("{DASH} {ip}, all ports"),
            true => format!("{DASH} {computer} {ip}, all ports"),
        },
        right: unread(state, host).map(|words| (Error, words)).into_iter().collect(),
        ..Titles::default()
    };
    let [local, remote] = match width {
        0..44 => ["Local", "Remote"],
        44.. => ["Local computer", "Remote computer"],
    };
    let client = state.clients.computer();
    let server = state
        .lab
        .server()
        .map_or_else(Titles::default, |server| of(local, ("server", server.ip, server.host)));
    [server, of(remote, (&client.name, client.ip, client.host))]
}
