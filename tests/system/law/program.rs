//! What the program's types say, in the types of this test.

use std::net::{IpAddr, SocketAddr};

use fivetuple::app::{
    Account, Clients, Content, Effect, Event, Key as Pressed, Notice, Servers, State,
    watch_at_start,
};
use fivetuple::kernel::machine;
use fivetuple::tcp::{
    Change, Command, ConnectSpec, Endpoint, FiveTuple, HostLimits, LabEvent, ListenSpec, Moment,
    OwnSocket, Protocol, SocketEvent, SocketId, SocketRow, SourcePort, TcpState, WireEvent,
};

use super::story::Story;
use super::table::{Connection, Key, Row, state as state_named};

/// A dashboard as it is at the start, for that port.
pub(super) fn dashboard(port: u16, started: std::time::Duration) -> (State, Vec<Effect>) {
    let at = Endpoint::new([127, 0, 0, 1], port);
    let machine = HostLimits { descriptors: 4000, ..machine() };
    // Refusals would be most of what is said.
    let listen = ListenSpec { reuse_addr: true, ..ListenSpec::at(at) };
    let connect = ConnectSpec { payload: b"Hello, TCP!\n".to_vec(), ..ConnectSpec::to(at.into()) };
    let clients = Clients::new(4, connect);
    let state = State::new(machine, started, Servers::new(listen), clients);
    let first = watch_at_start(&state);
    (state, first)
}

/// A sentence, when it was said, the connections that it blames, and the one whose account it renders.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) at: Moment,
    pub(super) text: String,
    pub(super) blamed: Vec<Connection>,
    pub(super) about: Option<Connection>,
}

impl Said {
    /// Whether it is the same sentence of the same time, whatever it blames by now.
    pub(super) fn is_same(&self, other: &Said) -> bool {
        self.at == other.at && self.text == other.text
    }
}

/// Those of the newest sentences that were not said before, the oldest of them first.
pub(super) fn said(state: &State, before: &[Said]) -> Vec<Said> {
    let is_old =
        |one: &&Notice| before.iter().any(|old| old.at == one.at && old.text == one.text());
    let newest = state.notices.newest_first().take(64).filter(|one| !is_old(one));
    let of_account = |account: &Account| {
        let [local, remote] = account.at.map(SocketAddr::from);
        let is_udp = account.protocol == Protocol::Udp;
        (remote.port() != 0).then(|| Key::new(0, is_udp, local, remote).connection())
    };
    let mut all: Vec<Said> = newest
        .map(|notice| Said {
            at: notice.at,
            text: notice.text(),
            blamed: notice.blame.iter().map(|row| key(*row).connection()).collect(),
            about: account_of(notice).and_then(of_account),
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

/// The computers' names and addresses.
pub(super) fn computers(state: &State) -> Vec<(String, IpAddr)> {
    state.clients.computers.iter().map(|one| (one.name.clone(), one.ip)).collect()
}

/// The rows that the dashboard takes for living.
pub(super) fn rows(state: &State) -> Vec<(Key, Row)> {
    let lines = state.sockets.in_order().filter(|line| line.gone.is_none());
    lines.map(|line| row(&line.row)).collect()
}

/// Which of its choices the field "source port" of the form stands at.
pub(super) fn source_choice(state: &State) -> usize {
    match state.clients.spec.source_port {
        SourcePort::KernelPicks => 0,
        SourcePort::Fixed(_) => 1,
        SourcePort::SameAsServer => 2,
        SourcePort::Range(_) => 3,
    }
}

/// The events of a word like `5c`, `Enter` or `ctrl-d`, a count and a key, or of typing the text behind a `"`.
pub(super) fn presses(word: &str) -> Vec<Event> {
    let typed = |text: &str| text.chars().map(Pressed::Char).collect::<Vec<Pressed>>();
    let keys = match word.strip_prefix('"') {
        Some("") => vec![Pressed::Backspace],
        Some(text) => typed(&text.replace('_', " ")),
        None => {
            let digits = word.chars().take_while(char::is_ascii_digit).count();
            let (count, key) = if digits < word.len() { word.split_at(digits) } else { ("", word) };
            let mut keys = typed(count);
            keys.push(key.parse().expect("a key"));
            keys
        }
    };
    keys.into_iter().map(Event::Pressed).collect()
}

fn key(name: SocketId) -> Key {
    let (local, remote) = (name.tuple.local.into(), name.tuple.remote.into());
    Key::new(name.host.0, name.tuple.protocol == Protocol::Udp, local, remote)
}

fn row(row: &SocketRow) -> (Key, Row) {
    let state = state_named(row.state.name()).expect("a state");
    (key(row.name()), Row { state, recv: row.queues.recv, send: row.queues.send })
}

/// What an event tells of the step: what a look of the program's own showed, and what its calls returned.
pub(super) fn learn(story: &mut Story, event: &Event) {
    match event {
        Event::TableRead(seen) => {
            for change in &seen.changes {
                let (Change::Appeared(changed)
                | Change::Vanished(changed)
                | Change::Moved { to: changed, .. }) = change;
                let (key, row) = row(changed);
                story.touch(key.connection());
                if !matches!(change, Change::Vanished(_)) {
                    story.saw(key, row);
                }
                if changed.state == TcpState::Listen {
                    story.listened.insert(changed.inode);
                }
            }
        }
        Event::Lab(LabEvent::Wire(news)) => {
            for news in news {
                if let WireEvent::Sent { segment, .. } = news {
                    let FiveTuple { local, remote, .. } = segment.tuple;
                    story.asked.extend([local, remote].map(SocketAddr::from));
                }
            }
        }
        Event::Net(SocketEvent::Listening { spec, sockets }) => {
            story.listened.extend(sockets.iter().map(|one| one.inode));
            story.opened.insert(spec.at.port.0);
            story.asked.insert(spec.at.into());
        }
        Event::Net(SocketEvent::ListenFailed { spec, .. }) => {
            story.asked.insert(spec.at.into());
        }
        Event::Net(SocketEvent::ConnectFailed { spec, to, local, .. }) => {
            let asked = [spec.to.endpoint(), *to, *local].into_iter().flatten();
            story.asked.extend(asked.map(SocketAddr::from));
        }
        Event::Net(
            SocketEvent::Connecting(OwnSocket { name: end, .. })
            | SocketEvent::Connected(OwnSocket { name: end, .. })
            | SocketEvent::Accepted { socket: OwnSocket { name: end, .. }, .. }
            | SocketEvent::Received { at: end, .. }
            | SocketEvent::Sent { at: end, .. }
            | SocketEvent::CallFailed { at: end, .. }
            | SocketEvent::PeerClosed(end)
            | SocketEvent::HalfClosed(end)
            | SocketEvent::Closed { at: end, .. }
            | SocketEvent::StateHeld { main: end, .. },
        ) => {
            story.touch(key(*end).connection());
            story.asked.insert(end.tuple.local.into());
        }
        _ => (),
    }
}

/// What an order tells of it: which connection it is about, and which addresses it asks for.
pub(super) fn learn_order(story: &mut Story, command: &Command) {
    match command {
        Command::Send(end, _)
        | Command::HalfClose(end)
        | Command::StayOpen(end, _)
        | Command::CloseWithPeer(end)
        | Command::Close(end)
        | Command::Abort(end) => story.touch(key(*end).connection()),
        Command::Listen(spec) => drop(story.asked.insert(spec.at.into())),
        Command::Connect(spec, _) => {
            let to = spec.to.endpoint().map(SocketAddr::from);
            let port = spec.asked_port().map(|port| port.0);
            let from = spec.from.map(|ip| SocketAddr::new(ip, port.unwrap_or(0)));
            let own = port.zip(to).map(|(port, to)| SocketAddr::new(to.ip(), port));
            story.asked.extend([to, from, own].into_iter().flatten());
        }
        _ => (),
    }
}
