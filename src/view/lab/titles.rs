use std::net::IpAddr;

use crate::view::ThemeRole::Error;
use crate::view::style::glyphs::DASH;
use crate::view::table::titles;
use crate::view::{Scene, Titles};

/// The title of a computer's table.
pub(super) fn titles(scene: Scene<'_>, is_server: bool, width: u16) -> Titles {
    let state = scene.state;
    let about = |name: &str, ip: IpAddr| match state.ui.lens.whole_machine {
        false => format!("{DASH} {name} {ip}"),
        true if width < 54 => format!("{DASH} {ip}, all ports"),
        true => format!("{DASH} {name} {ip}, all ports"),
    };
    let unread = |host| {
        let words = titles::unread(state, host).into_iter();
        words.map(|words| (Error, words)).collect()
    };
    if is_server {
        let server = state.lab.server();
        return Titles {
            name: "Local computer",
            about: server.map_or_else(String::new, |server| about("server", server.ip)),
            right: server.map(|server| unread(server.host)).unwrap_or_default(),
            ..Titles::default()
        };
    }
    let clients = &state.clients;
    let computer = clients.computer();
    Titles {
        name: "Remote computer",
        about: about(&computer.name, computer.ip),
        right: unread(computer.host),
        ..Titles::default()
    }
}
