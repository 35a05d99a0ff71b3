use crate::tcp::Moment;

/// When and why a row left the kernel's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// When.
    pub at: Moment,
    /// Why.
    pub why: GoneReason,
}

/// Why a row is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoneReason {
    /// The server's end closed first.
    ClosedByServer,
    /// The client's end closed first.
    ClosedByClient,
    /// It closed after the other end, and a poll showed it in CLOSE_WAIT before.
    ClosedSecond,
    /// An RST ended it.
    Reset,
    /// TIME_WAIT was over.
    TimeWaitOver,
    /// The other end's FIN did not arrive within the time that the kernel waits for it where no process does (tcp_fin_timeout).
    FinWait2Over,
    /// The kernel retransmitted, got no answer, and gave up.
    GaveUp,
    /// A new connection took its 5-tuple over from TIME_WAIT.
    Reused,
    /// The listening socket was closed.
    Stopped,
    /// connect() was refused.
    Refused,
    /// The connection was never made.
    NeverConnected,
    /// The table does not show why.
    Unknown,
}

impl GoneReason {
    /// The reason in words.
    pub const fn words(self) -> &'static str {
        self.texts().0
    }

    /// The reason in fewer words, which may follow `gone`.
    pub const fn brief(self) -> &'static str {
        self.texts().1
    }

    /// What ended the row without an arrow of the state diagram; `None` where the states explain the end.
    pub(crate) const fn cut_short(self) -> Option<&'static str> {
        self.texts().2
    }

    /// Whether the kernel itself ended the row, as it waited no longer for the other end.
    pub(crate) const fn is_timeout(self) -> bool {
        matches!(self, GoneReason::FinWait2Over | GoneReason::GaveUp)
    }

    /// Whether a segment is known that ended the connection.
    pub(crate) const fn has_segment(self) -> bool {
        !self.is_timeout() && !matches!(self, GoneReason::Unknown)
    }

    const fn texts(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            GoneReason::ClosedByServer => ("closed by server", "by server", None),
            GoneReason::ClosedByClient => ("closed by client", "by client", None),
            GoneReason::ClosedSecond => ("both ends closed", "both closed", None),
            GoneReason::Reset => ("reset", "reset", Some("RST")),
            GoneReason::TimeWaitOver => ("TIME_WAIT over", "wait over", None),
            GoneReason::Reused => ("reused", "reused", None),
            GoneReason::FinWait2Over => ("FIN_WAIT2 over", "wait over", Some("time over")),
            GoneReason::GaveUp => ("gave up", "gave up", Some("no answer")),
            GoneReason::Stopped => ("stopped listening", "stopped", None),
            GoneReason::Refused => ("refused", "refused", Some("gets RST")),
            GoneReason::NeverConnected => ("never connected", "no answer", Some("no answer")),
            GoneReason::Unknown => ("closed", "closed", Some("gone")),
        }
    }
}
