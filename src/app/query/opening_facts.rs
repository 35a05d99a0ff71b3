//! The conditions under which connections begin, one or several at once, and data is sent, as far as they were seen.

use std::net::IpAddr;
use std::time::Duration;

use crate::app::format::{brief, number, seconds, sockets};
use crate::app::query::facts::{self, account, fate, is_lost};
use crate::app::query::names::end_name;
use crate::app::query::others;
use crate::app::query::peers::is_stranger;
use crate::app::{Account, BurstProgress, Fact, Holder, OpenEnd, State, Statement, TableRow, Verb};
use crate::tcp::{
    Burst, Delivery, DropReason, Endpoint, FiveTuple, Flags, Moment, OnData, Port, Protocol,
    Segment, ServerCloses, SocketId, SourcePort, TcpState,
};

pub(crate) fn begin(state: &State, account: &mut Account, ends: [SocketId; 2]) {
    match account.verb {
        Verb::Connect => of_call(state, account, ends[0]),
        Verb::Stop => {
            let listener = state.sockets.get(ends[0]);
            account.learn([
                (account.number > 1, Fact::Several),
                (state.servers.are_several(), Fact::OneOfSeveral),
                (
                    state.ends.count(Holder::Server(state.server_of(ends[0]).spec.id)) > 0,
                    Fact::Open,
                ),
                (listener.is_some_and(|line| line.row.queues.recv > 0), Fact::Queued),
            ]);
        }
        Verb::Accept => account.learn(of_accept(state, ends[0])),
        Verb::Send => account.learn(of_data(state, ends)),
        Verb::Call
        | Verb::Ack
        | Verb::Close
        | Verb::Abort
        | Verb::HalfClose
        | Verb::Broken(_)
        | Verb::Fin
        | Verb::LateData
        | Verb::CutShort
        | Verb::TimedOut
        | Verb::Other(_) => (),
    }
}

pub(crate) fn look(state: &State, account: &mut Account, ends: [SocketId; 2], opened: Moment) {
    match account.verb {
        Verb::Call => look_at_call(state, account, ends[0], opened),
        Verb::Connect => look_at_ack(state, account, ends, opened),
        Verb::Send => look_at_data(state, account, ends, opened),
        Verb::Other(_) => others::look(state, account, ends),
        // Its process is looked for only once its row is shown.
        Verb::Accept if account.facts.contains(&Fact::Stranger) => {
            account.whom = end_name(state, ends[1]);
        }
        Verb::Ack | Verb::Accept => (),
        Verb::Stop
        | Verb::Close
        | Verb::Abort
        | Verb::HalfClose
        | Verb::Broken(_)
        | Verb::Fin
        | Verb::LateData
        | Verb::CutShort
        | Verb::TimedOut => facts::look(state, account, ends, opened),
    }
}

/// Whether the other end had closed before accept() returned the connection, as far as its rows show it.
pub(crate) fn had_closed(state: &State, end: SocketId) -> bool {
    let own = state.sockets.get(end);
    let waited = own.is_some_and(|line| line.row.state == TcpState::CloseWait);
    let other = state.sockets.other_line(end);
    end.tuple.protocol == Protocol::Tcp && (waited || other.is_some_and(TableRow::has_sent_fin))
}

fn of_accept(state: &State, end: SocketId) -> [(bool, Fact); 6] {
    let (own, other) = (state.sockets.get(end), state.sockets.other_line(end));
    let is_gone = own.is_some_and(|line| line.gone.is_some());
    let policy = state.policy(end);
    [
        (is_gone || other.is_some_and(TableRow::was_reset), Fact::WasReset),
        (had_closed(state, end), Fact::PeerFin),
        (state.server_of(end).held, Fact::Held),
        (is_stranger(state, end), Fact::Stranger),
        (policy.closes == ServerCloses::Never, Fact::KeepsOpen),
        (state.ends.get(end).is_some_and(|end| end.stays_open), Fact::StaysOpen),
    ]
}

fn of_data(state: &State, [own, other]: [SocketId; 2]) -> [(bool, Fact); 5] {
    let is_ours = state.is_with_our_server(own) || state.ends.server_holds(own);
    let is_gone = state.sockets.other_line(own).is_some_and(|line| line.gone.is_some());
    [
        (state.is_half_open(own), Fact::HalfOpen),
        (is_gone, Fact::OtherGone),
        (!is_ours, Fact::Foreign),
        (is_ours && !state.was_accepted(own), Fact::NotAccepted),
        (state.policy(other).on_data == OnData::LeaveUnread, Fact::LeavesUnread),
    ]
}

fn look_at_data(state: &State, account: &mut Account, ends: [SocketId; 2], opened: Moment) {
    let [own, other] = ends.map(|end| state.sockets.get(end).filter(|line| line.gone.is_none()));
    let is_data = |segment: &Segment| segment.length > 0 && segment.icmp.is_none();
    let fate = fate(state, ends[0], opened, is_data);
    let is_alone = state.is_with_our_server(ends[0]) && state.is_half_open_alone(ends[0]);
    if state.was_accepted(ends[0]) {
        account.facts.remove(&Fact::NotAccepted);
    }
    let sent = own.map_or(0, |line| line.row.queues.send);
    account.queued = [sent, other.map_or(0, |line| line.row.unread())];
    account.learn([
        (sent > 0, Fact::OwnQueued),
        (account.queued[1] > 0, Fact::OtherQueued),
        (sent > 0 && own.is_some_and(TableRow::probes_window), Fact::ZeroWindow),
        (fate == Some(Delivery::OnTheWay), Fact::DataWaits),
        (is_lost(fate), Fact::DataLost),
        (is_alone, Fact::QueueFull),
    ]);
}

/// How a call of a client came by its port, and whom it called.
fn of_call(state: &State, account: &mut Account, client: SocketId) {
    let (tuple, spec) = (client.tuple, &state.clients.spec);
    let called = state.clients.target(state.server().connect_address()).endpoint();
    let ours = state.our_server(tuple.remote);
    let is_ours = ours.is_some();
    let pick = match spec.source_port {
        // The trial of the myth asks for it, whatever the options of the next connect are.
        _ if tuple.local.port == tuple.remote.port => Some(Fact::SamePort),
        SourcePort::KernelPicks => None,
        SourcePort::Range(_) => Some(Fact::FromRange),
        SourcePort::Fixed(_) => Some(Fact::PortAsked),
        SourcePort::SameAsServer => Some(Fact::SamePort),
    };
    account.facts.extend(pick);
    let nowhere = called.map(|called| called.ip).filter(IpAddr::is_unspecified);
    let nowhere = nowhere.filter(|_| !state.lab.is_up() && pick.is_none());
    // Its last ACK is there in a moment, though the table may have been read before.
    let is_coming = tuple.protocol == Protocol::Tcp
        && !state.was_accepted(client)
        && !state.is_at_both_ends(client);
    let own = usize::from(is_coming);
    let many = ours.map_or(0, |server| state.connections_with(server, tuple.remote) + own);
    account.learn([
        (is_ours, Fact::Ours),
        (is_ours && state.servers.are_several(), Fact::OneOfSeveral),
        (!is_ours, Fact::Foreign),
        (nowhere.is_some(), Fact::Unspecified),
        (ours.is_some_and(|server| server.held), Fact::Held),
        (many > 1, Fact::Several),
    ]);
    if let SourcePort::Range(range) = spec.source_port {
        account.detail = range.to_string();
    } else if let Some(ip) = nowhere {
        account.detail = ip.to_string();
    }
    if many > 1 {
        account.number = u32::try_from(many).unwrap_or(u32::MAX);
    }
}

/// What keeps the answer to a call, as far as that is known by now.
fn look_at_call(state: &State, account: &mut Account, client: SocketId, opened: Moment) {
    let wire = &state.lab.wire;
    let is_within = state.other_end(client).host == client.host;
    let is_nowhere = state.lab.lacks(client.tuple.remote.ip);
    let over_the_wire = state.lab.is_up() && !is_within && !is_nowhere;
    let syn = fate(state, client, opened, |segment| segment.flags.has(Flags::SYN));
    let lost = if let Some(Delivery::Lost(_, how)) = syn { Some(how) } else { None };
    let is_on_this_machine = state.lab.is_up() || client.tuple.remote.ip.is_loopback();
    account.learn([
        (is_nowhere, Fact::NoSuchHost),
        (state.is_queue_full(client) && state.is_with_our_server(client), Fact::QueueFull),
        (lost == Some(DropReason::NoLink), Fact::NoLink),
        (lost.is_some() && (lost == Some(DropReason::NoLink) || !wire.cut), Fact::SynLost),
        (over_the_wire && wire.held, Fact::WireHeld),
        (over_the_wire && wire.cut, Fact::WireCut),
        (over_the_wire && !wire.delay.is_zero(), Fact::WireSlow),
        (!over_the_wire && !is_nowhere && is_on_this_machine, Fact::Within),
    ]);
    account.detail = brief(wire.delay);
}

/// Whether the last ACK of the handshake is on its way, or lost.
fn look_at_ack(state: &State, account: &mut Account, ends: [SocketId; 2], opened: Moment) {
    let client = ends[0];
    let ack = fate(state, client, opened, |segment| segment.flags.has(Flags::ACK));
    let is_alone = state.is_with_our_server(client) && state.is_half_open_alone(client);
    account.learn([
        (ack == Some(Delivery::OnTheWay), Fact::AckWaits),
        (is_lost(ack), Fact::AckLost),
        (ends.into_iter().any(|end| state.sockets.reuses(end)), Fact::Reused),
        (is_alone, Fact::QueueFull),
    ]);
}

/// Whether the last ACK of the handshake, or data with it, has arrived where it is not dropped.
pub(super) fn has_ack(state: &State, client: SocketId, opened: Moment) -> bool {
    let mut acks = facts::fates(state, client, opened, |segment| segment.flags.has(Flags::ACK));
    acks.any(|fate| matches!(fate, Delivery::Arrived(_))) && !state.is_queue_full(client)
}

/// What is known of a call that waits for its answer since then.
fn of_waiting_call(state: &State, client: SocketId, since: Moment) -> Account {
    let mut account = account(state, Verb::Call, [client, state.other_end(client)], 0);
    look_at_call(state, &mut account, client, since);
    account
}

pub(crate) fn burst_begun(
    state: &State,
    progress: &BurstProgress,
    burst: Burst,
) -> Option<Statement> {
    let is_long = burst.count >= Burst::LARGE || !burst.every.is_zero();
    let computer = &state.clients.computers[progress.computer];
    let to = state.clients.target(state.server().connect_address()).endpoint()?;
    let from = Endpoint { ip: computer.ip, port: Port::ANY };
    let client = SocketId::connected(computer.host, FiveTuple::tcp(from, to));
    let call = of_waiting_call(state, client, state.now);
    (is_long && state.lab.wire.is_slow() && !call.facts.is_empty()).then(|| {
        let what = Statement::new("burst-begun").with("who", &computer.name);
        with_call(what.with("asked", number(burst.count.into())), &call)
    })
}

pub(crate) fn burst_ended(
    state: &State,
    progress: &BurstProgress,
    asked: u32,
    took: Duration,
) -> Statement {
    let computer = &state.clients.computers[progress.computer];
    let opened = progress.opened;
    let ports: Vec<String> = progress.ports.iter().map(Port::to_string).collect();
    let more = if opened as usize > ports.len() { " ..." } else { "" };
    let word = if opened == 1 { "port" } else { "ports" };
    let list = (!ports.is_empty()).then(|| format!("{word} {}{more}", ports.join(", ")));
    let waits = state.ends.of(Holder::Client(progress.computer));
    let waits = waits.take_while(|end| end.socket.order >= Some(progress.id));
    let waits: Vec<&OpenEnd> = waits.filter(|end| !end.answered).collect();
    let unanswered = (waits.len() as u64).min(u64::from(asked.saturating_sub(opened)));
    let what = Statement::new("burst-ended")
        .with("who", &computer.name)
        .with("opened", sockets(opened.into(), progress.protocol))
        .with("took", seconds(took))
        .with_some("asked", (opened < asked).then(|| number(asked.into())))
        .with_some("port_list", list)
        .when(if opened > 0 { "Some" } else { "None" }, true)
        .when("WholeRange", progress.whole_range && opened >= Burst::LARGE)
        .count("unanswered", unanswered);
    let oldest = waits.last().filter(|_| unanswered > 0);
    let call = oldest.map(|end| of_waiting_call(state, end.socket.name, end.since));
    call.iter().fold(what, with_call)
}

/// What is known of a call without an answer.
fn with_call(what: Statement, call: &Account) -> Statement {
    let what = what.with("detail", &call.detail);
    call.facts.iter().fold(what, |what, fact| what.when(fact.name(), true))
}
