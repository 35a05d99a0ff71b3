//! A lesson as data: what its file says. `app::lesson` reads the file, `app::actions::lesson` gives the lesson.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::app::Action;
use crate::tcp::{Errno, Moment, Port, Protocol, SocketId, TcpState};

/// A lesson: a belief, and the steps that test it on real sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lesson {
    /// The title.
    pub title: String,
    /// The belief that it tests.
    pub belief: String,
    /// How many minutes it takes.
    pub minutes: u8,
    /// What the machine must have.
    pub needs: Vec<Need>,
    /// The steps, in order; at least one.
    pub steps: Vec<Step>,
    /// How to see the same at home, each with its text: shown on the last card.
    pub at_home: Vec<String>,
}

/// What a lesson needs of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The lab: computers with a network of their own.
    Lab,
    /// IPv6 on loopback.
    Ipv6,
    /// At least this version of Linux.
    Linux(u32, u32),
}

/// One step: what is said, asked, done, and expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The heading.
    pub heading: String,
    /// The caption, a paragraph each; `{...}` stands for a value of the table.
    pub caption: Vec<String>,
    /// What the class is asked before the actions.
    pub question: Option<Question>,
    /// What is done, in order.
    pub actions: Vec<LessonAction>,
    /// What the table shows then; `None` where nothing is expected.
    pub expected: Option<Expectation>,
    /// What only the teacher reads.
    pub notes: Vec<String>,
    /// What helps in practice.
    pub hints: Vec<Hint>,
    /// The line of its heading in the file.
    pub line: usize,
}

/// A question with its choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The choices, `a` to `d`; exactly one is marked.
    pub choices: Vec<Choice>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The answer in words.
    pub text: String,
    /// What the table shows if it is right.
    pub claim: Claim,
    /// Whether the file marks it as the right one.
    pub is_marked: bool,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonAction {
    /// As it is written in the file.
    pub text: String,
    /// Its line in the file.
    pub line: usize,
    /// What it means.
    pub what: LessonActionKind,
}

/// What an action of a lesson does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonActionKind {
    /// One of the program's actions.
    Act {
        /// The action.
        action: Action,
        /// For an action that switches something: whether it shall be on after it.
        on: Option<bool>,
        /// Whose connection, computer or listener it is meant for.
        target: Option<ActionTarget>,
        /// How many times.
        count: Option<u32>,
        /// Fields of the form with the action's options, by their place, with the values to type or to select.
        options: Vec<(usize, String)>,
    },
    /// Lights the rows for which that holds.
    Spotlight(Condition),
    /// Waits.
    Wait(Duration),
}

/// What an action is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionTarget {
    /// The newest connection of a computer, or that of its port; at the client's end, or at the server's.
    Computer {
        /// The computer.
        name: String,
        /// The port of its end.
        port: Option<Port>,
        /// Whether the server's end is meant.
        at_server: bool,
    },
    /// The listener on that port.
    Listener(Port),
}

/// What the table shall show after a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Whether the table may have rows that are not named.
    pub may_have_more: bool,
    /// What holds; all of it.
    pub claims: Vec<Claim>,
}

/// Something that holds of the table, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// As it is written in the file.
    pub text: String,
    /// Its line in the file.
    pub line: usize,
    /// Whether it is enough that it held at some time in the step.
    pub once: bool,
    /// What holds.
    pub condition: Condition,
}

/// A statement about the rows of the lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// There is such a row; where several claims name alike rows, each needs a row of its own.
    Row(SocketPattern),
    /// There are exactly so many rows of this kind.
    Count {
        /// How many.
        count: u32,
        /// Which.
        of: SocketPattern,
    },
    /// The last call of this step was refused so.
    Refused(Errno),
}

/// A kind of row. What is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketPattern {
    /// The protocol.
    pub protocol: Option<Protocol>,
    /// Whether the addresses are written as IPv6 (`tcp6`).
    pub is_v6: Option<bool>,
    /// The local end.
    pub local: EndPattern,
    /// The foreign end.
    pub foreign: EndPattern,
    /// The port at either end.
    pub port: Option<Port>,
    /// The state.
    pub state: Option<TcpState>,
    /// Recv-Q.
    pub recv: Option<u32>,
    /// Send-Q.
    pub send: Option<u32>,
    /// Whether a process has it.
    pub is_owned: Option<bool>,
}

/// A kind of endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndPattern {
    /// Whose address.
    pub who: Who,
    /// The port.
    pub port: Option<Port>,
}

/// Whose address an endpoint has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// Anybody's, or none.
    #[default]
    Any,
    /// That computer's.
    Computer(String),
    /// This one; `0.0.0.0` and `::` mean themselves.
    Address(IpAddr),
}

/// A sentence that helps while the table shows something wrong; without a condition it always helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// When it helps.
    pub when: Option<Claim>,
    /// The sentence.
    pub text: String,
}

/// A lesson that is being given.
#[derive(Clone, Debug)]
pub struct LessonProgress {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// Its number in the course; `None` for a file of one's own.
    pub number: Option<usize>,
    /// The step, counted from 0; behind the last one stands the last card.
    pub at: usize,
    /// How far the step is.
    pub phase: Phase,
    /// Since when the step is in this phase.
    pub since: Moment,
    /// Whether the actions are hidden, and left to the reader.
    pub practice: bool,
    /// How many of the step's actions are done.
    pub done: usize,
    /// The class's answers, `a` to `d`.
    pub votes: [u32; 4],
    /// The claims of this step that held at some time, by their line.
    pub held_once: BTreeSet<usize>,
    /// Rows that were there before the lesson, and do not belong to it.
    pub strangers: HashSet<SocketId>,
}

/// How far a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The sockets of the steps before are made.
    SettingUp,
    /// The question is shown, and nothing done yet.
    Asking,
    /// The actions are under way.
    Doing,
    /// They are done, and the table does not show yet what is expected.
    Waiting,
    /// The table shows what is expected.
    Done,
    /// It does not: sentences that say what was seen in place of it.
    Failed(Vec<String>),
}

impl LessonProgress {
    /// The step that is shown; `None` at the last card.
    pub fn step(&self) -> Option<&Step> {
        self.lesson.steps.get(self.at)
    }
}
