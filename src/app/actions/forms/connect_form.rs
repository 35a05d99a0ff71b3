//! The client's options: what the form asks, the socket call that each value becomes, and how they are applied.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use crate::app::model::clients::is_on_loopback;
use crate::app::model::{Clients, Tone};
use crate::app::state::wanted;
use crate::app::ui::form::{YES_NO, option_call};
use crate::app::ui::{Field, Form, Wrong};
use crate::app::{Effect, State, format};
use crate::tcp::socket::connect_spec;
use crate::tcp::{
    Burst, Endpoint, Host, Port, PortRange, Protocol, SourcePort, Stays, Target, legible, unescape,
};

const TO: usize = 0;
const FROM: usize = 1;
const SOURCE_PORT: usize = 2;
const THIS_ONE: usize = 3;
const TOY_RANGE: usize = 4;
const REUSE_ADDR: usize = 5;
const PAYLOAD: usize = 6;
const STAYS: usize = 7;
const SECONDS: usize = 8;
const HOW_MANY: usize = 9;
const EVERY: usize = 10;
const PROTOCOL: usize = 11;

/// How the form says that the clients call our own listener.
const THE_LISTENER: &str = "the listener";
/// How the form says that a computer calls from its own address.
const ITS_OWN: &str = "its own";

/// The form with the present options, for a server that can be called at `listener`.
#[rustfmt::skip]
pub(crate) fn form(clients: &Clients, listener: Endpoint) -> Form {
    let spec = &clients.spec;
    let (how, port, range) = match spec.source_port {
        SourcePort::KernelPicks => (0, None, None),
        SourcePort::Fixed(port) => (1, Some(port), None),
        SourcePort::SameAsServer => (2, None, None),
        SourcePort::Toy(range) => (3, None, Some(range)),
    };
    let port = port.map_or_else(|| "6000".to_owned(), |port| port.to_string());
    let range = range.map_or_else(|| "45000-45007".to_owned(), |range| range.to_string());
    let (stays, seconds) = match spec.stays {
        Stays::UntilClosed => (0, "5".to_owned()),
        Stays::For(time) => (1, time.as_secs_f64().to_string()),
    };
    let to = clients.to.as_ref().map_or_else(|| THE_LISTENER.to_owned(), Target::to_string);
    let from = clients.from.map_or_else(|| ITS_OWN.to_owned(), |ip| ip.to_string());
    let addresses = addresses_of(clients);
    let mut form = Form::new(vec![
        Field::text("to", to, "host:port, or: the listener"),
        Field::text("source address", from, addresses),
        Field::choice("source port", &["the kernel picks", "this one", "same as the server's", "a toy range"], how, "who chooses the high port"),
        Field::text("this one", port, "1 to 65535, for the source port \"this one\""),
        Field::text("toy range", range, "2 to 64 ports like 45000-45007: few enough to run out of"),
        Field::choice("SO_REUSEADDR", &YES_NO, usize::from(spec.reuse_addr), "the same source port towards another destination, too"),
        Field::text("payload", legible(&spec.payload), r"sent once connected; \n, \t and \xHH are understood"),
        Field::choice("stays", &["until closed", "n seconds"], stays, "how long the client stays"),
        Field::text("n seconds", seconds, "0 to 86400, counted from connect()"),
        Field::text("how many", clients.burst.count.to_string(), "1 to 64512 connections at one c"),
        Field::text("one every", clients.burst.every.as_millis().to_string(), "milliseconds from one connect() to the next; 0: as fast as accepted"),
        Field::choice("protocol", &["TCP", "UDP"], spec.protocol as usize, "UDP: no handshake, but five numbers all the same"),
    ]);
    show_calls(&mut form, listener);
    form
}

/// From which addresses a computer can call: one of the lab has one, in its own network.
fn addresses_of(clients: &Clients) -> Cow<'static, str> {
    if clients.computer().host == Host::THIS {
        return "an address of this machine, or: its own (127.0.0.2, .3, ...)".into();
    }
    let all = clients.computers.iter().map(|computer| computer.ip);
    let all: Vec<String> = all.map(|ip| ip.to_string()).collect();
    let own = match &all[..] {
        [first, second, more @ ..] => {
            let end = second.rfind('.').map_or(&second[..], |dot| &second[dot..]);
            let more = if more.is_empty() { "" } else { ", ..." };
            format!("{first}, {end}{more}")
        }
        one => one.concat(),
    };
    format!("an address of that computer, or: its own ({own})").into()
}

/// Writes beside each field the socket call that its value becomes, when the server can be called at `listener`.
pub(crate) fn show_calls(form: &mut Form, listener: Endpoint) {
    let (bind, family) = address_calls(form, listener);
    let shown = |field: usize| form.fields[field].shown();
    let how = form.fields[SOURCE_PORT].chosen();
    let port_calls = [
        "no bind() to a port",
        "bind(fd, ...:this one)",
        "bind(fd, ...:the server's)",
        "IP_LOCAL_PORT_RANGE",
    ];
    let only_if = |wanted: bool, call: String| if wanted { call } else { String::new() };
    let calls = [
        format!("connect(fd, {})", shown(TO)),
        bind,
        port_calls[how.min(3)].to_owned(),
        only_if(how == 1, format!("bind(fd, ...:{})", shown(THIS_ONE))),
        only_if(how == 3, format!("setsockopt(..., {})", shown(TOY_RANGE))),
        option_call("SO_REUSEADDR", form.is_yes(REUSE_ADDR)),
        if shown(PAYLOAD).is_empty() {
            "no call".to_owned()
        } else {
            "write(fd, payload)".to_owned()
        },
        if form.is_yes(STAYS) {
            "close(fd) after that time".to_owned()
        } else {
            "close(fd) at d".to_owned()
        },
        String::new(),
        format!("socket(), connect(): {}", format::times(shown(HOW_MANY))),
        String::new(),
        format!(
            "socket({family}, {})",
            if form.is_yes(PROTOCOL) { "SOCK_DGRAM" } else { "SOCK_STREAM" }
        ),
    ];
    for (field, call) in form.fields.iter_mut().zip(calls) {
        field.call = call;
    }
}

/// The bind() to an address, and the address family: the source address decides about it, else the target.
fn address_calls(form: &Form, listener: Endpoint) -> (String, &'static str) {
    let to = match form.fields[TO].shown().trim() {
        "" | THE_LISTENER => Some(Target::from(listener)),
        typed => typed.parse().ok(),
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

/// Takes the form's values.
///
/// # Errors
/// What is wrong, and in which field.
pub(crate) fn apply(state: &mut State, form: &Form) -> Result<Vec<Effect>, Wrong> {
    let (to, from) = read_ends(form)?;
    let source_port = read_source_port(state.machine.ephemeral, form)?;
    let payload = unescape(form.fields[PAYLOAD].shown()).map_err(|why| Wrong::new(PAYLOAD, why))?;
    let stays =
        if form.is_yes(STAYS) { Stays::For(form.seconds(SECONDS)?) } else { Stays::UntilClosed };
    let count = form.number(HOW_MANY, 1..=connect_spec::MOST, "1 to 64512 connections")?;
    let every = form.number(EVERY, 0..=60_000, "0 to 60000 milliseconds")?;
    let before = wanted(state);
    let clients = &mut state.clients;
    clients.called.extend(to.as_ref().map(|to| to.port));
    clients.to = to;
    clients.from = from;
    clients.burst = Burst { count, every: Duration::from_millis(u64::from(every)) };
    clients.spec.source_port = source_port;
    clients.spec.reuse_addr = form.is_yes(REUSE_ADDR);
    clients.spec.payload = payload;
    clients.spec.stays = stays;
    clients.spec.protocol = if form.is_yes(PROTOCOL) { Protocol::Udp } else { Protocol::Tcp };
    state.notices.say(state.now, Tone::Plain, "the next c connects like this.");
    let after = wanted(state);
    let watch = (before != after).then_some(Effect::Watch(after));
    Ok(watch.into_iter().collect())
}

fn read_ends(form: &Form) -> Result<(Option<Target>, Option<IpAddr>), Wrong> {
    let to = match form.fields[TO].shown().trim() {
        "" | THE_LISTENER => None,
        target => Some(target.parse().map_err(|why| Wrong::new(TO, why))?),
    };
    let from = match form.fields[FROM].shown().trim() {
        "" | ITS_OWN => None,
        ip => Some(
            ip.parse().map_err(|_| Wrong::new(FROM, "an address like 127.0.0.9, or: its own"))?,
        ),
    };
    Ok((to, from))
}

fn read_source_port(ephemeral: PortRange, form: &Form) -> Result<SourcePort, Wrong> {
    Ok(match form.fields[SOURCE_PORT].chosen() {
        0 => SourcePort::KernelPicks,
        1 => {
            let port =
                form.number(THIS_ONE, 1..=65535, "the source port is a number from 1 to 65535")?;
            SourcePort::Fixed(Port(u16::try_from(port).unwrap_or(0)))
        }
        2 => SourcePort::SameAsServer,
        _ => SourcePort::Toy(read_range(ephemeral, form.fields[TOY_RANGE].shown())?),
    })
}

fn read_range(ephemeral: PortRange, text: &str) -> Result<PortRange, Wrong> {
    let range: PortRange = text.trim().parse().map_err(|why| Wrong::new(TOY_RANGE, why))?;
    if !(2..=64).contains(&range.len()) {
        return Err(Wrong::new(TOY_RANGE, "a toy range has 2 to 64 ports"));
    }
    if !ephemeral.contains(range.low) || !ephemeral.contains(range.high) {
        return Err(Wrong::new(
            TOY_RANGE,
            format!("the kernel ignores ranges outside of its own, {ephemeral}"),
        ));
    }
    Ok(range)
}
