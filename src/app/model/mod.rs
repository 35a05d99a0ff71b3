//! The parts of the state: data, and questions to one part alone.

pub(crate) mod account;
pub(crate) mod awaited;
pub(crate) mod clients;
pub(crate) mod failure;
pub(crate) mod lab;
pub(crate) mod lesson;
pub(crate) mod lesson_progress;
pub(crate) mod notices;
pub(crate) mod open_ends;
pub(crate) mod script;
pub(crate) mod segments;
pub(crate) mod sequence_numbers;
pub(crate) mod server;
pub(crate) mod servers;
pub(crate) mod sockets;
pub(crate) mod statement;
pub(crate) mod syscalls;

pub use crate::app::model::account::episodes::Episodes;
pub(crate) use crate::app::model::account::episodes::{Row, Rows};
pub use crate::app::model::account::{Account, Fact, OtherVerb, RowNow, RowOutcome, Verb};
pub use crate::app::model::awaited::Awaited;
pub use crate::app::model::clients::{BurstProgress, Clients, Computer};
pub use crate::app::model::failure::{Attempt, Failure, Remedy, Verdict};
pub use crate::app::model::lab::{LabStage, LabState};
pub(crate) use crate::app::model::lab::{LoopbackBefore, UsingUp};
pub use crate::app::model::lesson::{
    ActionTarget, Choice, Claim, Condition, EndPattern, Expectation, Hint, Lesson, LessonAction,
    LessonActionKind, Need, Question, SocketPattern, Step, Who,
};
pub use crate::app::model::lesson_progress::{Advice, LessonProgress, Phase};
pub(crate) use crate::app::model::lesson_progress::{LessonPlay, SetUp};
pub use crate::app::model::notices::{Content, Notice, Notices, Tone, Topic};
pub use crate::app::model::open_ends::{FinOrder, Holder, OpenEnd, OpenEnds, ServerPolicy};
pub use crate::app::model::script::{HOLDABLE_STATES, Myth, MythCall};
pub(crate) use crate::app::model::script::{Script, ScriptEnd, ScriptGoal, ScriptStep};
pub(crate) use crate::app::model::sequence_numbers::{Numbers, SegmentNumbers};
pub(crate) use crate::app::model::server::ListenAddress;
pub use crate::app::model::server::{Server, Totals};
pub use crate::app::model::servers::Servers;
pub use crate::app::model::sockets::{LoggedEvent, SocketLog, Sockets};
pub use crate::app::model::statement::Statement;
pub use crate::app::model::syscalls::{SyscallEntry, SyscallLog};
