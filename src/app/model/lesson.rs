//! A lesson as data: what its file says. `app::lesson` reads the file, `app::actions::lesson` gives the lesson.

use std::net::IpAddr;
use std::time::Duration;

use crate::app::Action;
use crate::app::model::Computer;
use crate::tcp::{Errno, Port, Protocol, TcpState};

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

impl Lesson {
    /// How many ports a lesson has, from the first one on.
    pub const PORTS: u16 = 10;

    /// Whether an action or a claim of it names that port.
    pub(crate) fn speaks_of(&self, port: Port) -> bool {
        let port = port.to_string();
        self.steps.iter().any(|step| {
            let actions = step.actions.iter().map(|action| &action.text);
            let claims = step.claims().map(|claim| &claim.text);
            actions.chain(claims).any(|text| text.contains(&port))
        })
    }

    /// How many computers it needs, by their names.
    pub(crate) fn computers(&self) -> u8 {
        let targets = self.steps.iter().flat_map(|step| &step.actions).filter_map(|action| {
            let LessonActionKind::Act { target, .. } = &action.what else { return None };
            let ActionTarget::Computer { name, .. } = target.as_ref()? else { return None };
            Computer::place_of(name)
        });
        let claims = self.steps.iter().flat_map(Step::claims);
        let named =
            claims.flat_map(|claim| claim.condition.computers()).filter_map(Computer::place_of);
        targets.chain(named).max().and_then(|last| u8::try_from(last + 1).ok()).unwrap_or(1)
    }
}

impl Step {
    /// Everything that it claims of the table.
    pub(crate) fn claims(&self) -> impl Iterator<Item = &Claim> {
        let expected = self.expected.iter().flat_map(|expected| &expected.claims);
        let choices = self.question.iter().flat_map(|question| &question.choices);
        expected.chain(choices.map(|choice| &choice.claim))
    }

    /// Whether one of its actions starts the lab.
    pub(crate) fn starts_lab(&self) -> bool {
        self.actions.iter().any(LessonAction::starts_lab)
    }

    /// How many words are read aloud before the question is answered, and after it.
    pub(crate) fn words(&self) -> [usize; 2] {
        let count = |text: &String| text.split_whitespace().count();
        let question = self.question.iter();
        let asked =
            question.flat_map(|it| it.choices.iter().map(|choice| &choice.text).chain([&it.text]));
        let before = self.caption.iter().chain([&self.heading]).chain(asked);
        [before.map(count).sum(), self.after.iter().map(count).sum()]
    }
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
    /// The caption, a paragraph each, without the question; `{...}` stands for a value of the table.
    pub caption: Vec<String>,
    /// What is said once the actions are done, in place of the caption.
    pub after: Vec<String>,
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
    /// The question.
    pub text: String,
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

impl LessonAction {
    /// Whether it starts the lab.
    pub(crate) fn starts_lab(&self) -> bool {
        matches!(&self.what, LessonActionKind::Act { action: Action::Lab, on, .. } if *on != Some(false))
    }
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

impl Condition {
    /// The computers that it names.
    fn computers(&self) -> impl Iterator<Item = &str> {
        let pattern = match self {
            Condition::Row(pattern) | Condition::Count { of: pattern, .. } => Some(pattern),
            Condition::Refused(_) => None,
        };
        let ends = pattern.into_iter().flat_map(|pattern| [&pattern.local, &pattern.foreign]);
        ends.filter_map(|end| match &end.who {
            Who::Computer(name) => Some(name.as_str()),
            Who::Any | Who::Address(_) => None,
        })
    }
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
