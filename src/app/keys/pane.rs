/// One of the panes that can have the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The server and its accept queue.
    Listener,
    /// The computers that connect.
    #[default]
    Computers,
    /// The kernel's table.
    Sockets,
    /// What happened, in sentences.
    Notices,
}

impl Pane {
    /// Every pane, in the order of Tab.
    pub const ALL: [Pane; 4] = [Pane::Listener, Pane::Computers, Pane::Sockets, Pane::Notices];
}
