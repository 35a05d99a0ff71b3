use crate::app::update::wanted;
use crate::app::{Effect, Progress, State, Tone, Topic, blame, words};
use crate::tcp::{Accepting, Ending, ListenSpec, Moment, News, OwnSocket, RowName, escape};

/// Takes what TCP told one of our own sockets.
pub(crate) fn heard(state: &mut State, news: News) -> Vec<Effect> {
    let at = state.now;
    match news {
        News::Listening { spec, sockets } => listening(state, spec, sockets),
        News::ListenFailed { spec, why } => {
            let (text, rows) = blame::listen_failed(state, &spec, why);
            state.notices.blame(at, text, rows);
            vec![]
        }
        News::StoppedListening { why } => stopped(state, why),
        News::AcceptHeld(held) => {
            state.listener.held = held;
            let text = if held {
                "accept() is held: whoever calls is connected by the kernel all the same, and waits in the accept queue."
            } else {
                "accept() goes on: whoever waited gets a socket of its own now."
            };
            state.notices.say(at, Tone::Plain, text);
            vec![]
        }
        News::Accepted(socket) => accepted(state, socket),
        News::AcceptFailed { why, pause } => {
            state.listener.pausing = (!pause.is_zero()).then_some(why);
            let text = format!(
                "cannot accept a connection: {}; tried again in {}",
                why.errno,
                words::seconds(pause)
            );
            state.notices.count(at, Topic::AcceptFailed, text, |n| {
                format!("accept() failed {n} times: {}", why.errno)
            });
            vec![]
        }
        News::Connecting(socket) => {
            client_end(state, socket);
            let who = words::client_name(state, socket.name);
            let text = format!(
                "{who} calls {}: SYN is sent, no answer yet.",
                socket.name.tuple.remote
            );
            state.notices.count(at, Topic::Came, text, |n| {
                format!("{n} calls are unanswered so far.")
            });
            look(&[socket.name])
        }
        News::Connected(socket) => connected(state, socket),
        News::ConnectFailed {
            spec,
            to,
            local,
            why,
        } => {
            state.clients.awaited = state.clients.awaited.saturating_sub(1);
            let (text, rows) = blame::connect_failed(state, &spec, to, local, why);
            state.notices.blame(at, text, rows);
            local.zip(to).map_or_else(Vec::new, |(local, remote)| {
                let tuple = crate::tcp::FiveTuple {
                    protocol: spec.protocol,
                    local,
                    remote,
                };
                look(&[RowName::connected(spec.host, tuple)])
            })
        }
        News::BurstBegun {
            burst: _,
            whole_range,
        } => {
            let computer = state.clients.chosen;
            state.clients.under_way = Some(Progress {
                asked: 0,
                opened: 0,
                whole_range,
                ports: Vec::new(),
                computer,
            });
            vec![]
        }
        News::BurstEnded {
            opened,
            asked,
            took,
        } => burst_ended(state, opened, asked, took),
        ended_or_moved => heard_of_connection(state, ended_or_moved),
    }
}

/// News of a connection that was made already.
fn heard_of_connection(state: &mut State, news: News) -> Vec<Effect> {
    let at = state.now;
    match news {
        News::Received {
            at: end,
            bytes,
            first,
        } => received(state, end, bytes, &first),
        News::Sent { at: end, bytes } => {
            if state.listener.ends.contains(end) {
                state.listener.totals.sent += bytes;
            }
            look(&[end, mirrored(end)])
        }
        News::CallFailed { at: end, why } => {
            let who = words::client_name(state, end);
            let text = format!("{who}: {} failed: {}.", why.call, why.errno);
            state.notices.count(at, Topic::Refused, text, |n| {
                format!("{n} calls failed: {}.", why.errno)
            });
            look(&[end])
        }
        News::PeerClosed(end) => {
            let known = state.listener.ends.peer_closed(end);
            if !known {
                for computer in &mut state.clients.computers {
                    computer.ends.peer_closed(end);
                }
            }
            look(&[end, mirrored(end)])
        }
        News::HalfClosed(end) => {
            let text = words::half_closed(state, end);
            state.notices.say(at, Tone::Plain, text);
            look(&[end, mirrored(end)])
        }
        News::Closed { at: end, how } => closed(state, end, how),
        News::Crashed(what) => {
            let text = format!(
                "a part of fivetuple crashed, the rest goes on: {}",
                escape(what.as_bytes())
            );
            state.notices.say(at, Tone::Warning, text);
            vec![]
        }
        News::Listening { .. }
        | News::ListenFailed { .. }
        | News::StoppedListening { .. }
        | News::AcceptHeld(_)
        | News::Accepted(_)
        | News::AcceptFailed { .. }
        | News::Connecting(_)
        | News::Connected(_)
        | News::ConnectFailed { .. }
        | News::BurstBegun { .. }
        | News::BurstEnded { .. } => vec![],
    }
}

fn look(names: &[RowName]) -> Vec<Effect> {
    vec![Effect::Look(names.to_vec())]
}

fn mirrored(name: RowName) -> RowName {
    RowName {
        tuple: name.tuple.mirrored(),
        ..name
    }
}

fn listening(state: &mut State, spec: ListenSpec, sockets: Vec<OwnSocket>) -> Vec<Effect> {
    let text = words::listening(&spec, sockets.len());
    state.notices.say(state.now, Tone::Plain, text);
    let listener = &mut state.listener;
    listener.held = spec.accepting == Accepting::Held;
    listener.pausing = None;
    let new_port = listener.ports.insert(spec.at.port);
    listener.running = Some(spec);
    for socket in &sockets {
        state.sockets.own(socket, state.machine.pid);
    }
    let names = sockets.iter().map(|socket| socket.name).collect();
    state.listener.sockets = sockets;
    let watch = new_port.then(|| Effect::Watch(wanted(state)));
    watch.into_iter().chain([Effect::Look(names)]).collect()
}

fn stopped(state: &mut State, why: Option<crate::tcp::Refusal>) -> Vec<Effect> {
    let names: Vec<RowName> = state
        .listener
        .sockets
        .drain(..)
        .map(|socket| socket.name)
        .collect();
    state.listener.running = None;
    state.listener.pausing = None;
    match why {
        Some(why) => state.notices.say(
            state.now,
            Tone::Warning,
            format!("the listener ended by itself: {why}"),
        ),
        None => {
            let text = words::stopped_listening(state.listener.ends.len());
            state.notices.say(state.now, Tone::Plain, text);
        }
    }
    vec![Effect::Look(names)]
}

fn accepted(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    let tuple = socket.name.tuple;
    state.listener.pausing = None;
    state.listener.totals.accepted += 1;
    state.listener.ends.insert(socket);
    state.sockets.own(&socket, state.machine.pid);
    if is_stranger(state, socket.name) {
        let text = format!(
            "{} connected: accept() returned a socket of its own, descriptor {}. LISTEN did not change.",
            tuple.remote.canonical(),
            socket.fd
        );
        let many = |n| {
            format!(
                "{} connections came, the last one from {}.",
                words::number(n),
                tuple.remote.canonical()
            )
        };
        state
            .notices
            .count(state.now, Topic::Came, text, |n| many(u64::from(n)));
    }
    look(&[socket.name, canonical_mirror(socket.name)])
}

/// The other end as its own row shows it: the client of a dual-stack server is an IPv4 socket.
fn canonical_mirror(name: RowName) -> RowName {
    RowName {
        tuple: name.tuple.mirrored().canonical(),
        ..name
    }
}

/// Whether the other end of an accepted connection belongs to another program or machine.
fn is_stranger(state: &State, end: RowName) -> bool {
    let ip = end.tuple.remote.ip;
    let ours = state.clients.index_of(ip).is_some() || state.clients.from == Some(ip);
    !ours && state.clients.awaited == 0 && state.clients.holder_of(canonical_mirror(end)).is_none()
}

/// Notes which computer holds a client's end.
fn client_end(state: &mut State, socket: OwnSocket) {
    let clients = &mut state.clients;
    let known = clients
        .computers
        .iter()
        .position(|computer| computer.ends.contains(socket.name));
    let owner = known
        .or_else(|| clients.index_of(socket.name.tuple.local.ip))
        .unwrap_or(clients.chosen);
    clients.computers[owner].ends.insert(socket);
    state.sockets.own(&socket, state.machine.pid);
}

fn connected(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    client_end(state, socket);
    state.clients.awaited = state.clients.awaited.saturating_sub(1);
    match &mut state.clients.under_way {
        Some(progress) => {
            progress.opened += 1;
            if progress.ports.len() < 5 {
                progress.ports.push(socket.name.tuple.local.port);
            }
        }
        None => {
            let text = words::connected(state, &socket);
            state.notices.say(state.now, Tone::Plain, text);
        }
    }
    look(&[mirrored(socket.name), socket.name])
}

fn burst_ended(
    state: &mut State,
    opened: u32,
    asked: u32,
    took: std::time::Duration,
) -> Vec<Effect> {
    state.clients.awaited = 0;
    let Some(mut progress) = state.clients.under_way.take() else {
        return vec![];
    };
    progress.opened = opened;
    let text = words::burst_ended(state, &progress, asked, took);
    state.notices.say(state.now, Tone::Plain, text);
    vec![]
}

fn received(state: &mut State, end: RowName, bytes: u64, first: &[u8]) -> Vec<Effect> {
    let text = escape(&first[..first.len().min(48)]);
    let more = if bytes > 48 { "..." } else { "" };
    let size = words::many(bytes, "byte", "bytes");
    if state.listener.ends.contains(end) {
        state.listener.totals.received += bytes;
        let who = state.peer_name(end.tuple.remote.ip, end);
        let many = |n: u32| format!("data came {n} times; the last: {size} from {who}.");
        let part_of_the_call = is_young(state, end) && !is_stranger(state, end);
        state.listener.last_payload = Some((end, first.to_vec()));
        if !part_of_the_call {
            let said = format!("{who} sent {size}: \"{text}{more}\"");
            state.notices.count(state.now, Topic::Data, said, many);
        }
    } else {
        let who = words::client_name(state, end);
        let said = format!("{who} received {size}: \"{text}{more}\"");
        state.notices.count(state.now, Topic::Data, said, |n| {
            format!("data came {n} times; the last: {size} for {who}.")
        });
    }
    look(&[end, mirrored(end)])
}

/// Whether the connection was made a moment ago, so that its payload belongs to the same key.
fn is_young(state: &State, end: RowName) -> bool {
    let moment = std::time::Duration::from_millis(300);
    let born = state.sockets.get(end).map(|line| line.born);
    born.is_none_or(|born: Moment| state.now.since(born) < moment)
}

fn closed(state: &mut State, end: RowName, how: Ending) -> Vec<Effect> {
    let client_side = state.clients.holder_of(end).is_some();
    let text = closing_words(state, end, how);
    let ours = state.listener.ends.remove(end);
    let theirs = state
        .clients
        .computers
        .iter_mut()
        .find_map(|computer| computer.ends.remove(end));
    let peer_closed = ours.or(theirs).is_some_and(|end| end.peer_closed);
    let at = state.now;
    let listener = &state.listener;
    state
        .sockets
        .ended(at, end, how, |port| listener.serves(port));
    if let Some((topic, text)) =
        text.filter(|_| !(peer_closed && client_side && listener.serves(end.tuple.remote.port)))
    {
        let many = |n: u32| match topic {
            Topic::Broke => format!("{} connections broke.", words::number(u64::from(n))),
            _ => format!("{} connections were closed.", words::number(u64::from(n))),
        };
        state.notices.count(at, topic, text, many);
    }
    look(&[end, mirrored(end)])
}

/// What to say about an end that is closed, if it is worth a sentence: the second of two ends mostly is not.
fn closing_words(state: &State, end: RowName, how: Ending) -> Option<(Topic, String)> {
    let client_side = state.clients.holder_of(end).is_some();
    let peer_closed = state.peer_has_closed(end);
    match how {
        Ending::Close if client_side => {
            Some((Topic::Went, words::client_closed(state, end, peer_closed)))
        }
        Ending::Close if !peer_closed => {
            Some((Topic::Went, words::server_closed_first(state, end)))
        }
        Ending::Close => is_stranger(state, end).then(|| {
            let who = state.peer_name(end.tuple.remote.ip, end);
            (
                Topic::Went,
                format!(
                    "{who} ({}) hung up; the server closed its end, too.",
                    end.tuple.remote.canonical()
                ),
            )
        }),
        Ending::Abort => Some((Topic::Went, words::aborted(state, end))),
        Ending::Broken(errno) => {
            let by_ours = state
                .sockets
                .mirror(end)
                .is_some_and(|line| line.ending == Some(Ending::Abort));
            (!by_ours).then(|| (Topic::Broke, words::broke(state, end, errno)))
        }
    }
}
