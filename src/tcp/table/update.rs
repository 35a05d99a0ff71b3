use crate::tcp::{Change, Host};

/// What a look at the kernel's table brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableUpdate {
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

/// The notice that `/proc` is read as `sock_diag` is refused, for this reason.
pub fn procfs_instead(why: &str) -> String {
    format!("{why}; /proc/net/tcp is read instead, which takes longer and shows no backlog")
}
