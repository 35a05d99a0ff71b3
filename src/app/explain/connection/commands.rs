use crate::app::{State, TableRow};
use crate::tcp::address::endpoint::is_of_a_link;
use crate::tcp::{Endpoint, Protocol, SocketRow, TcpState};

/// Shell commands that show the row, and make one like it; in the lab, on its computer.
pub(crate) fn commands(state: &State, line: &TableRow) -> Vec<String> {
    let row = line.row;
    let is_client = state.seen().is_client(row.name());
    let client = if is_client { row.tuple.local.ip } else { row.tuple.remote.ip };
    let on = [Some(row.host), state.lab.host_of(client)];
    let commands = plain_commands(state, &row, is_client).into_iter().zip(on);
    let pid = state.machine.pid;
    commands
        .map(|(command, host)| match host.unwrap_or(row.host).name() {
            Some(name) => format!("fivetuple lab --join {pid} --on {name} -- {command}"),
            None => command,
        })
        .collect()
}

fn plain_commands(state: &State, row: &SocketRow, is_client: bool) -> Vec<String> {
    let tuple = row.tuple;
    let interface = state.sockets.interfaces.suffix(row.name());
    // A link-local address means nothing without its link.
    let ip = |end: Endpoint| {
        let link = if is_of_a_link(end) { &*interface } else { "" };
        format!("{}{link}", end.ip)
    };
    let (local, remote) = (tuple.local, tuple.remote);
    let (kind, udp) = match tuple.protocol {
        Protocol::Tcp => ('t', ""),
        Protocol::Udp => ('u', "-u "),
    };
    if row.state == TcpState::Listen {
        let to = if local.ip.is_unspecified() { "127.0.0.1".to_owned() } else { ip(local) };
        let port = local.port;
        return vec![format!("ss -{kind}lnp 'sport = :{port}'"), format!("nc {to} {port}")];
    }
    if !tuple.is_connected() {
        return vec![format!("ss -{kind}anp 'sport = :{}'", local.port)];
    }
    let see = format!("ss -{kind}anpio 'sport = :{} and dport = :{}'", local.port, remote.port);
    let (client, server) = if is_client { (local, remote) } else { (remote, local) };
    // A port outside the ephemeral range was asked for.
    let port = if state.machine.ephemeral.contains(client.port) && !tuple.is_to_itself() {
        String::new()
    } else {
        format!("-p {} ", client.port)
    };
    vec![see, format!("nc {udp}-s {} {port}{} {}", ip(client), ip(server), server.port)]
}
