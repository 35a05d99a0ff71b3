use crate::app::keys::{Action, Key};
use crate::tcp::{Host, LabEvent, Owner, SocketEvent, SocketId, TableUpdate, TcpInfo};

/// A fact: something that happened, whoever made it happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key went down.
    Pressed(Key),
    /// Text was pasted into the terminal.
    Pasted(String),
    /// Time went by.
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
    /// The kernel refuses to tell its table over netlink, for this reason; /proc is read instead.
    FellBackToProcfs(String),
    /// Which processes hold the sockets with these inodes.
    OwnersFound(Vec<(u64, Owner)>),
    /// What a kernel knows beyond their rows of its connections that are looked inside.
    Inspected {
        /// Whose kernel.
        host: Host,
        /// All that it knows now; nothing else of what it told before holds any more.
        found: Vec<(SocketId, TcpInfo)>,
    },
    /// The sockets with these inodes have no owner that we may see.
    OwnersHidden(Vec<u64>),
    /// TCP told one of our own sockets something.
    Net(SocketEvent),
    /// The lab told something.
    Lab(LabEvent),
    /// Files were written, as they are called; or why they were not, in words.
    Saved(Result<Vec<String>, String>),
    /// Somebody wishes something without a key: a lesson, the mouse, the command line.
    Requested(Action),
}
