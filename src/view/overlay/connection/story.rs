//! One connection in a sentence, and the commands that show it in a shell.

use crate::app::query::server_side;
use crate::app::{GoneReason, Role, TableRow};
use crate::tcp::{Protocol, SocketRow, TcpState};
use crate::view::{Scene, text};

/// What the socket is; who connected, and who closed first.
pub(super) fn sentences(
    scene: Scene<'_>,
    line: &TableRow,
    mirror: Option<&TableRow>,
) -> [String; 2] {
    let (state, port) = (line.row.state, line.row.tuple.local.port);
    if !line.row.tuple.is_connected() {
        let what = match (state, line.gone) {
            (_, Some(_)) => String::from("This row is gone: the socket no longer listens."),
            (TcpState::Listen, None) => format!(
                "A listening socket has no peer. It accepts connections to port {port} and stays unchanged when a client connects."
            ),
            _ => format!("Bound to port {port}, without a peer."),
        };
        return [what, String::new()];
    }
    let connected = who_connected(scene, line, mirror);
    let closed = who_closed(scene, line, mirror);
    let now = if line.gone.is_some() {
        gone_words(mirror)
    } else if state == TcpState::TimeWait {
        "No process owns it any more. The kernel reserves the 5-tuple, so that late segments cannot reach a new connection."
    } else if state == TcpState::SynReceived {
        "The server's kernel sent SYN+ACK without the program. It has not received the final ACK yet."
    } else if scene.state.seen().is_half_open(line) {
        "Half-open (RFC 9293, 3.5.1): the other end is gone, but this end has received neither FIN nor RST."
    } else if server_side::is_unaccepted(scene.state, line) {
        "The kernel completed this connection without the program. It is waiting in the accept queue."
    } else if line.row.tuple.protocol == Protocol::Udp {
        "UDP makes no connection: this socket only stores the destination of its datagrams."
    } else {
        ""
    };
    let first = if now.is_empty() { "This 5-tuple identifies the connection." } else { now };
    let second = [connected, closed].join(" ");
    [first.to_owned(), second.trim_end().to_owned()]
}

/// Which end connected to which.
fn who_connected(scene: Scene<'_>, line: &TableRow, mirror: Option<&TableRow>) -> String {
    let state = scene.state;
    let is_client = |line: &&TableRow| state.seen().is_client(line.row.name());
    let client = [Some(line), mirror].into_iter().flatten().find(is_client);
    let tuple = client.map_or(line.row.tuple.mirrored(), |line| line.row.tuple);
    let name = client.and_then(|line| match Role::of(state, &line.row) {
        Role::Client(name) | Role::Other(name) => Some(text::safe(&name)),
        Role::Listener | Role::ServerEnd(_) | Role::OtherListener(_) | Role::Unknown => None,
    });
    let who = name
        .map_or_else(|| tuple.local.ip.to_string(), |name| format!("{name} ({})", tuple.local.ip));
    let verb = match line.row.tuple.protocol {
        Protocol::Tcp if line.row.state == TcpState::SynSent => "is connecting to",
        Protocol::Tcp => "connected to",
        Protocol::Udp => "sends to",
    };
    if tuple.is_to_itself() {
        return format!("{who} {verb} itself on port {}.", tuple.local.port);
    }
    format!("{who} {verb} {} from port {}.", tuple.remote, tuple.local.port)
}

/// Which side sent the first FIN.
fn who_closed(scene: Scene<'_>, line: &TableRow, mirror: Option<&TableRow>) -> String {
    if line.row.tuple.protocol == Protocol::Udp {
        return String::new();
    }
    let is_client = scene.state.seen().is_client(line.row.name());
    let reset = |line: &TableRow| line.gone.is_some_and(|gone| gone.why == GoneReason::Reset);
    if scene.state.seen().is_half_open(line) {
        return String::from(match scene.state.seen().other_line(line.row.name()) {
            Some(other) if other.closed_unread() => {
                "The other end was closed with data unread, so its kernel sent RST."
            }
            Some(_) => "The other end was aborted.",
            None => "A RST ended the other end.",
        });
    }
    if reset(line) || mirror.is_some_and(reset) {
        return String::from("A RST ended it.");
    }
    if line.row.tuple.is_to_itself() && line.closed_first() {
        return String::from("Its FIN came back to the same socket, so both ends closed at once.");
    }
    let this = line.closed_first();
    let other = mirror.is_some_and(TableRow::closed_first) || line.was(TcpState::CloseWait);
    if scene.state.seen().closed_at_once(line) {
        return String::from(BOTH);
    }
    let who = match (this, other) {
        (true, true) => return String::from(BOTH),
        (true, false) => is_client,
        (false, true) => !is_client,
        (false, false) if line.gone.is_some() => return String::new(),
        (false, false) => return String::from("Neither end has closed."),
    };
    let who = if who { "client" } else { "server" };
    format!("The {who} closed first.")
}

/// Neither sent the first FIN.
const BOTH: &str = "Both ends closed at the same time.";

fn gone_words(mirror: Option<&TableRow>) -> &'static str {
    let alive = mirror.filter(|line| line.gone.is_none());
    match alive.map(|line| line.row.state) {
        Some(TcpState::TimeWait) => {
            "This row is gone. The other end reserves the 5-tuple, in TIME_WAIT."
        }
        Some(_) => "This row is gone. The other end is still in the table.",
        None => "This row is gone, and its 5-tuple is free again.",
    }
}

/// Shell commands that show the row, and make one like it; in the lab, on its computer.
pub(super) fn commands(scene: Scene<'_>, line: &TableRow) -> Vec<String> {
    let row = line.row;
    let client = if scene.state.seen().is_client(row.name()) {
        row.tuple.local.ip
    } else {
        row.tuple.remote.ip
    };
    let lab = &scene.state.lab;
    let on = [Some(row.host), lab.host_of(client)];
    let commands = plain_commands(scene, line).into_iter().zip(on);
    let pid = scene.state.machine.pid;
    commands
        .map(|(command, host)| match host.unwrap_or(row.host).name() {
            Some(name) => format!("fivetuple lab --join {pid} --on {name} -- {command}"),
            None => command,
        })
        .collect()
}

fn plain_commands(scene: Scene<'_>, line: &TableRow) -> Vec<String> {
    let SocketRow { tuple, state, .. } = line.row;
    let (local, remote) = (tuple.local, tuple.remote);
    let kind = match tuple.protocol {
        Protocol::Tcp => 't',
        Protocol::Udp => 'u',
    };
    let udp = if tuple.protocol == Protocol::Udp { "-u " } else { "" };
    if state == TcpState::Listen {
        let call = if local.ip.is_unspecified() {
            String::from("127.0.0.1")
        } else {
            local.ip.to_string()
        };
        return vec![
            format!("ss -{kind}lnp 'sport = :{}'", local.port),
            format!("nc {call} {}", local.port),
        ];
    }
    if !tuple.is_connected() {
        return vec![format!("ss -{kind}anp 'sport = :{}'", local.port)];
    }
    let see = format!("ss -{kind}anpio 'sport = :{} and dport = :{}'", local.port, remote.port);
    let (client, server) = if scene.state.seen().is_client(line.row.name()) {
        (local, remote)
    } else {
        (remote, local)
    };
    // A port outside the ephemeral range was asked for.
    let port = if scene.state.machine.ephemeral.contains(client.port) && !tuple.is_to_itself() {
        String::new()
    } else {
        format!("-p {} ", client.port)
    };
    let make = format!("nc {udp}-s {} {port}{} {}", client.ip, server.ip, server.port);
    vec![see, make]
}
