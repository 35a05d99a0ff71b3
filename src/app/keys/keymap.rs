use crate::app::keys::Group::{Client, Lab, Lesson, Look, Program, Server, View as Closer};
use crate::app::keys::Key::{
    BackTab, Backspace, Char, Ctrl, Down, End, Enter, Esc, F, Left, PageDown, PageUp, Right, Tab,
    Up,
};
use crate::app::keys::{Action, Action as A, Key, MainView, WireKey};

/// A key, where it works, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys, the one to show first.
    pub keys: &'static [Key],
    /// Where it works.
    pub scope: Scope,
    /// The action.
    pub action: Action,
    /// The word for the footer.
    pub help: &'static str,
    /// The line for the list of all keys and for the README.
    pub about: &'static str,
    /// The group in the list of all keys.
    pub group: Group,
    /// The word for the footer while what the key switches is on.
    pub help_on: Option<&'static str>,
}

impl Binding {
    /// Whether it belongs to the list of all keys, and not only to an overlay.
    pub const fn is_listed(&self) -> bool {
        matches!(self.scope, Scope::Always | Scope::Panes) || matches!(self.group, Lesson)
    }

    const fn while_on(self, help: &'static str) -> Binding {
        Binding { help_on: Some(help), ..self }
    }
}

/// Where a binding works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Always, even in a form.
    Always,
    /// On the panes while nothing has been done yet, before the keys of the panes.
    Start,
    /// On the panes while a lesson asks a question, before the keys of the lesson.
    Question,
    /// On the panes while a lesson is given, before the keys of the panes.
    Lesson,
    /// On the panes.
    Panes,
    /// In an overlay.
    Overlay,
    /// In the overlay that explains the last failure, before the keys of every overlay.
    Why,
    /// In a form, before the keys that edit its field.
    Form,
}

/// The groups of the list of all keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// The server.
    Server,
    /// The clients.
    Client,
    /// Navigation.
    Look,
    /// The program.
    Program,
    /// Other views of the same state.
    View,
    /// The lab and its wire.
    Lab,
    /// The lesson that is given.
    Lesson,
}

impl Group {
    /// Every group, in the order of the list.
    pub const ALL: [Group; 7] = [
        Group::Server,
        Group::Client,
        Group::Look,
        Group::Lesson,
        Group::View,
        Group::Lab,
        Group::Program,
    ];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Group::Server => "Server",
            Group::Client => "Clients",
            Group::Look => "Navigation",
            Group::View => "Views",
            Group::Program => "Program",
            Group::Lab => "Lab",
            Group::Lesson => "In a lesson",
        }
    }
}

const fn on(
    keys: &'static [Key],
    action: Action,
    group: Group,
    help: &'static str,
    about: &'static str,
) -> Binding {
    Binding { keys, scope: Scope::Panes, action, help, about, group, help_on: None }
}

const fn over(keys: &'static [Key], scope: Scope, action: Action, help: &'static str) -> Binding {
    Binding { scope, ..on(keys, action, Group::Program, help, help) }
}

/// Every key once: the words of the footer and the list of keys are made from it, and the README is tested against it.
#[rustfmt::skip]
pub const BINDINGS: &[Binding] = &[
    on(&[Char('l')], A::Listen, Server, "listen", "listen or stop listening").while_on("stop listening"),
    on(&[Char('L')], A::ListenOptions, Server, "listener options", "edit the listener's options"),
    on(&[Char('Y')], A::AddListener, Server, "add a listener", "add yet another listener"),
    on(&[Char('J')], A::NextListener, Server, "next listener", "select the next listener"),
    on(&[Char('a')], A::ToggleAccept, Server, "hold accept()", "hold or resume accept()").while_on("resume accept()"),
    on(&[Char('A')], A::AcceptOne, Server, "accept one", "accept one (while held)"),
    on(&[Char('D')], A::ServerCloses, Server, "close at server", "close the server's end first"),
    on(&[Char('c')], A::Connect, Client, "connect", "connect (5c: five times)"),
    on(&[Char('C')], A::ConnectOptions, Client, "client options", "edit the client's options"),
    on(&[Char('d')], A::Close, Client, "disconnect", "disconnect (5d: five, 0d: all)"),
    on(&[Char('s')], A::Send, Client, "send", "send the payload"),
    on(&[Char('f')], A::HalfClose, Client, "half-close", "send FIN, keep reading"),
    on(&[Char('x')], A::Abort, Client, "abort", "abort: send RST instead of FIN"),
    on(&[Char('S')], A::OpenHeldStates, Client, "hold a state", "hold a connection in one state"),
    on(&[Char('j'), Down], A::Next, Look, "down", "select the next row").while_on("next row"),
    on(&[Char('k'), Up], A::Previous, Look, "up", "select the previous row").while_on("previous row"),
    on(&[Char('>'), Right], A::NextComputer, Look, "next computer", "select the next computer"),
    on(&[Char('<'), Left], A::PreviousComputer, Look, "previous computer", "select the previous one"),
    on(&[PageDown, Ctrl('d')], A::PageDown, Look, "page down", "scroll down a page"),
    on(&[PageUp, Ctrl('u')], A::PageUp, Look, "page up", "scroll up a page").while_on("scroll"),
    on(&[Tab, BackTab], A::OtherPane, Look, "read the log", "read what happened").while_on("go back"),
    on(&[Enter], A::ShowDetails, Look, "inspect", "inspect this connection"),
    on(&[Char('e')], A::PointOfView, Look, "point of view", "switch the point of view"),
    on(&[Char('w')], A::WholeMachine, Look, "whole machine", "show the whole machine"),
    on(&[Char('n')], A::Netstat, Look, "netstat", "show netstat's own layout"),
    on(&[Char('/')], A::Find, Look, "find", "find rows by a word"),
    on(&[Char('p')], A::Pause, Look, "pause", "pause, or go live").while_on("live"),
    on(&[Char('g')], A::Show(MainView::States), Closer, "states", "show the diagram of states"),
    on(&[Char('t')], A::Show(MainView::Timeline), Closer, "timeline", "show the timeline and ladder"),
    on(&[Char('O')], A::AllLadders, Closer, "all ladders", "show all ladders, or one"),
    on(&[Char('E')], A::SaveLadder, Closer, "save the ladder", "save the ladder as a text file"),
    on(&[Char('m')], A::Show(MainView::Ports), Closer, "ports", "show the map of ports"),
    on(&[Char('i')], A::Show(MainView::Calls), Closer, "system calls", "show the rows' system calls"),
    on(&[Char('W')], A::Write, Closer, "write a program", "write a C and a Python program"),
    on(&[Char('v')], A::Mark, Closer, "mark, compare", "mark a row, then compare two"),
    on(&[Char('V')], A::CompareNewest, Closer, "compare newest", "compare the newest connections"),
    on(&[Char('y')], A::Why, Closer, "explain failure", "explain the last failure"),
    on(&[Char('M')], A::Show(MainView::Myth), Closer, "the myth", "show the \"port is taken\" myth"),
    on(&[Char('U')], A::TryMyth, Closer, "test the myth", "test the myth on real sockets"),
    on(&[Char(',')], A::StepBack, Closer, "step back", "step back (5,: five steps)"),
    on(&[Char('.')], A::StepForward, Closer, "step forward", "step forward again"),
    on(&[End], A::Live, Closer, "live", "return to the live table"),
    on(&[Char('+')], A::ZoomIn, Closer, "zoom in", "zoom in: show less, larger"),
    on(&[Char('-')], A::ZoomOut, Closer, "zoom out", "zoom out: show more, smaller"),
    on(&[Char('N')], A::Lab, Lab, "lab", "start or stop the lab").while_on("stop the lab"),
    on(&[Char('h')], A::Wire(WireKey::Hold), Lab, "hold the wire", "hold or release the wire").while_on("release"),
    on(&[Char('o')], A::Wire(WireKey::Step), Lab, "deliver one", "deliver one segment (while held)"),
    on(&[Char('H')], A::Wire(WireKey::Retransmissions), Lab, "retransmissions", "queue or count what is resent"),
    on(&[Char('b')], A::Wire(WireKey::Delay), Lab, "set the delay", "set the one-way delay"),
    on(&[Char('u')], A::Wire(WireKey::Drop), Lab, "drop the next", "drop the next segment"),
    on(&[Char('B')], A::Wire(WireKey::Cut), Lab, "cut the cable", "cut or reconnect the cable"),
    on(&[Char('P')], A::UseUpPorts, Lab, "use up ports", "use up a range of ports (form)"),
    on(&[Char('R')], A::Numbers, Lab, "relative numbers", "show relative or absolute numbers"),
    on(&[Char('z')], A::BigType, Program, "large text", "show large text"),
    on(&[Char('T')], A::NextTheme, Program, "theme", "switch to the next theme"),
    on(&[Char('K')], A::ShowKeys, Program, "show keys", "show the pressed keys"),
    on(&[Char('r')], A::Reset, Program, "reset", "close everything, start over"),
    on(&[Char('?'), F(1)], A::Help, Program, "keys", "show all keys"),
    on(&[Char(':')], A::Palette, Program, "find an action", "find an action by name"),
    on(&[Char('G')], A::Lessons, Look, "lessons", "select a lesson"),
    on(&[Char('\'')], A::LookUp(0), Look, "glossary", "look up a term of TCP"),
    on(&[Esc], A::Back, Program, "back", "go back; never quits"),
    on(&[Char('q')], A::Quit, Program, "quit", "quit"),
    Binding { scope: Scope::Lesson, ..on(&[Char(' ')], A::LessonNext, Lesson, "next", "next step (Backspace: back)") },
    over(&[PageDown, Enter], Scope::Lesson, A::LessonNext, "next"),
    over(&[Backspace, PageUp], Scope::Lesson, A::LessonBack, "step before"),
    over(&[Char('r')], Scope::Lesson, A::LessonRestart, "restart the step"),
    over(&[Char('!')], Scope::Lesson, A::LessonHint, "hint"),
    over(&[Char('a')], Scope::Question, A::Answer(0), "answer a"),
    over(&[Char('b')], Scope::Question, A::Answer(1), "answer b"),
    over(&[Char('c')], Scope::Question, A::Answer(2), "answer c"),
    over(&[Char('d')], Scope::Question, A::Answer(3), "answer d"),
    over(&[Ctrl('c')], Scope::Always, A::QuitNow, "quit at once"),
    over(&[Esc, Char('q'), Char('?'), F(1), Enter], Scope::Overlay, A::Back, "close"),
    over(&[Char(' ')], Scope::Start, A::GiveLesson(0), "tour"),
    over(&[Enter], Scope::Form, A::ApplyForm, "apply"),
    over(&[Esc], Scope::Form, A::Back, "cancel"),
    over(&[Tab, Down], Scope::Form, A::Next, "next field"),
    over(&[BackTab, Up], Scope::Form, A::Previous, "previous field"),
    over(&[Char('y'), Enter], Scope::Why, A::Retry, "retry"),
    over(&[Char('w')], Scope::Why, A::RetryLater, "retry after TIME_WAIT"),
    over(&[Char('j'), Down], Scope::Overlay, A::Next, "down"),
    over(&[Char('k'), Up], Scope::Overlay, A::Previous, "up"),
    over(&[Char(',')], Scope::Overlay, A::StepBack, "step back"),
    over(&[Char('.')], Scope::Overlay, A::StepForward, "step forward"),
    over(&[PageDown, Ctrl('d')], Scope::Overlay, A::PageDown, "page down"),
    over(&[PageUp, Ctrl('u')], Scope::Overlay, A::PageUp, "page up"),
];

/// The actions that a beginner needs.
pub const FIRST_ACTIONS: [Action; 6] =
    [A::Listen, A::Connect, A::NextComputer, A::Close, A::ServerCloses, A::Help];

/// The action of `key` in `scope`.
pub fn action_for(scope: Scope, key: Key) -> Option<Action> {
    let works = |of: Scope| of == scope || of == Scope::Always;
    let mut bindings = BINDINGS.iter().filter(|binding| works(binding.scope));
    bindings.find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
}

/// The action of `key` while the details of a connection are shown, which is the target then.
pub fn action_in_details(key: Key) -> Option<Action> {
    let for_sockets = |action: &Action| is_for_sockets(*action);
    action_for(Scope::Overlay, key).or_else(|| action_for(Scope::Panes, key).filter(for_sockets))
}

pub(crate) fn is_for_sockets(action: Action) -> bool {
    binding_of(action).is_some_and(|binding| matches!(binding.group, Server | Client))
}

/// The binding of an action on the panes, or in a lesson.
pub fn binding_of(action: Action) -> Option<&'static Binding> {
    let is_of_panes = |binding: &Binding| binding.is_listed() || binding.scope == Scope::Lesson;
    BINDINGS.iter().find(|binding| binding.action == action && is_of_panes(binding))
}
