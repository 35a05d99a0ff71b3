use crate::app::{Line, Role, State};
use crate::tcp::{RowName, TcpState};

/// What part of the table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lens {
    /// From whose side.
    pub view: PointOfView,
    /// Whether the whole machine is shown, and not only the demo's ports.
    pub whole_machine: bool,
}

/// Whose computer's table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PointOfView {
    /// Both ends of every connection.
    #[default]
    BothEnds,
    /// What netstat on the server's computer would show.
    Server,
    /// What netstat on the chosen client's computer would show.
    Client,
}

impl PointOfView {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> PointOfView {
        match self {
            PointOfView::BothEnds => PointOfView::Server,
            PointOfView::Server => PointOfView::Client,
            PointOfView::Client => PointOfView::BothEnds,
        }
    }
}

/// The names of the rows that are shown: those that listen first, as they outlive the others, then connections by birth.
pub(crate) fn shown(state: &State) -> Vec<RowName> {
    let needle = state.desk.find.text.value().to_lowercase();
    let lines = state.sockets.in_order().filter(|line| {
        let row = &line.row;
        let in_view = match state.desk.lens.view {
            PointOfView::BothEnds => true,
            PointOfView::Server => !state.sockets.is_client(row.name()),
            PointOfView::Client => {
                state.sockets.is_client(row.name())
                    && row.tuple.local.ip.to_canonical() == state.clients.computer().ip
            }
        };
        in_view && (needle.is_empty() || text_of(state, &row.name()).contains(&needle))
    });
    let (mut listening, others): (Vec<&Line>, Vec<&Line>) =
        lines.partition(|line| line.row.state == TcpState::Listen);
    listening.extend(others);
    listening.iter().map(|line| line.row.name()).collect()
}

fn text_of(state: &State, name: &RowName) -> String {
    let Some(line) = state.sockets.get(*name) else {
        return String::new();
    };
    let row = &line.row;
    let role = Role::of(state, row);
    let owner = state
        .sockets
        .owners
        .get(&row.inode)
        .map(ToString::to_string)
        .unwrap_or_default();
    let text = format!(
        "{} {} {} {} {role} {owner}",
        row.tuple.protocol, row.tuple.local, row.tuple.remote, row.state
    );
    text.to_lowercase()
}
