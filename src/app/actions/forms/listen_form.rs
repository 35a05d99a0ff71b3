//! The form of the listener's options.

use std::time::Duration;

use crate::app::actions::forms::declared::{self, FieldSpec, assign, set};
use crate::app::actions::verbs;
use crate::app::ui::form::option_call;
use crate::app::{Effect, Field, Form, State, Value, Wrong, format};
use crate::tcp::{Accepting, Endpoint, ListenSpec, OnData, ServerCloses};

const ADDRESS: usize = 0;
const PORT: usize = 1;
const REUSE_PORT: usize = 8;

const ADDRESSES: &str = "Enter an address like 127.0.0.1, 0.0.0.0, ::1 or ::.";

#[rustfmt::skip]
pub(super) const FIELDS: &[FieldSpec<ListenSpec>] = &[
    FieldSpec {
        group: "Listen on", label: "Address", help: "127.0.0.1, ::1: this machine only; 0.0.0.0, ::: all interfaces; or one of this machine's",
        value: |spec| Value::text(spec.at.ip.to_string()),
        call: |address, form, _| match (address.shown(), form.fields[PORT].shown()) {
            (ip, port) if is_v6(address) => format!("bind(fd, [{ip}]:{port})"),
            (ip, port) => format!("bind(fd, {ip}:{port})"),
        },
        apply: |address, _, spec| set(&mut spec.at.ip, address.parse().map_err(|_| ADDRESSES.to_owned())),
    },
    FieldSpec {
        group: "Listen on", label: "Port", help: "0 to 65535; 0: the kernel picks one",
        value: |spec| Value::text(spec.at.port.to_string()),
        call: |port, _, _| String::from(if port.shown() == "0" { "the kernel picks at bind()" } else { "" }),
        apply: |port, _, spec| set(&mut spec.at.port, port.port(0, "The port must be a number from 0 to 65535.")),
    },
    FieldSpec {
        group: "Accept queue", label: "Backlog", help: "allows this many connections, plus one, to wait for accept()",
        value: |spec| Value::text(spec.backlog.to_string()),
        call: |backlog, _, _| format!("listen(fd, {})", backlog.shown()),
        apply: |backlog, _, spec| set(&mut spec.backlog, backlog.number(0..=65535, "The backlog must be a number from 0 to 65535.")),
    },
    FieldSpec {
        group: "Accept queue", label: "accept()", help: "hold: press a to resume, A to accept one",
        value: |spec| Value::choice(&["at once", "hold"], spec.accepting as usize),
        call: |accept, _, _| accept.pick(["accept(fd) in a loop", "no accept() until a or A"]).into(),
        apply: |accept, _, spec| assign(&mut spec.accepting, accept.pick([Accepting::AtOnce, Accepting::Held])),
    },
    FieldSpec {
        group: "Connections", label: "On data", help: "unread data stays in Recv-Q",
        value: |spec| Value::choice(&["read it", "leave it unread", "echo it"], spec.on_data as usize),
        call: |on_data, _, _| on_data.pick(["read(fd)", "no call", "read(fd), write(fd)"]).into(),
        apply: |on_data, _, spec| assign(&mut spec.on_data, on_data.pick([OnData::Read, OnData::LeaveUnread, OnData::Echo])),
    },
    FieldSpec {
        group: "Connections", label: "Closes", help: "never: a server that forgets to close",
        value: |spec| Value::choice(&["when the client does", "after N seconds", "never"], match spec.closes {
            ServerCloses::WithClient => 0,
            ServerCloses::After(_) => 1,
            ServerCloses::Never => 2,
        }),
        call: |closes, _, _| closes.pick(["close(fd) after read() = 0", "close(fd) after that time", "no close(fd)"]).into(),
        apply: |closes, _, spec| assign(&mut spec.closes, closes.pick([
            ServerCloses::WithClient, ServerCloses::After(Duration::ZERO), ServerCloses::Never,
        ])),
    },
    FieldSpec {
        group: "Connections", label: "N seconds", help: "0 to 86400, counted from accept()",
        value: |spec| Value::seconds(if let ServerCloses::After(time) = spec.closes { Some(time) } else { None }),
        call: |_, _, _| String::new(),
        apply: |seconds, _, spec| match &mut spec.closes {
            ServerCloses::After(time) => set(time, seconds.seconds()),
            ServerCloses::WithClient | ServerCloses::Never => Ok(()),
        },
    },
    FieldSpec {
        group: "Socket options", label: "SO_REUSEADDR", help: "allows bind() despite TIME_WAIT; needed in both runs",
        value: |spec| Value::yes_no(spec.reuse_addr),
        call: |reuse, _, _| option_call("SO_REUSEADDR", reuse),
        apply: |reuse, _, spec| assign(&mut spec.reuse_addr, reuse.is_yes()),
    },
    FieldSpec {
        group: "Socket options", label: "SO_REUSEPORT", help: "lets several sockets listen on one address",
        value: |spec| Value::yes_no(spec.reuse_port),
        call: |reuse, _, _| option_call("SO_REUSEPORT", reuse),
        apply: |reuse, _, spec| assign(&mut spec.reuse_port, reuse.is_yes()),
    },
    FieldSpec {
        group: "Socket options", label: "Sockets", help: "1 to 4 that listen; more than one needs SO_REUSEPORT",
        value: |spec| Value::text(spec.listeners.to_string()),
        call: |count, _, _| format!("socket(), bind(), listen(): {}", format::times(count.shown())),
        apply: |count, _, spec| set(&mut spec.listeners, count.number(1..=4, "Enter 1 to 4 listening sockets.")),
    },
    FieldSpec {
        group: "Socket options", label: "IPv6 only", help: "with ::, accepts IPv6 only; otherwise both (dual stack)",
        value: |spec| Value::yes_no(spec.only_v6),
        call: |only_v6, form, _| {
            if is_v6(&form.fields[ADDRESS]) { format!("setsockopt(fd, IPV6_V6ONLY, {})", u8::from(only_v6.is_yes())) } else { String::from("for IPv6 addresses") }
        },
        apply: |only_v6, _, spec| assign(&mut spec.only_v6, only_v6.is_yes()),
    },
];

fn is_v6(address: &Field) -> bool {
    address.shown().contains(':')
}

pub(crate) fn form(state: &State, spec: &ListenSpec) -> Form {
    let mut form = declared::form(FIELDS, spec, state);
    if let Some(server) = state.lab.server() {
        let ip6 = server.ip6.map_or_else(String::new, |ip| format!(" or {ip}"));
        let hint = "the lab; 127.0.0.1: the server's own computer only; 0.0.0.0 or :: : both";
        form.fields[ADDRESS].hint = format!("{}{ip6}: {hint}", server.ip).into();
    }
    form
}

/// The address of a listener with the options of the start and these values, each by the place of its field.
pub(crate) fn address(state: &State, values: &[(usize, String)]) -> Option<Endpoint> {
    let at_start = state.servers.at_start();
    let form = form(state, at_start).filled(values);
    read(state, &form, at_start.clone()).ok().map(|spec| spec.at)
}

/// The form of a further listener, with the options of the selected one; mostly the port is to be another.
pub(crate) fn of_another(state: &State) -> Form {
    let mut form = form(state, &state.servers.further());
    form.go_to(PORT);
    form
}

/// Listens with the options of a further listener.
pub(super) fn apply_to_another(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let spec = read(state, form, state.servers.further())?;
    Ok(verbs::start_listening(state, spec))
}

/// Takes the options and listens with them; a listener that is there keeps its own.
pub(super) fn apply(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let spec = read(state, form, state.server().spec.clone())?;
    state.server_mut().spec = spec.clone();
    if !state.server().will_listen() {
        return Ok(verbs::start_listening(state, spec));
    }
    Ok(state.only_say("options-later"))
}

fn read(state: &State, form: &Form, before: ListenSpec) -> Result<ListenSpec, Wrong> {
    let spec = declared::read(FIELDS, form, state, before)?;
    if spec.listeners > 1 && !spec.reuse_port {
        let why = "Several sockets on one address need SO_REUSEPORT: yes.";
        return Err(Wrong::new(REUSE_PORT, why));
    }
    Ok(spec)
}
