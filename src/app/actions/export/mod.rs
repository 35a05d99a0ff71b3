//! A small program that makes the rows which stand in the table now: the recorded calls of our open sockets, written down.

pub(crate) mod c;
pub(crate) mod plan;
pub(crate) mod python;

use crate::app::actions::{Piece, Plan};
use crate::app::model::{SyscallEntry, Tone};
use crate::app::query::names;
use crate::app::{Effect, State, state};
use crate::tcp::{Protocol, Purpose, SockOpt, SocketId, Syscall, SyscallRecord, TcpState};

/// Writes it in both languages.
pub(crate) fn write(state: &mut State) -> Vec<Effect> {
    let plan = plan(state);
    if plan.listeners.is_empty() && plan.clients.is_empty() {
        let text = "there is nothing to write: no socket of ours is open; press l, then c, then W";
        state.notices.say(state.now, Tone::Plain, text);
        return vec![];
    }
    let name = format!("fivetuple-{}", plan.port);
    let texts = vec![("c", c::text(&plan, &name)), ("py", python::text(&plan))];
    vec![Effect::Save { name, texts }]
}

/// Whether these files are the two programs.
pub(crate) fn is_its(files: &[String]) -> bool {
    files.iter().any(|file| file.rsplit('.').next() == Some("c"))
}

/// The programs were written.
pub(crate) fn saved(state: &mut State, files: &[String]) -> Vec<Effect> {
    let port = if state.server.is_listening() { ", once l has freed the port here" } else { "" };
    let files = files.join(" and ");
    let what = if state.lab.is_up() {
        let pid = state.machine.pid;
        format!(
            "the same calls with the lab's addresses. Run it by `fivetuple lab --join {pid} -- ...`{port}: both ends are the server's then"
        )
    } else {
        format!("each makes the same rows{port}")
    };
    let text = format!("wrote {files} into the current directory: {what}.");
    state::only_say(state, text)
}

fn plan(state: &State) -> Plan {
    let mut listeners: Vec<Piece> = Vec::new();
    let mut clients: Vec<Piece> = Vec::new();
    for entry in state.calls.entries() {
        let makes = |call: &SyscallRecord| matches!(call.asked, Syscall::Socket { .. });
        let Some(row) = entry.record.row.filter(|_| entry.record.calls.iter().any(makes)) else {
            continue;
        };
        match entry.record.deed {
            Purpose::Listen => listeners.push(listener(state, entry, row, listeners.len() + 1)),
            Purpose::Connect if state.clients.holder_of(row).is_some() => {
                clients.push(client(state, entry, row, clients.len() + 1));
            }
            Purpose::Connect
            | Purpose::Accept
            | Purpose::HalfClose
            | Purpose::Close
            | Purpose::Try => (),
        }
    }
    for client in &mut clients {
        if state.server.ends.contains(state.other_end(client.row)) {
            client.accepted_by = doors(&listeners, client.row);
        }
    }
    let needed = |door: &Piece| {
        let accepts = |client: &Piece| client.accepted_by.contains(&door.name);
        !door.is_closed || clients.iter().any(accepts)
    };
    listeners.retain(needed);
    let first = listeners.first().map(|door| door.row.tuple.local.port);
    let called = clients.first().map(|client| client.row.tuple.remote.port);
    Plan {
        more: state.clients.open().saturating_sub(clients.len()),
        port: first.or(called).map_or(0, |port| port.0),
        listeners,
        clients,
    }
}

fn listener(state: &State, entry: &SyscallEntry, row: SocketId, number: usize) -> Piece {
    let mut calls = done(entry);
    // Where the kernel chose the port, the program asks for the one that it chose.
    for call in &mut calls {
        if let Syscall::Bind(at) = &mut call.asked {
            *at = row.tuple.local;
        }
    }
    Piece {
        row,
        about: format!("the listener at {}", row.tuple.local),
        name: format!("listener{number}"),
        calls,
        accepted_by: Vec::new(),
        is_calling: false,
        is_closed: !state.server.sockets.iter().any(|own| own.name == row),
    }
}

fn client(state: &State, entry: &SyscallEntry, row: SocketId, number: usize) -> Piece {
    let line = state.sockets.get(row);
    let who = names::client_name(state, row);
    Piece {
        row,
        about: format!("{who}, here {} to {}", row.tuple.local, row.tuple.remote),
        name: format!("client{number}"),
        calls: done(entry),
        accepted_by: Vec::new(),
        is_calling: line.is_some_and(|line| line.row.state == TcpState::SynSent),
        is_closed: false,
    }
}

/// The calls that were not refused, and that something depends on.
fn done(entry: &SyscallEntry) -> Vec<SyscallRecord> {
    let matters = |call: &&SyscallRecord| {
        let only_asks = matches!(
            call.asked,
            Syscall::GetSockName | Syscall::ConnectAnswer | Syscall::SetSockOpt(SockOpt::NoLinger)
        );
        !only_asks && !call.is_refused()
    };
    entry.record.calls.iter().filter(matters).copied().collect()
}

/// The listening sockets that a client may have ended up at: those that are open, else the last one that was.
fn doors(listeners: &[Piece], client: SocketId) -> Vec<String> {
    let there = || listeners.iter().filter(|door| answers(door, client));
    let open = there().filter(|door| !door.is_closed);
    let open: Vec<String> = open.map(|door| door.name.clone()).collect();
    if open.is_empty() {
        there().next_back().map(|door| door.name.clone()).into_iter().collect()
    } else {
        open
    }
}

/// Whether whoever calls the client's destination ends up at that listener.
fn answers(door: &Piece, client: SocketId) -> bool {
    let (at, to) = (door.row.tuple.local, client.tuple.remote);
    let here = at.ip.is_unspecified() || at.ip.to_canonical() == to.ip.to_canonical();
    client.tuple.protocol == Protocol::Tcp && at.port == to.port && here
}
