use crate::app::{Action, Key};
use crate::tcp::{Change, Host, LabNews, News, Owner, RowName, TcpInfo};

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
    Seen(Sight),
    /// A kernel's table could not be read.
    Blind {
        /// Whose table.
        host: Host,
        /// The reason in words.
        why: String,
    },
    /// The kernel refuses to tell its table over netlink, for this reason; /proc is read instead.
    Instead(String),
    /// Which processes hold the sockets with these inodes.
    OwnersFound(Vec<(u64, Owner)>),
    /// What a kernel knows beyond their rows of its connections that are looked inside.
    Inspected {
        /// Whose kernel.
        host: Host,
        /// All that it knows now; nothing else of what it told before holds any more.
        found: Vec<(RowName, TcpInfo)>,
    },
    /// The sockets with these inodes have no owner that we may see.
    OwnersHidden(Vec<u64>),
    /// TCP told one of our own sockets something.
    Net(News),
    /// The lab told something.
    Lab(LabNews),
    /// Files were written, as they are called; or why they were not, in words.
    Saved(Result<Vec<String>, String>),
    /// Somebody wishes something without a key: a lesson, the mouse, the command line.
    Asked(Action),
}

/// What a look at the kernel's table brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Whose table.
    pub host: Host,
    /// What differs from the look before.
    pub changes: Vec<Change>,
    /// Whether the look before was at other rows, so that `changes` is the whole table of that host.
    pub afresh: bool,
    /// Whether the kernel said that rows may be missing.
    pub torn: bool,
    /// The source's name: `sock_diag` or `procfs`.
    pub source: &'static str,
}
