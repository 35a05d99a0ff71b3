use crate::app::{Role, TableRow};
use crate::tcp::TcpState;
use crate::view::scene::Scene;
use crate::view::table::role;

/// Who a row is, in a picture that does not show its addresses beside it: what it is in this demonstration, else the address it has.
pub(crate) fn of(scene: Scene<'_>, line: &TableRow, room: usize) -> String {
    let is_nobodys = line.row.state == TcpState::TimeWait;
    if !is_nobodys && Role::of(scene.state, &line.row) == Role::Unknown {
        return line.row.tuple.local.ip.to_string();
    }
    role::role(scene, line, room)
}
