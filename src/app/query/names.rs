use crate::app::State;
use crate::app::table::TableRow;
use crate::tcp::SocketId;

/// Who listens, as far as that is known.
pub(crate) fn listener_name(state: &State, line: &TableRow) -> String {
    match state.sockets.owners.get(&line.row.inode) {
        Some(owner) if owner.pid == state.machine.pid => String::from("this program itself"),
        Some(owner) => format!("{} (pid {})", owner.program, owner.pid),
        None => String::from("another program"),
    }
}

/// The name of the computer at the local end, or its address.
pub(crate) fn client_name(state: &State, end: SocketId) -> String {
    let ip = end.tuple.local.ip;
    let holder = state.clients.whose(end).map(|computer| computer.name.clone());
    let named = holder.or_else(|| state.clients.name_of(ip).map(str::to_owned));
    named.unwrap_or_else(|| {
        if state.server.ends.contains(end) { "the server".to_owned() } else { ip.to_string() }
    })
}
