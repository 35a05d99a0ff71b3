use crate::app::keys::{MainView, Pane};
use crate::tcp::{SocketId, TcpState};

/// A wish, whoever has it: a key, the mouse, a lesson, the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Listen, or stop listening.
    Listen,
    /// Open the listener's options.
    ListenOptions,
    /// Hold accept(), or go on accepting.
    Hold,
    /// Call accept() once.
    AcceptOne,
    /// Close the server's end first.
    ServerCloses,
    /// Connect from the chosen computer.
    Connect,
    /// Open the client's options.
    ConnectOptions,
    /// Send the payload.
    Send,
    /// Send a FIN, go on reading.
    HalfClose,
    /// Close the client's end.
    Close,
    /// Send RST instead of FIN.
    Abort,
    /// Choose the next row or computer.
    Next,
    /// Choose the one before.
    Previous,
    /// Go a page down.
    PageDown,
    /// Go a page up.
    PageUp,
    /// Move to the next pane.
    NextPane,
    /// Move to the pane before.
    PreviousPane,
    /// Move to this pane.
    Focus(Pane),
    /// Choose this row of the table.
    SelectRow(SocketId),
    /// Choose this computer, counted from 0.
    SelectComputer(usize),
    /// Show this in the middle of the screen; once more goes back to the table.
    Show(MainView),
    /// Write the ladder into a file.
    SaveLadder,
    /// The ladder of all connections, or of one.
    AllLadders,
    /// Show less of the picture, larger.
    ZoomIn,
    /// Show more of the picture, smaller.
    ZoomOut,
    /// Show one connection as a card.
    LookInside,
    /// Mark a row; on a second one: compare both.
    Mark,
    /// Compare the newest connection with the one before it.
    CompareNewest,
    /// Show both ends, the server's computer, or the client's.
    PointOfView,
    /// Show the demo's sockets, or the whole machine's.
    WholeMachine,
    /// Show the table in netstat's own layout.
    Netstat,
    /// Stop the picture, or go on.
    Pause,
    /// Show the table as it was one change before.
    StepBack,
    /// Show it as it was one change later.
    StepForward,
    /// Show it as it is.
    Live,
    /// Find rows that contain a text.
    Find,
    /// Close everything and start over.
    Reset,
    /// Big type for the last row of the room.
    BigType,
    /// The next theme.
    NextTheme,
    /// Show the keys on the screen as they are pressed.
    ShowKeys,
    /// Show all keys.
    Help,
    /// Close what is open; never quits.
    Back,
    /// Quit, or close what is open.
    Quit,
    /// Quit whatever is open.
    QuitNow,
    /// Set the lab up, or take it down.
    Lab,
    /// Do something with the lab's wire.
    Wire(WireKey),
    /// Show sequence numbers as counted from the SYN, or as they stand in the segments.
    Numbers,
    /// Open the form that uses up a range of ports.
    UseUpPorts,
    /// Open the menu of states to be held.
    States,
    /// Bring a connection into this state, and hold it there.
    HoldState(TcpState),
    /// Apply the form that is open.
    ApplyForm,
    /// Show every action by its name.
    Palette,
    /// Open the last refusal: who is to blame, and what helps.
    Why,
    /// Ask for what was refused once more.
    Retry,
    /// Ask for it once more when TIME_WAIT is over.
    RetryLater,
    /// Try for real what the myth says.
    TryMyth,
    /// Save a program that makes the same rows.
    Write,
}

impl Action {
    /// The verbs that are meant for connections.
    pub const VERBS: [Action; 5] =
        [Action::Close, Action::ServerCloses, Action::Send, Action::HalfClose, Action::Abort];
}

/// A wish about the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireKey {
    /// Hold it, or let it go.
    Hold,
    /// Let one segment through.
    Step,
    /// The next delay.
    Delay,
    /// Lose the next segment.
    Lose,
    /// Cut it, or mend it.
    Cut,
}
