use crate::app::query::server_side::is_unaccepted;
use crate::app::{Role, TableRow};
use crate::tcp::{Protocol, TcpState};
use crate::view::{Scene, text};

/// From this width on there is room for "server end of laptop".
const ROOMY: usize = 18;

/// The role of a UDP row where no column shows the protocol, in at most `room` columns.
pub(crate) fn udp(role: &str, room: usize) -> String {
    let whole = format!("{} {role}", Protocol::Udp);
    if text::width(&whole) > room {
        return Protocol::Udp.to_string();
    }
    whole
}

/// The role of a server end, in at most `room` columns if possible.
fn server_of(peer: &str, room: usize) -> String {
    let tries = [format!("server ({peer})"), format!("server {peer}")];
    let fits = |text: &String| text::width(text) <= room;
    tries.into_iter().find(fits).unwrap_or_else(|| format!("of {peer}"))
}

/// The role of the row, in at most about `room` columns.
pub(crate) fn role(scene: Scene<'_>, line: &TableRow, room: usize) -> String {
    let role = Role::of(scene.state, &line.row);
    let unaccepted = is_unaccepted(scene.state, line);
    let text = match &role {
        Role::ServerEnd(_) if unaccepted && room >= ROOMY => String::from("server, not accepted"),
        Role::ServerEnd(_) if unaccepted => String::from("not accepted"),
        Role::ServerEnd(_) if room < 10 => String::from("server"),
        Role::ServerEnd(peer) if room < ROOMY => server_of(peer, room),
        Role::Unknown if line.row.state != TcpState::TimeWait => role.to_string(),
        Role::Unknown if room < 17 => String::from("no owner"),
        Role::Unknown => String::from("no owner any more"),
        Role::Listener
        | Role::ServerEnd(_)
        | Role::Client(_)
        | Role::OtherListener(_)
        | Role::Other(_) => role.to_string(),
    };
    text::safe(&text)
}

/// The name of a row where its address is not shown: its role, else its address.
pub(crate) fn name(scene: Scene<'_>, line: &TableRow, room: usize) -> String {
    let is_unowned = line.row.state == TcpState::TimeWait;
    if !is_unowned && Role::of(scene.state, &line.row) == Role::Unknown {
        return line.row.tuple.local.ip.to_string();
    }
    role(scene, line, room)
}
