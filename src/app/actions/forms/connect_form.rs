//! The form of the client's options.

use std::net::IpAddr;
use std::time::Duration;

use crate::app::actions::forms::declared::{self, FieldSpec, assign, set};
use crate::app::model::clients::is_on_loopback;
use crate::app::model::lab::brief_ip;
use crate::app::query::watched::wanted;
use crate::app::ui::form::option_call;
use crate::app::{Effect, Form, State, Value, Wrong, format};
use crate::tcp::socket::connect_spec;
use crate::tcp::{
    Burst, ConnectSpec, Host, HostLimits, Port, PortRange, Protocol, SourcePort, Stays, Target,
    legible, unescape,
};

const TO: usize = 0;
const FROM: usize = 2;

const THE_LISTENER: &str = "the listener";
const ITS_OWN: &str = "its own";

pub(super) struct Options {
    spec: ConnectSpec,
    to: Option<Target>,
    burst: Burst,
}

#[rustfmt::skip]
pub(super) const FIELDS: &[FieldSpec<Options>] = &[
    FieldSpec {
        group: "Destination", label: "To", help: "host:port, or \"the listener\"",
        value: |options| Value::text(options.to.as_ref().map_or_else(|| THE_LISTENER.to_owned(), Target::to_string)),
        call: |to, _, _| format!("connect(fd, {})", to.shown()),
        apply: |to, _, options| set(&mut options.to, to.unless(THE_LISTENER, str::parse)),
    },
    FieldSpec {
        group: "Destination", label: "Protocol", help: "UDP has a 5-tuple too, but no handshake",
        value: |options| Value::choice(&["TCP", "UDP"], options.spec.protocol as usize),
        call: |protocol, form, state| {
            format!("socket({}, {})", address_calls(form, state).1, protocol.pick(["SOCK_STREAM", "SOCK_DGRAM"]))
        },
        apply: |protocol, _, options| assign(&mut options.spec.protocol, protocol.pick([Protocol::Tcp, Protocol::Udp])),
    },
    FieldSpec {
        group: "Source", label: "Source address", help: "an address of this machine, or \"its own\" (127.0.0.2, .3, ...)",
        value: |options| Value::text(options.spec.from.map_or_else(|| ITS_OWN.to_owned(), |ip| ip.to_string())),
        call: |_, form, state| address_calls(form, state).0,
        apply: |from, _, options| set(&mut options.spec.from, from.unless(ITS_OWN, |ip| {
            ip.parse().map_err(|_| String::from("Enter an address like 127.0.0.9, or \"its own\"."))
        })),
    },
    FieldSpec {
        group: "Source", label: "Source port", help: "selects the client's port",
        value: |options| Value::choice(&["chosen by the kernel", "a fixed port", "same as the server's", "a toy range"], match options.spec.source_port {
            SourcePort::KernelPicks => 0,
            SourcePort::Fixed(_) => 1,
            SourcePort::SameAsServer => 2,
            SourcePort::Range(_) => 3,
        }),
        call: |how, _, _| how.pick([
            "no bind() to a port", "", "bind(fd, ...:the server's)", "",
        ]).into(),
        apply: |how, _, options| assign(&mut options.spec.source_port, how.pick([
            SourcePort::KernelPicks, SourcePort::Fixed(Port::ANY), SourcePort::SameAsServer, SourcePort::Range(PortRange::DEFAULT),
        ])),
    },
    FieldSpec {
        group: "Source", label: "Fixed port", help: "1 to 65535: every connection asks for this port",
        value: |options| match options.spec.source_port {
            SourcePort::Fixed(port) => Value::text(port.to_string()),
            SourcePort::KernelPicks | SourcePort::SameAsServer | SourcePort::Range(_) => Value::text("6000"),
        },
        call: |port, _, _| format!("bind(fd, ...:{})", port.shown()),
        apply: |typed, _, options| match &mut options.spec.source_port {
            SourcePort::Fixed(port) => set(port, typed.port(1, "The source port must be a number from 1 to 65535.")),
            SourcePort::KernelPicks | SourcePort::SameAsServer | SourcePort::Range(_) => Ok(()),
        },
    },
    FieldSpec {
        group: "Source", label: "Toy range", help: "2 to 64 ports like 45000-45007: few enough to run out of",
        value: |options| match options.spec.source_port {
            SourcePort::Range(range) => Value::text(range.to_string()),
            SourcePort::KernelPicks | SourcePort::SameAsServer | SourcePort::Fixed(_) => Value::text("45000-45007"),
        },
        call: |range, _, _| format!("setsockopt(..., {})", range.shown()),
        apply: |typed, state, options| match &mut options.spec.source_port {
            SourcePort::Range(range) => set(range, source_range(&state.machine, typed.parse()?)),
            SourcePort::KernelPicks | SourcePort::SameAsServer | SourcePort::Fixed(_) => Ok(()),
        },
    },
    FieldSpec {
        group: "Source", label: "SO_REUSEADDR", help: "reuses the source port for another destination",
        value: |options| Value::yes_no(options.spec.reuse_addr),
        call: |reuse, _, _| option_call("SO_REUSEADDR", reuse),
        apply: |reuse, _, options| assign(&mut options.spec.reuse_addr, reuse.is_yes()),
    },
    FieldSpec {
        group: "Data", label: "Payload", help: r"sent once connected; \n, \t and \xHH are escapes",
        value: |options| Value::text(legible(&options.spec.payload)),
        call: |payload, _, _| String::from(if payload.shown().is_empty() { "no call" } else { "write(fd, payload)" }),
        apply: |payload, _, options| set(&mut options.spec.payload, unescape(payload.shown())),
    },
    FieldSpec {
        group: "Data", label: "Stays", help: "keeps the connection open",
        value: |options| Value::choice(&["until closed", "for N seconds"], usize::from(options.spec.stays != Stays::UntilClosed)),
        call: |stays, _, _| stays.pick(["close(fd) on d", "close(fd) after that time"]).into(),
        apply: |stays, _, options| assign(&mut options.spec.stays, stays.pick([Stays::UntilClosed, Stays::For(Duration::ZERO)])),
    },
    FieldSpec {
        group: "Data", label: "N seconds", help: "0 to 86400, counted from connect()",
        value: |options| Value::seconds(if let Stays::For(time) = options.spec.stays { Some(time) } else { None }),
        call: |_, _, _| String::new(),
        apply: |seconds, _, options| match &mut options.spec.stays {
            Stays::For(time) => set(time, seconds.seconds()),
            Stays::UntilClosed => Ok(()),
        },
    },
    FieldSpec {
        group: "How many", label: "Count", help: "opens 1 to 64512 connections with one c",
        value: |options| Value::text(options.burst.count.to_string()),
        call: |count, _, _| format!("socket(), connect(): {}", format::times(count.shown())),
        apply: |count, _, options| set(&mut options.burst.count, count.number(1..=connect_spec::MOST, "Enter 1 to 64512 connections.")),
    },
    FieldSpec {
        group: "How many", label: "Interval (ms)", help: "time between two connects; 0: as fast as accepted",
        value: |options| Value::text(options.burst.every.as_millis().to_string()),
        call: |_, _, _| String::new(),
        apply: |every, _, options| {
            set(&mut options.burst.every, every.number(0..=60_000, "Enter 0 to 60000 milliseconds.").map(Duration::from_millis))
        },
    },
];

pub(crate) fn form(state: &State) -> Form {
    let mut form = declared::form(FIELDS, &options(state), state);
    if state.clients.computer().host != Host::THIS {
        form.fields[FROM].hint = lab_addresses(state).into();
    }
    form
}

/// Sets the client's options to those of the start and these values, each by the place of its field.
pub(crate) fn with(state: &mut State, values: &[(usize, String)]) -> Result<Vec<Effect>, Wrong> {
    let clients = &mut state.clients;
    (clients.spec, clients.to, clients.burst) = (clients.first.clone(), None, Burst::ONE);
    take(state, &form(state).filled(values))
}

fn options(state: &State) -> Options {
    let clients = &state.clients;
    Options { spec: clients.spec.clone(), to: clients.to.clone(), burst: clients.burst }
}

fn lab_addresses(state: &State) -> String {
    let all = state.clients.computers.iter().enumerate();
    let mut all = all.map(|(n, computer)| brief_ip(n, computer.ip));
    let own: Vec<String> = all.by_ref().take(2).collect();
    let more = if all.next().is_some() { ", ..." } else { "" };
    format!("an address of that computer, or \"its own\" ({}{more})", own.join(", "))
}

/// The bind() to an address, and the address family, which the source address decides, else the target.
fn address_calls(form: &Form, state: &State) -> (String, &'static str) {
    let to = match form.fields[TO].shown().trim() {
        "" | THE_LISTENER => Some(state.clients.reachable(state.server().connect_address()).into()),
        typed => typed.parse::<Target>().ok(),
    };
    let family = |ip: IpAddr| if ip.is_ipv4() { "AF_INET" } else { "AF_INET6" };
    let of_target = || {
        let end = to.as_ref().and_then(Target::endpoint);
        end.map_or("AF_INET or AF_INET6", |end| family(end.ip))
    };
    match form.fields[FROM].shown().trim() {
        "" | ITS_OWN if to.as_ref().is_some_and(is_on_loopback) => {
            (format!("bind(fd, {ITS_OWN}:...)"), "AF_INET")
        }
        "" | ITS_OWN => ("no bind() to an address".to_owned(), of_target()),
        typed => match typed.parse() {
            Ok(ip @ IpAddr::V6(_)) => (format!("bind(fd, [{ip}]:...)"), family(ip)),
            Ok(ip @ IpAddr::V4(_)) => (format!("bind(fd, {ip}:...)"), family(ip)),
            Err(_) => (format!("bind(fd, {typed}:...)"), of_target()),
        },
    }
}

pub(super) fn apply(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let effects = take(state, form)?;
    state.say("options-taken");
    Ok(effects)
}

fn take(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let Options { spec, to, burst } = declared::read(FIELDS, form, state, options(state))?;
    let before = wanted(state);
    let clients = &mut state.clients;
    clients.called.extend(to.as_ref().map(|to| to.port));
    (clients.spec, clients.to, clients.burst) = (spec, to, burst);
    let after = wanted(state);
    Ok((before != after).then_some(Effect::Watch(after)).into_iter().collect())
}

fn source_range(limits: &HostLimits, range: PortRange) -> Result<PortRange, String> {
    if !(2..=64).contains(&range.len()) {
        return Err("A toy range has 2 to 64 ports.".to_owned());
    }
    let own = limits.ephemeral;
    if !limits.is_assumed(own) && (!own.contains(range.low) || !own.contains(range.high)) {
        return Err(format!("The kernel ignores ranges outside its own, {own}."));
    }
    Ok(range)
}
