//! The dashboard as a machine: facts in, state changed, orders out. No I/O, no task, no clock.

pub(crate) mod actions;
pub(crate) mod dispatch;
pub(crate) mod effect;
pub(crate) mod event;
pub(crate) mod events;
/// What happened, in sentences.
pub mod explain;
/// How numbers, times and counts are written.
pub mod format;
/// What became of sockets: ladders, timelines, states and comparisons.
pub mod history;
pub(crate) mod input;
pub(crate) mod keys;
/// Lessons are read.
pub mod lesson;
pub(crate) mod model;
pub(crate) mod query;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod typed_ahead;
pub(crate) mod ui;
pub(crate) mod update;

pub use crate::app::effect::Effect;
pub use crate::app::event::Event;
pub use crate::app::explain::how_held;
pub use crate::app::history::{Certainty, Comparison, FIVE, PathStep, StatePath, StateSpan};
pub use crate::app::keys::keymap::{action_for, action_in_details, binding_of};
pub use crate::app::keys::{
    ASK_BACKGROUND, Action, BINDINGS, Binding, FIRST_ACTIONS, Group, InputParser, Key, MainView,
    Pane, Scope, TerminalEvent, WireKey,
};
pub use crate::app::model::{
    Account, ActionTarget, Advice, Attempt, Awaited, BurstProgress, Choice, Claim, Clients,
    Computer, Condition, Content, EndPattern, Episodes, Expectation, Fact, Failure, FinOrder,
    HOLDABLE_STATES, Hint, Holder, LabStage, LabState, Lesson, LessonAction, LessonActionKind,
    LessonProgress, LoggedEvent, Myth, MythCall, Need, Notice, Notices, OpenEnd, OpenEnds,
    OtherVerb, Phase, Question, Remedy, RowNow, RowOutcome, Server, ServerPolicy, Servers,
    SocketLog, SocketPattern, Sockets, Statement, Step, SyscallEntry, SyscallLog, Tone, Topic,
    Totals, Verb, Verdict, Who,
};
pub use crate::app::query::{PortSupply, Role, SpeakerChoice, SpeakerPage, SpeakerQuestion};
pub use crate::app::state::State;
pub use crate::app::table::{
    Gone, GoneReason, Mark, Parity, Past, Ports, Sighting, Spotlight, Table, TableRow,
};
pub use crate::app::ui::{
    Appearance, Field, Find, Form, FormKind, HostRowNumbers, Overlay, Palette, PaletteEntry,
    PaletteKind, PointOfView, PressedKey, RowFilter, TypedAhead, Ui, Value, Wrong,
};
pub use crate::app::update::{update, watch_at_start};
pub use crate::tcp::TableUpdate;
