//! The two forms: what they ask, the socket call that each value becomes, and how they are applied.

use std::net::IpAddr;
use std::time::Duration;

use crate::app::update::wanted;
use crate::app::{Effect, Field, Form, State, Tone, verbs};
use crate::tcp::{
    Accepting, Burst, ListenSpec, OnData, Port, PortRange, Protocol, ServerCloses, SourcePort,
    Stays, Target, escape, unescape,
};

type Wrong = Option<(usize, String)>;

const YES_NO: [&str; 2] = ["no", "yes"];

/// The listener's form with the present options.
pub(crate) fn listen_form(state: &State) -> Form {
    let spec = &state.listener.spec;
    let (closes, after) = match spec.closes {
        ServerCloses::WithClient => (0, String::from("5")),
        ServerCloses::After(time) => (1, time.as_secs_f64().to_string()),
        ServerCloses::Never => (2, String::from("5")),
    };
    let mut form = Form::new(vec![
        Field::text(
            "address",
            spec.at.ip.to_string(),
            "127.0.0.1 and ::1 this machine only; 0.0.0.0 and :: everybody; or one of this machine's",
        ),
        Field::text(
            "port",
            spec.at.port.0.to_string(),
            "0 to 65535; 0 lets the kernel choose",
        ),
        Field::text(
            "backlog",
            spec.backlog.to_string(),
            "how many may wait for accept(); the kernel lets one more in",
        ),
        Field::choice(
            "accept()",
            &["at once", "hold"],
            spec.accepting as usize,
            "hold: a goes on, A accepts one",
        ),
        Field::choice(
            "when data comes",
            &["read it", "leave it unread", "echo it"],
            spec.on_data as usize,
            "unread data stands in Recv-Q",
        ),
        Field::choice(
            "who closes",
            &["with the client", "after n seconds", "never"],
            closes,
            "never: the server that forgets to close",
        ),
        Field::text(
            "n seconds",
            after,
            "counts from accept(), if the server closes after n seconds",
        ),
        Field::choice(
            "SO_REUSEADDR",
            &YES_NO,
            usize::from(spec.reuse_addr),
            "bind() although an earlier run left TIME_WAIT; needs it on both runs",
        ),
        Field::choice(
            "SO_REUSEPORT",
            &YES_NO,
            usize::from(spec.reuse_port),
            "several sockets listen at one address",
        ),
        Field::text(
            "listeners",
            spec.listeners.to_string(),
            "1 to 4; more than one needs SO_REUSEPORT",
        ),
        Field::choice(
            "IPv6 only",
            &YES_NO,
            usize::from(spec.only_v6),
            "with ::, leave IPv4 alone; otherwise both come in (dual stack)",
        ),
    ]);
    show_listen_calls(&mut form);
    form
}

/// Writes beside each field the socket call that its value becomes.
pub(crate) fn show_listen_calls(form: &mut Form) {
    let value = |n: usize| form.fields[n].shown().to_owned();
    let yes = |n: usize| form.fields[n].chosen() == 1;
    let v6 = value(0).contains(':');
    let calls = [
        format!("bind(fd, {}:{})", value(0), value(1)),
        if value(1) == "0" {
            "the kernel picks at bind()".to_owned()
        } else {
            String::new()
        },
        format!("listen(fd, {})", value(2)),
        ["accept(fd) in a loop", "no accept() until told"][form.fields[3].chosen().min(1)]
            .to_owned(),
        ["read(fd)", "nothing", "read(fd), write(fd)"][form.fields[4].chosen().min(2)].to_owned(),
        [
            "close(fd) after read() = 0",
            "close(fd) after that time",
            "no close(fd)",
        ][form.fields[5].chosen().min(2)]
        .to_owned(),
        String::new(),
        option("SO_REUSEADDR", yes(7)),
        option("SO_REUSEPORT", yes(8)),
        format!("socket(), bind(), listen(): {} times", value(9)),
        if v6 {
            option("IPV6_V6ONLY", yes(10))
        } else {
            "for IPv6 addresses".to_owned()
        },
    ];
    for (field, call) in form.fields.iter_mut().zip(calls) {
        field.call = call;
    }
}

fn option(name: &str, on: bool) -> String {
    if on {
        format!("setsockopt(fd, {name}, 1)")
    } else {
        "no call".to_owned()
    }
}

/// Takes the form's values; says what is wrong instead, and in which field.
pub(crate) fn apply_listen(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let spec = read_listen(state, form)?;
    state.listener.spec = spec.clone();
    if spec.at.port != Port::ANY {
        state.listener.ports.insert(spec.at.port);
    }
    let watch = Effect::Watch(wanted(state));
    if state.listener.is_listening() {
        let text =
            "the options count from the next time on: l stops listening, l listens with them";
        state.notices.say(state.now, Tone::Plain, text);
        return Ok(vec![watch]);
    }
    let mut effects = vec![watch];
    effects.extend(verbs::start_listening(state, spec));
    Ok(effects)
}

fn read_listen(state: &State, form: &Form) -> Result<ListenSpec, Wrong> {
    let ip: IpAddr = form.fields[0].shown().trim().parse().map_err(|_| {
        wrong(
            0,
            "an address is written like 127.0.0.1, 0.0.0.0, ::1 or ::",
        )
    })?;
    let port = number(form, 1, 0..=65535, "the port is a number from 0 to 65535")?;
    let backlog = number(
        form,
        2,
        0..=65535,
        "the backlog is a number from 0 to 65535",
    )?;
    let seconds = form.fields[6]
        .shown()
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|s| (0.0..=86400.0).contains(s));
    let closes = match form.fields[5].chosen() {
        0 => ServerCloses::WithClient,
        1 => ServerCloses::After(Duration::from_secs_f64(
            seconds.ok_or_else(|| wrong(6, "seconds, from 0 to 86400"))?,
        )),
        _ => ServerCloses::Never,
    };
    let reuse_port = form.fields[8].chosen() == 1;
    let listeners = number(form, 9, 1..=4, "1 to 4 listening sockets")?;
    if listeners > 1 && !reuse_port {
        return Err(wrong(
            8,
            "several listeners at one address need SO_REUSEPORT: yes",
        ));
    }
    Ok(ListenSpec {
        host: state.listener.spec.host,
        at: crate::tcp::Endpoint {
            ip,
            port: Port(u16::try_from(port).unwrap_or(0)),
        },
        backlog,
        accepting: if form.fields[3].chosen() == 1 {
            Accepting::Held
        } else {
            Accepting::AtOnce
        },
        on_data: [OnData::Read, OnData::LeaveUnread, OnData::Echo][form.fields[4].chosen().min(2)],
        closes,
        reuse_addr: form.fields[7].chosen() == 1,
        reuse_port,
        listeners: u8::try_from(listeners).unwrap_or(1),
        only_v6: form.fields[10].chosen() == 1,
    })
}

fn wrong(field: usize, why: &str) -> Wrong {
    Some((field, why.to_owned()))
}

fn number(
    form: &Form,
    field: usize,
    allowed: std::ops::RangeInclusive<u32>,
    why: &str,
) -> Result<u32, Wrong> {
    let typed = form.fields[field].shown().trim().parse().ok();
    typed
        .filter(|n| allowed.contains(n))
        .ok_or_else(|| wrong(field, why))
}

/// The client's form with the present options.
pub(crate) fn connect_form(state: &State) -> Form {
    let clients = &state.clients;
    let spec = &clients.spec;
    let (how, port, range) = match spec.source_port {
        SourcePort::KernelPicks => (0, String::from("6000"), String::from("45000-45007")),
        SourcePort::Fixed(port) => (1, port.0.to_string(), String::from("45000-45007")),
        SourcePort::SameAsServer => (2, String::from("6000"), String::from("45000-45007")),
        SourcePort::Toy(range) => (3, String::from("6000"), range.to_string()),
    };
    let (stays, seconds) = match spec.stays {
        Stays::UntilClosed => (0, String::from("5")),
        Stays::For(time) => (1, time.as_secs_f64().to_string()),
    };
    let every = if clients.burst.every.is_zero() {
        "0".to_owned()
    } else {
        clients.burst.every.as_millis().to_string()
    };
    let to = clients
        .to
        .as_ref()
        .map_or_else(|| "the listener".to_owned(), Target::to_string);
    let from = clients
        .from
        .map_or_else(|| "its own".to_owned(), |ip| ip.to_string());
    let mut form = Form::new(vec![
        Field::text("to", to, "host:port, or: the listener"),
        Field::text(
            "source address",
            from,
            "an address of this machine, or: its own (127.0.0.2, .3, ...)",
        ),
        Field::choice(
            "source port",
            &[
                "the kernel picks",
                "this one",
                "same as the server's",
                "a toy range",
            ],
            how,
            "who chooses the high port",
        ),
        Field::text(
            "this one",
            port,
            "1 to 65535, for the source port \"this one\"",
        ),
        Field::text(
            "toy range",
            range,
            "2 to 64 ports like 45000-45007: few enough to run out of",
        ),
        Field::text(
            "payload",
            escape(&spec.payload),
            r"sent once connected; \n, \t and \xHH are understood",
        ),
        Field::choice(
            "stays",
            &["until closed", "n seconds"],
            stays,
            "how long the client stays",
        ),
        Field::text(
            "n seconds",
            seconds,
            "0 to 86400, if the client stays n seconds",
        ),
        Field::text(
            "how many",
            clients.burst.count.to_string(),
            "1 to 64512 connections at one c",
        ),
        Field::text(
            "one every",
            every,
            "milliseconds from one connect() to the next; 0 as fast as accepted",
        ),
        Field::choice(
            "protocol",
            &["TCP", "UDP"],
            spec.protocol as usize,
            "UDP: no handshake, but five numbers all the same",
        ),
    ]);
    show_connect_calls(&mut form);
    form
}

/// Writes beside each field the socket call that its value becomes.
pub(crate) fn show_connect_calls(form: &mut Form) {
    let value = |n: usize| form.fields[n].shown().to_owned();
    let how = form.fields[2].chosen();
    let kind = if form.fields[10].chosen() == 1 {
        "SOCK_DGRAM"
    } else {
        "SOCK_STREAM"
    };
    let calls = [
        format!("connect(fd, {})", value(0)),
        format!("bind(fd, {}:...)", value(1)),
        [
            "no bind() to a port",
            "bind(fd, ...:this one)",
            "bind(fd, ...:server's)",
            "IP_LOCAL_PORT_RANGE",
        ][how.min(3)]
        .to_owned(),
        if how == 1 {
            format!("bind(fd, ...:{})", value(3))
        } else {
            String::new()
        },
        if how == 3 {
            format!("setsockopt(fd, IP_LOCAL_PORT_RANGE, {})", value(4))
        } else {
            String::new()
        },
        if value(5).is_empty() {
            "no call".to_owned()
        } else {
            "write(fd, payload)".to_owned()
        },
        ["close(fd) at d", "close(fd) after that time"][form.fields[6].chosen().min(1)].to_owned(),
        String::new(),
        format!("socket(), connect(): {} times", value(8)),
        String::new(),
        format!("socket(AF_INET, {kind})"),
    ];
    for (field, call) in form.fields.iter_mut().zip(calls) {
        field.call = call;
    }
}

/// Takes the form's values; says what is wrong instead, and in which field.
pub(crate) fn apply_connect(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let text = |n: usize| form.fields[n].shown().trim();
    let to = match text(0) {
        "" | "the listener" => None,
        target => Some(target.parse::<Target>().map_err(|why| wrong(0, why))?),
    };
    let from = match text(1) {
        "" | "its own" => None,
        ip => Some(
            ip.parse::<IpAddr>()
                .map_err(|_| wrong(1, "an address like 127.0.0.9, or: its own"))?,
        ),
    };
    let source_port = match form.fields[2].chosen() {
        0 => SourcePort::KernelPicks,
        1 => {
            let port = number(
                form,
                3,
                1..=65535,
                "the source port is a number from 1 to 65535",
            )?;
            SourcePort::Fixed(Port(u16::try_from(port).unwrap_or(0)))
        }
        2 => SourcePort::SameAsServer,
        _ => SourcePort::Toy(read_range(state, text(4))?),
    };
    let payload = unescape(form.fields[5].shown()).map_err(|why| wrong(5, why))?;
    let seconds = text(7)
        .parse::<f64>()
        .ok()
        .filter(|s| (0.0..=86400.0).contains(s));
    let stays = match form.fields[6].chosen() {
        0 => Stays::UntilClosed,
        _ => Stays::For(Duration::from_secs_f64(
            seconds.ok_or_else(|| wrong(7, "seconds, from 0 to 86400"))?,
        )),
    };
    let count = number(form, 8, 1..=verbs::MOST, "1 to 64512 connections")?;
    let every = number(form, 9, 0..=60_000, "0 to 60000 milliseconds")?;
    let protocol = if form.fields[10].chosen() == 1 {
        Protocol::Udp
    } else {
        Protocol::Tcp
    };
    let clients = &mut state.clients;
    clients.to = to;
    clients.from = from;
    clients.burst = Burst {
        count,
        every: Duration::from_millis(u64::from(every)),
    };
    clients.spec = crate::tcp::ConnectSpec {
        source_port,
        payload,
        stays,
        protocol,
        ..clients.spec.clone()
    };
    if let Some(to) = &clients.to {
        clients.called.insert(to.port);
    }
    state
        .notices
        .say(state.now, Tone::Plain, "the next c connects like this");
    Ok(vec![Effect::Watch(wanted(state))])
}

fn read_range(state: &State, text: &str) -> Result<PortRange, Wrong> {
    let range: PortRange = text.parse().map_err(|why| wrong(4, why))?;
    if !(2..=64).contains(&range.len()) {
        return Err(wrong(4, "a toy range has 2 to 64 ports"));
    }
    let all = state.machine.ephemeral;
    if !all.contains(range.low) || !all.contains(range.high) {
        return Err(wrong(
            4,
            &format!("the kernel ignores ranges outside of its own, {all}"),
        ));
    }
    Ok(range)
}
