//! The only file here that knows the names of the program's types: what the dashboard's loop does with them, and how they are read.

use std::collections::{BTreeSet, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::table::{Connection, Key, Name, Row, state as state_named};

use fivetuple::app::{Account, Clients, Content, Key as Pressed, Notice, Server, watch_at_start};
pub(super) use fivetuple::app::{Action, Effect, Event, State, update};
pub(super) use fivetuple::kernel;
pub(super) use fivetuple::kernel::watch::{Poller, WatchEvent};
pub(super) use fivetuple::kernel::{ChangeCounters, NamespaceSource as TableElsewhere};
pub(super) use fivetuple::lab::{Helper, Lab, SocketKind, SocketPool, Wire};
pub(super) use fivetuple::net::{Engine, RemoteSockets};
pub(super) use fivetuple::run::Clock;
pub(super) use fivetuple::tcp::{
    Change, Command, ConnectSpec, Filter, Host, LabComputer, LabEvent, LabLimits, LabOrder,
    LabSpec, Moment, PortRange, Protocol, SocketEvent, SocketId, SocketRow, SourcePort, TcpState,
};
use fivetuple::tcp::{Endpoint, HostLimits, ListenSpec, OwnSocket};

/// A dashboard as it is at the start, for that port.
pub(super) fn dashboard(port: u16, descriptors: u64, started: Duration) -> (State, Vec<Effect>) {
    let at = Endpoint::new([127, 0, 0, 1], port);
    let machine = HostLimits { descriptors, ..kernel::machine() };
    // Refusals would be most of what is said.
    let listen = ListenSpec { reuse_addr: true, ..ListenSpec::at(at) };
    let connect = ConnectSpec { payload: b"Hello, TCP!\n".to_vec(), ..ConnectSpec::to(at.into()) };
    let clients = Clients::new(4, connect);
    let state = State::new(machine, started, Server::new(listen), clients);
    let first = watch_at_start(&state);
    (state, first)
}

/// A sentence, when it was said, and the connections that it blames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) at: Moment,
    pub(super) text: String,
    pub(super) blamed: Vec<Connection>,
    /// The connection whose account the sentence renders.
    pub(super) about: Option<Connection>,
}

impl Said {
    /// Whether it is the same sentence of the same time, whatever it blames by now.
    pub(super) fn is_same(&self, other: &Said) -> bool {
        self.at == other.at && self.text == other.text
    }
}

/// The newest sentences, the oldest of them first.
pub(super) fn said(state: &State) -> Vec<Said> {
    let newest = state.notices.newest_first().take(64);
    let mut all: Vec<Said> = newest
        .map(|notice| Said {
            at: notice.at,
            text: notice.text(),
            blamed: notice.blame.iter().map(|row| key(*row).connection()).collect(),
            about: account_of(notice).and_then(connection_of),
        })
        .collect();
    all.reverse();
    all
}

fn account_of(notice: &Notice) -> Option<&Account> {
    match &notice.content {
        Content::Account(_, account) => Some(account),
        Content::Statement(_) => None,
    }
}

fn connection_of(account: &Account) -> Option<Connection> {
    let [local, remote] = account.at.map(SocketAddr::from);
    let is_udp = account.protocol == Protocol::Udp;
    (remote.port() != 0).then(|| Key::new(0, is_udp, local, remote).connection())
}

/// The computers' names and addresses.
pub(super) fn computers(state: &State) -> Vec<(String, IpAddr)> {
    state.clients.computers.iter().map(|one| (one.name.clone(), one.ip)).collect()
}

/// The rows that the dashboard takes for living.
pub(super) fn rows(state: &State) -> Vec<(Key, Row)> {
    let lines = state.sockets.in_order().filter(|line| line.gone.is_none());
    lines.map(|line| row(&line.row)).collect()
}

/// The rows that a screen of a usual size would show.
pub(super) fn shown(state: &State) -> Vec<SocketId> {
    state.ui.shown.iter().take(60).copied().collect()
}

/// Whether a form or a sheet lies over the panes.
pub(super) fn is_covered(state: &State) -> bool {
    state.ui.overlay.is_some()
}

/// Whether segments cross the lab's wire at once.
pub(super) fn is_wire_plain(state: &State) -> bool {
    let wire = &state.lab.wire;
    !wire.held && !wire.cut && wire.delay.is_zero()
}

/// Whether nothing crosses it.
pub(super) fn is_wire_cut(state: &State) -> bool {
    state.lab.wire.cut
}

/// Whether the clients call somebody else than our server.
pub(super) fn calls_others(state: &State) -> bool {
    state.clients.to.is_some()
}

/// Whether the clients use UDP.
pub(super) fn is_udp(state: &State) -> bool {
    state.clients.spec.protocol == Protocol::Udp
}

/// Whether orders wait until others are answered.
pub(super) fn is_waiting(state: &State) -> bool {
    !state.ui.postponed.is_empty()
}

/// Which of its choices the field "source port" of the form stands at.
pub(super) fn source_choice(state: &State) -> usize {
    match state.clients.spec.source_port {
        SourcePort::KernelPicks => 0,
        SourcePort::Fixed(_) => 1,
        SourcePort::SameAsServer => 2,
        SourcePort::Toy(_) => 3,
    }
}

/// The events of a word like `5c`, `Enter` or `ctrl-d`: a count and a key.
pub(super) fn presses(word: &str) -> Vec<Event> {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    let (count, key) = if digits < word.len() { word.split_at(digits) } else { ("", word) };
    let count = count.chars().map(Pressed::Char);
    count.chain([key.parse().expect("a key")]).map(Event::Pressed).collect()
}

/// The events of typing a text.
pub(super) fn typed(text: &str) -> Vec<Event> {
    text.chars().map(|c| Event::Pressed(Pressed::Char(c))).collect()
}

pub(super) fn key(name: SocketId) -> Key {
    let (local, remote) = (name.tuple.local.into(), name.tuple.remote.into());
    Key::new(name.host.0, name.tuple.protocol == Protocol::Udp, local, remote)
}

pub(super) fn row(row: &SocketRow) -> (Key, Row) {
    let state: Name = state_named(row.state.name()).expect("a state");
    (key(row.name()), Row { state, recv: row.queues.recv, send: row.queues.send })
}

/// Whether the dashboard watches a row of the second reader.
pub(super) fn is_watched(filter: &Filter, key: &Key) -> bool {
    let ports = [key.local.port(), key.remote.port()];
    filter.ports.as_ref().is_none_or(|wanted| wanted.iter().any(|port| ports.contains(&port.0)))
}

/// The ports whose rows the dashboard shows.
pub(super) fn watched(filter: &Filter) -> BTreeSet<u16> {
    filter.ports.iter().flatten().map(|port| port.0).collect()
}

/// Which ends a piece of news is about.
pub(super) fn ends_of_news(news: &SocketEvent) -> Vec<SocketId> {
    let of = |socket: &OwnSocket| vec![socket.name];
    match news {
        SocketEvent::Accepted(socket)
        | SocketEvent::Connecting(socket)
        | SocketEvent::Connected(socket) => of(socket),
        SocketEvent::Received { at, .. }
        | SocketEvent::Sent { at, .. }
        | SocketEvent::CallFailed { at, .. }
        | SocketEvent::PeerClosed(at)
        | SocketEvent::HalfClosed(at)
        | SocketEvent::Closed { at, .. }
        | SocketEvent::Staged { main: at, .. } => vec![*at],
        _ => Vec::new(),
    }
}

/// Which addresses calls were answered with, or refused for.
pub(super) fn addresses_of_news(news: &SocketEvent) -> Vec<SocketAddr> {
    match news {
        SocketEvent::ConnectFailed { spec, to, local, .. } => {
            let asked = spec.to.endpoint();
            [asked, *to, *local].into_iter().flatten().map(SocketAddr::from).collect()
        }
        SocketEvent::Listening { spec, .. } | SocketEvent::ListenFailed { spec, .. } => {
            vec![spec.at.into()]
        }
        other => ends_of_news(other).into_iter().map(|name| name.tuple.local.into()).collect(),
    }
}

/// Which ends an order is about.
pub(super) fn ends_of_order(command: &Command) -> Vec<SocketId> {
    match command {
        Command::Send(end, _)
        | Command::HalfClose(end)
        | Command::Close(end)
        | Command::Abort(end) => vec![*end],
        _ => Vec::new(),
    }
}

/// Which addresses an order asks for.
pub(super) fn addresses_of_order(command: &Command) -> Vec<SocketAddr> {
    match command {
        Command::Listen(spec) => vec![spec.at.into()],
        Command::Connect(spec, _) => {
            let to = spec.to.endpoint().map(SocketAddr::from);
            let port = spec.asked_port().map(|port| port.0);
            let from = spec.from.map(|ip| SocketAddr::new(ip, port.unwrap_or(0)));
            let own = port.zip(to).map(|(port, to)| SocketAddr::new(to.ip(), port));
            [to, from, own].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// What a look of the program's own showed.
pub(super) fn sights(event: &Event) -> Vec<(Key, Option<Row>)> {
    let Event::TableRead(sight) = event else { return Vec::new() };
    let there = |one: &SocketRow| {
        let (key, row) = row(one);
        (key, Some(row))
    };
    let changes = sight.changes.iter().map(|change| match change {
        Change::Appeared(row) => there(row),
        Change::Moved { to, .. } => there(to),
        Change::Vanished(gone) => (row(gone).0, None),
    });
    changes.collect()
}

/// The inodes of listening sockets that an event is about.
pub(super) fn listeners(event: &Event) -> Vec<u64> {
    match event {
        Event::Net(SocketEvent::Listening { sockets, .. }) => {
            sockets.iter().map(|one| one.inode).collect()
        }
        Event::TableRead(sight) => {
            let rows = sight.changes.iter().map(|change| match change {
                Change::Appeared(row) | Change::Vanished(row) | Change::Moved { to: row, .. } => {
                    row
                }
            });
            rows.filter(|row| row.state == TcpState::Listen).map(|row| row.inode).collect()
        }
        _ => Vec::new(),
    }
}

/// Where sockets listen, as their own calls say.
pub(super) fn opened(event: &Event) -> Option<SocketAddr> {
    match event {
        Event::Net(SocketEvent::Listening { spec, .. }) => Some(spec.at.into()),
        _ => None,
    }
}

/// Who holds the sockets with these inodes; those in `others` are said to be another process's.
pub(super) fn owners(wanted: &HashSet<u64>, others: &HashSet<u64>) -> Vec<Event> {
    let mut owners = kernel::owners(wanted);
    for (inode, owner) in &mut owners.found {
        if others.contains(inode) {
            (owner.pid, owner.program) = (1, "other".to_owned());
        }
    }
    vec![Event::OwnersFound(owners.found), Event::OwnersHidden(owners.missing)]
}

/// The computers of a lab, by number and name, and the address of each.
pub(super) fn named(computers: &[LabComputer]) -> Vec<(u8, &'static str, IpAddr)> {
    computers.iter().map(|one| (one.host.0, one.host.name().unwrap_or("nobody"), one.ip)).collect()
}

/// What a poller reports, as the dashboard takes it.
pub(super) fn event(seen: WatchEvent) -> Event {
    match seen {
        WatchEvent::TableRead(update) => Event::TableRead(update),
        WatchEvent::TableUnreadable { host, why } => Event::TableUnreadable { host, why },
        WatchEvent::FellBackToProcfs(why) => Event::FellBackToProcfs(why),
        WatchEvent::Inspected { host, found } => Event::Inspected { host, found },
    }
}
