//! Sentences about callers that accept() has returned: what the table shows of them by then.

use std::time::Duration;

use crate::app::State;
use crate::app::format::seconds;
use crate::app::table::TableRow;
use crate::tcp::{
    Call, OnData, OwnSocket, Protocol, ServerCloses, SocketId, SyscallError, TcpState,
};

/// accept() was called once, and returned a connection that had been waiting.
pub(crate) fn while_held(state: &State, socket: &OwnSocket) -> String {
    let end = socket.name;
    let port = end.tuple.remote.port;
    let who = state.peer_name(end.tuple.remote.ip, end);
    let own = state.sockets.get(end);
    let other = state.sockets.other_line(end);
    let fd = socket.fd;
    if own.is_some_and(|line| line.gone.is_some()) || other.is_some_and(TableRow::was_reset) {
        return format!(
            "accept() returned the connection with {who} at port {port}, which was reset while it waited: its row is gone. Descriptor {fd} holds it all the same; read() says ECONNRESET."
        );
    }
    if has_hung_up(state, end) {
        return hung_up(state, socket);
    }
    format!(
        "accept() returned the connection with {who} at port {port}: the row is the same, but descriptor {fd} holds it now."
    )
}

/// Whether the other end hung up while the connection waited for accept(), as far as its row was seen.
pub(crate) fn has_hung_up(state: &State, end: SocketId) -> bool {
    let own = state.sockets.get(end);
    let waited = own.is_some_and(|line| line.row.state == TcpState::CloseWait);
    let other = state.sockets.other_line(end);
    end.tuple.protocol == Protocol::Tcp && (waited || other.is_some_and(TableRow::has_sent_fin))
}

/// accept() returned a connection whose other end had hung up: what the server does with it.
pub(crate) fn hung_up(state: &State, socket: &OwnSocket) -> String {
    let end = socket.name;
    let who = state.peer_name(end.tuple.remote.ip, end);
    let promise = state.server.promise(end);
    let unread = state.sockets.get(end).is_some_and(|line| line.row.unread() > 0);
    let then = match promise.closes {
        ServerCloses::WithClient if unread && promise.on_data == OnData::LeaveUnread => {
            "The server closes it with data unread, so the kernel sends RST, and the row goes."
        }
        ServerCloses::WithClient => {
            "The server reads the end of the data and closes, too: the row goes."
        }
        ServerCloses::After(_) => "It stays in CLOSE_WAIT until the server closes, a while later.",
        ServerCloses::Never => "It stays in CLOSE_WAIT until the server closes: D does it.",
    };
    format!(
        "accept() returned the connection with {who} at port {}, descriptor {}: {who} had hung up while it waited. {then}",
        end.tuple.remote.port, socket.fd
    )
}

/// accept() brought nobody, or somebody who had to be turned away.
pub(crate) fn accept_failed(why: SyscallError, pause: Duration) -> String {
    let errno = why.errno;
    if !pause.is_zero() {
        let pause = seconds(pause);
        return format!("cannot accept a connection: {errno}; tried again in {pause}");
    }
    if why.call == Call::Reserve {
        format!("a caller was turned away with \"busy\": {why}")
    } else {
        format!("a caller was gone before accept() returned: {errno}; it goes on at once")
    }
}
