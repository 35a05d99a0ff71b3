use crate::app::{Action, Key};
use crate::tcp::{Change, News, Owner, RowName, TcpInfo};

/// A fact: something that happened, whoever made it happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key went down.
    Pressed(Key),
    /// Text was pasted into the terminal.
    Pasted(String),
    /// Time went by.
    Ticked,
    /// The kernel's table was read.
    Seen(Sight),
    /// The kernel's table could not be read; the reason in words.
    Blind(String),
    /// Which processes hold the sockets with these inodes.
    OwnersFound(Vec<(u64, Owner)>),
    /// What the kernel knows beyond their rows of the connections that are looked inside.
    Inspected(Vec<(RowName, TcpInfo)>),
    /// TCP told one of our own sockets something.
    Net(News),
    /// Somebody wishes something without a key: a lesson, the mouse, the command line.
    Asked(Action),
}

/// What a look at the kernel's table brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// What differs from the look before.
    pub changes: Vec<Change>,
    /// Whether the look before was at other rows, so that `changes` is the whole table.
    pub afresh: bool,
    /// Whether the kernel said that rows may be missing.
    pub torn: bool,
    /// The source's name: `sock_diag` or `procfs`.
    pub source: &'static str,
}
