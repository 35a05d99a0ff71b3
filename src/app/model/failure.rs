use crate::tcp::{ConnectSpec, Endpoint, ListenSpec, Moment, Probe, SocketId, SyscallError};

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When it was told.
    pub at: Moment,
    /// What was asked for.
    pub asked: Attempt,
    /// Which call refused, and why.
    pub why: SyscallError,
    /// The rows in the way, the one most to blame first.
    pub rows: Vec<SocketId>,
    /// What might help.
    pub remedies: Vec<Remedy>,
    /// Whether it is tried again by itself, once no TIME_WAIT is in the way.
    pub waits: bool,
}

/// What was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To listen.
    Listen(ListenSpec),
    /// To connect; to whom, once the name was resolved.
    Connect(ConnectSpec, Option<Endpoint>),
}

/// Something that might help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What.
    pub words: String,
    /// What came of trying it.
    pub verdict: Verdict,
}

/// What is known of a remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is being tried.
    Trying(Probe),
    /// It was tried, and the kernel took it.
    Works(Probe),
    /// It was tried, and the kernel refused.
    Fails(Probe, SyscallError),
    /// It cannot be tried without harm; why not.
    NotTried(&'static str),
}

/// So many rows in the way are remembered.
pub(crate) const ROWS: usize = 100;

impl Failure {
    /// A refusal that was just told.
    pub(crate) fn new(at: Moment, asked: Attempt, why: SyscallError) -> Failure {
        Failure { at, asked, why, rows: Vec::new(), remedies: Vec::new(), waits: false }
    }
}
