//! Sentences about the server: that it listens, that it does no more, and that all starts over.

use crate::app::format::many;
use crate::tcp::{Accepting, Host, ListenSpec};

pub(crate) fn listening(spec: &ListenSpec, sockets: usize) -> String {
    let at = spec.at;
    let who = match sockets {
        1 => "one socket waits for calls".to_owned(),
        n => format!("{n} sockets share the address (SO_REUSEPORT)"),
    };
    let held = match spec.accepting {
        Accepting::AtOnce => "",
        Accepting::Held => " accept() is held.",
    };
    let in_lab = spec.host != Host::THIS;
    let reach = if in_lab && at.ip.to_canonical().is_loopback() {
        " Only the server's own computer gets in: each has a loopback of its own."
    } else {
        ""
    };
    format!(
        "listening on {at}: {who}. LISTEN is a claim on the port, not a connection.{reach}{held}"
    )
}

/// Everything is closed, to start over.
pub(crate) fn reset(open: usize, held_listeners: usize, waiting: u32) -> String {
    let listeners =
        many(held_listeners as u64, "listener that S held was", "listeners that S held were");
    let with_rst = || {
        format!(
            "{} closed with RST, which leaves no TIME_WAIT",
            many(open as u64, "open end was", "open ends were")
        )
    };
    let closed = match (open, held_listeners) {
        (0, 0) => "nothing was open".to_owned(),
        (0, _) => format!("{listeners} closed"),
        (_, 0) => with_rst(),
        (_, _) => format!("{}, and {listeners} closed, too", with_rst()),
    };
    match waiting {
        0 => format!("reset: {closed}. Nothing listens, and the options are those of the start."),
        n => format!(
            "reset: {closed}. {} still in TIME_WAIT. Nothing listens, and the options are those of the start.",
            many(u64::from(n), "row from before is", "rows from before are")
        ),
    }
}
