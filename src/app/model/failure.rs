//! The last failed action.

use crate::app::model::Statement;
use crate::tcp::{ConnectSpec, Endpoint, ListenSpec, Moment, Probe, SocketId, SyscallError};

/// One failed action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When it was reported.
    pub at: Moment,
    /// What was attempted.
    pub asked: Attempt,
    /// The system call that failed, and its error.
    pub why: SyscallError,
    /// What was seen of the cause.
    pub seen: Statement,
    /// The rows in the way, the main culprit first.
    pub rows: Vec<SocketId>,
    /// The remedies.
    pub remedies: Vec<Remedy>,
    /// Whether it is retried once no TIME_WAIT is in the way.
    pub waits: bool,
}

/// What was attempted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To listen.
    Listen(ListenSpec),
    /// To connect, and the address, once the name was resolved.
    Connect(ConnectSpec, Option<Endpoint>),
}

/// A possible remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What.
    pub what: Statement,
    /// The result of trying it.
    pub verdict: Verdict,
}

/// The result of a remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is being tried.
    Trying(Probe),
    /// It was tried, and the kernel accepted it.
    Works(Probe),
    /// It was tried, and the kernel refused.
    Fails(Probe, SyscallError),
    /// It cannot be tried without harm; the table of texts has the reason.
    NotTried,
}
