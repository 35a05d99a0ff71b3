use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::{Action, Key, Lesson};
use crate::tcp::{Host, HostLimits, LabEvent, Owner, SocketEvent, SocketId, TableUpdate, TcpInfo};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key was pressed.
    Pressed(Key),
    /// Text was pasted into the terminal.
    Pasted(String),
    /// Time has passed.
    Ticked,
    /// A kernel's table was read.
    TableRead(TableUpdate),
    /// A kernel's table could not be read.
    TableUnreadable {
        /// Whose table.
        host: Host,
        /// The reason in words.
        why: String,
    },
    /// Something is not as it should be, and the program goes on; in a sentence.
    Warned(String),
    /// The limits of this machine, as they are now.
    LimitsRead(HostLimits),
    /// The processes that own the sockets with these inodes.
    OwnersFound(Vec<(u64, Owner)>),
    /// The `tcp_info` of the connection whose details are shown.
    Inspected {
        /// Whose kernel.
        host: Host,
        /// All that is known now; what was known before is void.
        found: Vec<(SocketId, TcpInfo)>,
    },
    /// The owners of the sockets with these inodes are hidden from us.
    OwnersHidden(Vec<u64>),
    /// One of our own sockets reported something.
    Net(SocketEvent),
    /// The lab reported something.
    Lab(LabEvent),
    /// Files with these names were written; or the reason why not, in words.
    Saved(Result<Vec<String>, String>),
    /// A lesson was read, with its number in the course if it has one: it begins.
    LessonGiven {
        /// The lesson.
        lesson: Arc<Lesson>,
        /// Its number; `None` for a file of one's own.
        number: Option<usize>,
        /// How fast it goes on without a key, in percent of reading it aloud.
        pace: Option<u32>,
        /// Whether the reader does what the steps say.
        practice: bool,
    },
    /// The exercises that were done before.
    ExercisesDone(BTreeSet<usize>),
    /// That an exercise is done could not be written down, for this reason in words.
    ExerciseNotKept(String),
    /// An action without a key: from the mouse or the command line.
    Requested(Action),
}
