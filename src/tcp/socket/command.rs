use std::net::IpAddr;

use crate::tcp::{Burst, ConnectSpec, ListenSpec, ListenerId, Probe, SocketId, TcpState};

/// What a program asks of TCP (RFC 9293, section 3.9.1: user commands).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// socket(), bind(), listen(), then accept().
    Listen(ListenSpec),
    /// close() on the sockets of that listener; accepted connections live on.
    StopListening(ListenerId),
    /// Call accept() no more on that listener; connections wait in its queue.
    HoldAccept(ListenerId),
    /// Call accept() as soon as a connection is in the queue.
    ResumeAccept(ListenerId),
    /// Call accept() once, while it is held.
    AcceptOne(ListenerId),
    /// socket(), bind(), connect(), as often as the burst says.
    Connect(ConnectSpec, Burst),
    /// Give up the burst that is under way, if one is.
    StopConnecting,
    /// write() these bytes at this end.
    Send(SocketId, Vec<u8>),
    /// shutdown(`SHUT_WR`): send a FIN, go on reading.
    HalfClose(SocketId),
    /// Stay open when the other end, the second, has sent its FIN, whatever was agreed upon; also where accept() returns it only later.
    StayOpen(SocketId, SocketId),
    /// Close with the other end, as agreed upon, after [`Command::StayOpen`].
    CloseWithPeer(SocketId),
    /// close(): send a FIN.
    Close(SocketId),
    /// close() with `SO_LINGER` 0: send RST.
    Abort(SocketId),
    /// close() every socket, listening or connected; with RST, so that nothing lingers.
    CloseEverything,
    /// Put a connection of a client at that address of loopback into a state, and hold it there.
    HoldState(TcpState, IpAddr),
    /// End a row in TIME_WAIT before its time; this is the other end of its connection, from where that is done.
    EndTimeWait(SocketId),
    /// Try what might help, with sockets that are closed at once.
    Probe(Vec<Probe>),
}
