use super::paint::Scene;
use super::row;
use crate::app::{Line, Role};
use crate::tcp::TcpState;

/// Who a row is, in a picture that does not show its addresses beside it: what it is in this demonstration, else the address it has.
pub(super) fn of(scene: Scene<'_>, line: &Line, room: usize) -> String {
    let is_nobodys = line.row.state == TcpState::TimeWait;
    if !is_nobodys && Role::of(scene.state, &line.row) == Role::Unknown {
        return line.row.tuple.local.ip.to_string();
    }
    row::role(scene, line, room)
}
