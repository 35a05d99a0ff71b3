use crate::app::keys::main_view::MainView;
use crate::tcp::{SocketId, TcpState};

/// An action, asked for by a key, the mouse or the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Listen, or stop listening.
    Listen,
    /// Open the listener's options.
    ListenOptions,
    /// Open the options of a further listener.
    AddListener,
    /// Select the next listener.
    NextListener,
    /// Select this listener, counted from 0.
    SelectListener(usize),
    /// Hold or resume accept().
    ToggleAccept,
    /// Call accept() once.
    AcceptOne,
    /// Close the server's end.
    ServerCloses,
    /// Connect from the selected computer.
    Connect,
    /// Open the client's options.
    ConnectOptions,
    /// Send the payload.
    Send,
    /// Send a FIN, keep reading.
    HalfClose,
    /// Close the client's end.
    Close,
    /// Send RST instead of FIN.
    Abort,
    /// Select the next row.
    Next,
    /// Select the previous one.
    Previous,
    /// Select the next computer.
    NextComputer,
    /// Select the previous one.
    PreviousComputer,
    /// Go a page down.
    PageDown,
    /// Go a page up.
    PageUp,
    /// Move to the other pane.
    OtherPane,
    /// Move to this pane.
    Focus(Pane),
    /// Select this row of the table.
    SelectRow(SocketId),
    /// Select this computer, counted from 0.
    SelectComputer(usize),
    /// Show this main view, or the table again.
    Show(MainView),
    /// Write the ladder into a file.
    SaveLadder,
    /// Show the ladder of all connections, or of one.
    AllLadders,
    /// Show less, larger.
    ZoomIn,
    /// Show more, smaller.
    ZoomOut,
    /// Show the details of one connection.
    ShowDetails,
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
    /// Freeze the table, or go live.
    Pause,
    /// Show the table as it was one change before.
    StepBack,
    /// Show it as it was one change later.
    StepForward,
    /// Show the live table.
    Live,
    /// Find rows that contain a text.
    Find,
    /// Close everything and start over.
    Reset,
    /// Show large text for the back of the room.
    BigType,
    /// Switch to the next theme.
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
    /// Start the lab, or stop it.
    Lab,
    /// Change the lab's wire.
    Wire(WireKey),
    /// Show relative or absolute sequence numbers.
    Numbers,
    /// Open the form that uses up a range of ports.
    UseUpPorts,
    /// Open the menu of states to be held.
    OpenHeldStates,
    /// Bring a connection into this state, and hold it there.
    HoldState(TcpState),
    /// Apply the form that is open.
    ApplyForm,
    /// Show every action by its name.
    Palette,
    /// Show the lessons.
    Lessons,
    /// Give the lesson of that number.
    GiveLesson(usize),
    /// Open the exercise of that number.
    GiveExercise(usize),
    /// Give a hint in practice, each time a plainer one.
    LessonHint,
    /// Show the terms of the field, at this one, counted from 0.
    LookUp(usize),
    /// Explain the last failure: the rows in the way, and the remedies.
    Why,
    /// Retry the failed call.
    Retry,
    /// Retry it when TIME_WAIT is over.
    RetryLater,
    /// Test the myth on real sockets.
    TryMyth,
    /// Save a program that creates the same rows.
    Write,
    /// Do what the step of the lesson says, or go on to the next one.
    LessonNext,
    /// Go back to the beginning of the step before.
    LessonBack,
    /// Begin the step again.
    LessonRestart,
    /// Give this answer to the question of the lesson, counted from 0.
    Answer(usize),
}

impl Action {
    /// Whether a number before its key counts.
    pub const fn counts(self) -> bool {
        use Action::{
            Abort, Answer, Close, Connect, HalfClose, Next, NextComputer, PageDown, PageUp,
            Previous, PreviousComputer, Send, ServerCloses, StepBack, StepForward, Wire,
        };
        matches!(
            self,
            Abort
                | Answer(_)
                | Close
                | Connect
                | HalfClose
                | Next
                | NextComputer
                | PageDown
                | PageUp
                | Previous
                | PreviousComputer
                | Send
                | ServerCloses
                | StepBack
                | StepForward
                | Wire(WireKey::Step | WireKey::Drop)
        )
    }

    /// The actions that are meant for connections.
    pub const VERBS: [Action; 5] =
        [Action::Close, Action::ServerCloses, Action::Send, Action::HalfClose, Action::Abort];

    /// Whether it changes only how things are shown, so that it is never held back.
    pub(crate) const fn is_a_look(self) -> bool {
        matches!(
            self,
            Action::Focus(_)
                | Action::Show(_)
                | Action::AllLadders
                | Action::ZoomIn
                | Action::ZoomOut
                | Action::PointOfView
                | Action::WholeMachine
                | Action::Netstat
                | Action::Find
                | Action::BigType
                | Action::NextTheme
                | Action::ShowKeys
                | Action::Numbers
                | Action::Help
                | Action::Palette
                | Action::Lessons
                | Action::LookUp(_)
                | Action::Quit
                | Action::QuitNow
        )
    }

    /// Whether it orders something, and does not only select, step through the past, or open a form.
    pub(crate) const fn is_an_order(self) -> bool {
        matches!(
            self,
            Action::Listen
                | Action::ToggleAccept
                | Action::AcceptOne
                | Action::ServerCloses
                | Action::Connect
                | Action::Send
                | Action::HalfClose
                | Action::Close
                | Action::Abort
                | Action::Reset
                | Action::Lab
                | Action::Wire(_)
                | Action::HoldState(_)
                | Action::ApplyForm
                | Action::Retry
                | Action::TryMyth
        )
    }

    /// Whether it is about the lesson that is given.
    pub(crate) const fn is_for_the_lesson(self) -> bool {
        use Action::{Answer, LessonBack, LessonHint, LessonNext, LessonRestart};
        matches!(self, LessonNext | LessonBack | LessonRestart | LessonHint | Answer(_))
    }

    /// Whether it opens what takes the keys behind it.
    pub(crate) const fn takes_keys(self) -> bool {
        matches!(
            self,
            Action::ListenOptions
                | Action::AddListener
                | Action::ConnectOptions
                | Action::UseUpPorts
                | Action::OpenHeldStates
                | Action::ShowDetails
                | Action::Why
        )
    }
}

/// An action on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireKey {
    /// Hold it, or release it.
    Hold,
    /// Deliver one segment.
    Step,
    /// The next delay.
    Delay,
    /// Drop the next segment.
    Drop,
    /// Cut or reconnect it.
    Cut,
    /// Queue retransmissions on the held wire, or count them.
    Retransmissions,
}

/// One of the panes that can have the focus, which decides what is scrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The kernel's table, or another view in its place.
    #[default]
    Sockets,
    /// What happened, in sentences.
    Notices,
}
