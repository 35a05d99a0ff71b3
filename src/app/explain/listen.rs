//! Sentences about the listener and about reset.

use crate::app::format::many;
use crate::tcp::{Accepting, Host, ListenSpec};

pub(crate) fn listening(spec: &ListenSpec, sockets: usize) -> String {
    let at = spec.at;
    let who = match sockets {
        1 => "one socket is waiting for connections".to_owned(),
        n => format!("{n} sockets share the address (SO_REUSEPORT)"),
    };
    let held = match spec.accepting {
        Accepting::AtOnce => "",
        Accepting::Held => " accept() is held.",
    };
    let in_lab = spec.host != Host::THIS;
    let reach = if in_lab && at.ip.to_canonical().is_loopback() {
        " Reachable from the server's own host only: each host has its own loopback."
    } else {
        ""
    };
    format!(
        "Listening on {at}: {who}. LISTEN reserves the port; it is not a connection.{reach}{held}"
    )
}

/// Everything was closed (r).
pub(crate) fn reset(open: usize, held_listeners: usize, waiting: u32) -> String {
    let listeners = many(held_listeners as u64, "staged listener was", "staged listeners were");
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
        (_, _) => format!("{}, and {listeners} closed too", with_rst()),
    };
    match waiting {
        0 => format!(
            "Reset: {closed}. Nothing is listening; all options are back at their defaults."
        ),
        n => format!(
            "Reset: {closed}. {} still in TIME_WAIT. Nothing is listening; all options are back at their defaults.",
            many(u64::from(n), "earlier row is", "earlier rows are")
        ),
    }
}
