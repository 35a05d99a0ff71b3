use crate::app::query::server_side::is_unaccepted;
use crate::app::{Role, TableRow};
use crate::tcp::TcpState;
use crate::view::{Scene, text};

pub(crate) fn role(scene: Scene<'_>, line: &TableRow, room: usize) -> String {
    // From this width on there is room for "server end of laptop".
    let is_roomy = room >= 18;
    let role = Role::of(scene.state, &line.row);
    let text = match &role {
        Role::ServerEnd(_) if is_unaccepted(scene.state, line) => {
            String::from(if is_roomy { "server, not accepted" } else { "not accepted" })
        }
        Role::ServerEnd(_) if room < 10 => String::from("server"),
        Role::ServerEnd(peer) if !is_roomy => {
            let tries =
                [format!("server ({peer})"), format!("server {peer}"), format!("of {peer}")];
            text::fitting(room, tries)
        }
        Role::Unknown if line.row.state == TcpState::TimeWait => {
            String::from(if room < 17 { "no owner" } else { "no owner any more" })
        }
        Role::Unknown
        | Role::Listener
        | Role::ServerEnd(_)
        | Role::Client(_)
        | Role::OtherListener(_)
        | Role::Other(_) => role.to_string(),
    };
    text::safe(&text)
}

pub(crate) fn name(scene: Scene<'_>, line: &TableRow, room: usize) -> String {
    let is_unowned = line.row.state == TcpState::TimeWait;
    if !is_unowned && Role::of(scene.state, &line.row) == Role::Unknown {
        return line.row.tuple.local.ip.to_string();
    }
    role(scene, line, room)
}
